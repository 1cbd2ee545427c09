"""The factory's policy as data: warranty, holds, trust, site loss, liveness. Pure.

Its file is described and read in ``read_policy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from collector.claims.clock_terms import ClockTerms
from collector.claims.dead_device import DeadTerms
from collector.claims.opening_terms import OpeningTerms
from collector.claims.origin.terms import OriginTerms
from collector.claims.outage import Terms as LossTerms
from collector.claims.pack_terms import PackTerms
from collector.claims.profiles import ProfileTerms
from collector.claims.request_terms import DEFAULT_REQUESTS, RequestTerms
from collector.claims.storm import StormTerms
from collector.claims.trust import TrustTerms
from collector.claims.warranty_terms import WarrantyTerms
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Component, Proof

UNKNOWN_CODE_HOLD: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageTerms:
    """What belongs to one outage, and when one that comes and goes is called flapping."""

    together: timedelta = timedelta(minutes=30)
    reopen: timedelta = timedelta(minutes=30)
    recovery: timedelta = timedelta(hours=1)
    flapping_losses: int = 4
    flapping_within: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the factory promises and how certain it wants to be; see the module's text."""

    months: int = 24
    zone: str = "Asia/Shanghai"
    cover: WarrantyTerms = field(default_factory=WarrantyTerms)
    opening: OpeningTerms = field(default_factory=OpeningTerms)
    packs: PackTerms = field(default_factory=PackTerms)
    requests: RequestTerms = DEFAULT_REQUESTS
    product_months: Mapping[str, int] = field(default_factory=dict)
    component_months: Mapping[str, int] = field(default_factory=dict)
    hold_s: Mapping[str, float] = field(default_factory=dict)
    passive_opens_drafts: bool = False
    trusted_passive_codes: frozenset[str] = frozenset()
    trust: TrustTerms = field(default_factory=TrustTerms)
    profiles: ProfileTerms = field(default_factory=ProfileTerms)
    site_loss_share: float = 0.6
    site_loss_min_devices: int = 2
    site_loss_margin_s: float = 60.0
    site_loss_wait: bool = True
    outages: OutageTerms = field(default_factory=OutageTerms)
    liveness_factor: float = 2.5
    default_promise_s: float = 300.0
    max_promise_s: float = 86_400.0
    tick_s: float = 5.0
    recheck_s: float = 300.0
    dead: DeadTerms = field(default_factory=DeadTerms)
    storm: StormTerms = field(default_factory=StormTerms)
    longest_silence: timedelta = timedelta(days=30)
    points_kept: timedelta = timedelta(days=90)
    hours_kept: timedelta = timedelta(days=821)
    compact_after: timedelta = timedelta(hours=2)
    verified_s: Mapping[str, float] = field(default_factory=dict)
    origin: OriginTerms = field(default_factory=OriginTerms)
    clocks: ClockTerms = field(default_factory=ClockTerms)

    @property
    def cover_terms(self) -> WarrantyTerms:
        """How a warranty is read, on the factory's calendar."""
        return replace(self.cover, zone=self.zone)

    def hold_of(self, code: str) -> timedelta:
        """How long a fault must stay open: the file's value, else the catalogue's."""
        if code in self.hold_s:
            return timedelta(seconds=self.hold_s[code])
        if "*" in self.hold_s:
            return timedelta(seconds=self.hold_s["*"])
        entry = CATALOGUE.get(code)
        return entry.hold if entry else UNKNOWN_CODE_HOLD

    def silence_after(self, promised_within_s: float | None) -> timedelta:
        """How long an agent may be quiet before its devices are unknown."""
        return timedelta(seconds=self.liveness_factor * self.promise(promised_within_s))

    def promise(self, promised_within_s: float | None) -> float:
        """The interval that an agent promised, as far as it is believed, in seconds."""
        promised = self.default_promise_s if promised_within_s is None else promised_within_s
        return min(promised, self.max_promise_s)

    def site_loss_known_after(self, promised_within_s: float | None) -> timedelta:
        """How long after an onset the loss of the whole site is certain to be noticed."""
        return self.silence_after(promised_within_s) + timedelta(seconds=self.site_loss_margin_s)

    def due_after(self, code: str, promised_within_s: float | None) -> timedelta:
        """When a decision is due after receipt: the hold, never before site loss is known."""
        hold = self.hold_of(code)
        return (
            max(hold, self.site_loss_known_after(promised_within_s))
            if self.site_loss_wait
            else hold
        )

    def verified_after(self, code: str, promised_within_s: float | None) -> timedelta:
        """How long after a visit a fault that is still open was not mended: what a probe needs to
        tell that it is over takes as long as it took to be certain of it."""
        for key in (code, "*"):
            if key in self.verified_s:
                return timedelta(seconds=self.verified_s[key])
        return max(self.hold_of(code), self.silence_after(promised_within_s))

    def loss_terms(self, promised_within_s: float | None) -> LossTerms:
        """When a node is called lost, where agents promise to speak within so many seconds."""
        return LossTerms(
            share=self.site_loss_share,
            min_devices=self.site_loss_min_devices,
            together=max(self.outages.together, self.site_loss_known_after(promised_within_s)),
        )

    def trusts(self, code: str, proof: Proof) -> bool:
        """True when such a verdict may open a draft from day one; experiment and fact may."""
        return (
            proof is not Proof.PASSIVE
            or self.passive_opens_drafts
            or code in self.trusted_passive_codes
        )

    def months_for(self, *, product: str, component: Component) -> int:
        """Warranty months: by component, else by product line, else the general promise."""
        by_product = self.product_months.get(product, self.months)
        return self.component_months.get(component.value, by_product)


DEFAULT: Final = Policy()
