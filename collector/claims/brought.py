"""A file that somebody brings to a pre-claim, recognised by its first bytes. Pure.

Photos lose what a phone wrote into them (``photo.clean``); videos and documents stay as they are
and are only ever given back as a download or within a player.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from typing import Final

from collector.claims import photo
from collector.claims.photo import NoPhotoError

LONGEST_VIDEO: Final = 60 * 1024 * 1024  # bytes; half a minute of a phone at 16 Mbit/s
LONGEST_DOCUMENT: Final = 10 * 1024 * 1024
MOST_FILES: Final = 12  # of one report
LONGEST_NAME: Final = 120
_FTYP: Final = slice(4, 8)  # ISO 14496-12: the first box of an MP4 or MOV
_STILLS: Final = frozenset({b"heic", b"heix", b"mif1", b"avif", b"msf1"})  # pictures in that box
_EBML: Final = b"\x1a\x45\xdf\xa3"  # RFC 8794
_WEBM: Final = b"webm"
_PDF: Final = b"%PDF-"


class FileKind(enum.Enum):
    """What a file is to a claim."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    LABEL = "label"  # a photo of the label with the serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A file as it is kept."""

    kind: FileKind
    media_type: str
    name: str
    content: bytes
    sha256: str


class WrongFileError(ValueError):
    """A file that is not kept; ``reason`` is 'unknown', 'photo' or 'size'."""

    def __init__(self, reason: str, *, name: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.reason = reason
        self.name = name


def recognise(content: bytes, *, name: str, is_label: bool = False) -> Brought:
    """The file as it is kept; WrongFileError when it is no photo, video or PDF, or too large."""
    shown = _plain(name)
    if content.startswith(_PDF):
        return _keep(content, FileKind.DOCUMENT, "application/pdf", shown, longest=LONGEST_DOCUMENT)
    if content[_FTYP] == b"ftyp" and content[8:12] not in _STILLS:
        return _keep(content, FileKind.VIDEO, "video/mp4", shown, longest=LONGEST_VIDEO)
    if content.startswith(_EBML) and _WEBM in content[:64]:
        return _keep(content, FileKind.VIDEO, "video/webm", shown, longest=LONGEST_VIDEO)
    if len(content) > photo.LONGEST:
        raise WrongFileError("size", name=shown)
    if not content.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        raise WrongFileError("unknown", name=shown)
    try:
        picture, media_type = photo.clean(content)
    except NoPhotoError as error:
        raise WrongFileError("photo", name=shown) from error
    kind = FileKind.LABEL if is_label else FileKind.PHOTO
    return _keep(picture, kind, media_type, shown, longest=photo.LONGEST)


def _keep(content: bytes, kind: FileKind, media_type: str, name: str, *, longest: int) -> Brought:
    if len(content) > longest:
        raise WrongFileError("size", name=name)
    return Brought(
        kind=kind,
        media_type=media_type,
        name=name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _plain(name: str) -> str:
    """The last part of a path that a browser gave, without signs that mean something elsewhere."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isalnum() or sign in " ._-()")
    return kept.strip(" .")[:LONGEST_NAME] or "file"
