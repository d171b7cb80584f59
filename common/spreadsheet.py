"""Names from the network in a table for a spreadsheet: text, whatever program opens it."""

import re

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
"""What a spreadsheet takes for a formula's beginning, full-width signs included."""
SEPARATORS = str.maketrans(dict.fromkeys(',;\t\r\n"', " "))
"""Where it may begin a cell, in some country: quotes are no help in a file that is split at another sign."""


def cell(name: str) -> str:
    """`name` as one cell that nobody computes. Source: OWASP, "CSV Injection"."""
    text = name.translate(SEPARATORS)
    return f"'{text}" if FORMULA.match(text) else text
