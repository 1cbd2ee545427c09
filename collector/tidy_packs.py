"""Removes pack files that the policy keeps no longer; their hashes stay in the claims' logs.

First the file, then the row: a crash between them removes once more, and leaves no file behind
that nothing names. What no row names at all (a newer pack took its place, or a crash) goes too,
once it is as old.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from collector.claims.pack_terms import PackTerms
from collector.store import kept_packs, meta
from collector.store.engine import reader

MOST_AT_ONCE: Final = 500
_OURS: Final = re.compile(r"[0-9a-f]{64}(\.part)?")


def tidy_packs(engine: Engine, directory: Path, *, terms: PackTerms, now: datetime) -> int:
    """Remove what has been kept for long enough; how many files went. OSError when the disk does
    not let one go."""
    if terms.keep is None:
        return 0
    before = now - terms.keep
    with reader(engine) as db:
        due = sorted(kept_packs.outlived(db, before=before))[:MOST_AT_ONCE]
        named = kept_packs.named(db)
    removed = sum(_remove(_path_of(directory, sha256)) for sha256 in due)
    for path in _unnamed(directory, named):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            removed += _remove(path)
    if due or removed:
        with engine.begin() as db:
            kept_packs.note_removed(db, due, now=now)
            meta.note(
                db,
                actor="collector",
                action="packs.removed",
                detail=f"{removed} files kept for {terms.keep.days} days after their claims ended",
                now=now,
            )
    return removed


def _path_of(directory: Path, sha256: str) -> Path:
    return directory / sha256[:2] / sha256


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _unnamed(directory: Path, named: frozenset[str]) -> Iterator[Path]:
    for folder in directory.glob("??"):
        yield from (
            path
            for path in folder.iterdir()
            if _OURS.fullmatch(path.name) and path.name not in named
        )
