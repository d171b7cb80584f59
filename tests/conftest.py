"""Options of the whole suite: pytest takes them from the outermost folder only."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-golden", action="store_true", help="write the images in tests/golden anew, and pass"
    )
