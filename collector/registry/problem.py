"""Why a row, or a whole file, is not imported; in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row that is not imported, and why; ``row`` counts from 1 as the spreadsheet does."""

    row: int
    serial: str
    why_en: str
    why_zh: str


class BadCellError(ValueError):
    """A cell, or a header, that cannot be taken as it stands."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


class UnreadableError(BadCellError):
    """The whole file cannot be read."""
