"""What the child that reads workbooks says to its parent."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

DAY: Final = "day"
# A value as the workbook holds it, or a kind and its text: a day in ISO form, or an Odd cell.
Said: TypeAlias = str | int | float | bool | tuple[str, str] | None


class Opened(msgspec.Struct, frozen=True):
    """One sheet with its rows by number, or what is wrong, in English and Chinese."""

    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[Said, ...]], ...] = ()
    wrong: tuple[str, str] | None = None
