"""The position that an agent's message speaks of, brought up to date."""

from __future__ import annotations

from dataclasses import dataclass

from collector.claims import serials
from collector.claims.serials import LabelSerial
from collector.intake.room import Row
from collector.store import firmware_changes, login_facts, positions, units
from collector.store.positions import Position
from shared.device import Alias, DeviceFacts, is_identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position after the news."""

    id: int
    serial: LabelSerial
    aliases: tuple[Alias, ...]
    firmware: str
    is_news: bool  # False: the row is older than what is known of the device


def place_of(
    facts: DeviceFacts, row: Row, *, of_now: bool = False, recorder_firmware: str = ""
) -> Place:
    """Find or make the position, resolve its label serial, keep what the agent says of it.

    What a row of earlier says (it was replayed, carried here, or sent again late) is true of its
    own fault and changes nothing of the device. ``of_now``: the message tells how things stand.
    """
    known = positions.find(row.db, agent_id=row.agent.id, device_id=facts.device_id)
    position_id = known.id if known else bare_position(facts.device_id, row)
    model = facts.model or (known.model if known else "")
    named = facts.aliases or (known.aliases if known else ())
    named = tuple(alias for alias in named if is_identity(alias, model=model))
    found = serials.resolve(
        registry=units.serials_named(row.db, named),
        configured=facts.label_serial,
        last_known=known.label_serial if known else "",
        known_aliases=known.aliases if known else (),
        aliases=facts.aliases,
        doubted=known.doubted_serial if known else "",
        contradicted=serials.swapped(units.aliases_of(row.db, facts.label_serial), named),
    )
    is_news = known is None or _is_news(known, row, of_now=of_now)
    if is_news:
        positions.apply_facts(
            row.db,
            position_id=position_id,
            facts=facts,
            serial=found,
            since=None if known and known.label_serial == found.value else row.received_at,
            by=row.identity,
        )
        _note_firmware(known, facts, row, position_id=position_id)
        login_facts.note(
            row.db,
            position_id=position_id,
            organisation_id=row.agent.organisation_id,
            facts=facts,
            recorder_firmware=recorder_firmware or row.agent.recorder_firmware,
            at=row.received_at,
        )
    firmware = facts.firmware or (known.firmware if known else "")
    return Place(
        id=position_id,
        serial=found,
        aliases=named,
        firmware=firmware,
        is_news=is_news,
    )


def _note_firmware(
    known: Position | None, facts: DeviceFacts, row: Row, *, position_id: int
) -> None:
    """Keep that another firmware runs than before; an exchanged device begins a new history."""
    is_other = known is None or serials.swapped(known.aliases, facts.aliases)
    before = "" if known is None or is_other else known.firmware
    if facts.firmware and (is_other or facts.firmware != before):
        firmware_changes.note(
            row.db,
            organisation_id=row.agent.organisation_id,
            agent_id=row.agent.id,
            position_id=position_id,
            before=before,
            after=facts.firmware,
            at=row.received_at,
        )


def _is_news(known: Position, row: Row, *, of_now: bool) -> bool:
    """Whether the row is later than the one that spoke of the device last, whatever clocks say.

    An epoch with a smaller counter is mostly an earlier one; it may be a new card in the same
    agent, and then the next live word on how things stand says so.
    """
    if known.told_by is None:
        return row.is_live or known.is_bare()
    last, this = known.told_by, row.identity
    if this.epoch == last.epoch:
        return this.seq > last.seq
    return this.epoch.counter > last.epoch.counter or (of_now and row.is_live)


def bare_position(device_id: str, row: Row) -> int:
    """The id of the position, made on the spot when only its name is known."""
    return positions.find_or_add(
        row.db,
        agent_id=row.agent.id,
        device_id=device_id,
        site_id=row.agent.site_id,
        organisation_id=row.agent.organisation_id,
    )
