"""Optional packages that are too heavy, or too free with logins, for the agent's own process."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.transports.child import run

_ROOT: Final = str(Path(__file__).resolve().parents[4])  # the folder that holds ``agent``
_CAUSES: Final = {cause.value: cause for cause in Cause}


async def ask_child(
    module: str, question: Mapping[str, Any], *, timeout_s: float, path: str = ""
) -> bytes:
    """Run a module with a question as JSON on its input; the JSON text of its ``answer``.

    It writes ``{"answer": ...}`` or ``{"cause": ..., "detail": ...}``; the question may hold
    secrets, the answer may not. ``path`` is searched for packages first.
    """
    finished = await run(
        [sys.executable, "-m", module],
        stdin=json.dumps(question).encode(),
        timeout_s=timeout_s,
        environment={"PYTHONPATH": f"{_ROOT}:{path}" if path else _ROOT, "MALLOC_ARENA_MAX": "1"},
    )
    try:
        told = json.loads(finished.output)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or ("answer" not in told and "cause" not in told):
        raise CameraError(
            Cause.LOCAL_FAILED, f"the process for {module.rsplit('.', 1)[-1]} ended in the middle"
        )
    if "cause" in told:
        cause = _CAUSES.get(str(told["cause"]), Cause.LOCAL_FAILED)
        raise CameraError(cause, str(told.get("detail", ""))[:300])
    return json.dumps(told["answer"], ensure_ascii=False).encode()
