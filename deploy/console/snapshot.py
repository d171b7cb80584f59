"""What a page is told: one JSON document, from everything that is known. Texts in it are anybody's."""

from typing import Any

from common.errors import plain
from common.machine import Report
from deploy.console.gathering import Gathering
from deploy.console.visitors import days, today
from deploy.console.watched import LARGEST, LONGEST, Watched

ORDER = ("display", "input", "machine", "operate")
VALUES = ("paused", "speed", "rate", "time", "duration", "volume", "captions", "blackout", "exhibit", "form",
          "language", "chapter", "phase", "scene")  # fmt: skip


def snapshot(gathering: Gathering, now: float) -> dict[str, Any]:
    """`now`: monotonic seconds. Ages in seconds; None for what isn't known."""
    nodes = sorted(gathering.nodes.values(), key=lambda node: (ORDER.index(node.role), node.name, node.id))
    walls = gathering.of_role("display")
    return {"nodes": [_node(gathering, node, now) for node in nodes], "days": days(walls)}


def _node(gathering: Gathering, node: Watched, now: float) -> dict[str, Any]:
    verdict, keeper, program = gathering.verdict(node), gathering.keeper_of(node), gathering.program_of(node)
    report = gathering.report_of(keeper)
    contact, beat = node.contact(), node.heard
    told: dict[str, Any] = {
        "id": node.id, "role": node.role, "name": node.name, "address": node.host,
        "colour": verdict.colour, "word": verdict.word,
        "contact": _age(contact, now), "beat": _age(beat, now),
        "frame_age": _rounded(node.frame_age(now)), "frame_rate": node.number("frame_rate"),
        "machine": keeper.id if keeper else None,
        "program": program and {"name": program.name, "state": program.state, "uptime": program.uptime},
        "temperature": _rounded(report.temperature) if report else None,
    }  # fmt: skip
    if node.role == "display":
        told |= _wall(node, now)
    elif node.role == "input":
        told |= _station(gathering, node)
    elif node.role == "machine":
        told |= _machine(gathering.report_of(node))
    return told


def _wall(node: Watched, now: float) -> dict[str, Any]:
    picture = node.picture
    return {
        "group": node.peer.group if node.peer else "",
        "waiting": node.number("waiting"),
        "visitors": today(node),
        "picture": {"mark": picture.mark, "age": _age(picture.born, now)} if picture else None,
        "step": _step(node.page.get("ensemble")),
        "values": {key: _plain(node.page.get(key)) for key in VALUES},
        "options": node.options,
    }


def _station(gathering: Gathering, node: Watched) -> dict[str, Any]:
    wall = gathering.nodes.get(node.text("wall"))
    return {
        "phase": node.text("phase"),
        "prefer": node.text("prefer"),
        "wall": wall.name if wall else None,
        "reachable": node.page.get("reachable") is True,
    }


def _machine(report: Report | None) -> dict[str, Any]:
    if report is None:
        return {"report": None}
    programs = [{"name": one.name, "state": one.state, "uptime": one.uptime} for one in report.programs]
    return {
        "report": {
            "uptime": report.uptime, "load": round(report.load, 2), "free": report.free, "size": report.size,
            "opening": report.opening, "changes": report.changes, "supervised": bool(report.supervised),
            "programs": programs,
        }
    }  # fmt: skip


def _step(ensemble: Any) -> dict[str, Any] | None:
    """How surely a wall is in step with the others of its group; None if it is alone."""
    walls = ensemble.get("walls") if isinstance(ensemble, dict) else None
    if not isinstance(walls, list) or not walls:
        return None
    found = []
    for wall in walls[:16]:
        if isinstance(wall, dict) and isinstance(wall.get("name"), str):
            known = {key: _plain(wall.get(key)) for key in ("offset", "uncertainty", "same")}
            found.append({"name": _plain(wall["name"]), **known})
    return {"walls": found, "sure": ensemble.get("note") is None}


def _age(when: float | None, now: float) -> float | None:
    return None if when is None else round(max(0.0, now - when), 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _plain(value: Any) -> Any:
    """A number, a truth or a short text, each as a browser can read it; None for anything else."""
    if isinstance(value, str):
        return plain(value, LONGEST)
    usual = isinstance(value, int | float) and abs(value) < LARGEST  # neither NaN nor Infinity is
    return value if usual else None
