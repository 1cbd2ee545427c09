"""Why no claim can be written: its font is missing or cannot be used."""

from __future__ import annotations

from pathlib import Path


class FontError(RuntimeError):
    """No font with which a claim can be written: ``why`` in English, for a terminal."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path} {why}")
