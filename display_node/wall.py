"""The wall: opens its ports, then turns events into states and states into frames until told to stop."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from common.control import Control
from common.counters import Counters
from common.errors import ConfigError, SandglassError
from common.health import Heartbeat, HttpDoor, health_page
from common.limits import Limits
from display_node import show
from display_node.companion import Companion
from display_node.company import Company
from display_node.desk import Desk, Tap
from display_node.doors import open_doors
from display_node.engine import open_engine
from display_node.events import Awake, Compiled, Event, Part, Rehearsed
from display_node.feedback import Feedback, surfaces
from display_node.form import wanted
from display_node.keeping import open_counting, open_recorders
from display_node.language import Language, languages
from display_node.ledger import Ledger
from display_node.mailbox import Mailbox
from display_node.network import SHIPPED, load
from display_node.opening import first_state, open_atlas, open_surface, speakable
from display_node.progress import ProgressTeller
from display_node.receive import Receiver
from display_node.render.palette import find_theme
from display_node.render.renderer import Renderer
from display_node.samples import collection
from display_node.settings import Settings, commanders
from display_node.sound.player import Moment, open_player
from display_node.status import Status
from display_node.surface import Surface
from display_node.thumbnail import Thumbnail
from display_node.tiling import parse_tile
from display_node.tree import wall_tree
from display_node.worker import Worker

log = logging.getLogger("sandglass")


class Wall:
    """Everything one wall holds. `run` ends when `stop` is set or the window is closed; then `close`.

    Frames go to `surface`: where none is given, to what the settings ask for. `now`: monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        stop: threading.Event,
        surface: Surface | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stop, self._now = stop, now
        weights = settings.weights or SHIPPED
        network = load(weights)
        engine = partial(open_engine, settings.engine, network, weights)
        language, tile = Language(settings.language), parse_tile(settings.tile, settings.bezel)
        self._counters, self._mailbox = Counters(), Mailbox()
        ledger = Ledger(lambda answer: counting.answered(answer))
        self._worker = Worker(
            network, engine, collection(), ledger, self._made,
            exhibit=settings.exhibit, seed=settings.seed, together=bool(settings.group),
        )  # fmt: skip
        self._heart = Heartbeat()
        status = Status(lambda: self._state, lambda: self._worker.exhibit, self._heart, self._counters, now)
        feedback = Feedback(status.values, surfaces(settings.feedback), self._counters, now)
        company = self._company = Company(settings, self._heart, self._counters, now)
        counting, taps = open_counting(settings, company.folder, now), list[Tap]()
        desk = Desk(
            self._mailbox, ledger, self._counters, self._worker.submit, commanders(settings),
            subscribe=feedback.subscribe, nodes=company.hear, relay=company.relay,
            taps=taps, noted=counting.noted, now=now,
        )  # fmt: skip
        doors = open_doors(settings, desk, self._counters)
        self._ports = {name: link.address[1] for name, link, _ in doors}
        self._surface = surface or open_surface(settings)
        self._atlas, language = open_atlas(language)
        self._renderer = Renderer(
            self._surface.context, self._surface.size, language, self._atlas,
            samples=settings.samples, palette=find_theme(settings.theme), portion=tile.portion,
        )  # fmt: skip
        recorders = open_recorders(settings, company.folder, weights, self._surface, self._atlas, now)
        taps += [recorder.tap for recorder in recorders]
        self._player = open_player(settings.sound, settings.headless)
        self._state = first_state(network, settings, language, now())
        self._thumbnail = Thumbnail(now)
        pages = {
            "/health": health_page(self._heart, now, lambda: status.health() | company.status()),
            "/thumbnail.png": self._thumbnail.page,
            "/visitors": counting.page(),
        }
        tree = wall_tree(settings, self._ports, status.values)
        self._http = HttpDoor(settings.http_host, settings.http_port, pages, tree, self._counters)
        self._ports["http_port"] = self._http.port
        limits = Limits(self._counters, settings.source_limit)
        company.open(
            {name: link for name, link, _ in doors}, self._http.port, self._mailbox.put, self._worker
        )
        self._receiver = Receiver(
            [(link, handler) for _, link, handler in doors], self._counters, limits, now, company.tick
        )
        self._companions: tuple[Companion, ...] = (ProgressTeller(), feedback, counting, *recorders, company)
        self._told_ready = False

    def run(self) -> None:
        """Frame after frame. Raises `SandglassError` if the network cannot be run at all."""
        while not self._stop.is_set() and not self._state.leave and self._surface.poll():
            self._frame(now := self._now())
            self._surface.present()
            self._heart.beat(self._now())
            self._thumbnail.offer(self._renderer.image, now)
            if self._heart.frames == 1:
                log.info("first frame")
                self._worker.start()
                threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def close(self) -> None:
        """Give everything back; the threads that work are gone afterwards."""
        self._receiver.close()
        self._worker.close()
        for companion in self._companions:
            companion.close()
        self._http.close()
        self._player.close()
        self._renderer.release()
        self._surface.close()

    def _frame(self, now: float) -> None:
        before = self._state
        state = before
        for event in self._mailbox.drain():
            taken = self._company.takes(event, decided=state.decision != before.decision)
            if taken and (not isinstance(event, Control) or self._possible(event)):
                state = show.step(state, event, now)
        state = show.tick(state, now)
        self._state = state
        if state.wants_part(before):
            self._worker.follow(state.invitation)
        if state.failure:
            raise SandglassError(state.failure)
        if state.awake and not self._told_ready:
            self._told_ready = True
            with contextlib.suppress(BrokenPipeError):  # whoever started us no longer listens
                print(json.dumps({"ready": True, **self._ports}), flush=True)
        if state.choices.language != before.choices.language:
            self._renderer.set_language(Language(state.choices.language))
        self._renderer.set_captions(state.choices.captions)
        if state.scene is not self._renderer.scene:
            self._renderer.show(state.scene)
        if state.canvas is not before.canvas:
            self._renderer.set_live(state.canvas)
        self._renderer.resize(self._surface.size)
        light = 0.0 if state.choices.blackout else 1.0
        self._renderer.draw(state.time(now), now - state.since, light)
        self._renderer.finish(self._surface.screen)
        self._player.hear(Moment(state.scene, now, state.time(now), state.clock.rate), state.choices.loudness)
        for companion in self._companions:
            companion.after(before, state, now)

    def _made(self, event: Event) -> None:
        """In the worker's thread: what it made is composed for this screen, too, before a frame meets it."""
        made = event.show if isinstance(event, Rehearsed) else event
        if isinstance(made, Compiled):
            for scene in made.scenes.values():
                self._renderer.prepare(scene)
        if isinstance(made, Awake | Part):
            self._renderer.prepare((made if isinstance(made, Part) else made.invitation).scene)
        self._mailbox.put(event)

    def _possible(self, command: Control) -> bool:
        """Do what reaches beyond the show's state; False, and a word in the log, if it can't be done."""
        log.info("command: %s %s", command.verb, "" if command.value is None else command.value)
        try:
            if command.verb == "exhibit":
                self._worker.perform(str(command.value))
            elif command.verb == "language":
                speakable(str(command.value))
            elif command.verb == "form":
                wanted(str(command.value))
        except ConfigError as error:
            log.warning("%s", error)
            return False
        return True

    def _warm(self) -> None:
        """Make the sounds, and the glyphs of every language, so that no frame has to wait for its own."""
        self._player.warm()
        for code in languages():
            self._atlas.warm(Language(code).everything())
