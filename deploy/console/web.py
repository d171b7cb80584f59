"""The console's pages and what they may ask for. Reads are GET; whatever changes something is POST."""

import asyncio
import logging
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web

from common.errors import ConfigError, Refused
from common.machine import VERBS
from deploy.console import bodies, passwords
from deploy.console.bodies import bad, body, wait
from deploy.console.gathering import Gathering
from deploy.console.guard import COOKIE, FILES, PROTOCOL, TREE, Guard, Handler, dress
from deploy.console.live import Live
from deploy.console.orders import Orders, control
from deploy.console.radio import Radio
from deploy.console.sessions import LASTS, Sessions, Tries
from deploy.console.tree import console_tree
from deploy.console.visitors import table
from deploy.console.watched import Watched

log = logging.getLogger("sandglass")

MOST_TARGETS = 64
LOOK_EVERY = 1.0
"""Seconds between two looks at whether there is a new password."""
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Site:
    """`folder`: where the password is. `health`: the console's own page. `now`: monotonic seconds."""

    def __init__(
        self,
        folder: Path,
        hosts: list[str],
        language: str,
        parts: tuple[Gathering, Radio, Orders, Live],
        health: Callable[[], dict[str, Any]],
        now: Callable[[], float],
    ) -> None:
        self._language, self._health, self._now = language, health, now
        self._all, self._radio, self._orders, self._live = parts
        self._sessions, self._tries = Sessions(), Tries()
        self._guard = Guard(self._sessions, hosts, now)
        self._kept = passwords.Kept(folder)
        self._tree = console_tree(self._all, now)
        self._checking = asyncio.Lock()
        self._wrong = ""
        self._files = page_files()

    @property
    def protected(self) -> bool:
        """Whether there is a password."""
        return self._kept.hashed is not None

    async def mind(self) -> None:
        """Take over new passwords, until it is cancelled, or a console that had none has its first."""
        open_to_all = not self.protected
        while not (open_to_all and self.protected):
            await asyncio.sleep(LOOK_EVERY)
            try:
                async with self._checking:
                    await self._look()
                self._wrong = ""
            except ConfigError as error:
                if self._wrong != str(error):  # once, not every second
                    self._wrong = str(error)
                    log.warning("%s", error)

    def app(self) -> web.Application:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guard.let_in(request, handler)

        made = web.Application(client_max_size=bodies.MOST, middlewares=[guard])
        made.on_response_prepare.append(dress)
        made.add_routes(
            [
                web.get("/", self._index),
                web.get(TREE, self._state),
                web.get(f"{TREE}/{{rest:.*}}", self._state),
                web.get(f"{FILES}/{{name}}", self._file),
                web.get("/health", self._own_health),
                web.get("/api/session", self._session),
                web.post("/api/login", self._login),
                web.post("/api/logout", self._logout),
                web.get("/api/live", self._watch),
                web.get("/api/picture/{id}", self._picture),
                web.get("/api/visitors.csv", self._csv),
                web.get("/api/log", self._log),
                web.post("/api/control", self._control),
                web.post("/api/program", self._program),
                web.post("/api/forget", self._forget),
            ]
        )
        return made

    async def _index(self, request: web.Request) -> web.Response:
        """The page for a browser; for whoever asks as OSCQuery does, the tree."""
        browser = "text/html" in request.headers.get("Accept", "") and not request.query_string
        return self._sent("index.html") if browser else await self._state(request)

    async def _state(self, request: web.Request) -> web.Response:
        url = request.rel_url
        status, told = self._tree.answer(url.raw_path, url.raw_query_string, url.port or 0)
        return web.Response(body=told, status=status, content_type="application/json")

    async def _file(self, request: web.Request) -> web.Response:
        return self._sent(request.match_info["name"])

    def _sent(self, name: str) -> web.Response:
        if name not in self._files:
            raise web.HTTPNotFound
        kind = KINDS[Path(name).suffix]
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8")

    async def _own_health(self, request: web.Request) -> web.Response:
        told = self._health()
        return web.json_response(told, status=200 if told["ok"] else 503)

    async def _session(self, request: web.Request) -> web.Response:
        session = self._guard.session(request)
        told = {"in": session is not None, "password": self.protected, "language": self._language}
        return web.json_response({**told, "csrf": session.csrf if session else None})

    async def _login(self, request: web.Request) -> web.Response:
        source = request.remote or ""
        if (left := self._tries.wait(source, self._now())) > 0.0:
            return wait(left)
        password = (await body(request)).get("password")
        async with self._checking:
            if (left := self._tries.wait(source, self._now())) > 0.0:
                return wait(left)
            self._tries.failed(source, self._now())
            if not await self._right(password if isinstance(password, str) else ""):
                log.warning("a wrong password from %s", source)
                return web.json_response({"error": "password"}, status=403)
        self._tries.succeeded(source)
        session = self._sessions.begin(self._now())
        reply = web.json_response({"csrf": session.csrf})
        reply.set_cookie(COOKIE, session.key, max_age=int(LASTS), path="/", httponly=True, samesite="Strict")
        return reply

    async def _right(self, password: str) -> bool:
        """Without a password everybody is; but then only this machine gets here."""
        try:
            await self._look()
        except ConfigError as error:
            log.warning("%s", error)
            return False
        hashed = self._kept.hashed
        return hashed is None or await asyncio.to_thread(passwords.matches, hashed, password)

    async def _look(self) -> None:
        """Whether there is a new password: it ends all sessions, and so the pages that are open."""
        if await asyncio.to_thread(self._kept.look):
            self._sessions.end_all()
            log.info("there is a new password: whoever was logged in has to log in again")

    async def _logout(self, request: web.Request) -> web.Response:
        self._sessions.end(request.cookies.get(COOKIE, ""))
        reply = web.json_response({})
        reply.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")
        return reply

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        return await self._live.serve(request, PROTOCOL, lambda: self._guard.session(request) is not None)

    async def _picture(self, request: web.Request) -> web.Response:
        node = self._all.nodes.get(request.match_info["id"])
        if node is None or node.picture is None:
            raise web.HTTPNotFound
        return web.Response(body=node.picture.data, content_type="image/png")

    async def _csv(self, request: web.Request) -> web.Response:
        disposition = 'attachment; filename="sandglass-visitors.csv"'
        return web.Response(
            text=table(self._all.of_role("display")), content_type="text/csv", charset="utf-8",
            headers={"Content-Disposition": disposition},
        )  # fmt: skip

    async def _log(self, request: web.Request) -> web.Response:
        """The end of a program's log, from its machine's keeper."""
        keeper = self._all.nodes.get(request.query.get("machine", ""))
        program = request.query.get("program", "")
        if keeper is None or keeper.peer is None or program not in self._programs(keeper):
            raise web.HTTPNotFound
        text = await self._radio.tail(keeper.peer.address, program)
        return web.json_response({"text": text}, status=200 if text is not None else 504)

    def _programs(self, keeper: Watched) -> list[str]:
        """What it told of; nothing that a browser says gets any further."""
        report = self._all.report_of(keeper)
        return [one.name for one in report.programs] if report else []

    async def _control(self, request: web.Request) -> web.Response:
        asked = await body(request)
        walls = asked.get("walls")
        good = (
            isinstance(walls, list) and len(walls) <= MOST_TARGETS and all(isinstance(w, str) for w in walls)
        )
        if walls is not None and not good:
            raise bad("walls must be a list of ids, or null for all")
        try:
            command = control(asked.get("verb"), asked.get("value"))
        except Refused as refused:
            raise bad(refused.detail) from None
        log.info("%s has %s asked for", request.remote, command.verb)
        outcomes = await self._orders.command(walls, command)
        return web.json_response({"outcomes": [vars(outcome) for outcome in outcomes]})

    async def _program(self, request: web.Request) -> web.Response:
        """Of a node; or, where a program is named, of a machine."""
        asked = await body(request)
        node, verb, program = (
            self._all.nodes.get(str(asked.get("node"))),
            asked.get("verb"),
            asked.get("program"),
        )
        if node is None or verb not in VERBS:
            raise bad(f"a node that is known, and one of {', '.join(VERBS)}")
        log.info("%s has %s of %s asked for", request.remote, verb, node.name)
        if program is None:
            outcome = await self._orders.program(node, str(verb))
        elif program in self._programs(node):
            outcome = await self._orders.order(node, str(program), str(verb), f"{program} ({node.name})")
        else:
            raise bad("no such program there")
        return web.json_response({"outcomes": [vars(outcome)]})

    async def _forget(self, request: web.Request) -> web.Response:
        self._all.forget(str((await body(request)).get("node")))
        return web.json_response({})


def page_files() -> dict[str, bytes]:
    """Every file of the page, read once, by name: no path of a browser's ever reaches the disk."""
    folder = files("deploy.console") / "page"
    return {one.name: one.read_bytes() for one in folder.iterdir() if Path(one.name).suffix in KINDS}
