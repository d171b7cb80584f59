"""The operator's console: finds all nodes, shows how they are, and steers the walls from any browser.

Read `watched.py` (what is known of a node) and `verdict.py` (how it is), then `radio.py` and `polling.py`,
which find that out; `orders.py` steers, `snapshot.py` is what a page is told; `web.py`, `guard.py` and
`places.py` are its door.
One thread, one asyncio loop: no node can hold up another, whatever it does.
"""
