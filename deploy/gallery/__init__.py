"""One gallery, one file: `gallery.toml` says which machines there are, what runs on each, and when.

Read `settings.py` (the file), then `machine.py` (what it makes of one machine).
"""
