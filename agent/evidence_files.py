"""The files that a pass can give as evidence of a fault, and what it says of those it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.camera.port import Clip, Exchange, NoClip, Picture
from agent.delivery.evidence import EvidenceFile
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.probes.probe import Attachment
from shared import figures as figures_document
from shared import notes
from shared.catalogue import CATALOGUE
from shared.device import DeviceFacts
from shared.evidence import FIGURES, MAP, THUMBNAIL, EvidenceKind, NotTaken
from shared.figures import Figures

TEXT_CHARS: Final = 400
_SHOWN: Final = (
    "sharpness",
    "local_contrast",
    "veil",
    "saturation_mean",
    "magenta_excess",
    "noise",
)  # of an acceptance's figures
_LOW_RATE: Final = "stream.low_rate"
PICTURES: Final = frozenset({EvidenceKind.PICTURE, EvidenceKind.REFERENCE, EvidenceKind.CLIP})
"""Files that show the place."""
_STAYS: Final = NoClip(
    en="the owner has not allowed pictures of this camera to leave its site",
    zh="业主未同意该摄像机的图片离开站点",
)
_NOT_ASKED: Final = NoClip(
    en="none was asked for in this pass; it may follow with later evidence",
    zh="本次访问未要求录取片段，可能随后续证据补充",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one pass saw of one device, as far as evidence needs it."""

    facts: DeviceFacts
    now: datetime
    pictures: Sequence[Picture]
    attachments: Sequence[Attachment]
    exchanges: Sequence[Exchange]
    clip: Clip | NoClip | None = None  # None: none was asked for in this pass
    figures: Figures | None = None  # of its picture, beside the camera's baseline
    proof: str = ""  # a value of Proof when it is another than the catalogue's


def wants_picture(code: str) -> bool:
    """True when the catalogue asks for a picture as evidence of this fault."""
    entry = CATALOGUE.get(code)
    return entry is not None and EvidenceKind.PICTURE in entry.needs


def wants_clip(code: str) -> bool:
    """True for faults of the picture, and for those of a stream that plays."""
    return wants_picture(code) or code == _LOW_RATE


def not_taken_of(code: str, seen: Seen) -> tuple[NotTaken, ...]:
    """Why an opening manifest has no clip; nothing where it has one, or wants none."""
    if not wants_clip(code) or isinstance(seen.clip, Clip):
        return ()
    why = seen.clip or _NOT_ASKED
    return (NotTaken(EvidenceKind.CLIP, why.en[:TEXT_CHARS], why.zh[:TEXT_CHARS]),)


def pictures_stay(code: str) -> tuple[NotTaken, ...]:
    """Why an opening manifest has no picture though one was taken."""
    kinds = [EvidenceKind.PICTURE] if wants_picture(code) else []
    kinds += [EvidenceKind.CLIP] if wants_clip(code) else []
    return tuple(NotTaken(kind, _STAYS.en, _STAYS.zh) for kind in kinds)


def figures_file(seen: Seen) -> tuple[EvidenceFile, ...]:
    """The picture's figures beside this camera's baseline; a document of a few KB."""
    if seen.figures is None:
        return ()
    return (
        EvidenceFile(
            name=FIGURES,
            kind=EvidenceKind.READINGS,
            media_type=figures_document.MEDIA_TYPE,
            content=figures_document.write(seen.figures),
            taken_at=seen.now,
            note=notes.FIGURES,
        ),
    )


def picture_files(seen: Seen) -> tuple[EvidenceFile, ...]:
    """The pictures of a pass, each behind its thumbnail where one was made."""
    files: list[EvidenceFile] = []
    for index, picture in enumerate(seen.pictures):
        name = "picture.jpg" if index == 0 else f"picture-{index + 1}.jpg"
        met = "the decoder met errors" if picture.damaged else ""
        if picture.thumbnail:
            note = f"thumbnail of {name}, which comes when the data plan allows it"
            note = f"{note}; {met}" if met else note
            preview = name.replace("picture", THUMBNAIL)
            files.append(_picture(preview, picture, picture.thumbnail, note))
        files.append(_picture(name, picture, picture.jpeg, met))
    return tuple(files)


def map_files(seen: Seen) -> tuple[EvidenceFile, ...]:
    """Where a picture departs from the camera's own reference, in colours.

    Named as a preview: it is shown beside the pictures, and never counts as one.
    """
    note = (
        "map of the departure from the camera's own reference: red is detail lost, blue detail "
        "gained, a magenta frame other edges"
    )
    return tuple(
        _picture(MAP, picture, picture.map, note) for picture in seen.pictures[:1] if picture.map
    )


def _picture(name: str, picture: Picture, content: bytes, note: str) -> EvidenceFile:
    return EvidenceFile(
        name=name,
        kind=EvidenceKind.PICTURE,
        media_type="image/jpeg",
        content=content,
        taken_at=picture.taken_at,
        note=note,
    )


def attached_files(seen: Seen) -> tuple[EvidenceFile, ...]:
    """What probes brought besides pictures."""
    return tuple(
        EvidenceFile(
            name=attachment.name,
            kind=attachment.kind,
            media_type=attachment.media_type,
            content=attachment.content,
            taken_at=attachment.taken_at,
            note=attachment.note,
        )
        for attachment in seen.attachments
    )


def clip_file(clip: Clip) -> EvidenceFile:
    """The clip as it leaves; how long it is stands in its note."""
    return EvidenceFile(
        name="clip.mp4",
        kind=EvidenceKind.CLIP,
        media_type="video/mp4",
        content=clip.mp4,
        taken_at=clip.taken_at,
        note=notes.CLIP,
    )


def reference_file(
    content: bytes, *, taken_at: datetime, accepted: Acceptance | None
) -> EvidenceFile:
    """The view when it was good; the note says by whose word, and what was measured then."""
    return EvidenceFile(
        name="reference.jpg",
        kind=EvidenceKind.REFERENCE,
        media_type="image/jpeg",
        content=content,
        taken_at=taken_at,
        note=notes.HEALTHY if accepted is None else _accepted_note(accepted),
    )


def _accepted_note(accepted: Acceptance) -> str:
    names = ", ".join(alias.value for alias in accepted.aliases) or "not known then"
    measured = ", ".join(
        f"{name} {value:.3g}"
        for name in _SHOWN
        if (value := accepted.figures.get(name)) is not None
    )
    return f"{notes.ACCEPTED}; device: {names}; {measured}"[:TEXT_CHARS]
