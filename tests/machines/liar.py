"""`python -m tests.machines.liar ID=NAME …`: a stranger who says by mDNS that he is a wall, and all of them.

He beats as a wall with nothing to do, on its port, acknowledges and answers whatever comes, and says goodbye
in the names of the walls that are given, again and again. He has no key.
"""

import argparse
import socket
import time
import uuid

from zeroconf import DNSOutgoing, DNSPointer

from common.company import Company
from common.counters import Counters
from common.discovery import Discovery
from common.identity import Identity
from common.interfaces import interfaces, is_loopback
from common.link import UdpLink
from common.nodes import is_node
from common.peers import Mine, Peers
from common.services import Ports, Service
from common.wire import DRAWING_PORT, Ack, Answer

MULTICAST = ("224.0.0.251", 5353)
PTR, IN, ANSWER = 12, 1, 0x8400
"""A pointer record, of the Internet, in an authoritative answer (RFC 1035, 4.1.1 and 3.2)."""
EVERY = 0.2


def goodbye(service: Service) -> bytes:
    """What a node multicasts when it leaves: its record, to be kept for no time (RFC 6762, 10.1)."""
    out = DNSOutgoing(ANSWER)
    out.add_answer_at_time(DNSPointer(service.type, PTR, IN, 0, service.instance), 0)
    return out.packets()[0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("walls", nargs="*")
    walls = [wall.split("=") for wall in parser.parse_args().walls]
    link = UdpLink("0.0.0.0", DRAWING_PORT)
    ports = Ports(drawing=link.address, control=("0.0.0.0", 9001), http=("0.0.0.0", 9002))
    company = Company(Peers(Identity(str(uuid.uuid4()), "display", "aaa"), group="hall"), link, Counters())
    for one, name in [(company.peers.me.id, "aaa"), *walls]:
        Discovery(
            Identity(one, "display", name), ports, enabled=True, static=(), folder=None,
            seen=company.peers.sight, gone=company.peers.gone,
        )  # fmt: skip
    services = [
        Service(one, "display", name, kind, (), 0) for one, name in walls for kind in ("drawing", "control")
    ]
    shout = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    shout.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shout.bind(("", MULTICAST[1]))
    here = next(one.address for one in interfaces() if not is_loopback(one.address))
    shout.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(here))
    print("lying", flush=True)
    due = time.monotonic()
    while True:
        company.tick(time.monotonic(), Mine)
        if (found := link.receive(0.02)) is not None:
            datagram, sender = found
            if is_node(datagram):
                company.take(datagram, sender, time.monotonic())
            for station in ("first", "second"):
                link.send(Ack(station, 1).encode(), sender)
                link.send(Answer(station, 1, 3, (0.1,) * 10).encode(), sender)
        if time.monotonic() > due:
            due += EVERY
            for service in services:
                shout.sendto(goodbye(service), MULTICAST)


if __name__ == "__main__":
    main()
