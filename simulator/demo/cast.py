"""Who plays in the demo: sites, devices, their faults, and what must come of each."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def days_ago(days: int) -> str:
    """An ISO date before today: a demo must not grow old."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


class Ending(enum.Enum):
    """What the collector must make of a device's story."""

    HEALTHY = "healthy"  # nothing is opened
    CLAIM = "pre-claim"
    FIRMWARE_CASE = "firmware case"
    TASK = "task"
    NOT_APPLICABLE = "not applicable"
    INCIDENT = "incident"  # with its whole site


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One simulated device: where it hangs, what happens to it, how it must end."""

    site: str
    device_id: str
    name: str
    kind: str  # the simulator's kinds: solar_4g, wifi, doorbell, nvr_kit_camera
    model: str
    batch: str
    label_serial: str
    onvif_serial: str
    mac: str
    firmware: str = "1.4.2"
    delivered_on: str = field(default_factory=lambda: days_ago(60))
    fault: str = ""  # the simulator's name; "" stays healthy
    code: str = ""  # the catalogue code that must be found
    ending: Ending = Ending.HEALTHY
    from_start: bool = False  # the fault is there before the agent is


@dataclass(frozen=True, slots=True)
class Cast:
    """All roles, and the site whose power fails at the end ('' for none)."""

    roles: tuple[Role, ...]
    dark_site: str = ""

    @property
    def sites(self) -> tuple[str, ...]:
        """Sites in the order of their first device."""
        return tuple(dict.fromkeys(role.site for role in self.roles))

    def at(self, site: str) -> tuple[Role, ...]:
        """The devices of one site."""
        return tuple(role for role in self.roles if role.site == site)


SITE_NAMES = {
    "orchard": "Orchard · 果园",
    "shop": "Shop · 商店",
    "depot": "Depot · 仓库",
}

_OUT_OF_WARRANTY = days_ago(30 * 31)  # the factory promises 24 months

DEMO = Cast(
    roles=(
        Role(
            site="orchard",
            device_id="orchard-gate",
            name="Orchard gate",
            kind="solar_4g",
            model="SC-4G-20",
            batch="B2601",
            label_serial="SC26010001",
            onvif_serial="4G20-7A01",
            mac="02:00:00:00:01:01",
            fault="ircut_stuck_open",
            code="ircut.stuck_open",
            ending=Ending.CLAIM,
        ),
        Role(
            site="orchard",
            device_id="orchard-pump",
            name="Orchard pump",
            kind="solar_4g",
            model="SC-4G-20",
            batch="B2601",
            label_serial="SC26010002",
            onvif_serial="4G20-7A02",
            mac="02:00:00:00:01:02",
            fault="battery_not_charging",
            code="battery.not_charging",
            ending=Ending.CLAIM,
        ),
        Role(
            site="orchard",
            device_id="orchard-lane",
            name="Orchard lane",
            kind="solar_4g",
            model="SC-4G-20",
            batch="B2601",
            label_serial="SC26010003",
            onvif_serial="4G20-7A03",
            mac="02:00:00:00:01:03",
        ),
        Role(
            site="orchard",
            device_id="orchard-barn",
            name="Orchard barn",
            kind="solar_4g",
            model="SC-4G-10",
            batch="B2308",
            label_serial="SC23080044",
            onvif_serial="4G10-3B44",
            mac="02:00:00:00:01:04",
            delivered_on=_OUT_OF_WARRANTY,
            fault="blurred",
            code="picture.blurred",
            ending=Ending.NOT_APPLICABLE,
        ),
        Role(
            site="shop",
            device_id="shop-till",
            name="Shop till",
            kind="nvr_kit_camera",
            model="NK-800",
            batch="B2605",
            label_serial="NK26050001",
            onvif_serial="NK8-5C01",
            mac="02:00:00:00:02:01",
            fault="blurred",
            code="picture.blurred",
            ending=Ending.CLAIM,
        ),
        Role(
            site="shop",
            device_id="shop-stock",
            name="Shop stock room",
            kind="nvr_kit_camera",
            model="NK-800",
            batch="B2605",
            label_serial="NK26050002",
            onvif_serial="NK8-5C02",
            mac="02:00:00:00:02:02",
            firmware="2.0.0",
            fault="login_wsse_refused",
            code="login.firmware_refuses_method",
            ending=Ending.FIRMWARE_CASE,
        ),
        Role(
            site="shop",
            device_id="shop-yard",
            name="Shop yard",
            kind="wifi",
            model="WF-300",
            batch="B2603",
            label_serial="WF26030001",
            onvif_serial="WF3-2D01",
            mac="02:00:00:00:02:03",
            fault="wrong_password",
            code="login.wrong_password",
            ending=Ending.TASK,
        ),
        Role(
            site="shop",
            device_id="shop-door",
            name="Shop doorbell",
            kind="doorbell",
            model="DB-100",
            batch="B2602",
            label_serial="DB26020001",
            onvif_serial="DB1-1E01",
            mac="02:00:00:00:02:04",
        ),
        Role(
            site="shop",
            device_id="shop-aisle",
            name="Shop aisle",
            kind="nvr_kit_camera",
            model="NK-800",
            batch="B2605",
            label_serial="NK26050003",
            onvif_serial="NK8-5C03",
            mac="02:00:00:00:02:05",
        ),
        Role(
            site="depot",
            device_id="depot-ramp",
            name="Depot ramp",
            kind="wifi",
            model="WF-300",
            batch="B2603",
            label_serial="WF26030002",
            onvif_serial="WF3-2D02",
            mac="02:00:00:00:03:01",
            code="site.silent",
            ending=Ending.INCIDENT,
        ),
        Role(
            site="depot",
            device_id="depot-hall",
            name="Depot hall",
            kind="wifi",
            model="WF-300",
            batch="B2603",
            label_serial="WF26030003",
            onvif_serial="WF3-2D03",
            mac="02:00:00:00:03:02",
            code="site.silent",
            ending=Ending.INCIDENT,
        ),
        Role(
            site="depot",
            device_id="depot-fence",
            name="Depot fence",
            kind="nvr_kit_camera",
            model="NK-800",
            batch="B2605",
            label_serial="NK26050004",
            onvif_serial="NK8-5C04",
            mac="02:00:00:00:03:03",
            code="site.silent",
            ending=Ending.INCIDENT,
        ),
    ),
    dark_site="depot",
)
