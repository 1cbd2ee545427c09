"""Reads a Tapo camera with pytapo in a process of its own; ``python_child`` says how.

pytapo is MIT and stands on python-kasa, which is GPL-3-or-later: neither comes with the product,
and nothing of them is imported into the agent's process.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final

_MISSING: Final = (
    "the Python package 'pytapo' is not installed: pip install pytapo"
    " (it brings python-kasa, which is under the GPL)"
)
_REFUSED: Final = ("invalid authentication", "invalid login credentials", "-40209", "-40418")
_LOCKED: Final = ("temporary suspension", "try again in", "-40404", "-40408")


def read(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question; a method that this camera lacks is left out."""
    try:
        from pytapo import Tapo  # noqa: PLC0415  # optional
    except ImportError:
        return {"cause": "local.missing", "detail": _MISSING}
    _forbid_retries()

    def open_camera() -> Any:
        return Tapo(
            question["host"],
            question["user"],
            question["password"],
            retryStok=False,
            controlPort=question["port"],
            printWarnInformation=False,
        )

    camera, problem = _call(open_camera)
    if problem is not None:
        return problem
    answer = {}
    for method, parameters in question["ask"].items():
        result, problem = _call(partial(camera.executeFunction, method, parameters))
        if problem is None:
            answer[method] = result
        elif problem["cause"].startswith("login."):
            return problem
    if not answer:
        return {"cause": "vendor.unsupported", "detail": "the camera knows none of the questions"}
    return {"answer": answer}


def _call(function: Callable[[], Any]) -> tuple[Any, dict[str, Any] | None]:
    """What the library gives, or why not: it raises ``Exception`` itself."""
    try:
        return function(), None
    except Exception as error:  # noqa: BLE001  # nothing narrower is raised by the library
        return None, _explain(error)


def _forbid_retries() -> None:
    """One login each time: the camera locks the account after a few."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "pytapo" and hasattr(module, "MAX_LOGIN_RETRIES"):
            setattr(module, "MAX_LOGIN_RETRIES", 0)  # noqa: B010  # of a module that mypy cannot see


def _explain(error: Exception) -> dict[str, Any]:
    """The cause by the library's words; the words themselves may hold what nobody may see."""
    words = str(error).lower()
    if any(mark in words for mark in _LOCKED):
        return {"cause": "login.locked", "detail": "the camera has suspended logins for a while"}
    if any(mark in words for mark in _REFUSED):
        return {
            "cause": "login.refused",
            "detail": "the camera refuses the camera account; after an update it may keep the old"
            " hash: set the account anew in the Tapo app",
        }
    name = type(error).__name__
    if "Connect" in name or "Timeout" in name:
        return {"cause": "tcp.timeout", "detail": "the camera does not answer on its control port"}
    return {"cause": "vendor.refused", "detail": f"pytapo could not read the camera ({name})"}


def main() -> None:
    """One question, one answer; what the library prints stays out of it."""
    out, sys.stdout = sys.stdout, sys.stderr
    answer = read(json.load(sys.stdin))
    json.dump(answer, out)


if __name__ == "__main__":
    main()
