"""How many came, and how long they stayed: a few numbers a day, and nothing of what anybody drew.

tally.py    what happened at the stations → sessions and seconds, in memory. Pure
store.py    the same on disk, in SQLite: a row for each moment, one a day and station in the end
counter.py  the wall's companion that feeds one and fills the other
report.py   the numbers as JSON, as CSV, as a table
"""
