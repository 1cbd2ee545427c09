"""When the camera says that it took a picture: evidence beside our own time, never in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from agent.inbox.item import plain_name

_EXIF_CAP: Final = 64 * 1024
# EXIF 2.32: "YYYY:MM:DD HH:MM:SS", no zone. File names as makers write them: 20261126-021500,
# 2026_11_26_02_15_00, P26112602150010.
_IN_EXIF: Final = re.compile(rb"(?:19|20)\d\d:[01]\d:[0-3]\d [0-2]\d:[0-5]\d:[0-6]\d")
_IN_NAME: Final = re.compile(
    r"(?<!\d)(20\d\d)[-_]?([01]\d)[-_]?([0-3]\d)[-_T ]?([0-2]\d)[-_]?([0-5]\d)[-_]?([0-6]\d)"
)


# Top-level keys under which makers state when an event happened.
_IN_EVENT: Final = ("time", "timestamp", "datetime", "dateTime", "date", "ts", "eventTime")
_CHARS: Final = 40


def stamp_in(event: Mapping[str, Any]) -> str:
    """The camera's own time in an event, as it wrote it; '' where it states none."""
    for key in _IN_EVENT:
        found = event.get(key)
        if isinstance(found, str | int | float) and not isinstance(found, bool):
            return f"event {plain_name(str(found))[:_CHARS]}"
    return ""


def stamp_of(name: str, body: bytes) -> str:
    """The camera's own time in words, with where it stands; '' where it states none."""
    if body.startswith(b"\xff\xd8"):
        head = body[:_EXIF_CAP]
        at = head.find(b"Exif\0\0")
        found = _IN_EXIF.search(head, at) if at >= 0 else None
        if found is not None:
            return f"EXIF {found.group().decode('ascii')}"
    in_name = _IN_NAME.search(name)
    if in_name is None:
        return ""
    year, month, day, hour, minute, second = in_name.groups()
    return f"file name {year}-{month}-{day} {hour}:{minute}:{second}"
