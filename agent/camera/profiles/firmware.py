"""Firmware versions as each maker writes them: integer tuples, with the build date behind them.

``packaging.Version`` refuses most of what cameras say ("V5.7.13 build 230706",
"2.800.0000016.0.R,build:2020-06-05"), so a profile brings the expression that reads its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_BOUND = re.compile(r"(>=|<=|==|>|<)\s*(\d+(?:\.\d+)*)(?:\s+build\s+(\d{1,12}))?")
_MAX_CHARS = 256
DEFAULT_PATTERN = r"(\d+)\.(\d+)\.(\d+)"
Operator = Literal[">=", "<=", "==", ">", "<"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version that was read: its numbers, and its build (date or number), None when untold."""

    parts: tuple[int, ...]
    build: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One end of a range, like ``>=5.7.13`` or ``<5.7.13 build 230706``."""

    operator: Operator
    version: Version

    def holds(self, found: Version) -> bool:
        """Whether the version lies on this side; a build that is needed and untold does not."""
        width = max(len(found.parts), len(self.version.parts))
        own, other = _padded(found.parts, width), _padded(self.version.parts, width)
        if own != other or self.version.build is None:
            return _compare(self.operator, (own > other) - (own < other))
        if found.build is None:
            return False
        return _compare(
            self.operator,
            (found.build > self.version.build) - (found.build < self.version.build),
        )


FirmwareRange = tuple[Bound, ...]
"""All must hold; empty: any firmware, one that cannot be read included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """How this maker writes firmware versions, and from where to where the profile holds."""

    pattern: str = DEFAULT_PATTERN  # its groups are the parts of the version, in order
    build: str = ""  # one group: the build date or number; digits alone count
    range: FirmwareRange = ()

    def read(self, text: str | None) -> Version | None:
        """The version in what the device says; None when the expression does not find it."""
        said = (text or "")[:_MAX_CHARS]
        found = re.search(self.pattern, said)
        if found is None or not found.groups():
            return None
        build = re.search(self.build, said) if self.build else None
        digits = re.sub(r"\D", "", build.group(1) or "") if build and build.groups() else ""
        return Version(
            parts=tuple(int(group or 0) for group in found.groups()),
            build=int(digits) if digits else None,
        )

    def fits(self, text: str | None, wanted: FirmwareRange | None = None) -> bool:
        """Whether the firmware lies in a range, by default the profile's own."""
        bounds = self.range if wanted is None else wanted
        if not bounds:
            return True
        version = self.read(text)
        return version is not None and all(bound.holds(version) for bound in bounds)


def read_bound(text: str) -> Bound | None:
    """``>=5.7.13`` or ``<5.7.13 build 230706``; None when it is neither."""
    found = _BOUND.fullmatch(text.strip())
    if found is None:
        return None
    operator, version, build = found.groups()
    parts = tuple(int(part) for part in version.split("."))
    return Bound(
        operator=operator,  # type: ignore[arg-type]  # the expression knows no other
        version=Version(parts=parts, build=int(build) if build else None),
    )


def _compare(operator: Operator, sign: int) -> bool:
    return {
        ">=": sign >= 0,
        "<=": sign <= 0,
        "==": sign == 0,
        ">": sign > 0,
        "<": sign < 0,
    }[operator]


def _padded(parts: tuple[int, ...], width: int) -> tuple[int, ...]:
    return parts + (0,) * (width - len(parts))
