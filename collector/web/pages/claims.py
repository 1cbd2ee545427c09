"""Pre-claims: the list and one pre-claim with its whole file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from collector.act import Wish
from collector.claims.actions import BY_ID, possible
from collector.claims.chain import Entry, first_break
from collector.claims.field_proof import needed_by
from collector.claims.lifecycle import Actor, LineState
from collector.claims.story import moment_of
from collector.store import proofs, reports, spare_parts
from collector.store.scope import Role
from collector.store.views import claim_file, claims, devices, letters
from collector.store.views.claim_file import EventRow
from collector.store.views.claim_page import ClaimFilter
from collector.store.views.firmware_links import cases_of_line
from collector.store.views.partners import joined
from collector.web.answer_panel import read_answer, takes_files
from collector.web.call import Call, found
from collector.web.clock_panel import read_clocks, state_of
from collector.web.evidence_panel import gaps_of, panel, read_file
from collector.web.firmware_voice import word_of
from collector.web.origin_panel import ORIGINS, read_panel
from collector.web.pages import claim_files, partners
from collector.web.render import page

PAGE_ROWS: Final = 100
CONFIRMS: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})  # compare readings with devices
NOT_SUBMITTED: Final = frozenset(
    {LineState.DRAFT.value, LineState.READY.value, LineState.AUTO_CLEARED.value}
)


def read_filter(call: Call) -> ClaimFilter:
    """The filter that the URL states."""
    turn = call.asked("turn") or "open"
    return ClaimFilter(
        turn=turn if turn in {"open", "done", "all"} else "open",
        state=call.asked("state"),
        site=call.asked("site"),
        model=call.asked("model"),
        batch=call.asked("batch"),
        code=call.asked("code"),
        warranty=call.asked("warranty"),
        search=call.asked("q"),
        sort="due" if call.asked("sort") == "due" else "",
    )


async def show_preclaims(call: Call) -> web.StreamResponse:
    """The list, filtered as the URL says."""
    wanted = read_filter(call)
    before = int(text) if (text := call.asked("before", longest=18)).isdecimal() else 0
    rows = await call.house.read(
        lambda db: claims.list_preclaims(db, call.scope, wanted, before=before, limit=PAGE_ROWS + 1)
    )
    return page(
        call,
        "preclaims.html",
        rows=rows[:PAGE_ROWS],
        more=rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else 0,
        wanted=wanted,
        actions=possible({LineState(row.state) for row in rows}, Actor(call.known.role.value)),
        may_review=call.known.role in CONFIRMS,
        may_import=call.house.packs is not None and call.known.role in CONFIRMS,
        choices=await call.house.read(lambda db: claims.list_choices(db, call.scope)),
        sites=await call.house.read(lambda db: devices.list_sites(db, call.scope)),
    )


async def show_preclaim(call: Call) -> web.StreamResponse:
    """One pre-claim; a distributor sees what is claimed, not the pictures of a site."""
    return await show_claim(call)


async def show_claim(
    call: Call, *, status: int = 200, trouble: str = "", typed: Wish | None = None
) -> web.StreamResponse:
    """The page of one pre-claim, with what went wrong in a form and what was typed there."""
    house, scope, number = call.house, call.scope, call.number("id")
    claim = found(await house.read(lambda db: claims.find_preclaim(db, scope, number)))
    manifests = await house.read(lambda db: claim_file.list_manifests(db, scope, number))
    events = await house.read(lambda db: claim_file.list_events(db, scope, number))
    findings = await house.read(lambda db: claim_file.list_findings(db, scope, number))
    brought = await house.read(lambda db: proofs.of_line(db, number))
    file = await read_file(call, claim)
    answer = await read_answer(
        call,
        number,
        events,
        is_unproven=claim.carried.is_unproven,
        gaps=gaps_of(file),
        typed=typed,
    )
    return page(
        call,
        "preclaim.html",
        status=status,
        claim=claim,
        findings=findings,
        manifests=manifests,
        gallery=await claim_files.show_gallery(manifests, house.evidence_dir),
        behind=claim_files.figures_behind(r for found in findings for r in found.because),
        documents=claim_files.list_documents(manifests),
        **await panel(file, call),
        proofs=brought,
        reports=await house.read(lambda db: reports.of_line(db, scope, number)),
        files=await house.read(lambda db: reports.files_of(db, scope, number)),
        came_to=call.asked("told"),
        wants_proof=bool(needed_by(claim.codes)),
        may_prove=call.known.role is not Role.DISTRIBUTOR and not claim.closed_at,
        history=[(event, read_payload(event)) for event in events],
        broken_at=find_break(number, events),
        clocks=read_clocks(events, terms=house.policy.clocks, now=call.now),
        clock_state=state_of,
        due=claim.due_at,
        answer=answer,
        done=done if (done := call.asked("done")) in BY_ID else "",
        verified_days=house.policy.clocks.verified_after.days,
        takes_files=takes_files(answer.story, house.policy.clocks, now=call.now),
        trouble=trouble,
        shows_evidence=call.known.role is not Role.DISTRIBUTOR,
        may_confirm=call.known.role in CONFIRMS,
        firmware=await house.read(lambda db: cases_of_line(db, scope, number)),
        firmware_word=word_of(call),
        spares=await house.read(lambda db: spare_parts.fitting(db, claim.model, claim.component))
        if call.known.role in CONFIRMS and not claim.closed_at
        else None,
        origin=await read_panel(call, number),
        origins=ORIGINS,
        terms=house.policy.origin,
        packs=house.packs is not None,
        partners=await house.read(lambda db: joined(db, number)),
        may_agree=lambda way: call.known.role in partners.MAY[way],
        moment_of=moment_of,
        step_name=lambda what: _step_name(call, what),
        mailed=await house.read(lambda db: letters.mailed_of(db, number)),
        whole_pack=is_whole_for(call.known.role, claim.state),
    )


def _step_name(call: Call, what: str) -> str:
    """What a partner's step is called here: a state, an entry, or a buyer's action."""
    for family in ("line_state", "event", "action"):
        if (said := call.voice.name(family, what)) != what:
            return said
    return what


def is_whole_for(role: Role, state: str) -> bool:
    """Whether the site's pictures and readings go into a pack: they leave with a submission."""
    return role is not Role.DISTRIBUTOR or state not in NOT_SUBMITTED


def find_break(line: int, events: Sequence[EventRow]) -> int | None:
    """The number of the first event that does not follow from the one before; None when all do."""
    index = first_break(
        (
            Entry(
                line_id=line,
                at=event.at,
                actor=event.actor,
                role=event.role,
                type=event.type,
                payload_json=event.payload,
            ),
            event.prev_hash,
            event.hash,
        )
        for event in events
    )
    return None if index is None else events[index].seq


def read_payload(event: EventRow) -> dict[str, object]:
    """What the event says, by name; {} when it is no object."""
    try:
        said = json.loads(event.payload)
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
