"""Places at a door: bounded, shared out, and this machine's own apart."""

from common.slots import Slots


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
