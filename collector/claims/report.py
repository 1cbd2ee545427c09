"""A fault that a person reports: what is told, and what makes two reports the same. Pure."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shared.catalogue import CATALOGUE
from shared.device import Product, half_width

OTHER: Final = "reported.other"
"""The code of a fault that the catalogue has no name for: its description says what it is."""
SERIAL_LONGEST: Final = 64
LOT_LONGEST: Final = 64  # with the organisation it makes the key of an open line
MODEL_LONGEST: Final = 80
SHORTEST_DESCRIPTION: Final = 10
LONGEST_DESCRIPTION: Final = 2000
MOST_PIECES: Final = 100_000


class Via(enum.Enum):
    """How a line came to be."""

    AGENT = "agent"
    PAGE = "page"
    CSV = "csv"
    API = "api"
    PACK = "pack"


class Subject(enum.Enum):
    """What fails: one device with a serial, or pieces of a lot of modules."""

    UNIT = "unit"
    MODULE_LOT = "module_lot"


class Tried(enum.Enum):
    """Troubleshooting that the reporter has done; makers ask for these first (section 2)."""

    RESTARTED = "restarted"
    NEWEST_FIRMWARE = "newest_firmware"
    POWER_CHECKED = "power_checked"
    CABLE_CHANGED = "cable_changed"
    SIM_CHANGED = "sim_changed"
    CLEANED = "cleaned"
    FACTORY_RESET = "factory_reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says is wrong; ``serial`` may be an alias, such as the MAC on the label."""

    organisation_id: str  # whose device it is
    code: str
    description: str
    subject: Subject = Subject.UNIT
    serial: str = ""
    lot: str = ""
    quantity: int = 1  # pieces of the lot that have failed by now, all together
    model: str = ""
    onset_on: date | None = None  # since when; None: not known
    tried: tuple[Tried, ...] = ()


def tidy(report: Report) -> Report:
    """Without the blanks that fingers and spreadsheets leave around and within."""
    return replace(
        report,
        serial=" ".join(half_width(report.serial).split()),
        lot=" ".join(half_width(report.lot).split()),
        model=" ".join(report.model.split()),
        description="\n".join(
            " ".join(line.split()) for line in report.description.splitlines()
        ).strip(),
        tried=tuple(one for one in Tried if one in report.tried),
    )


def component_of(code: str) -> str:
    """The part that a repair would change; 'none' where the fault names none."""
    entry = CATALOGUE.get(code)
    return entry.component.value if entry else "none"


def product_of(report: Report) -> str:
    """The product line, as far as the report tells it."""
    return Product.MODULE.value if report.subject is Subject.MODULE_LOT else ""


def digest_of(report: Report) -> str:
    """SHA-256 over everything that a report says: the same report has the same."""
    said = (
        report.organisation_id,
        report.subject.value,
        report.serial,
        report.lot,
        str(report.quantity),
        report.model,
        report.code,
        report.onset_on.isoformat() if report.onset_on else "",
        report.description,
        ",".join(one.value for one in report.tried),
    )
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def key_of(*, via: Via, reporter: str, token: str) -> str:
    """What makes two deliveries of one report the same: who sent it, and the sender's token."""
    return hashlib.sha256(f"{via.value}\0{reporter}\0{token}".encode()).hexdigest()
