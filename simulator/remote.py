"""Talks to the control server of a running simulator."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import quote, urlsplit

_TIMEOUT_S = 10
_MAX_REPLY_BYTES = 1_000_000


class NoAnswer(Exception):
    """Nobody speaks there, or it is no simulator."""


class Refused(Exception):
    """The simulator knows no such device or fault."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def switch_fault(control: str, *, serial: str, fault: str, on: bool) -> tuple[str, ...]:
    """Begin or end a fault; gives the faults that are active then. NoAnswer, Refused."""
    if urlsplit(control).scheme != "http":
        raise NoAnswer("the address must begin with http://")
    request = urllib.request.Request(
        f"{control.rstrip('/')}/control/cameras/{quote(serial, safe='')}/faults",
        data=json.dumps({"fault": fault, "on": on}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    # No proxy: the control server is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as reply:
            said = json.loads(reply.read(_MAX_REPLY_BYTES))
        return tuple(str(name) for name in said["faults"])
    except urllib.error.HTTPError as error:
        raise _refused(error) from error
    except (OSError, HTTPException) as error:
        raise NoAnswer(str(getattr(error, "reason", error))) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer("it is not a simulator's control server") from error


def _refused(error: urllib.error.HTTPError) -> Exception:
    try:
        said = json.loads(error.read(_MAX_REPLY_BYTES))
        return Refused(said["error"], said["remedy"])
    except (ValueError, KeyError, TypeError):
        return NoAnswer(f"it answers HTTP {error.code} and is not a simulator's control server")
