"""Which peers are remembered for a start without mDNS."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from common import nodes
from common.company import Company
from common.counters import Counters
from common.identity import Identity
from common.known import read_peers
from common.link import Address, MemoryNetwork
from common.peers import Mine, Peers
from common.sighting import Sighting
from tests.common.beats import make_id
from tests.common.seeing import node, seeing
from tests.netns import bridge
from tests.processes import wait_for

HERE: Address = ("10.0.0.9", 9000)


class Notes:
    """Where a company's `remember` goes."""

    def __init__(self) -> None:
        self.told: list[Sequence[Sighting]] = []

    def remember(self, sightings: Sequence[Sighting]) -> None:
        self.told.append(sightings)

    def close(self) -> None:
        pass


def test_where_a_peer_is_now_is_what_is_remembered() -> None:
    network, notes = MemoryNetwork(), Notes()
    company = Company(Peers(Identity(make_id(1), "display", "here")), network.link(*HERE), Counters())
    company._finder = notes
    other = Peers(Identity(make_id(2), "display", "there"))
    other.sight(Sighting(None, "display", "", (HERE[0],), HERE[1], how="static"))
    now, remembered = 1.0, []
    for host in ("10.0.0.1", "10.0.0.2", "10.0.0.1"):
        link, end = network.link(host, 9000), now + 20.0
        while now < end:
            while (found := link.receive()) is not None:
                beat = nodes.decode(found[0])
                assert isinstance(beat, nodes.Beat)
                other.hear(beat, found[1], now)
            for datagram, to in other.due(now, Mine()):
                link.send(datagram, to)
            while (found := company._link.receive()) is not None:
                company.take(*found, now)
            company.tick(now, Mine)
            now += 0.05
        link.close()
        remembered.append([peer.addresses for peer in notes.told[-1]])
    assert remembered == [[("10.0.0.1",)], [("10.0.0.2",)], [("10.0.0.1",)]]
    assert len(notes.told) == 3, "and said only when it is news"


def test_what_could_not_be_written_is_written_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "missing"  # as good as a full disk, and root may write anywhere else
    peer = Sighting(make_id(2), "display", "there", ("10.77.0.9",), 9000, how="cache")
    with bridge("wall") as net, seeing(net["wall"], node(), folder=folder) as at_wall:
        at_wall.discovery.remember([peer])
        wait_for(lambda: "cannot keep" in caplog.text, "the attempt")
        folder.mkdir()
        wait_for(lambda: [one.id for one in read_peers(folder)] == [peer.id], "the cache")
