"""The seal: what is closed with a key opens with that key alone, whole and unchanged; numbers count once."""

import errno
import hashlib
import hmac
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pythonosc.osc_message import OscMessage

from common import nodes, osc, wire
from common.bitmap import BLANK
from common.errors import ConfigError, Refused, WireError
from common.key import new_key, read_key
from common.seal import KEY_BYTES, OVERHEAD, WINDOW, Reseal, Seal, Sealed, Window, is_sealed

KEY = bytes(range(KEY_BYTES))
SEAL = Seal(KEY)
longs = some.integers(-(2**63), 2**63 - 1)
inners = (
    some.binary(max_size=1136).map(lambda data: data + bytes(-len(data) % 4)).filter(lambda d: len(d) <= 1136)
)
messages = some.one_of(
    some.builds(Sealed, longs, longs, longs, inners), some.builds(Reseal, longs, longs, longs)
)


def refusal(datagram: bytes, seal: Seal = SEAL) -> str:
    with pytest.raises(Refused) as caught:
        seal.open(datagram)
    return caught.value.kind


@given(messages)
def test_what_is_closed_opens(message: Sealed | Reseal) -> None:
    datagram = SEAL.close(message)
    assert SEAL.open(datagram) == message
    assert is_sealed(datagram)
    assert [found.address for found in osc.messages(datagram)] == [datagram[:7].decode()]


@given(messages, some.data())
def test_one_bit_is_enough(message: Sealed | Reseal, data: some.DataObject) -> None:
    datagram = bytearray(SEAL.close(message))
    bit = data.draw(some.integers(0, 8 * len(datagram) - 1))
    datagram[bit // 8] ^= 1 << bit % 8
    assert refusal(bytes(datagram)) in ("forged", "unsealed")


@given(messages, some.integers(1, 1200), some.binary(max_size=8))
def test_shorter_or_longer_is_refused(message: Sealed | Reseal, cut: int, more: bytes) -> None:
    datagram = SEAL.close(message)
    assert refusal(datagram[:-cut]) in ("forged", "unsealed")
    if more:
        assert refusal(datagram + more) in ("forged", "size")


@given(some.binary(max_size=300))
def test_no_bytes_make_it_fall_over(junk: bytes) -> None:
    for head in (b"", b"/sealed\0,hhhbb\0\0", b"/reseal\0,hhhb\0\0\0"):
        assert refusal(head + junk) in ("forged", "unsealed")


@given(messages)
def test_another_key_opens_nothing(message: Sealed | Reseal) -> None:
    assert refusal(SEAL.close(message), Seal(bytes(KEY_BYTES))) == "forged"


def test_one_kind_is_never_taken_for_the_other() -> None:
    request = SEAL.close(Reseal(1, 2, 3))
    mac = request[-16:]
    assert (
        refusal(b"/sealed\0,hhhbb\0\0" + request[16:40] + struct.pack(">i", 0) + struct.pack(">i", 16) + mac)
        == "forged"
    )


def test_the_mac_is_what_it_says_it_is() -> None:
    datagram = SEAL.close(Sealed(1, -2, 3, b"/a\0\0,\0\0\0"))
    signed = b"/sealed\0,hhhbb\0\0" + struct.pack(">qqq", 1, -2, 3) + b"/a\0\0,\0\0\0"
    expected = hmac.new(KEY, signed, hashlib.sha256).digest()[:16]
    assert OscMessage(datagram).params == [1, -2, 3, b"/a\0\0,\0\0\0", expected]


def test_the_longest_messages_stay_below_the_limit_and_longer_ones_are_refused() -> None:
    preview = wire.Preview("x" * wire.MAX_NAME, 1, 1, BLANK).encode()
    picture = nodes.Picture("x" * wire.MAX_NAME, 1, nodes.CANVAS, BLANK).encode()
    for inner in (preview, picture, bytes(1136)):
        assert len(SEAL.close(Sealed(1, 2, 3, inner))) == len(inner) + OVERHEAD <= wire.MAX_DATAGRAM
    for inner in (bytes(1140), b"abc"):
        with pytest.raises(WireError):
            SEAL.close(Sealed(1, 2, 3, inner))
    assert refusal(SEAL.close(Sealed(1, 2, 3, bytes(1136))) + bytes(4)) == "size"


def test_asking_is_shorter_than_the_shortest_that_is_asked_for() -> None:
    assert len(SEAL.close(Reseal(1, 2, 3))) < len(SEAL.close(Sealed(1, 2, 3, b"")))


@given(some.lists(some.integers(-5, 3 * WINDOW)))
def test_each_number_counts_once_and_only_within_the_window(numbers: list[int]) -> None:
    window, taken, highest = Window(), set[int](), 0
    for number in numbers:
        expected = number > 0 and number not in taken and number > highest - WINDOW
        assert window.take(number) == expected
        if expected:
            taken.add(number)
            highest = max(highest, number)
        assert window.highest == highest


def test_a_whole_window_backwards() -> None:
    window = Window()
    assert all(window.take(number) for number in range(2 * WINDOW, WINDOW, -1))
    assert not any(window.take(number) for number in range(2 * WINDOW + 1))


def test_a_new_key_is_read_back_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = new_key(path)
    assert read_key(path) == key
    assert new_key(tmp_path / "other") != key
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError, match="never overwritten"):
        new_key(path)
    assert read_key(path) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o620])
def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    new_key(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
        read_key(path)


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "0" * 66, "g" * 64, "\xff", "0" * 64 + "x" * 5000])
def test_a_file_without_a_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="is no key"):
        read_key(path)


def test_a_key_that_is_not_here_is_copied_and_not_made(tmp_path: Path) -> None:
    """A second machine with a new key of its own would be alone with it."""
    with pytest.raises(ConfigError, match="copy it from a machine that has it"):
        read_key(tmp_path / "nosuch")


def test_a_key_of_another_user_is_given_to_the_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as there:
        there.setattr("common.key.os.open", refuse)
        with pytest.raises(ConfigError) as caught:
            read_key(tmp_path / "key")
    assert str(caught.value).endswith("Permission denied; chown it to the user that runs this")


def test_no_file_no_folder_no_pipe(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "nosuch", tmp_path, tmp_path / "pipe"):
        with pytest.raises(ConfigError):
            read_key(path)
    with pytest.raises(ConfigError, match="cannot write"):
        new_key(tmp_path / "nosuch" / "key")
