"""One page of one node over HTTP: soon, or not at all, and never more of it than fits."""

import asyncio
import errno
import json
from typing import Any

import aiohttp

MOST = 1 << 18
"""Bytes of a page."""
CONNECT_WITHIN = 0.8


class NoPage(Exception):
    """`args[0]`: a `Watched.failure`."""


async def fetch(
    session: aiohttp.ClientSession, host: str, port: int, path: str, within: float, most: int = MOST
) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers (their names in small letters). Raises `NoPage`."""
    timeout = aiohttp.ClientTimeout(total=within, sock_connect=min(CONNECT_WITHIN, within))
    url = f"http://{host}:{port}{path}"
    try:
        async with session.get(url, timeout=timeout, allow_redirects=False) as reply:
            body = bytearray()
            async for piece in reply.content.iter_chunked(1 << 14):
                body += piece
                if len(body) > most:
                    raise NoPage("odd")
            return reply.status, bytes(body), {name.lower(): value for name, value in reply.headers.items()}
    except aiohttp.ConnectionTimeoutError:
        raise NoPage("unreachable") from None
    except TimeoutError:
        raise NoPage("silent") from None
    except aiohttp.ClientConnectorError as error:
        refused = error.os_error.errno == errno.ECONNREFUSED
        raise NoPage("refused" if refused else "unreachable") from None
    except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError):
        raise NoPage("odd") from None


async def fetch_json(
    session: aiohttp.ClientSession, host: str, port: int, path: str, within: float
) -> dict[str, Any]:
    """An object in JSON, whatever the status says. Raises `NoPage`."""
    _, body, _ = await fetch(session, host, port, path, within)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoPage("odd") from None
    if not isinstance(found, dict):
        raise NoPage("odd")
    return found
