"""The console as an operator has it: a real Chromium, real walls, a station, a keeper under supervisord, all
with the installation's key.

Screenshots go to `out/console/`, for people to look at.
"""

import contextlib
import csv
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from display_node.counting.store import NAME, Store
from display_node.counting.tally import Counts, Sheet
from tests.deploy.console.doors import PASSWORD
from tests.deploy.galleries import Place, deployed, supervised
from tests.processes import free_port, python, running, wait_for

selenium = pytest.importorskip("selenium", reason="selenium is not installed (make test installs it)")
from selenium import webdriver  # noqa: E402
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
OUT = Path(__file__).parents[3] / "out" / "console"
RED_WITHIN = 3.0
"""Seconds from a node's death until the page shows it: the issue states it."""
SIZES = {"phone": (390, 844), "desk": (1440, 900)}


@dataclass
class Page:
    """The console in a browser, and the processes that it looks at."""

    driver: webdriver.Chrome
    place: Place
    right: list[str]
    """The command of a wall that nobody supervises."""
    right_log: Path
    processes: dict[str, "subprocess.Popen[bytes]"]
    supervisor: int

    def card(self, name: str) -> dict[str, Any] | None:
        """What is on a node's card."""
        script = """
            for (const card of document.querySelectorAll('.card[data-id]')) {
              const text = (what) => card.querySelector(what)?.textContent;
              if (text('h3') !== arguments[0]) continue;
              const facts = {};
              for (const fact of card.querySelectorAll('dl div'))
                facts[fact.className] = fact.lastChild.textContent;
              const image = card.querySelector('img');
              return {...facts, ...card.dataset, word: text('.word'), doing: text('.doing'),
                      image: image?.complete && image.naturalWidth ? image.src : null,
                      stale: Boolean(card.querySelector('figure.stale'))};
            }
            return null;"""
        found: dict[str, Any] | None = self.driver.execute_script(script, name)
        return found

    def seen(self, name: str, **wanted: Any) -> Callable[[], dict[str, Any] | None]:
        def look() -> dict[str, Any] | None:
            card = self.card(name)
            return card if card and all(card[key] == value for key, value in wanted.items()) else None

        return look

    def press(self, selector: str) -> None:
        """Once it is there and can be pressed."""

        def try_it() -> bool:
            with contextlib.suppress(StaleElementReferenceException):
                for one in self.driver.find_elements(By.CSS_SELECTOR, selector):
                    if one.is_displayed() and one.is_enabled():
                        self.driver.execute_script("arguments[0].click()", one)
                        return True
            return False

        wait_for(try_it, f"{selector} to press", 20)

    def press_on(self, name: str, word: str) -> None:
        """A button of a node's card, by what it says."""
        script = """
            for (const card of document.querySelectorAll('.card[data-id]'))
              if (card.querySelector('h3').textContent === arguments[0])
                for (const one of card.querySelectorAll('.actions button:not([hidden])'))
                  if (one.textContent === arguments[1] && !one.disabled) return one.click(), true;
            return false;"""
        wait_for(lambda: self.driver.execute_script(script, name, word), f"{word} on {name}", 20)

    def said(self) -> str:
        return str(self.driver.execute_script("return document.getElementById('said').innerText"))

    def size(self, name: str) -> None:
        width, height = SIZES[name]
        shape = {
            "width": width,
            "height": height,
            "deviceScaleFactor": 2 if width < 500 else 1,
            "mobile": width < 500,
        }
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)

    def in_sight(self, name: str) -> bool:
        """Whether a card's name is in the window, and nothing before it."""
        script = """
            const names = [...document.querySelectorAll('.card[data-id] h3')];
            const name = names.find(one => one.textContent === arguments[0]);
            const {left, top, height} = name.getBoundingClientRect();
            return name.contains(document.elementFromPoint(left + 3, top + height / 2));
        """
        return bool(self.driver.execute_script(script, name))

    def shoot(self, name: str) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        for size in SIZES:
            self.size(size)
            time.sleep(0.4)  # for eyes: a transition has ended
            self.driver.save_screenshot(str(OUT / f"{name}-{size}.png"))
            self.driver.execute_script("scrollTo(0, document.body.scrollHeight)")
            self.driver.save_screenshot(str(OUT / f"{name}-{size}-below.png"))
            self.driver.execute_script("scrollTo(0, 0)")
            wide = self.driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], f"{name} at {size} is wider than its window"
        self.size("desk")

    def health(self, port: int) -> dict[str, Any]:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=3) as reply,
        ):
            told: dict[str, Any] = json.load(reply)
            return told
        return {}

    @property
    def left(self) -> int:
        """The supervised wall's process, 0 while there is none."""
        for child in psutil.Process(self.supervisor).children():
            with contextlib.suppress(psutil.Error):
                if "display_node" in child.cmdline():
                    return child.pid
        return 0

    def red_after(self, name: str, kill: Callable[[], None]) -> tuple[float, dict[str, Any]]:
        """Seconds from the deed until the card is red."""
        began = time.monotonic()
        kill()
        card = wait_for(self.seen(name, colour="bad"), f"{name} to be red", 20)
        return time.monotonic() - began, card


def count_some(folder: Path) -> Path:
    """A wall's state folder in which the visitors of the last two weeks are counted."""
    folder.mkdir()
    store, sheet, today = Store(folder / NAME), Sheet(), dt.date.today()
    for back in range(14):
        n = 20 + 9 * (back % 7)
        day = today - dt.timedelta(days=back)
        sheet.add(day, "tablet", Counts(n, 2 * n + back, 2 * n, n // 6, 41.0 * n))
    store.add(sheet)
    store.close()
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("no chromium here (deploy/system_packages.sh test installs it)")
    folder = tmp_path_factory.mktemp("console")
    left, right, http = free_port(), free_port(), free_port(socket.SOCK_STREAM)
    walls = f"127.0.0.1:{left} 127.0.0.1:{right}"
    display = {"drawing_port": left, "peers": walls, "group": "hall", "size": "480x270", "frame_rate": 6}
    wall_options = (
        "--headless --size 480x270 --samples 0 --frame-rate 6 --no-sound --no-legacy --name right "
        f"--group hall --host 127.0.0.1 --drawing-port {right} --control-port 0 --http-port 0 "
        f"--engine scratch --state {count_some(folder / 'right')}"
    )
    with contextlib.ExitStack() as stack:
        station = {"peers": walls, "station": "tablet", "prefer": "here"}
        place = stack.enter_context(deployed("display", "input", key=True, display=display, input=station))
        sealed = ("--key", str(place.config / "k"))
        command = python("display_node", *wall_options.split(), "--peers", walls, *sealed)
        supervisor = stack.enter_context(supervised(place))
        wall = stack.enter_context(running(*command, log=folder / "right.log"))
        state = folder / "state"
        subprocess.run(python("deploy.cli", "operate", "--set-password", "--state", str(state)),
                       input=PASSWORD.encode(), check=True, timeout=60)  # fmt: skip
        peers = f"{walls} 127.0.0.1:{place.keeper_port}"
        operate = python("deploy.cli", "operate", "--no-discovery", "--peers", peers, "--state", str(state),
                         "--http-host", "127.0.0.1", "--http-port", str(http), "--name", "desk",
                         *sealed)  # fmt: skip
        console = stack.enter_context(running(*operate, log=folder / "console.log"))
        wait_for(lambda: '"ready"' in (folder / "console.log").read_text(), "the console to be ready")
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for word in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--lang=en",
        ):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        stack.callback(driver.quit)
        made = Page(
            driver,
            place,
            command,
            folder / "right-again.log",
            {"right": wall, "console": console},
            supervisor,
        )
        made.size("desk")
        driver.get(f"http://127.0.0.1:{http}/")
        wait_for(lambda: driver.find_element(By.ID, "password").is_displayed(), "the log-in")
        driver.find_element(By.ID, "password").send_keys(PASSWORD)
        made.press("#login button[type=submit]")
        yield made


def test_it_finds_every_node(page: Page) -> None:
    """A wall by its address, its neighbour, a keeper; and a station that only the walls know of."""
    for name, role in (("here", "display"), ("right", "display"), ("tablet", "input"), ("here", "machine")):
        wait_for(lambda name=name: page.seen(name, colour="good")(), f"{role} {name} to be well")  # type: ignore[misc]
    roles = page.driver.execute_script(
        "return [...document.querySelectorAll('.card[data-id]')].map(c => c.dataset.role)"
    )
    assert sorted(roles) == ["display", "display", "input", "machine"]
    wait_for(page.seen("tablet", answers="here"), "the station's wall")
    wait_for(page.seen("here", program="running"), "the keeper's word")
    page.shoot("all-well")


def test_what_a_wall_presents_is_seen_to_change(page: Page) -> None:
    first = wait_for(lambda: (page.card("here") or {}).get("image"), "a picture")
    wait_for(lambda: (page.card("here") or {}).get("image") not in (None, first), "another picture", 30)


def test_pause_goes_to_all_walls_of_the_group(page: Page) -> None:
    page.press("#panel .transport .primary")
    for name in ("here", "right"):
        wait_for(
            lambda name=name: "Paused" in (page.card(name) or {}).get("doing", ""),
            f"{name} to stand still",
            15,
        )  # type: ignore[misc]
    assert page.health(page.place.ports["display"])["paused"] is True
    wait_for(lambda: "here, right: Pause – done" in page.said(), "the word", 10)
    page.press("#panel .transport .primary")
    wait_for(lambda: page.health(page.place.ports["display"]).get("paused") is False, "time to run", 15)


def test_the_language_is_changed_and_the_page_shows_the_truth(page: Page) -> None:
    pick = "const one = document.getElementById('choose-language'); one.value = 'ko';"
    page.driver.execute_script(f"{pick} one.dispatchEvent(new Event('change'))")
    wait_for(lambda: page.health(page.place.ports["display"]).get("language") == "ko", "Korean", 15)
    wait_for(lambda: "Language: 한국어 – done" in page.said(), "the word", 10)
    shown = "return document.getElementById('choose-language').value"
    wait_for(lambda: page.driver.execute_script(shown) == "ko", "the choice to show it", 10)


def test_the_page_itself_speaks_korean(page: Page) -> None:
    page.press("#language")
    wait_for(page.seen("here", word="정상"), "the page in Korean", 10)
    page.shoot("korean")
    page.press("#language")
    wait_for(page.seen("here", word="Well"), "the page in English", 10)


def test_visitors_are_plotted_and_can_be_taken_home(page: Page) -> None:
    bars = "return document.querySelectorAll(`#plot rect.sand:not([height='0'])`).length"
    wait_for(lambda: page.driver.execute_script(bars) == 14, "a bar for each day", 30)
    assert "20 today" in page.driver.find_element(By.ID, "plot").text
    script = "return fetch(document.querySelector('#visits a').href).then(reply => reply.text())"
    rows = list(csv.DictReader(str(page.driver.execute_script(script)).splitlines()))
    assert [row["sessions"] for row in rows if row["wall"] == "right"][-2:] == ["29", "20"]


def test_a_killed_wall_is_red_within_three_seconds(page: Page) -> None:
    wait_for(page.seen("right", colour="good"), "the wall to be well")
    seconds, card = page.red_after("right", page.processes["right"].kill)
    print(f"\nkilled: red after {seconds:.2f} s")
    assert card["stale"]
    assert seconds < RED_WITHIN
    wait_for(page.seen("right", word="Dead: process has ended"), "the reason")
    page.shoot("killed")
    page.size("phone")
    assert not page.in_sight("right"), "on a phone it is below"
    page.press("#summary .bad")
    wait_for(lambda: page.in_sight("right"), "it to be brought")
    page.size("desk")
    with running(*page.right, log=page.right_log):
        wait_for(page.seen("right", colour="good"), "the wall to be back")


def test_a_wall_that_hangs_is_red_within_three_seconds(page: Page) -> None:
    """Not by its supervisor's patience: the watch needs longer, and starts it again."""
    wait_for(page.seen("here", colour="good"), "the wall to be well")
    process = page.left
    seconds, card = page.red_after("here", lambda: os.kill(process, signal.SIGSTOP))
    print(f"\nstopped: red after {seconds:.2f} s")
    assert card["word"] == "Frozen: does not answer"
    assert seconds < RED_WITHIN
    page.shoot("frozen")
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)  # what the watch does, if not as soon
    wait_for(lambda: page.left not in (0, process), "supervisord to start it again")
    wait_for(page.seen("here", colour="good", program="running"), "the wall to be back")


def test_a_wall_is_restarted_by_its_keeper(page: Page) -> None:
    wait_for(page.seen("here", colour="good", program="running"), "the wall to be well")
    process = page.left
    page.press_on("here", "Restart")
    page.press("#ask-yes")
    wait_for(lambda: "here: Restart – done" in page.said(), "the keeper's answer", 10)
    wait_for(lambda: not psutil.pid_exists(process), "the process to end", 30)
    wait_for(lambda: page.left not in (0, process), "another process", 30)
    wait_for(page.seen("here", colour="good", program="running"), "the wall to be back")


def test_a_program_is_stopped_and_started(page: Page) -> None:
    """That is no alarm, and says so."""
    page.press("button[aria-label='Stop: input']")
    page.press("#ask-yes")
    wait_for(page.seen("tablet", colour="unsure", word="Stopped"), "the station to be stopped")
    page.press("button[aria-label='Start: input']")
    wait_for(page.seen("tablet", colour="good", program="running"), "the station to be back")


def test_a_log_is_read(page: Page) -> None:
    page.press_on("here", "Log")
    wait_for(lambda: "first frame" in page.driver.find_element(By.ID, "log-text").text, "the log", 15)
    page.shoot("log")
    page.press("#log-close")


def test_a_lost_console_says_so_and_comes_back(page: Page) -> None:
    lost = page.driver.find_element(By.ID, "lost")
    os.kill(page.processes["console"].pid, signal.SIGSTOP)
    wait_for(lost.is_displayed, "the banner", 10)
    page.shoot("lost")
    os.kill(page.processes["console"].pid, signal.SIGCONT)
    wait_for(lambda: not lost.is_displayed(), "the banner to go", 20)


def test_news_that_cannot_be_read_are_none(page: Page) -> None:
    """Else old colours would stay, and nothing would say that they are old."""
    lost = page.driver.find_element(By.ID, "lost")
    spoil = "window.parse = JSON.parse; JSON.parse = () => { throw new SyntaxError('spoilt'); }"
    page.driver.execute_script(spoil)
    wait_for(lost.is_displayed, "the banner", 10)
    page.driver.execute_script("JSON.parse = window.parse")
    wait_for(lambda: not lost.is_displayed(), "the banner to go", 20)


def test_the_browser_had_nothing_to_complain_of(page: Page) -> None:
    """No script's error, nothing that the content policy forbids."""
    noise = ("ERR_CONNECTION", "favicon")
    logged = [line["message"] for line in page.driver.get_log("browser") if line["level"] == "SEVERE"]
    assert not [line for line in logged if not any(word in line for word in noise)]
