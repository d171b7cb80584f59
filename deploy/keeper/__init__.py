"""The keeper: one per machine, beside supervisord. It keeps opening hours, and lends the console its hands.

Read `keeper.py` (the loop), then `desk.py` (what a console may ask) and `closing.py` (what the hours ask).
"""
