"""``[origin]`` of the policy file: levels of the signals, their weights, the margin. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from collector.claims.origin.kinds import Origin, Payer

PAYS: Final[Mapping[Origin, Payer]] = {
    Origin.FACTORY: Payer.FACTORY,
    Origin.TRANSPORT: Payer.EACH,
    Origin.INSTALLATION: Payer.CUSTOMER,
    Origin.USER: Payer.CUSTOMER,
    Origin.ENVIRONMENT: Payer.CUSTOMER,
    Origin.FIRMWARE: Payer.NOBODY,
    Origin.OPERATOR: Payer.NOBODY,
    Origin.UNDETERMINED: Payer.EACH,
}
"""Claims and warranty, section 15; transport and operator are our own rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginTerms:
    """What the factory asks of a suggestion; every value is a key of the policy file."""

    margin: float = 0.2  # of the shares, between the first and the second
    doubt: float = 1.0  # what 'undetermined' weighs before anything is known
    early_days: float = 30.0  # after delivery: infant mortality
    contact_days: float = 90.0  # first contact later than this after delivery says nothing of day 0
    contact_hours: float = 72.0  # after first contact: it was so from the beginning
    least_peers: int = 3
    bump_hours: float = 24.0
    update_hours: float = 24.0
    clear_days: float = 14.0  # without any bump or update, before 'nothing outside' is said
    strike_minutes: float = 10.0
    strike_devices: int = 3  # this one included
    far_above: float = 2.0  # the lower end of a version's rate ratio
    confidence: float = 0.95  # of the ratios' two-sided intervals
    low_c: float = -10.0  # data sheet of usual solar cameras; vendor interfaces, section 4
    high_c: float = 50.0
    worn_days: float = 540.0  # after which a battery is as likely worn as faulty
    frost_days: int = 7  # of the last 30
    misty_mornings: int = 3
    outages: int = 3  # in 30 days
    renew_hours: float = 6.0  # how often a draft's suggestion is made anew
    arrival_days: float = 30.0  # dead on arrival so long after delivery: the factory pays
    weights: Mapping[str, Mapping[Origin, float]] = field(default_factory=dict)  # over the usual
    pays: Mapping[Origin, Payer] = field(default_factory=lambda: dict(PAYS))
    no_fault: Payer = Payer.CUSTOMER  # of what came back and has no fault
    no_fault_fee: str = ""  # for the bench's work then, '25.00 GBP'; '' for none
