"""Who gets past the console's door: every request goes through here first.

Three things that another site cannot talk a browser into: the `Host` that it was told to go to (a name that
somebody points at us is not ours), the `Origin` that asks, and the token that only our own page could read.
"""

import hmac
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from deploy.console.sessions import Session, Sessions

COOKIE = "sandglass-session"
TOKEN = "X-CSRF-Token"
PROTOCOL, TOKEN_PROTOCOL = "sandglass", "csrf."
"""A WebSocket's: a browser lets a page add no header to it, but this, and it does not end in any log."""
FILES, TREE = "/page", "/state"
"""Where the page's files are, and what `deploy.console.tree` says."""
OPEN = frozenset({"/", TREE, "/health", "/api/session", "/api/login"})
"""Paths that need no session; and those below of the two above."""
BELOW = (f"{FILES}/", f"{TREE}/")
READS = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SESSION: "web.RequestKey[Session]" = web.RequestKey("session", Session)


class Guard:
    """`hosts`: names of this machine; its addresses always do, and `localhost`. `now`: monotonic seconds."""

    def __init__(self, sessions: Sessions, hosts: Iterable[str], now: Callable[[], float]) -> None:
        mine = socket.gethostname().lower()
        self._hosts = {
            "localhost",
            mine,
            f"{mine.partition('.')[0]}.local",
            *(name.lower() for name in hosts),
        }
        self._sessions, self._now = sessions, now

    def session(self, request: web.Request) -> Session | None:
        return self._sessions.find(request.cookies.get(COOKIE, ""), self._now())

    async def let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Raises aiohttp's answers: 403 for another site's doing, 401 without a session."""
        if not self._own(request.headers.get("Host", "")):
            raise _refusal(web.HTTPForbidden, "host")
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        if (request.method not in READS or upgrade) and not self._same_origin(request):
            raise _refusal(web.HTTPForbidden, "origin")
        if request.path in OPEN or request.path.startswith(BELOW):
            return await handler(request)
        session = self.session(request)
        if session is None:
            raise _refusal(web.HTTPUnauthorized, "session")
        if request.method not in READS or upgrade:
            said = request.headers.get(TOKEN, "") if not upgrade else _offered(request)
            if not hmac.compare_digest(said.encode(), session.csrf.encode()):
                raise _refusal(web.HTTPForbidden, "token")
        request[SESSION] = session
        return await handler(request)

    def _own(self, host: str) -> bool:
        """Whether a `Host` means this machine: an address can't be pointed elsewhere, a name can."""
        name = re.sub(r":\d{1,5}$", "", host.lower())
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True

    def _same_origin(self, request: web.Request) -> bool:
        """A browser names the origin with every such request; whoever names none is none."""
        return (
            request.headers.get("Origin", "").lower() == f"http://{request.headers.get('Host', '').lower()}"
        )


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, the refusals as well."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "sandglass"


def _offered(request: web.Request) -> str:
    offered = [word.strip() for word in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    return next((w.removeprefix(TOKEN_PROTOCOL) for w in offered if w.startswith(TOKEN_PROTOCOL)), "")


def _refusal(kind: type[web.HTTPError], why: str) -> web.HTTPError:
    return kind(text=f'{{"error": "{why}"}}', content_type="application/json")
