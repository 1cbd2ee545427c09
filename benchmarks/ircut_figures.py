"""Figures about the active test of the infrared filter: verdicts, recall, and the way back."""

from __future__ import annotations

import os
from typing import Final

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.ircut_kills import kill_many
from benchmarks.ircut_run import Score, score

_TESTS: Final = {Size.SHORT: 100, Size.FULL: 1000}  # healthy ones, and as many faulty ones
_KILLS: Final = {Size.SHORT: 12, Size.FULL: 200}
_CHANGED_SHARE: Final = 0.25  # of kills that must find the camera changed, or the run says nothing


def _first_seed() -> int:
    return int(os.environ.get("LAB_SEED", "1"))


def _made_by(total: Score) -> str:
    first = next((f"; {note}" for note in (*total.wrong, *total.left_changed)), "")
    return f"{total.healthy} healthy and {total.faulty} faulty tests{first}"


def _wrong(size: Size) -> Measurement:
    total = score(_TESTS[size])
    bad = len(total.wrong) + len(total.left_changed)
    return Measurement(value=bad, made_by=_made_by(total))


def _recall(size: Size) -> Measurement:
    total = score(_TESTS[size])
    if not total.lit:
        raise RuntimeError("no faulty test had light: the run says nothing")
    first = next((f"; missed: {note}" for note in total.missed), "")
    return Measurement(
        value=round(total.found / total.lit, 4),
        made_by=f"{total.found} of {total.lit} faulty tests by day, of {total.faulty}{first}",
    )


def _restored(size: Size) -> Measurement:
    killed = kill_many(_KILLS[size], seed=_first_seed())
    changed = sum(one.was_changed for one in killed)
    if changed < _CHANGED_SHARE * len(killed):
        raise RuntimeError(f"{changed} of {len(killed)} kills found a changed camera: too few")
    first = next((f"; {one.moment.value}: {one.bad}" for one in killed if one.bad), "")
    return Measurement(
        value=round(sum(not one.bad for one in killed) / len(killed), 4),
        made_by=f"{len(killed)} kills (of a restoring agent too), the camera was changed at"
        f" {changed} of them, LAB_SEED={_first_seed()}{first}",
    )


_TESTED: Final = (
    "the agent's desk, database and decoder code in one process over simulated sensors (painted"
    " views, and real pictures that nothing was tuned on where they are given), time injected:"
    " sun, clouds, passers-by of any colour, snow, dusk, nightfall in the test, white LEDs, night,"
    " covered lens, a camera that was turned; cameras that keep, balance or drop their colours (to"
    " a grey with a tint too), are slow, ignore, refuse or take back the mode, or have no filter;"
    " one camera in ten codes its pictures as JPEG"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="picture.ircut_wrong",
        what="active filter tests with a wrong verdict, or that left the camera changed",
        unit="tests",
        bound=Bound.AT_MOST,
        target=0,
        how=_TESTED,
        measure=_wrong,
    ),
    Figure(
        name="picture.ircut_recall",
        what="filter faults named by one active test (of up to five tries) by day, in sun or clouds"
        " with passers-by, in the view in which a test had seen the filter move",
        unit="of 1",
        bound=Bound.AT_LEAST,
        target=0.99,
        how=_TESTED,
        measure=_recall,
    ),
    Figure(
        name="picture.ircut_restored",
        what="kills -9 of the agent during a filter test after which the camera has its own mode",
        unit="of 1",
        bound=Bound.AT_LEAST,
        target=1.0,
        how="preclaim-agent as a process of its own (short waits in the test), a simulated camera"
        " over real sockets; the mode is read back by strict zeep on the WSDLs of onvif-zeep",
        measure=_restored,
    ),
)
