"""One entry of a claim's log as a program is told it. Pure.

People are told of a claim in words, when it is their turn. A program that keeps a copy (an ERP, a
ticket system) needs each entry, in order, with the fields that it carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from collector.claims.lifecycle import LineState

MOVED: Final = "moved"
NAMES: Final = (
    *(state.value for state in LineState),
    "opened",
    "reported",
    "finding_added",
    "cleared",
    "evidence_asked",
    "evidence_arrived",
    "file_added",
    "proof_added",
    "checked",
    "warranty_changed",
    "frozen",
    "thawed",
    "held",
    "released",
    "reminded",
    "carried",
    "verdict_right",
    "verdict_wrong",
    "verdict_cannot_tell",
    "trust_lost",
    "profile_right",
    "profile_wrong",
    "path_offered",
    "path_accepted",
    "path_countered",
    "ship_to_confirmed",
    "origin_suggested",
    "origin_decided",
    "repeat_linked",
    "shared",
    "pack_imported",
    "partner_answered",
    "partner_replied",
    "partner_merged",
    "partner_denied",
    "partner_agreed",
    "corrected",
    "unit_returned",
    "return_waived",
    "return_reminded",
    "return_judged",
    "fee_waived",
)
"""What ``claim_events`` of a webhook can name: the state that a line moved to, or what else the
log says. Whoever names none is told all, also what a newer version adds."""

TOLD_FIELDS: Final = frozenset(
    {
        "from", "to", "rule", "reason", "code", "path", "origin", "rma_number", "missing",
        "brought", "reason_code", "bench", "scanned_serial", "new_serial", "tracking", "carrier",
        "credit_note", "firmware_version", "into", "ship_to", "counter", "verified_by_probe",
        "repeat_of", "sha256", "version", "size", "by", "partner", "number", "items",
        "what", "outcome", "verb", "until", "field", "old", "new", "unit", "scanned_as", "serials",
        "finding", "fee", "fee_payer", "repair_partner",
        "said_at", "told_en", "told_zh",
    }
)  # fmt: skip
"""Fields of an entry that leave the collector; what is not named here stays."""
_OF_THE_FLEET: Final = "origin_suggested"  # its reasons count other organisations' devices


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStep:
    """One entry of the log, and the line that it is of as it stands now."""

    seq: int  # rises with each entry of this collector, over all claims
    name: str  # one of NAMES, or newer
    at: datetime
    actor: str
    role: str
    line_id: int
    number: str
    state: str  # now
    serial: str
    model: str
    batch: str
    component: str
    product: str
    subject: str
    quantity: int
    site_id: str
    buyer: str
    maker: str
    warranty_verdict: str
    warranty_until: date | None
    rma_number: str
    codes: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)


def name_of(type_: str, payload: Mapping[str, object]) -> str:
    """What a program is told: where a line moved to, else what happened."""
    to = payload.get("to")
    return to if type_ == MOVED and isinstance(to, str) and to else type_


def fields_of(type_: str, payload: Mapping[str, object]) -> dict[str, object]:
    """The fields that may leave, in the order of their names."""
    told = frozenset({"origin"}) if type_ == _OF_THE_FLEET else TOLD_FIELDS
    return {key: payload[key] for key in sorted(payload) if key in told}


def tell(step: ClaimStep) -> dict[str, object]:
    """The ``data`` of its event; keys are those of the API where they mean the same."""
    return {
        "preclaim": step.line_id,
        "number": step.number,
        "event": step.name,
        "actor": step.actor,
        "role": step.role,
        "fields": dict(step.fields),
        "state": step.state,
        "serial": step.serial or None,
        "model": step.model,
        "batch": step.batch or None,
        "component": step.component,
        "product": step.product or None,
        "subject": step.subject,
        "quantity": step.quantity,
        "codes": list(step.codes),
        "site": step.site_id or None,
        "buyer": step.buyer or None,
        "maker": step.maker or None,
        "rma_number": step.rma_number or None,
        "warranty_verdict": step.warranty_verdict,
        "warranty_until": step.warranty_until.isoformat() if step.warranty_until else None,
    }
