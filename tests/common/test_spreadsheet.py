"""Whoever draws chooses a name: no spreadsheet may compute it."""

import pytest

from common.spreadsheet import cell


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("tablet-1", "tablet-1"),
        ("태블릿", "태블릿"),
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("＝1", "'＝1"),
        ("a;=cmd|'/c calc'!A1;", "a =cmd|'/c calc'!A1 "),
        ('";=1', "'  =1"),
    ],
)
def test_a_name_is_text_in_every_country(name: str, shown: str) -> None:
    assert cell(name) == shown
