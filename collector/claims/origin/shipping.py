"""Who pays the ways of a replacement, by origin. Pure.

Source: claims and warranty, section 15: the factory always pays for what arrived dead within 30
days of delivery; nothing is shipped for firmware.
"""

from __future__ import annotations

from typing import Final

from collector.claims.answer import REJECT_CODES, RejectCode
from collector.claims.origin.kinds import Origin, Payer
from collector.claims.origin.terms import OriginTerms

# Of what arrived dead nobody at the site is suspected; who is, pays as the table says.
_ARRIVED: Final = frozenset({Origin.FACTORY, Origin.TRANSPORT, Origin.UNDETERMINED})


def payer(origin: Origin, *, is_on_arrival: bool, terms: OriginTerms) -> Payer:
    """Who pays; ``is_on_arrival``: it was faulty at first contact, soon after delivery."""
    if is_on_arrival and origin in _ARRIVED:
        return Payer.FACTORY
    return terms.pays[origin]


_REJECTED_AS: Final = {
    RejectCode.USER_DAMAGE: Origin.USER,
    RejectCode.INSTALLATION: Origin.INSTALLATION,
    RejectCode.ENVIRONMENT: Origin.ENVIRONMENT,
}


def payer_when_rejected(code: str, *, terms: OriginTerms) -> Payer | None:
    """Who pays the ways of what came back and was rejected for this; None where the reason names
    no cause, and what was decided before holds."""
    reason = REJECT_CODES.get(code)
    if reason is RejectCode.NO_FAULT_FOUND:
        return terms.no_fault
    origin = _REJECTED_AS.get(reason) if reason else None
    return terms.pays[origin] if origin else None
