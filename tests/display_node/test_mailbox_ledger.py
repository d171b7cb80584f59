"""What waits between the threads is bounded, and what matters is kept."""

import threading

from common.bitmap import BLANK
from common.control import Control
from common.wire import Answer
from display_node.events import Drawn, Failed, Wiped
from display_node.ledger import MAX_ENTRIES, Ledger
from display_node.mailbox import MAX_COMMANDS, MAX_STATIONS, Mailbox
from tests.display_node.test_desk import ONE, SHARES


def test_of_each_station_the_newest_stays() -> None:
    mailbox = Mailbox()
    for event in (Drawn("a", BLANK), Drawn("b", BLANK), Drawn("a", ONE)):
        assert mailbox.put(event)
    assert mailbox.drain() == [Drawn("b", BLANK), Drawn("a", ONE)]
    assert mailbox.drain() == []


def test_a_wipe_takes_the_place_of_what_was_drawn_before_it() -> None:
    mailbox = Mailbox()
    mailbox.put(Drawn("a", ONE))
    mailbox.put(Wiped("a"))
    assert mailbox.drain() == [Wiped("a")]
    mailbox.put(Wiped("a"))
    mailbox.put(Drawn("a", ONE))
    assert mailbox.drain() == [Drawn("a", ONE)]


def test_the_longest_silent_station_is_forgotten() -> None:
    mailbox = Mailbox()
    for n in range(MAX_STATIONS):
        mailbox.put(Drawn(f"{n}", BLANK))
    mailbox.put(Drawn("0", ONE))
    mailbox.put(Drawn("new", ONE))
    stations = [event.station for event in mailbox.drain() if isinstance(event, Drawn)]
    assert stations[-2:] == ["0", "new"]
    assert "1" not in stations
    assert len(stations) == MAX_STATIONS


def test_commands_wait_in_order_and_only_so_many() -> None:
    mailbox = Mailbox()
    commands = [Control("seek", float(n)) for n in range(MAX_COMMANDS + 3)]
    assert [mailbox.put(command) for command in commands] == [True] * MAX_COMMANDS + [False] * 3
    assert mailbox.drain() == commands[:MAX_COMMANDS]
    assert mailbox.put(commands[0])


def test_a_flood_of_commands_does_not_push_out_what_the_worker_says() -> None:
    mailbox = Mailbox()
    for _ in range(MAX_COMMANDS + 1):
        mailbox.put(Control("next"))
    assert mailbox.put(Failed("no torch"))
    assert mailbox.put(Drawn("a", ONE))
    events = mailbox.drain()
    assert events[0] == Drawn("a", ONE)
    assert events[-1] == Failed("no torch")


def test_nothing_is_lost_between_threads() -> None:
    mailbox, found = Mailbox(), []
    workers = [
        threading.Thread(target=lambda n=n: [mailbox.put(Failed(f"{n} {k}")) for k in range(500)])
        for n in range(4)
    ]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        found += mailbox.drain()
    found += mailbox.drain()
    assert len(found) == len(set(found)) == 2000


def test_a_drawing_is_entered_once() -> None:
    ledger = Ledger()
    assert [ledger.enter("a", 1), ledger.enter("a", 1), ledger.enter("b", 1)] == [True, False, True]
    assert ledger.answer("a", 1) is None
    answer = Answer("a", 1, 1, SHARES)
    ledger.record(answer)
    assert (ledger.answer("a", 1), ledger.answer("b", 1)) == (answer, None)


def test_what_is_forgotten_may_come_again() -> None:
    ledger = Ledger()
    ledger.enter("a", 1)
    ledger.forget("a", 1)
    ledger.forget("a", 2)
    ledger.record(Answer("a", 1, 1, SHARES))
    assert ledger.answer("a", 1) is None
    assert ledger.enter("a", 1)


def test_the_ledger_is_bounded_and_forgets_the_oldest() -> None:
    ledger = Ledger()
    for number in range(MAX_ENTRIES + 10):
        assert ledger.enter("a", number)
        ledger.record(Answer("a", number, 1, SHARES))
    assert ledger.answer("a", 9) is None
    assert ledger.answer("a", 10) is not None
    assert ledger.answer("a", MAX_ENTRIES + 9) is not None
