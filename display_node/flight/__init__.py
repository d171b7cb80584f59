"""The flight recorder: everything a wall received and decided, and the same show again, bit for bit.

    records.py    what is recorded, as values
    coding.py     the same as bytes
    blocks.py     many records as one checked and compressed piece of a file
    ring.py       a folder of files that never grows beyond its bound: the oldest goes
    recorder.py   the wall's companion that writes them, in a thread of its own
    tape.py       what was written, found again by its time, however the writing ended
    stagehand.py  a scene, built again of what was decided
    projector.py  the picture at any time
    timeline.py   all of it as lines for people

Nothing is run again when a show is replayed: what was on the wall follows from what was decided, and when.
"""
