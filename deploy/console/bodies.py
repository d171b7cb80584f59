"""What a browser sends, which is JSON in a hurry or nothing, and the answers to whatever is not in order."""

import asyncio
import json
from typing import Any

from aiohttp import web

MOST = 16 * 1024
"""Bytes of a body."""
WITHIN = 5.0
"""Seconds that one may take: its connection has a place that somebody else may want."""


async def body(request: web.Request) -> dict[str, Any]:
    """An object in JSON; 400 for anything else. Only as JSON, which no form of another site can send."""
    if request.content_type != "application/json":
        raise bad("JSON only")
    try:
        async with asyncio.timeout(WITHIN):
            found = json.loads(await request.text())
    except TimeoutError:
        raise web.HTTPRequestTimeout(text='{"error": "slow"}', content_type="application/json") from None
    except (ValueError, RecursionError):
        raise bad("no JSON") from None
    if not isinstance(found, dict):
        raise bad("no object")
    return found


def bad(why: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": why}), content_type="application/json")


def wait(seconds: float) -> web.Response:
    whole = int(seconds) + 1
    return web.json_response(
        {"error": "wait", "seconds": whole}, status=429, headers={"Retry-After": str(whole)}
    )
