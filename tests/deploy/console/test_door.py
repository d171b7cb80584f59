"""The console's door: who gets in, and what another site, a stranger or a guesser can do: nothing."""

import asyncio
import contextlib
import io
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from common.errors import ConfigError
from common.state_wire import CONSOLE
from deploy.console import passwords
from deploy.console.__main__ import main
from deploy.console.guard import COOKIE
from deploy.console.watched import Watched
from tests.deploy.console.doors import PASSWORD, Console, at_the_door
from tests.oscquery_schema import check, check_host

POSTS = ("/api/control", "/api/program", "/api/forget", "/api/logout")
NOBODY = 65534
"""A user without rights, whatever it is called here."""
READS = ("/api/picture/x", "/api/visitors.csv", "/api/log", "/api/live")


def test_without_a_session_there_is_the_log_in_and_nothing_else(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        for path in ("/", "/page/app.js", "/health", "/api/session"):
            assert (await there.client.get(path)).status == 200, path
        for path in READS:
            assert (await there.client.get(path)).status == 401, path
        for path in POSTS:
            assert (await there.post(path))[0] == 401, path
        for path in ("/page/../web.py", "/page/%2e%2e%2fweb.py", "/page/web.py", "/page/"):
            assert (await there.client.get(path)).status in (401, 404), path

    at_the_door(tmp_path, visit)


def test_a_session_begins_with_the_password_and_ends_when_it_should(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        assert await there.log_in("something else") == 403
        assert await there.log_in() == 200
        assert (await there.client.get("/api/visitors.csv")).status == 200
        cookie = there.client.session.cookie_jar.filter_cookies(there.client.make_url("/"))[COOKIE]
        assert len(cookie.value) >= 43  # 32 bytes
        there.clock.seconds += 12 * 3600 - 1
        assert (await there.client.get("/api/visitors.csv")).status == 200
        there.clock.seconds += 2
        assert (await there.client.get("/api/visitors.csv")).status == 401
        assert await there.log_in() == 200
        assert (await there.post("/api/logout"))[0] == 200
        there.client.session.cookie_jar.update_cookies({COOKIE: cookie.value}, there.client.make_url("/"))
        assert (await there.client.get("/api/visitors.csv")).status == 401

    at_the_door(tmp_path, visit)


def test_the_cookie_is_for_our_own_page_only(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        reply = await there.client.post(
            "/api/login", json={"password": PASSWORD}, headers={"Origin": there.origin}
        )
        said = reply.headers["Set-Cookie"]
        assert "HttpOnly" in said
        assert "SameSite=Strict" in said
        assert "Path=/" in said

    at_the_door(tmp_path, visit)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Origin": "http://evil.example"}, "origin"),
        ({"Origin": "null"}, "origin"),
        ({"Origin": ""}, "origin"),
        ({"X_CSRF_Token": "guessed"}, "token"),
        ({"X-CSRF-Token": ""}, "token"),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, "host"),
    ],
)
def test_another_site_changes_nothing(tmp_path: Path, headers: dict[str, str], why: str) -> None:
    async def visit(there: Console) -> None:
        assert await there.log_in() == 200
        if "X_CSRF_Token" in headers:
            there.csrf = "guessed"
        sent = {name: value for name, value in headers.items() if name != "X_CSRF_Token"}
        for path in POSTS:
            assert await there.post(path, **sent) == (403, {"error": why}), path
        assert (await there.client.get("/api/visitors.csv")).status == 200  # still logged in

    at_the_door(tmp_path, visit)


def test_names_that_are_not_ours_are_told_nothing(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        for host, status in (
            ("evil.example", 403), ("127.0.0.1.evil.example", 403), ("", 403), ("localhost:80", 200),
            ("192.168.1.20:9004", 200), ("[::1]:9004", 200),
        ):  # fmt: skip
            assert (await there.client.get("/api/session", headers={"Host": host})).status == status, host

    at_the_door(tmp_path, visit)


@pytest.mark.parametrize("wrong", ["origin", "token", "session", None])
def test_news_are_for_our_own_page_only(tmp_path: Path, wrong: str | None) -> None:
    async def visit(there: Console) -> None:
        if wrong != "session":
            await there.log_in()
        origin = "http://evil.example" if wrong == "origin" else there.origin
        token = "guessed" if wrong == "token" else there.csrf
        asked = there.client.ws_connect(
            "/api/live", protocols=("sandglass", f"csrf.{token}"), headers={"Origin": origin}
        )
        if wrong:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await asked
            assert refused.value.status == (401 if wrong == "session" else 403)
            return
        async with asked as socket:
            assert json.loads(await socket.receive_str(timeout=10))["nodes"] == []
            await there.post("/api/logout")
            while (last := await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
                pass
            assert last.data == 4401

    at_the_door(tmp_path, visit)


def test_reading_changes_nothing(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        await there.log_in()
        for path in (*POSTS, "/api/login"):
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
                headers = {"Origin": there.origin, "X-CSRF-Token": there.csrf}
                reply = await there.client.request(method, path, headers=headers)
                assert reply.status == 405, (method, path)
        assert (await there.client.get("/api/visitors.csv")).status == 200

    at_the_door(tmp_path, visit)


def test_a_guesser_waits_longer_and_longer(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        waits = []
        for _ in range(24):
            status, told = await there.post("/api/login", {"password": "wrong"})
            if status == 429:
                waits.append(told["seconds"])
                assert await there.log_in() == 429  # the right one, too
                there.clock.seconds += told["seconds"]
        assert waits == sorted(waits)
        assert len(waits) > 8
        assert waits[-1] > 60
        assert await there.log_in() == 200

    at_the_door(tmp_path, visit)


def test_many_guesses_at_once_are_not_one(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        asked = [there.post("/api/login", {"password": f"guess {n}"}) for n in range(20)]
        statuses = [status for status, _ in await asyncio.gather(*asked)]
        assert statuses.count(403) == 3
        assert statuses.count(429) == 17

    at_the_door(tmp_path, visit)


def test_every_answer_is_dressed(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        for path in ("/", "/page/app.js", "/api/session", "/api/visitors.csv", "/nowhere"):
            headers = (await there.client.get(path)).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"], path
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Cache-Control"] == "no-store", path
            assert headers["Server"] == "sandglass", path

    at_the_door(tmp_path, visit)


def test_what_is_no_order_is_refused(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        await there.log_in()
        for body in (
            {}, [], "pause", {"verb": "subscribe", "value": 9}, {"verb": "rm -rf"}, {"verb": ["pause"]},
            {"verb": "volume", "value": 2}, {"verb": "volume", "value": True}, {"verb": "volume"},
            {"verb": "language", "value": 1}, {"verb": "language", "value": "x" * 400},
            {"verb": "pause", "walls": "all"}, {"verb": "pause", "walls": [1]},
        ):  # fmt: skip
            assert (await there.post("/api/control", body))[0] == 400, body
        assert await there.post("/api/control", {"verb": "pause", "walls": None}) == (200, {"outcomes": []})
        too_long = {"verb": "language", "value": "x" * 20_000}
        assert (await there.post("/api/control", too_long))[0] == 413
        form = await there.client.post(
            "/api/control", data="verb=pause", headers={"Origin": there.origin, "X-CSRF-Token": there.csrf}
        )
        assert form.status == 400

    at_the_door(tmp_path, visit)


def test_without_a_password_the_page_lets_in_whoever_gets_there(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        assert await there.log_in("") == 200  # it listens on loopback only: see test_browser

    at_the_door(tmp_path, visit, password=None)


def test_a_new_password_counts_at_once_and_ends_every_session(tmp_path: Path) -> None:
    async def visit(there: Console) -> None:
        await there.log_in()
        passwords.keep(tmp_path, "another password")
        assert await there.log_in() == 403
        assert (await there.client.get("/api/visitors.csv")).status == 401
        assert await there.log_in("another password") == 200
        (tmp_path / passwords.FILE).unlink()
        assert await there.log_in("") == 403

    at_the_door(tmp_path, visit)


def test_a_new_password_ends_every_session_though_nobody_logs_in(tmp_path: Path) -> None:
    """Whoever sets one does it because somebody has the old one, and may have a page open."""

    async def visit(there: Console) -> None:
        await there.log_in()
        async with there.watching() as page:
            assert json.loads(await page.receive_str(timeout=10))["nodes"] == []
            passwords.keep(tmp_path, "another password")
            async with asyncio.timeout(20):
                while (last := await page.receive()).type is aiohttp.WSMsgType.TEXT:
                    pass
            assert last.data == 4401
        assert (await there.client.get("/api/visitors.csv")).status == 401
        assert (await there.post("/api/control", {"verb": "pause"}))[0] == 401

    at_the_door(tmp_path, visit)


def test_a_file_that_is_no_password_changes_nothing_until_it_is_in_order(tmp_path: Path) -> None:
    passwords.keep(tmp_path, PASSWORD)
    kept, path = passwords.Kept(tmp_path), tmp_path / passwords.FILE
    before = kept.hashed
    assert not kept.look()
    path.chmod(0o644)
    for _ in range(2):
        with pytest.raises(ConfigError, match="others can read"):
            kept.look()
    path.chmod(0o600)
    assert not kept.look()
    assert kept.hashed == before
    passwords.keep(tmp_path, "another password")
    assert kept.look()
    assert not kept.look()
    path.unlink()
    assert not kept.look()
    assert kept.hashed != before
    assert kept.hashed


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody whom permissions hold; root is nobody for a while."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(mine)


def test_a_password_that_cannot_be_read_is_told_once_and_opens_nothing(
    short_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As it is where root has set it, and the console is somebody else's."""
    short_path.chmod(0o777)
    looks, read = 0, passwords.read

    def counted(folder: Path) -> str | None:
        nonlocal looks
        looks += 1
        return read(folder)

    async def visit(there: Console) -> None:
        (short_path / passwords.FILE).touch(mode=0)
        async with asyncio.timeout(60):
            while looks < 5:
                await asyncio.sleep(0)
        assert not there.site.protected

    monkeypatch.setattr("deploy.console.passwords.read", counted)
    monkeypatch.setattr("deploy.console.web.LOOK_EVERY", 0.001)
    with unprivileged():
        at_the_door(short_path, visit, password=None)
    ours = [record for record in caplog.records if record.name == "sandglass"]  # asyncio warns of slow turns
    (told,) = [record.getMessage() for record in ours if record.levelname == "WARNING"]
    assert "Permission denied; chown it, and" in told
    assert str(short_path / passwords.FILE) in told


def test_a_password_behind_a_fault_is_not_taken_for_none(tmp_path: Path) -> None:
    kept = passwords.Kept(tmp_path)
    (tmp_path / passwords.FILE).symlink_to(passwords.FILE)  # round in a circle
    with pytest.raises(ConfigError, match="cannot read"):
        kept.look()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("already", [(), ("above",), ("above", "above/operate")])
def test_what_root_sets_belongs_to_who_runs_the_console(
    already: tuple[str, ...],
    short_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    short_path.chmod(0o755)
    os.chown(short_path, NOBODY, NOBODY)
    for name in already:
        (short_path / name).mkdir(mode=0o700)
        os.chown(short_path / name, NOBODY, NOBODY)
    state = short_path / "above" / "operate"
    monkeypatch.setattr("sys.stdin", io.StringIO("grains of sand\n"))
    assert main(["--set-password", "--state", str(state)]) == 0
    for path in (state.parent, state, state / passwords.FILE):
        assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY), path
    assert f"set, in {state / passwords.FILE}." in capsys.readouterr().err
    assert (os.geteuid(), os.getegid()) == (0, 0)


def test_the_port_is_oscquery_for_whoever_asks_as_that_does(tmp_path: Path) -> None:
    """It is announced as such. Open to everybody, so no node's name or address is in it."""

    async def visit(there: Console) -> None:
        dead = Watched("00000000-0000-4000-8000-000000000001", "display", "the wall", "10.0.0.9", 0.0)
        there.gathering.nodes[dead.id] = dead

        async def ask(path: str, accept: str = "*/*", **more: str) -> tuple[int, str, str]:
            async with there.client.get(path, headers={"Accept": accept, **more}) as reply:
                return reply.status, reply.content_type, await reply.text()

        browser = "text/html,application/xhtml+xml,*/*;q=0.8"
        assert (await ask("/", browser))[1] == "text/html"
        for accept in ("*/*", browser):
            _, kind, text = await ask("/?HOST_INFO", accept)
            assert kind == "application/json"
            host = json.loads(text)
            check_host(host)
            assert "WS_PORT" not in host
            assert not host["EXTENSIONS"]["LISTEN"]
            assert not host["EXTENSIONS"]["IGNORE"]
            assert host["EXTENSIONS"]["VALUE"]
        whole = json.loads((await ask("/"))[2])
        check(whole)
        values = {name: one["VALUE"] for name, one in whole["CONTENTS"]["state"]["CONTENTS"].items()}
        assert list(values) == [reading.name for reading in CONSOLE]
        assert (values["nodes"], values["unsure"], values["bad"]) == ([1], [0], [1])
        assert "the wall" not in json.dumps(whole)
        assert "10.0.0.9" not in json.dumps(whole)
        assert json.loads((await ask("/state"))[2]) == whole["CONTENTS"]["state"]
        assert json.loads((await ask("/state/bad?VALUE"))[2]) == {"VALUE": [1]}
        assert (await ask("/state/bad?RANGES"))[0] == 400
        assert (await ask("/state/nothing"))[0] == 404
        assert (await ask("/state?TYPE"))[0] == 204
        for path in ("/", "/?HOST_INFO", "/state", "/state/bad"):
            assert (await ask(path, Host="evil.example"))[0] == 403, path

    at_the_door(tmp_path, visit)


def test_the_password_is_kept_as_a_hash_that_only_we_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("grains of sand\n"))
    assert main(["--set-password", "--state", str(tmp_path / "state")]) == 0
    path = tmp_path / "state" / passwords.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"grains" not in path.read_bytes()
    kept = passwords.read(path.parent)
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, "grains of sand")
    assert not passwords.matches(kept, "grains of sand ")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="others can read"):
        passwords.read(path.parent)
    path.chmod(0o600)
    path.write_text("grains of sand")
    with pytest.raises(ConfigError, match="damaged"):
        passwords.read(path.parent)
    with pytest.raises(ConfigError, match="letters"):
        passwords.keep(tmp_path, "short")
