"""The login doctor: causes named, and what naming them costs the account."""

from __future__ import annotations

import asyncio
from functools import cache

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.login_cases import BESIDE, CASES, LoginCase, examine_simulated, named

_HOW = (
    "one simulated camera a cause, over real HTTP, TLS and RTSP on loopback; the kinds are checked "
    "against requests' and ffmpeg's own Digest in tests/simulator/test_login_kinds.py"
)


@cache
def _examined() -> tuple[tuple[LoginCase, bool, int], ...]:
    """By case: whether its cause came first, and the logins spent or refused, whichever is more."""

    async def run() -> list[tuple[LoginCase, bool, int]]:
        found = []
        for case in (*CASES, *BESIDE):
            examined, refused = await examine_simulated(case)
            is_right = named(examined) is case.cause
            found.append((case, is_right, max(examined.attempts, refused)))
        return found

    return tuple(asyncio.run(run()))


def _named(_: Size) -> Measurement:
    right = [case for case, is_right, _ in _examined() if is_right and case in CASES]
    wrong = [str(case.fault) for case, is_right, _ in _examined() if not is_right]
    made_by = f"{len(CASES)} simulated causes"
    if wrong:
        made_by += f"; named otherwise: {', '.join(wrong)}"
    return Measurement(value=len(right), made_by=made_by)


def _attempts(_: Size) -> Measurement:
    most = max(attempts for _, _, attempts in _examined())
    return Measurement(
        value=most,
        made_by=f"{len(_examined())} examinations: the agent's own count and the camera's refusals",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="camera.login_named",
        what="causes of a failed login that the login doctor names first, of 13 simulated",
        unit="causes",
        bound=Bound.AT_LEAST,
        target=13,
        how=_HOW,
        measure=_named,
    ),
    Figure(
        name="camera.login_attempts",
        what="most logins that one examination spends, those of the pass included",
        unit="logins",
        bound=Bound.AT_MOST,
        target=3,
        how=_HOW,
        measure=_attempts,
    ),
)
