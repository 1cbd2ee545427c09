"""Mutated H.264, H.265 and JPEG in the decoder child: the parent hears of causes alone."""

from __future__ import annotations

import asyncio
import functools

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.zoo.mutants import CODECS
from tests.zoo.sandbox import Outcome, run

MUTANTS = {Size.SHORT: 2_000, Size.FULL: 100_000}


@functools.cache
def measure(size: Size) -> Outcome:
    """The same number of each codec."""
    return asyncio.run(run(-(-MUTANTS[size] // len(CODECS))))


def _crashes(size: Size) -> Measurement:
    got = measure(size)
    if got.tried < MUTANTS[size]:
        raise RuntimeError(f"only {got.tried} mutants were decoded")
    told = ", ".join(f"{count} {kind}" for kind, count in got.by_kind.most_common())
    shown = f"; {'; '.join(got.crashes[:2])}" if got.crashes else ""
    return Measurement(
        value=len(got.crashes),
        made_by=f"{got.tried} mutants: {told}; {got.children_lost} children lost{shown}",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="camera.decoder_crashes",
        what="mutated pictures that came to anything but a picture, its flag or a cause",
        unit="",
        bound=Bound.AT_MOST,
        target=0,
        how="H.264, H.265 and JPEG of libav with turned bits, holes, transplants and lying headers,"
        " in two decoder children; whole pictures in between must still be clean",
        measure=_crashes,
    ),
)
