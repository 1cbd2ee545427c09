"""Starts agents with short waits in a filter test, each a process of its own, so that many can die.

The agent's modules are imported once; each line on standard input (a JSON list: a log file, then
the words of a command line) forks an agent that runs them, and "PID" is answered; when it ends,
"PID CODE".
"""

from __future__ import annotations

import json
import os
import selectors
import sys
from functools import partial

from agent import __main__, parts, verbs
from agent.camera import device
from agent.camera.rtsp import watch
from agent.experiment.watcher import Pace

PRELOADED = (verbs, device, watch)  # what a command line would import first
_LOOK_S = 0.02


def _become_agent(log: str, words: list[str]) -> None:
    os.setsid()
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream, target in ((0, nothing), (1, nothing), (2, said)):
        os.dup2(target, stream)
    sys.argv = ["preclaim-agent", *words]
    code = 1
    try:
        __main__.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


def _tell_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        print(pid, os.waitstatus_to_exitcode(status), flush=True)


def serve() -> None:
    """Fork agents until standard input ends."""
    selector = selectors.DefaultSelector()
    selector.register(0, selectors.EVENT_READ)
    waiting = b""
    while True:
        if selector.select(_LOOK_S):
            read = os.read(0, 65536)
            if not read:
                return
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                log, *words = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    _become_agent(log, words)
                print(pid, flush=True)
        _tell_ended()


if __name__ == "__main__":
    assert vars(parts)["Pace"] is Pace, "the agent takes its pace from elsewhere"
    vars(parts)["Pace"] = partial(Pace, settle_s=0.3, patience_s=1.0, calm_s=0.0)
    serve()
