"""The position that an agent's message speaks of, brought up to date."""

from __future__ import annotations

from dataclasses import dataclass

from collector.claims import serials
from collector.claims.serials import LabelSerial
from collector.intake.room import Row
from collector.store import positions, units
from shared.device import Alias, DeviceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position after the news."""

    id: int
    serial: LabelSerial
    aliases: tuple[Alias, ...]
    firmware: str


def place_of(facts: DeviceFacts, row: Row) -> Place:
    """Find or make the position, resolve its label serial, keep what the agent says of it."""
    known = positions.find(row.db, agent_id=row.agent.id, device_id=facts.device_id)
    position_id = known.id if known else bare_position(facts.device_id, row)
    found = serials.resolve(
        registry=units.serials_named(row.db, facts.aliases or (known.aliases if known else ())),
        configured=facts.label_serial,
        last_known=known.label_serial if known else "",
        known_aliases=known.aliases if known else (),
        aliases=facts.aliases,
        doubted=known.doubted_serial if known else "",
        contradicted=serials.swapped(units.aliases_of(row.db, facts.label_serial), facts.aliases),
    )
    positions.apply_facts(
        row.db,
        position_id=position_id,
        facts=facts,
        serial=found,
        since=None if known and known.label_serial == found.value else row.received_at,
    )
    firmware = facts.firmware or (known.firmware if known else "")
    return Place(
        id=position_id,
        serial=found,
        aliases=facts.aliases or (known.aliases if known else ()),
        firmware=firmware,
    )


def bare_position(device_id: str, row: Row) -> int:
    """The id of the position, made on the spot when only its name is known."""
    return positions.find_or_add(
        row.db,
        agent_id=row.agent.id,
        device_id=device_id,
        site_id=row.agent.site_id,
        organisation_id=row.agent.organisation_id,
    )
