"""The sheet for one visit to a site: what to do there, device by device, and what to bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.field_proof import ProofKind
from collector.claims.site_visit import parts_for, round_key
from collector.line_items import must_items
from collector.store import proofs
from collector.store.scope import Scope
from collector.store.views import claim_file, claims, device_pictures, devices
from collector.store.views import tasks as views
from collector.store.views.claim_page import ClaimFilter
from collector.store.views.claims import PreClaim
from collector.store.views.device_pictures import Shown
from collector.store.views.tasks import TaskFilter, TaskRow
from collector.web.call import Call, found
from collector.web.pages.tasks import late_ones, may_act
from collector.web.render import page

MOST_CLAIMS: Final = 100
MOST_TASKS: Final = 500
# What somebody who stands before the device can bring home for a pre-claim.
GOT_ON_SITE: Final = frozenset(
    {"serial", "picture", "image", "clip", *(kind.value for kind in ProofKind)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A draft that waits for something which is to be had at the device."""

    claim: PreClaim
    items: tuple[str, ...]  # keys of the texts ``must.*``

    @property
    def measured(self) -> tuple[str, ...]:
        """The faults for which something is to be measured there: that takes instruments."""
        return tuple(self.claim.codes) if ProofKind.POWER.value in self.items else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One device of the round."""

    position_id: int
    name: str
    model: str
    serial: str
    is_host: bool
    picture: Shown | None
    picture_at: datetime | None
    zone: str
    tasks: tuple[TaskRow, ...]
    lacks: tuple[Lack, ...]


async def show_sheet(call: Call) -> web.StreamResponse:
    """The sheet; a site without anything to do has one too, and says so."""
    site_id = call.request.match_info["site"]
    sites = dict(await call.house.read(lambda db: devices.list_sites(db, call.scope)))
    site_name = found(sites.get(site_id))
    stops = await call.house.read(lambda db: read_stops(db, call.scope, site_id))
    rows = tuple(row for stop in stops for row in stop.tasks)
    codes = [row.code for row in rows if row.done_at is None]
    codes += [code for stop in stops for lack in stop.lacks for code in lack.measured]
    return page(
        call,
        "site_visit.html",
        site_id=site_id,
        site_name=site_name,
        stops=stops,
        parts=parts_for(codes),
        late=late_ones(rows, call),
        may_act=may_act(call),
    )


def read_stops(db: Connection, scope: Scope, site_id: str) -> tuple[Stop, ...]:
    """The devices with something to do, in the order of a round."""
    wanted = TaskFilter(site=site_id, state="active")
    rows: dict[int, list[TaskRow]] = {}
    for row in views.list_tasks(db, scope, wanted, limit=MOST_TASKS):
        rows.setdefault(row.position_id, []).append(row)
    lacks = _lacks(db, scope, site_id)
    stops = [
        _stop(db, scope, position_id, rows.get(position_id, []), lacks.get(position_id, []))
        for position_id in rows.keys() | lacks.keys()
    ]
    return tuple(sorted(stops, key=lambda stop: round_key(is_host=stop.is_host, name=stop.name)))


def _stop(
    db: Connection, scope: Scope, position_id: int, rows: list[TaskRow], lacks: list[Lack]
) -> Stop:
    device = found(devices.find_device(db, scope, position_id))
    return Stop(
        position_id=position_id,
        name=device.name,
        model=device.model,
        serial=device.label_serial,
        is_host=device.device_id == device.agent_id,
        picture=device_pictures.find(db, scope, device.picture_sha256 or ""),
        picture_at=device.picture_at,
        zone=device.zone,
        tasks=tuple(sorted(rows, key=lambda row: row.opened_at)),
        lacks=tuple(lacks),
    )


def _lacks(db: Connection, scope: Scope, site_id: str) -> dict[int, list[Lack]]:
    made: dict[int, list[Lack]] = {}
    wanted = ClaimFilter(turn="open", site=site_id)
    for claim in claims.list_preclaims(db, scope, wanted, limit=MOST_CLAIMS):
        if claim.position_id is None or claim.state not in ("draft", "need_info"):
            continue
        manifests = claim_file.list_manifests(db, scope, claim.id)
        missing = tuple(
            item.name
            for item in must_items(claim, manifests, proofs.of_line(db, claim.id))
            if not item.here and item.name in GOT_ON_SITE
        )
        if missing or claim.state == "need_info":
            made.setdefault(claim.position_id, []).append(Lack(claim=claim, items=missing))
    return made
