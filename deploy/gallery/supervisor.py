"""supervisord's configuration, for a machine of a gallery and for a single node alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HEAD = """\
[supervisord]
nodaemon=true
logfile={state}/supervisord.log
logfile_maxbytes=2MB
logfile_backups=2
pidfile={state}/supervisord.pid
childlogdir={state}
umask=077

[unix_http_server]
; Whoever may write here may run anything: this user alone. There is no network door.
file={state}/supervisor.sock
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{state}/supervisor.sock
"""

ABOUT_PROGRAMS = """
; Of every program:
; autorestart: "unexpected" would leave a screen dark after a closed window or /control/restart, which
; exit with 0.
; startsecs: ends sooner than this count as failed starts, each retried a second later than the last. A node
; that lacks a screen or a port lingers for longer, so that it is back soon after the projector is.
; startretries: then it is FATAL, which supervisor never starts again; the reviver does, and counts from one
; again. So no pause is longer than this many seconds, where more tries would end a bad night in minutes.
"""

PROGRAM = """
[program:{name}]
command={command}
{environment}{priority}autorestart=true
startsecs=5
startretries=10
stopsignal=TERM
stopwaitsecs=10
stopasgroup=true
stdout_logfile={state}/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=3
redirect_stderr=true
"""

LISTENER = """
{why}[eventlistener:{name}]
command={command}
events={events}
autorestart=true
startsecs=1
startretries=1000000
stopasgroup=true
stdout_logfile=NONE
stderr_logfile={state}/{name}.log
stderr_logfile_maxbytes=1MB
stderr_logfile_backups=1
"""

ABOUT_LISTENERS = """
; Of every listener: its standard output is its line to supervisor, no log.
"""
REVIVER_WHY = """\
; Starts again what supervisor has given up.
"""
WATCH_WHY = """\
; superlance's httpok, patient while a node starts: asks every 5 s whether frames are being presented, and
; kills a node that is frozen, or doesn't answer within 3 s, so that it is back within 20 s.
"""
MEMMON_WHY = """\
; superlance's memmon: restarts what has grown far beyond its usual size.
"""


@dataclass(frozen=True)
class Job:
    """A program to supervise. `command`: as supervisor splits it; `health`: what to watch, None for nothing;
    `memory`: what it may grow to; `first`: to be started before the others."""

    name: str
    command: str
    health: str | None
    memory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    first: bool = False


def configuration(jobs: Sequence[Job], python: str, state: str, about: str) -> str:
    """The whole file. `python` and `state` may be supervisor's own expansions, such as %(ENV_HOME)s."""
    parts = [f"; {about}\n\n", HEAD.format(state=state), ABOUT_PROGRAMS]
    for job in jobs:
        pairs = ",".join(f'{name}="{value}"' for name, value in job.environment.items())
        parts.append(PROGRAM.format(
            name=job.name, command=job.command, state=state,
            environment=f"environment={pairs}\n" if pairs else "",
            priority="priority=1\n" if job.first else "",
        ))  # fmt: skip
    parts.append(ABOUT_LISTENERS)
    revive = f"{python} -m deploy.reviver"
    listeners = [("reviver", revive, "PROCESS_STATE_FATAL,TICK_60", REVIVER_WHY)]
    for job in jobs:
        if job.health is not None:
            # Not eager: a program that isn't running is not asked. The URL comes last.
            command = f"{python} -m deploy.watch -E -t 3 -p {job.name} {job.health}"
            listeners.append((f"watch-{job.name}", command, "TICK_5", WATCH_WHY))
    limits = " ".join(f"-p {job.name}={job.memory}" for job in jobs)
    listeners.append(("memmon", f"{python} -m superlance.memmon {limits}", "TICK_60", MEMMON_WHY))
    told: set[str] = set()
    for name, command, events, why in listeners:
        why = "" if why in told else why
        told.add(why)
        parts.append(LISTENER.format(name=name, command=command, events=events, why=why, state=state))
    return "".join(parts)
