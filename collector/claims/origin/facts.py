"""What is known around a fault when its origin is asked; None is unknown, never 'no'. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Devices that showed the family, and the device-days in which they could have."""

    failed: int
    device_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """The production lot: other serials of it with the same family, and how often others fail."""

    name: str
    units: int  # delivered
    peers: int  # other serials of the lot with a pre-claim of this family
    peer_sites: int  # sites other than this one where they hang
    own: Failures
    others: Failures | None  # other lots of the model; None: there are none
    shipments: int = 1  # of the lot
    peer_shipments: int = 0  # of them, others than this device's, with a peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Units that travelled together: one delivery proof, else one buyer and day."""

    units: int
    faulty_on_arrival: int  # others of it that were faulty at first contact
    elsewhere: int  # of the lot's other shipments, as many units were faulty at first contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another fault at the position; ``before`` is negative when it began after this one."""

    code: str
    before: timedelta
    since_first: timedelta | None  # after the device was first seen; None: that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A firmware change of the camera or of its recorder before the onset."""

    of: str  # camera | recorder
    before: str
    after: str
    ago: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """How a firmware version of the model does beside the model's other versions."""

    name: str
    own: Failures
    others: Failures
    lots: int  # with failures on this version


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What happened at the site around the onset; this device is counted in none of it."""

    devices: int
    died_together: int  # that went silent or dead within minutes and did not come back
    same_family: int  # of another lot or model, with the same family within 30 days
    outages: int  # incidents of power or uplink in the 30 days before
    neighbours: int  # devices that a same fault could have shown on
    askew: int = 0  # whose aim, focus or tilt was wrong in their own first days here


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Devices of the organisation on the same cell of the same operator."""

    name: str
    down: int  # with a fault of the mobile link within a day
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWeather:
    """The weather as a site's own cameras saw it; None where too few of them tell.

    Temperatures are those that devices report of themselves: several degrees above the air's, so
    that frost is understated and heat overstated.
    """

    days: int  # looked back
    own_low_c: float | None = None
    own_high_c: float | None = None
    site_low_c: float | None = None  # median of the cameras' daily lows, the lowest day
    frost_days: int | None = None  # days whose median low was 0 °C or less
    dull_days: int | None = None  # days on which every panel gave less than half its usual
    misty_mornings: int | None = None  # on which two cameras or more lost contrast together
    own_misty_mornings: int | None = None  # on which only this camera did


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginFacts:
    """Everything that signals look at; whatever is left out is not known."""

    code: str
    onset_at: datetime
    proof: str = ""  # experiment | fact | passive
    component: str = ""
    delivered_at: datetime | None = None  # the day of delivery, its beginning in the factory's zone
    first_seen_at: datetime | None = None  # when this device was first heard at the position
    accepted: bool | None = None  # on day 0, by a person; False: it was refused
    refused_for: str = ""  # the checks that failed then, as the agent names them
    lot: Lot | None = None
    shipment: Shipment | None = None
    at_position: tuple[Other, ...] | None = None  # other faults of this device here
    updates: tuple[Update, ...] | None = None
    version: Version | None = None
    site: Site | None = None
    cell: Cell | None = None
    weather: SiteWeather | None = None
    predecessor_failed: bool | None = None  # the device that hung here before, the same way
    failed_elsewhere: bool | None = None  # this device at another position, the same way
    repaired_before: bool | None = None  # a repair of the same family within 90 days

    @property
    def age(self) -> timedelta | None:
        """From delivery to the onset; None when it is not known or makes no sense."""
        if self.delivered_at is None:
            return None
        passed = self.onset_at - self.delivered_at
        return passed if passed >= timedelta(0) else None

    @property
    def since_first(self) -> timedelta | None:
        """From first contact to the onset; None when it is not known or makes no sense."""
        if self.first_seen_at is None:
            return None
        passed = self.onset_at - self.first_seen_at
        return passed if passed >= timedelta(0) else None
