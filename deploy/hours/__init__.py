"""When the gallery is open: rules, what they ask for at an instant, and what they will ask for next.

Desired state, never events: whatever happened before (a cut, a jump of the clock), the same instant asks for
the same. Read `rules.py`, then `plan.py`.
"""
