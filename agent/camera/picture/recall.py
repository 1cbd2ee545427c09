"""A picture beside the reference that was kept: figures of both, and the reference after it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.camera.picture.compare import compare
from agent.camera.picture.impression import Impression
from agent.camera.picture.measure import Figures
from agent.camera.picture.merge import merge
from agent.camera.picture.reference import Reference, decode_reference, encode_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison gives."""

    merged: bytes  # the reference with this picture in it, or a first one
    figures: Figures = field(default_factory=dict)  # empty without a usable reference
    note: str = ""  # why the bytes that were kept are of no use
    reference: Reference | None = None  # what was compared with


def recall(kept: bytes, now: Impression) -> Compared:
    """Compare with the reference in these bytes; without a usable one a new one begins.

    A picture of another size shows another part of the world, or the same one in another detail:
    it is not compared, for that would look like a camera that was moved.
    """
    reference, note = _read(kept, now)
    return Compared(
        merged=encode_reference(merge(reference, now)),
        figures={} if reference is None else compare(now, reference),
        note=note,
        reference=reference,
    )


def _read(kept: bytes, now: Impression) -> tuple[Reference | None, str]:
    if not kept:
        return None, ""
    reference = decode_reference(kept)
    if reference is None:
        return None, "the kept reference is damaged, or of another version: a new one begins"
    before = (reference.width_px, reference.height_px)
    if before != (now.width_px, now.height_px):
        return None, (
            f"the picture is {now.width_px}x{now.height_px} and was {before[0]}x{before[1]}:"
            " a new reference begins"
        )
    return reference, ""
