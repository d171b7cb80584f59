"""`sandglass hours gallery.toml`: what the clock will ask of every machine within the next hours."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from common.config import Parser
from common.errors import ConfigError
from deploy.gallery.settings import read_gallery
from deploy.hours.plan import believable, opening, plan
from deploy.hours.rules import Rules
from deploy.keeper.clock import clock_lost

LONGEST = 24.0 * 400
YEARS = (1970, 2999)
"""For which it can be asked: well within those that a date may have, since it is looked around in."""
SAYS = {"blackout": "walls black, screens off, stations end", "stop": "walls and stations end"}


def hours(argv: Sequence[str]) -> int:
    parser = Parser(prog="sandglass hours", description=__doc__)
    parser.add_argument("gallery", type=Path, metavar="gallery.toml", help="the installation's file")
    parser.add_argument(
        "--hours", type=float, default=24.0, metavar="N", help="how far (default: %(default)g)"
    )
    parser.add_argument(
        "--from", dest="start", metavar="T", help="as if it were then, such as 2026-12-24T09:00"
    )
    options = parser.parse_args(argv)
    if not 0.0 < options.hours <= LONGEST:
        raise ConfigError(f"--hours {options.hours:g} must be more than 0, at most {LONGEST:g}")
    gallery = read_gallery(options.gallery)
    start = _start(options.start, gallery.rules)
    lost = options.start is None and clock_lost(start)
    now = _now(gallery.rules, start, lost)
    print(f"{gallery.name}, {start:%A %d %B %Y %H:%M} ({gallery.rules.zone.key}): {now}")
    if believable(start) and not lost:
        print(f"The next {options.hours:g} hours:")
        print("\n".join(f"  {line}" for line in lines(gallery.rules, start, options.hours)))
    return 0


def lines(rules: Rules, start: dt.datetime, hours: float) -> list[str]:
    """A line for each change after `start`: when, in how many hours and minutes, and what."""
    made = []
    for change in plan(rules, start, hours):
        minutes = round((change.at - start).total_seconds() / 60)
        what = {
            "opens": "opens: screens on, all programs run",
            "closes": f"closes: {SAYS[rules.closed]}",
            "restarts": f"restarts walls and stations, once nobody draws ({rules.patience} min at most)",
        }[change.what]
        after = f"{minutes // 60}:{minutes % 60:02} h"
        made.append(f"{change.at:%a %d %b %H:%M %Z}".ljust(22) + after.rjust(9) + "  " + what)
    return made or ["nothing"]


def _now(rules: Rules, start: dt.datetime, lost: bool) -> str:
    now = opening(rules, start, lost)
    if lost:
        return "taken for open, since this board's own clock shows another day: its battery is flat"
    if not now.known:
        return "taken for open, since a clock that shows this year was never set"
    return f"{now.word}, until {now.until:%a %d %b %H:%M %Z}" if now.until else f"{now.word}, for good"


def _start(text: str | None, rules: Rules) -> dt.datetime:
    if text is None:
        return dt.datetime.now(rules.zone)
    try:
        told = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--from {text!r} is no time such as 2026-12-24T09:00") from None
    if not YEARS[0] <= told.year <= YEARS[1]:
        raise ConfigError(f"--from {text!r} must be of a year between {YEARS[0]} and {YEARS[1]}")
    return (told if told.tzinfo else told.replace(tzinfo=rules.zone)).astimezone(rules.zone)
