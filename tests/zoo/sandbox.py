"""Mutated pictures through the decoder child: what came of each, and whether it still works."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from agent.camera.decoder import Decoder
from agent.camera.port import CameraError, Cause, Picture
from agent.probes.picture_readings import why_filled
from tests.zoo.mutants import CODECS, HEIGHT_PX, WIDTH_PX, mutants, originals

_AT: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
_EXPECTED: Final = frozenset({Cause.DECODE_FAILED, Cause.DECODE_LIMIT, Cause.DECODE_UNSUPPORTED})
_LOOK_EVERY: Final = 500


@dataclass(slots=True)
class Outcome:
    """What came of the mutants of all codecs."""

    tried: int = 0
    crashes: list[str] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)  # a cause, or what a picture was
    children_lost: int = 0  # decode.limit: a child that died or was killed, and was replaced


async def run(count: int, *, seed: int = 1) -> Outcome:
    """Decode so many mutants of each codec, two at a time; whole pictures in between."""
    decoder, outcome = Decoder(children=2), Outcome()
    try:
        for codec in CODECS:
            whole = originals(codec)[0]
            stream = mutants(codec, count, seed=seed)
            while batch := list(islice(stream, _LOOK_EVERY)):
                await _decode_all(decoder, codec, iter(batch), whole, outcome)
                await _look(decoder, codec, whole, outcome)
    finally:
        await decoder.close()
    return outcome


async def _decode_all(
    decoder: Decoder, codec: str, batch: Iterator[bytes], whole: bytes, outcome: Outcome
) -> None:
    async def work() -> None:
        for content in batch:
            await _decode(decoder, codec, content, whole, outcome)

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(work())


async def _decode(
    decoder: Decoder, codec: str, content: bytes, whole: bytes, outcome: Outcome
) -> None:
    outcome.tried += 1
    previous = whole if outcome.tried % 5 == 0 else None
    try:
        picture = await decoder.decode(content, codec=codec, previous=previous, taken_at=_AT)
    except CameraError as error:
        outcome.by_kind[error.cause.value] += 1
        outcome.children_lost += error.cause is Cause.DECODE_LIMIT
        if error.cause not in _EXPECTED or not error.detail:
            outcome.crashes.append(f"{codec}: {error}")
    except Exception as error:  # noqa: BLE001  # whatever else comes is what is looked for
        outcome.crashes.append(f"{codec}: {error!r}"[:200])
    else:
        outcome.by_kind[_kind(picture)] += 1
        if not _is_sane(picture):
            outcome.crashes.append(f"{codec}: a figure that is no number")


def _kind(picture: Picture) -> str:
    """What a picture is flagged as; "clean" is one that nothing speaks against."""
    if picture.damaged:
        return "damaged"
    size = picture.features.width_px, picture.features.height_px
    if size != (WIDTH_PX, HEIGHT_PX):
        return "of another size"
    return "filled in" if why_filled(picture.features) else "clean"


def _is_sane(picture: Picture) -> bool:
    """Whether every figure is a number that a store and a rule can hold."""
    figures = [one for one in asdict(picture.features).values() if isinstance(one, int | float)]
    return all(map(math.isfinite, figures)) and picture.jpeg.startswith(b"\xff\xd8")


async def _look(decoder: Decoder, codec: str, whole: bytes, outcome: Outcome) -> None:
    """The decoder must still read what is whole."""
    try:
        picture = await decoder.decode(whole, codec=codec, previous=None, taken_at=_AT)
    except CameraError as error:
        outcome.crashes.append(f"{codec}: a whole picture after mutants: {error}")
    else:
        if _kind(picture) != "clean":
            outcome.crashes.append(f"{codec}: a whole picture is {_kind(picture)} after mutants")
