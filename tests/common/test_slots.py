"""Places at a door: bounded, shared out, and this machine's own apart."""

import socket

from common.slots import Slots, counted_as


def test_no_address_takes_all_and_ours_are_apart() -> None:
    slots = Slots(total=4, each=3)
    assert [slots.enter("10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert [slots.enter("10.0.0.2") for _ in range(2)] == [True, False]
    assert [slots.enter("127.0.0.1") for _ in range(3)] == [True, True, True]
    assert [slots.enter("127.0.0.2") for _ in range(2)] == [True, False]
    slots.leave("10.0.0.1")
    assert not slots.enter("127.0.0.1")
    assert slots.enter("10.0.0.2")
    assert not slots.enter("10.0.0.1")


def test_who_has_left_is_forgotten() -> None:
    slots = Slots(total=1, each=1)
    for number in range(1000):
        host = f"10.0.{number // 250}.{number % 250}"
        assert slots.enter(host)
        slots.leave(host)
    assert not slots._inside


def test_who_calls_from_the_address_that_was_called_is_of_this_machine() -> None:
    with (
        socket.create_server(("127.0.0.2", 0)) as door,
        socket.create_connection(door.getsockname()) as caller,
    ):
        called, (host, _) = door.accept()
        with called:
            assert (
                counted_as(called, caller.getsockname()[0]) == counted_as(caller, "127.0.0.1") == "127.0.0.1"
            )
            assert counted_as(called, "10.0.0.1") == "10.0.0.1"
        assert counted_as(called, host) == host  # it is gone already
