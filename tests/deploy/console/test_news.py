"""What open pages are told: always something that a browser can read, or nothing, which they notice."""

import asyncio
import json
import math
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from deploy.console import live
from deploy.console.watched import Watched
from tests.deploy.console import doors
from tests.deploy.console.doors import Console, at_the_door
from tests.processes import DEADLINE

ODD: dict[str, Any] = {
    "volume": math.nan, "speed": math.inf, "rate": -math.inf, "time": 10**400, "frame_rate": math.nan,
    "frame_age": math.inf, "waiting": math.nan, "language": "\ud800", "phase": "a\udfff", "wall": "\udc80",
    "ensemble": {"walls": [{"name": "\ud8ff", "offset": math.nan}]},
}  # fmt: skip
"""What `json` reads, and no browser, or nobody can write."""


def test_one_odd_page_blinds_nobody(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        await there.log_in()
        for number, role in enumerate(("display", "input"), 1):
            odd = Watched(f"00000000-0000-4000-8000-00000000000{number}", role, "odd", "10.0.0.9", 1000.0)
            odd.page, odd.page_at, odd.options = ODD, 1000.0, {"language": ["\ud800"]}
            there.gathering.nodes[odd.id] = odd
        async with there.watching() as page:
            for _ in range(2):
                text = await page.receive_str(timeout=10)
                text.encode()
                told = json.loads(text, parse_constant=pytest.fail)
                wall = next(node for node in told["nodes"] if node["role"] == "display")
                assert wall["values"]["volume"] is None
                assert wall["values"]["time"] is None
                assert wall["values"]["language"] == "?"
                assert wall["step"]["walls"] == [
                    {"name": "?", "offset": None, "uncertainty": None, "same": None}
                ]

    at_the_door(tmp_path, visit)


def test_news_that_cannot_be_told_are_said_once_and_end_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours, whatever it may be: pages hear nothing as long as it lasts, and say so."""
    told: list[Any] = [{"x": math.nan}, {"x": math.inf}, {"x": object()}]
    monkeypatch.setattr(live, "EVERY", 0.01)
    monkeypatch.setattr(doors, "snapshot", lambda *_: told.pop(0) if told else {"x": 1})

    async def visit(there: Console) -> None:
        await there.log_in()
        async with there.watching() as page:
            assert json.loads(await page.receive_str(timeout=10)) == {"x": 1}
        assert len([one for one in caplog.records if one.exc_info]) == 1

    at_the_door(tmp_path, visit)


def test_the_first_page_of_a_day_is_not_told_the_evening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nobody looks nothing is made to be told; what was told last may be of yesterday."""
    said = [""]
    monkeypatch.setattr(doors, "snapshot", lambda *_: {"it is": said[-1]})

    async def visit(there: Console) -> None:
        await there.log_in()
        for hour in ("evening", "morning"):
            said.append(hour)
            async with there.watching() as page:
                assert json.loads(await page.receive_str(timeout=DEADLINE)) == {"it is": hour}
            while there.live.watching:
                await asyncio.sleep(0.01)

    at_the_door(tmp_path, visit)


def test_a_page_that_cannot_be_told_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would wait for ever, and look as if nothing had changed."""

    async def fails(socket: web.WebSocketResponse, text: str) -> None:
        raise UnicodeEncodeError("utf-8", text, 0, 1, "surrogates not allowed")

    monkeypatch.setattr(web.WebSocketResponse, "send_str", fails)

    async def visit(there: Console) -> None:
        await there.log_in()
        async with there.watching() as page:
            assert (await page.receive(timeout=10)).data == aiohttp.WSCloseCode.INTERNAL_ERROR

    at_the_door(tmp_path, visit)
