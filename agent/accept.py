"""``preclaim-agent accept``: takes a picture of each camera now, checks it, keeps the reference."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent import accept_telling
from agent.asking import ask
from agent.budget import Budget, Spend
from agent.camera.port import LoginKind, Picture
from agent.config import Device
from agent.delivery import exchange_store, keepsake_store
from agent.delivery.database import Database
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.pictures.acceptance_checks import Check, Result, check_all
from agent.diagnosis.pictures.look import Look, look_at
from agent.diagnosis.rule import View
from agent.edge import Edge
from agent.facts import aliases_in, facts_of
from agent.probes import identity, picture
from agent.probes.probe import Pass
from agent.reasons import reason
from shared.device import DeviceFacts, is_exchanged
from shared.reading import Quality, Reading

_LOG = logging.getLogger(__name__)
# A person at the terminal asked for it; still no write, ever.
_BUDGET: Final = Budget(bytes_per_day=2**31, logins_per_day=100, wakeups_per_day=100)
_WATCH_S: Final = 3.0


class Ending(enum.Enum):
    """What became of one device."""

    ACCEPTED = "accepted"
    NO_PICTURE = "no picture"
    WRONG = "wrong"  # a check found something: nothing was kept
    STANDS = "stands"  # it was accepted before: nothing was kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What one device showed, and what was kept of it."""

    device: Device
    ending: Ending
    checks: tuple[Check, ...] = ()
    picture: Picture | None = None
    failed: Reading | None = None  # why there is no picture
    earlier: Acceptance | None = None


async def accept_all(
    devices: Sequence[Device], edge: Edge, database: Database, *, levels: Levels, again: str = ""
) -> tuple[Accepted, ...]:
    """Accept each device; ``again`` is the reason to put another acceptance in place of one.

    Pictures are taken side by side, everything is kept afterwards. Writes nothing to a camera.
    """
    now = edge.clock()
    taken = await asyncio.gather(*(_take(device, edge, database, now) for device in devices))
    return tuple(
        _judge(device, readings, pictures, database, levels=levels, again=again, now=now)
        for device, (readings, pictures) in zip(devices, taken, strict=True)
    )


async def _take(
    device: Device, edge: Edge, database: Database, now: datetime
) -> tuple[list[Reading], list[Picture]]:
    references = keepsake_store.read_references(database.connection, device.device_id)
    visit = Pass(
        now=now,
        watch_seconds=_WATCH_S,
        recorder_login=LoginKind.NONE,
        references=references,
    )
    camera = edge.camera_for(device)
    probes = [picture.PROBE, identity.PROBE]
    take = await ask(probes, camera, visit, budget=_BUDGET, spend=Spend(now.date()))
    return take.readings, take.pictures


def _judge(
    device: Device,
    readings: Sequence[Reading],
    pictures: Sequence[Picture],
    database: Database,
    *,
    levels: Levels,
    again: str,
    now: datetime,
) -> Accepted:
    named = {reading.name: reading for reading in readings}
    look = look_at(View(now=now, readings=named, fresh=frozenset(named), levels=levels))
    if look is None or not pictures:
        failed = next((one for one in readings if one.quality is not Quality.GOOD), None)
        return Accepted(device=device, ending=Ending.NO_PICTURE, failed=failed)
    checks = check_all(look, levels)
    facts = _know(device, named, database, now=now)
    earlier = keepsake_store.read_acceptances(
        database.connection, device.device_id, of=facts.aliases
    )
    found = earlier.get(look.light.value)
    ending = Ending.ACCEPTED
    if any(check.result is Result.WRONG for check in checks):
        ending = Ending.WRONG
    elif found is not None and not again:
        ending = Ending.STANDS
    if ending is Ending.ACCEPTED:
        reason_given = again if earlier else ""
        _keep(facts, look, pictures[0], database, again=reason_given, now=now)
    if ending is not Ending.STANDS:
        is_accepted = ending is Ending.ACCEPTED
        accept_telling.tell(
            database, device.device_id, accepted=is_accepted, checks=checks, now=now
        )
    return Accepted(device=device, ending=ending, checks=checks, picture=pictures[0], earlier=found)


def _know(
    device: Device, named: Mapping[str, Reading], database: Database, *, now: datetime
) -> DeviceFacts:
    """Who hangs there now: a fitter who has just exchanged a camera accepts the new one."""
    known = keepsake_store.read_facts(database.connection, device.device_id)
    aliases = aliases_in(named)
    facts = facts_of(device, known, named)
    if known is not None and is_exchanged(known.aliases, aliases):
        with database.transaction() as db:
            exchange_store.leave_behind(db, device.device_id, of=known.aliases, at=now)
            keepsake_store.keep_facts(db, facts, at=now)
        _LOG.warning("%s: another device hangs here now", device.device_id)
    return facts


def _keep(
    facts: DeviceFacts, look: Look, taken: Picture, database: Database, *, again: str, now: datetime
) -> None:
    """Keep the acceptance; with ``again`` the view is another one, and is learnt anew.

    Only where no reference was known is this picture the first of one: else it was merged into
    what the camera, or the one before it, showed until now.
    """
    device_id, light = facts.device_id, look.light.value
    is_first = (look.get("ref_count") or 0) < 1
    accepted = Acceptance(
        light=look.light,
        taken_at=now,
        figures=dict(look.figures),
        jpeg=taken.jpeg,
        reference=taken.merged if is_first else b"",
        reason=again,
        aliases=facts.aliases,
    )
    with database.transaction() as db:
        if again:
            keepsake_store.forget_view(db, device_id)
            _LOG.warning("%s: accepted again in light %s: %s", device_id, light, again)
        keepsake_store.keep_acceptance(db, device_id, accepted)
        known = keepsake_store.read_references(db, device_id)
        if taken.merged and is_first and look.is_lit and light not in known:
            keepsake_store.keep_reference(db, device_id, light, taken.merged, at=now)


def why_not(accepted: Accepted, lang: str) -> str:
    """Why there is no picture, in words; '' when there is one."""
    return "" if accepted.failed is None else reason(accepted.failed, lang)
