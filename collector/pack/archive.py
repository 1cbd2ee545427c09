"""ZIP files that have exactly one form for one content, written and read. Pure.

Files are stored, not compressed: pictures and the PDF are compressed already, the bytes do not
depend on a version of zlib, and what is no longer than the file itself cannot be a bomb. A reader
writes the content once more and compares: another order, a comment or bytes behind the end show.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Mapping
from typing import Final

MOST_BYTES: Final = 256 * 1024 * 1024
MOST_FILES: Final = 600
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
"""Names that mean the same on every system: no drive, no parent, no backslash, one folder."""
_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can tell
_MODE: Final = (stat.S_IFREG | 0o644) << 16
_UNIX: Final = 3
_ENCRYPTED: Final = 0x1


class ArchiveError(ValueError):
    """Not a pack: ``file`` is the first that cannot be taken ('' for the whole), ``wrong`` why."""

    def __init__(self, file: str, wrong: str, **values: object) -> None:
        self.file = file
        self.wrong = wrong
        self.values = values
        super().__init__(f"{file or 'the pack'}: {wrong}")


def write(files: Mapping[str, bytes]) -> bytes:
    """The ZIP of these files: sorted names, one time and mode; ValueError for a strange name."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(files):
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name for a file of a pack")
            info = zipfile.ZipInfo(name, _BEGINNING)
            info.create_system = _UNIX
            info.external_attr = _MODE
            made.writestr(info, files[name])
    return held.getvalue()


def read(content: bytes) -> dict[str, bytes]:
    """The files of a pack by name; ArchiveError for whatever ``write`` would not have made."""
    if len(content) > MOST_BYTES:
        raise ArchiveError("", "too_long", most=MOST_BYTES // 2**20)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = _read(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError("", "not_zip", why=str(error)) from error
    if write(found) != content:
        raise ArchiveError("", "another_form")
    return found


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise ArchiveError("", "too_many", most=MOST_FILES)
    _check_names([entry.filename for entry in entries])
    for entry in entries:
        _check(entry)
    return {entry.filename: _content(archive, entry) for entry in entries}


def _check_names(names: list[str]) -> None:
    folded: set[str] = set()
    for number, name in enumerate(names):
        if not NAME.fullmatch(name):
            raise ArchiveError(ascii(name)[1:-1][:120], "bad_name")
        if name.casefold() in folded:  # some systems would write one over the other
            raise ArchiveError(name, "twice")
        folded.add(name.casefold())
        if number and names[number - 1] > name:
            raise ArchiveError(name, "out_of_order")


def _check(entry: zipfile.ZipInfo) -> None:
    if entry.external_attr != _MODE or entry.create_system != _UNIX:
        raise ArchiveError(entry.filename, "not_plain")  # a link, a folder, an executable
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError(entry.filename, "encrypted")
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise ArchiveError(entry.filename, "compressed")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ArchiveError(entry.filename, "damaged") from error
