"""`python -m deploy.console`, or `sandglass operate`: finds all nodes, tells how they are, steers walls."""

import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence

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
from deploy.console.places import Entrance
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
        kept = passwords.ask(settings.state or state_base() / "operate")
        print(
            f"The password is set, in {kept}. A console that runs takes it over within a second.",
            file=sys.stderr,
        )
        return 0
    set_up_logging("console")
    folder, counters = state_folder("operate", settings.state), Counters()
    try:
        name = node_name(settings.name, "name")
        me = Identity(identity("operate", name, folder.path).id, "operate", name)
        while True:
            link = locked(UdpLink(settings.host, settings.port), settings.key, counters)
            try:
                if not asyncio.run(_run(settings, me, link, folder, counters)):
                    return 0
            finally:
                link.close()
            log.info("a password was set: opening anew, at %s", settings.http_host)
    except LinkError:
        time.sleep(settings.linger)  # whoever starts us again need not hurry
        raise
    finally:
        folder.close()


async def _run(
    settings: Settings, me: Identity, link: UdpLink | SealedLink, folder: StateFolder, counters: Counters
) -> bool:
    """Until it is ended. True: it has its first password, and is to be opened anew."""
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
    entrance = Entrance(site.app())
    try:
        host = settings.http_host if site.protected else HERE
        port = await entrance.open(host, settings.http_port)
        if host == HERE and not is_loopback(settings.http_host):
            log.warning("no password is set (%s %s): this machine only", COMMAND, SET_PASSWORD)
        gathering.remember(read_peers(folder.path))
        company.find(
            Ports(node=link.address, http=(host, port)),
            enabled=settings.discovery, static=static, folder=folder.path,
        )  # fmt: skip
        for usual in (DRAWING_PORT, KEEPER_PORT):
            company.peers.sight(Sighting(None, "", "this machine", (HERE,), usual, how="static"))
        loop.add_reader(link.fileno(), radio.read)
        works = (gathering.run(radio), live.run(), site.mind(), stop.wait())
        tasks = [asyncio.ensure_future(work) for work in works]
        print(json.dumps({"ready": True, "port": link.address[1], "http_port": port}), flush=True)
        log.info("the console is at http://%s:%d", host, port)
        ended, working = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in working:
            task.cancel()
        for task in ended:
            task.result()  # raises what ended it
    finally:
        loop.remove_reader(link.fileno())
        await asyncio.to_thread(company.close)
        await gathering.poller.close()
        await live.close()
        await entrance.close()
    return not stop.is_set()


if __name__ == "__main__":
    sys.exit(explain(main))
