"""What a factory's step says beside its state: whether it is known here, and stands here so. Pure.

A value that this version does not know would stand in the line's history for good, and whoever
pays the ways, or is asked for something, would be told nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collector.claims import partner_words
from collector.claims.actions import COUNTER, FOUND, ORIGIN, PATH, REJECT
from collector.claims.event_words import CORRECTED
from collector.claims.guards import same_serial
from collector.claims.lifecycle import LineState
from collector.claims.origin.kinds import Payer
from collector.claims.problem import Both
from collector.claims.story_parts import Story

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    **{one.name: one.options for one in (COUNTER, FOUND, ORIGIN, PATH, REJECT)},
    "fee_payer": tuple(one.value for one in Payer),
}
_FEE_LONGEST: Final = 40  # '25.00 GBP'
_SERIALS: Final = frozenset({"scanned_serial", "new_serial"})
_COMPARED: Final[Mapping[str, tuple[str, ...]]] = {
    LineState.NEED_INFO.value: ("missing",),
    LineState.APPROVED.value: ("path", "origin", "rma_number"),
    LineState.REJECTED.value: ("reason_code", "fee", "fee_payer"),
    LineState.RECEIVED.value: ("scanned_serial",),
    LineState.FULFILLED.value: ("new_serial", "tracking", "credit_note", "firmware_version"),
}
"""Of a line that stands so already: what makes it another decision, question or shipment."""


def unknown(fields: Mapping[str, object]) -> Both | None:
    """The first value that this version cannot take; None where it knows all. A step without a
    value, or with an empty one, says nothing."""
    for name, options in _CHOICES.items():
        value = fields.get(name) or ""
        if value != "" and value not in options:
            return partner_words.unknown_value(name, str(value))
    fee = fields.get("fee") or ""
    if fee != "" and not (isinstance(fee, str) and len(fee) <= _FEE_LONGEST):
        return partner_words.unknown_value("fee", str(fee))
    return None


def differing(state: str, fields: Mapping[str, object], story: Story) -> str:
    """The first field in which a step to the state where the line stands already says something
    else than what stands here; '' where they agree."""
    here = _here(story)
    for name in _COMPARED.get(state, ()):
        if name in fields and not _is_same(name, fields[name], here[name]):
            return name
    return ""


def new_unit(state: str, fields: Mapping[str, object]) -> str:
    """The serial of the unit that was sent, by a step that names or corrects one; '' else."""
    is_correction = fields.get("field") == "new_serial"
    serial = fields.get("new" if state == CORRECTED and is_correction else "new_serial")
    return "".join(serial.split()) if isinstance(serial, str) else ""


def _here(story: Story) -> Mapping[str, object]:
    return {
        "missing": story.named_gaps,
        "path": story.path,
        "origin": story.origin,
        "rma_number": story.rma_number,
        "reason_code": story.reject_code,
        "fee": story.fee,
        "fee_payer": story.fee_payer,
        "scanned_serial": story.received_serial,
        "new_serial": story.replacement_serial,
        "tracking": story.tracking,
        "credit_note": story.credit_note,
        "firmware_version": story.fixed_version,
    }


def _is_same(name: str, there: object, here: object) -> bool:
    if name in _SERIALS:
        return isinstance(there, str) and same_serial(there, str(here))
    if isinstance(there, list | tuple):
        return isinstance(here, tuple) and set(map(str, there)) == set(here)
    return str(there).strip() == here
