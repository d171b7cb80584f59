"""`python -m deploy.console`, or `sandglass operate`: finds all nodes, tells how they are, steers walls."""

import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence

from aiohttp import web

from common.company import Company
from common.config import parse
from common.counters import Counters, set_up_logging
from common.errors import LinkError, explain
from common.identity import Identity, identity
from common.interfaces import is_loopback
from common.known import parse_peers, read_peers
from common.link import UdpLink
from common.machine import KEEPER_PORT
from common.naming import node_name
from common.peers import Peers
from common.sealed import SealedLink, locked
from common.services import Ports
from common.sighting import Sighting
from common.state import StateFolder, state_base, state_folder
from common.wire import DRAWING_PORT
from deploy.console import passwords
from deploy.console.gathering import HERE, Gathering
from deploy.console.live import Live
from deploy.console.orders import Orders
from deploy.console.radio import Radio
from deploy.console.settings import Settings
from deploy.console.snapshot import snapshot
from deploy.console.web import Site

log = logging.getLogger("sandglass")

SET_PASSWORD = "--set-password"
COMMAND = "sandglass operate"
FROZEN = 2.0
"""Seconds after which a loop that does not turn is no console any more."""


def main(argv: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if argv is None else argv)
    wanted = [word for word in given if word != SET_PASSWORD]
    about = f"{(__doc__ or '').partition(': ')[2]} {SET_PASSWORD}: asks for the page's password, and ends."
    settings = parse(Settings, COMMAND, wanted, about)
    if SET_PASSWORD in given:
        # Not its own folder: a console that runs has the lock, and takes the new password all the same.
        passwords.ask(settings.state or state_base() / "operate")
        print("The password is set. A console that had none has to be started again.", file=sys.stderr)
        return 0
    set_up_logging("console")
    folder, counters = state_folder("operate", settings.state), Counters()
    try:
        name = node_name(settings.name, "name")
        me = Identity(identity("operate", name, folder.path).id, "operate", name)
        link = locked(UdpLink(settings.host, settings.port), settings.key, counters)
        try:
            return asyncio.run(_run(settings, me, link, folder, counters))
        finally:
            link.close()
    except LinkError:
        time.sleep(settings.linger)  # whoever starts us again need not hurry
        raise
    finally:
        folder.close()


async def _run(
    settings: Settings, me: Identity, link: UdpLink | SealedLink, folder: StateFolder, counters: Counters
) -> int:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    static = parse_peers(settings.peers)
    company = Company(Peers(me), link, counters)
    gathering = Gathering(company.peers, lambda: live.watching, time.monotonic)
    radio = Radio(link, company, counters, gathering.told, time.monotonic)
    live = Live(lambda: {"now": time.time(), "name": me.name, **snapshot(gathering, time.monotonic())})
    orders = Orders(gathering, radio, time.monotonic)

    def health() -> dict[str, object]:
        """Anybody may read it, so it says little."""
        turned = time.monotonic() - gathering.turned
        told = {"ok": turned < FROZEN, "frames": gathering.turns, "frame_age": round(turned, 3)}
        return {**told, "role": me.role, "name": me.name, "id": me.id, "counters": counters.snapshot()}

    language = settings.language.partition("+")[0]
    parts = (gathering, radio, orders, live)
    site = Site(folder.path, settings.hosts.split(), language, parts, health, time.monotonic)
    protected = passwords.read(folder.path) is not None
    runner = web.AppRunner(site.app(), access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        host = settings.http_host if protected else HERE
        port = await _listen(runner, host, settings.http_port)
        if not protected and not is_loopback(settings.http_host):
            log.warning("no password is set (%s %s): this machine only", COMMAND, SET_PASSWORD)
        gathering.remember(read_peers(folder.path))
        company.find(
            Ports(node=link.address, http=(host, port)),
            enabled=settings.discovery, static=static, folder=folder.path,
        )  # fmt: skip
        for usual in (DRAWING_PORT, KEEPER_PORT):
            company.peers.sight(Sighting(None, "", "this machine", (HERE,), usual, how="static"))
        loop.add_reader(link.fileno(), radio.read)
        tasks = [asyncio.create_task(gathering.run(radio)), asyncio.create_task(live.run())]
        for task in tasks:
            task.add_done_callback(lambda done: stop.set())
        print(json.dumps({"ready": True, "port": link.address[1], "http_port": port}), flush=True)
        log.info("the console is at http://%s:%d", host, port)
        await stop.wait()
        ended = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        if ended and ended[0]:
            raise ended[0]
    finally:
        loop.remove_reader(link.fileno())
        await asyncio.to_thread(company.close)
        await gathering.poller.close()
        await live.close()
        await runner.cleanup()
    return 0


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    """The port that it became. Raises `LinkError`."""
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = error.strerror or error
        raise LinkError(f"cannot serve the page on {host}:{port}: {reason}; choose another port") from None
    return int(runner.addresses[0][1])


if __name__ == "__main__":
    sys.exit(explain(main))
