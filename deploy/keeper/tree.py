"""A keeper's OSCQuery tree: what may be asked of its machine, and how that is."""

from typing import Any

from common.link import Address
from common.machine import VERBS, Order, Report
from common.oscquery import WRITE, Method, Tree, readings
from common.state_wire import CONTAINERS, MACHINE
from deploy.keeper.keeper import Keeper

MEGABYTE = 1e6


def machine_tree(keeper: Keeper, address: Address) -> Tree:
    """`address`: where its orders are heard."""
    programs = sorted(keeper.programs.known | {keeper.programs.own})
    orders = [
        Method(
            Order(verb, programs[0]).address, "s", WRITE, f"{verb} a program of this machine",
            ranges=({"VALS": programs},), critical=True,
        )
        for verb in VERBS
    ]  # fmt: skip
    host = {"NAME": "Sandglass machine", "OSC_PORT": address[1], "OSC_TRANSPORT": "UDP"}
    if address[0] != "0.0.0.0":
        host["OSC_IP"] = address[0]
    return Tree([*orders, *readings(MACHINE)], lambda: values(keeper.desk.report()), host, CONTAINERS)


def values(report: Report) -> dict[str, Any]:
    """By the names of `state_wire.MACHINE`."""
    return {
        "uptime": report.uptime,
        "load": report.load,
        "temperature": report.temperature,
        "free": report.free / MEGABYTE,
        "opening": report.opening,
        "supervised": report.supervised,
        "programs": ", ".join(f"{program.name} {program.state}" for program in report.programs),
    }
