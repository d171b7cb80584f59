"""`sandglass replay FILE|FOLDER`: what was on a wall, again, from what its flight recorder kept.

--list                     what happened, line by line, and when
--at S -o F.png            the frame at S seconds
[--from S] [--to S] -o F.mp4    a film of it, silent
[--from S] [--to S] --window    in a window, with its sound
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import PIL.Image
from rich.progress import track

from common.config import parse, setting
from common.errors import ConfigError, DataError
from display_node.flight.projector import Projector
from display_node.flight.tape import Run, Tape, runs
from display_node.flight.timeline import show
from display_node.render.video import writing
from display_node.sound.player import Moment, open_player
from display_node.surface import Headless, Surface

SHORT = {"-o": "--output", "--from": "--begin", "--to": "--end"}
FOLDER = "flight"
"""In a wall's state folder."""


@dataclass(frozen=True)
class Options:
    list: bool = setting(False, "print what happened")
    run: int = setting(0, "which start of the wall, counted from 1 as --list does; 0 for the last", low=0)
    at: float | None = setting(None, "seconds into it, for a PNG", low=0.0)
    begin: float = setting(0.0, "the same as --from: seconds into it at which to begin", low=0.0)
    end: float | None = setting(None, "the same as --to: seconds into it at which to end", low=0.0)
    output: Path | None = setting(None, "the same as -o: F.png or F.mp4")
    window: bool = setting(False, "show it in a window")
    weights: Path | None = setting(None, "the network that the wall had, if it is not where it was")
    frame_rate: int = setting(30, "frames a second of an MP4 or a window", low=1, high=240)


def replay(argv: Sequence[str]) -> int:
    source, rest = (argv[0], argv[1:]) if argv and not argv[0].startswith("-") else ("", argv)
    arguments = [SHORT.get(word, word) for word in rest]
    options = parse(Options, "sandglass replay FILE|FOLDER", arguments, __doc__ or "")
    if not source:
        raise ConfigError("sandglass replay needs a recording: the folder flight in a wall's state folder")
    found = runs(Path(source))
    if options.list:
        show(found)
        return 0
    output = options.output
    if not options.window and (output is None or output.suffix not in (".png", ".mp4")):
        raise ConfigError(
            f"-o {output} must be a file that ends in .png or .mp4; or give --window, or --list"
        )
    if options.run > len(found):
        raise ConfigError(f"run {options.run} is not in {source}: it holds {len(found)}")
    _play(Tape(_chosen(found, options.run)), options)
    return 0


def _chosen(found: Sequence[Run], number: int) -> Run:
    return found[number - 1] if number else found[-1]


def _play(tape: Tape, options: Options) -> None:
    begin, end = tape.begin + options.begin, tape.end
    if options.end is not None:
        end = min(end, tape.begin + options.end)
    if options.at is not None:
        begin = end = tape.begin + options.at
    if begin > end or begin > tape.end:
        raise ConfigError(f"that is not recorded: it goes from 0 to {tape.end - tape.begin:.2f} s")
    size = tape.decision(tape.index(begin)).size
    if options.window:
        from display_node.window import Window  # pygame is not needed without a window

        window = Window(size, fullscreen=False, monitor=0, frame_rate=options.frame_rate)
        _watch(Projector(tape, window, options.weights), window, begin, end)
        return
    output = options.output
    assert output is not None
    projector = Projector(tape, Headless(size, options.frame_rate), options.weights)
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix == ".mp4":
        _film(projector, output, begin, end, options.frame_rate)
    else:
        _save(PIL.Image.fromarray(projector.picture(begin)), output)


def _save(picture: PIL.Image.Image, output: Path) -> None:
    try:
        picture.save(output)
    except OSError as error:
        raise DataError(f"cannot write {output}: {error.strerror or error}") from None


def _film(projector: Projector, output: Path, begin: float, end: float, frame_rate: int) -> None:
    first = projector.picture(begin)
    count = max(round((end - begin) * frame_rate), 1)
    with writing(output, (first.shape[1], first.shape[0]), frame_rate) as video:
        for number in track(range(count), description=output.name):
            picture = projector.picture(begin + number / frame_rate)
            if picture.shape != first.shape:
                raise DataError(
                    f"the wall's size changed {number / frame_rate:.2f} s into this: end it with --to"
                )
            video.send(picture)


def _watch(projector: Projector, window: Surface, begin: float, end: float) -> None:
    """In real time, until it ends or somebody closes the window."""
    player = open_player(True, False)
    player.warm()
    started = time.monotonic()
    try:
        while window.poll() and (at := begin + time.monotonic() - started) <= end:
            decided, scene = projector.draw(at)
            loudness = 0.0 if decided.blackout else decided.volume
            player.hear(Moment(scene, at, decided.clock.show(at), decided.clock.rate), loudness)
            window.present()
    finally:
        player.close()
        projector.close()
        window.close()
