"""Firmware cases: the list, one case with its devices and transcripts, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.answer import REJECT_CODES
from collector.claims.chain import Entry, first_break
from collector.claims.firmware_case import (
    BY_NAME,
    PATHS,
    Action,
    CaseStory,
    Field,
    Fix,
    Side,
    actions_for,
    fields_of,
)
from collector.claims.firmware_device import Device, Stands, stand
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.firmware_fix import of_another_case
from collector.firmware_steps import act
from collector.store import firmware_cases, firmware_devices
from collector.store.scope import Role
from collector.store.views import claim_file
from collector.store.views import firmware_cases as view
from collector.store.views.claim_file import EventRow, EvidenceRow
from collector.store.views.firmware_cases import FirmwareCaseRow, PlaceRow
from collector.store.views.firmware_links import LineLink, lines_of_devices
from collector.web.call import Call, found
from collector.web.clock_panel import read_clocks, state_of
from collector.web.firmware_voice import word_of
from collector.web.pages import claim_files
from collector.web.pages.claims import read_payload
from collector.web.render import page

REASON_LONGEST: Final = 2000
FIELD_LONGEST: Final = 200
VERSION_LONGEST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStands:
    """A device of a case: where it hangs, how it stands, what was recorded of it."""

    device: Device
    place: PlaceRow
    stands: Stands
    files: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """All that the page and the API show of a case."""

    row: FirmwareCaseRow
    story: CaseStory
    devices: tuple[DeviceStands, ...]
    events: tuple[EventRow, ...]
    hint: Fix | None  # by the case of another organisation; None where this one has its own
    claims: dict[int, tuple[str, str]]
    lines: dict[str, tuple[LineLink, ...]]  # open ones of its devices, by serial key

    @property
    def broken_at(self) -> int | None:
        """The number of the first event that does not follow; None when all do."""
        index = first_break((_entry(self.row.id, e), e.prev_hash, e.hash) for e in self.events)
        return None if index is None else self.events[index].seq

    @property
    def unordered(self) -> tuple[str, ...]:
        """Versions that fail and that nobody can put in order."""
        fix = self.story.fix
        seen = {
            one.device.runs(fix.side)
            for one in self.devices
            if fix and one.stands is Stands.FAILS_UNORDERED
        }
        return tuple(sorted(seen))


def _entry(case_id: int, event: EventRow) -> Entry:
    return Entry(
        line_id=case_id,
        at=event.at,
        actor=event.actor,
        role=event.role,
        type=event.type,
        payload_json=event.payload,
    )


def read_case(db: Connection, call: Call, case_id: int) -> CaseFile | None:
    """The case with everything; None when there is none in the slice."""
    row = view.find_case(db, call.scope, case_id)
    if row is None:
        return None
    story, known = firmware_cases.story_of(db, case_id), firmware_cases.row_of(db, case_id)
    hint = of_another_case(db, known) if known and story.fix is None else None
    devices = _devices(db, call, row, story.fix or hint)
    return CaseFile(
        row=row,
        story=story,
        hint=hint,
        devices=devices,
        events=view.list_events(db, call.scope, case_id),
        claims=view.claims_of(db, call.scope, story.claims),
        lines=lines_of_devices(db, call.scope, (one.device.serial_key for one in devices)),
    )


def _devices(
    db: Connection, call: Call, row: FirmwareCaseRow, fix: Fix | None
) -> tuple[DeviceStands, ...]:
    devices = firmware_devices.of_case(db, row.id)
    places = view.places(db, (one.position_id for one in devices))
    owners = view.episodes_of(db, row.id)
    files: dict[str, list[EvidenceRow]] = {}
    if call.known.role is not Role.DISTRIBUTOR:  # what was recorded at a site stays with it
        found_files = claim_file.list_manifests_by_episode(db, call.scope, owners)
        for episode_id, manifests in found_files.items():
            listed = claim_files.list_documents(manifests)
            files.setdefault(owners[episode_id], []).extend(listed)
    policy = call.house.policy
    return tuple(
        DeviceStands(
            device=one,
            place=places[one.position_id],
            stands=stand(
                one,
                fix,
                grace=policy.verified_after(row.code, one.promised_within_s),
            ),
            files=tuple(files.get(one.serial_key, ())),
        )
        for one in devices
    )


async def show_cases(call: Call) -> web.StreamResponse:
    """The list, what is due first at the top."""
    rows = await call.house.read(lambda db: view.list_by_due(db, call.scope))
    return page(call, "firmware_cases.html", rows=rows, word=word_of(call))


async def show_case(call: Call, *, status: int = 200, trouble: str = "") -> web.StreamResponse:
    """One case, with what went wrong in a form."""
    house, number = call.house, call.number("id")
    file = found(await house.read(lambda db: read_case(db, call, number)))
    actor = Actor(call.known.role.value)
    return page(
        call,
        "firmware_case.html",
        status=status,
        trouble=trouble,
        word=word_of(call),
        file=file,
        case=file.row,
        clocks=read_clocks(file.events, terms=house.policy.clocks, now=call.now),
        clock_state=state_of,
        history=[(event, read_payload(event)) for event in file.events],
        actions=forms_of(file, actor),
        paths=[path.value for path in PATHS],
        reject_codes=sorted(REJECT_CODES),
        sides=[side.value for side in Side],
        versions=await house.read(
            lambda db: view.seen_versions(db, call.scope, file.row.camera_model)
        ),
        shows_site=call.known.role is not Role.DISTRIBUTOR,
    )


def forms_of(file: CaseFile, actor: Actor) -> list[tuple[Action, Sequence[str]]]:
    """The actions that this actor may take now, each with the names of its fields."""
    return [
        (action, [field.value for field in fields_of(action, file.story)])
        for action in actions_for(file.story, actor)
        if action.name != "rule_version" or file.unordered
    ]


async def do_action(call: Call) -> web.StreamResponse:
    """Do what the form says; 409 when the table or a guard forbids it by now."""
    number, name = call.number("id"), call.request.match_info["action"]
    found(await call.house.read(lambda db: view.find_case(db, call.scope, number)))
    if name not in BY_NAME:
        raise web.HTTPNotFound
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    try:
        await call.house.write(
            lambda db: act(
                db,
                case_id=number,
                action=name,
                actor=call.known.name,
                role=Actor(call.known.role.value),
                reason=form.get("reason", "").strip()[:REASON_LONGEST],
                now=call.now,
                fields=read_fields(form),
                terms=call.house.policy.clocks,
            )
        )
    except IllegalMoveError as error:
        return await show_case(call, status=409, trouble=error.line(call.voice.language))
    return web.Response(status=303, headers={"Location": f"/firmware-cases/{number}"})


def read_fields(form: dict[str, str]) -> dict[str, object]:
    """The fields of an action that the form gives."""
    said: dict[str, object] = {}
    for field in Field:
        text = " ".join(form.get(field.value, "").split())
        if text:
            said[field.value] = text[:FIELD_LONGEST]
    if Field.VERSION.value in said:
        said[Field.VERSION.value] = str(said[Field.VERSION.value])[:VERSION_LONGEST]
    contains = {"yes": True, "no": False}.get(str(said.pop(Field.CONTAINS.value, "")))
    return said if contains is None else {**said, Field.CONTAINS.value: contains}
