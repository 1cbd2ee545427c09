"""One pre-claim with its whole file: findings, evidence, signatures, gaps, history."""

from __future__ import annotations

from aiohttp import web

from collector.claims.completeness import Level
from collector.claims.origin.fleet_words import withhold
from collector.claims.troubleshooting import Check, tell_check
from collector.line_items import every_item
from collector.store import answers, reports
from collector.store.reports import FileRow, ReportRow
from collector.store.scope import Role
from collector.store.views import claim_file, claims
from collector.store.views import origins as origin_view
from collector.store.views.claim_file import EventRow, EvidenceRow, FindingRow, ManifestRow
from collector.store.views.firmware_links import CaseLink, cases_of_line
from collector.store.views.profiles import ProfileRow
from collector.web.api import answer_shapes, origins, shapes
from collector.web.api.actions import etag
from collector.web.api.pages import answer
from collector.web.asked_panel import AskedPanel
from collector.web.call import Call, found
from collector.web.clock_panel import read_clocks, story_of
from collector.web.evidence_panel import ItemPanel, describe, read_asked, read_file
from collector.web.origin_panel import tells_fleet
from collector.web.pages.claims import read_payload
from collector.web.voice import Voice

_EN, _ZH = Voice("en"), Voice("zh")


async def show_preclaim(call: Call) -> web.StreamResponse:
    """One pre-claim; a distributor sees what is claimed, not the files of a site."""
    house, scope, number = call.house, call.scope, call.number("id")
    row = found(await house.read(lambda db: claims.find_preclaim(db, scope, number)))
    findings = await house.read(lambda db: claim_file.list_findings(db, scope, number))
    manifests = await house.read(lambda db: claim_file.list_manifests(db, scope, number))
    events = await house.read(lambda db: claim_file.list_events(db, scope, number))
    told = await house.read(lambda db: reports.of_line(db, scope, number))
    files = await house.read(lambda db: reports.files_of(db, scope, number))
    tells = tells_fleet(call)
    file = await read_file(call, row)
    items, words = ItemPanel(every_item(file)), describe(file, call.known.role)
    origin = await house.read(
        lambda db: origin_view.find_origin(db, scope, number, tells_fleet=tells)
    )
    shown = () if call.known.role is Role.DISTRIBUTOR else manifests
    story = story_of(events)
    case = await house.read(lambda db: answers.case_of(db, number))
    firmware = await house.read(lambda db: cases_of_line(db, scope, number))
    response = answer(
        {
            **shapes.preclaim(row),
            "answer": answer_shapes.answer(
                story, terms=house.policy.clocks, serial=row.serial, ship_to=case.ship_to
            ),
            "actions": answer_shapes.actions(story, call.known.role),
            "must": {item.name: item.here for item in items.items if item.level is Level.MUST},
            "completeness": _completeness(items),
            "description": {"en": words.en, "zh": words.zh},
            "checks": [_check(item) for item in file.checks],
            "asked": None
            if call.known.role is Role.DISTRIBUTOR
            else _asked(await read_asked(call, file)),
            "findings": [_finding(item) for item in findings],
            "reports": [_report(item) for item in told],
            "files": [_brought(number, item) for item in files],
            "manifests": [_manifest(item) for item in shown],
            "events": [_event(item, tells_fleet=tells) for item in events],
            "clocks": shapes.clocks(read_clocks(events, terms=house.policy.clocks, now=call.now)),
            "firmware_cases": [_firmware_case(item) for item in firmware],
            "origin": origins.origin(origin, house.policy.origin) if origin else None,
        }
    )
    response.headers["ETag"] = etag(story.last_seq)  # for If-Match; the file may grow beside it
    return response


def _completeness(panel: ItemPanel) -> dict[str, object]:
    """k of n by level, and each item; of a gap also what to do about it, in both languages."""
    return {
        "must": {"here": panel.must.here, "total": panel.must.total},
        "should": {"here": panel.should.here, "total": panel.should.total},
        "items": [
            {
                "name": item.name,
                "level": item.level.value,
                "here": item.here,
                "at": shapes.when(item.at),
                "words_en": _EN.name("must", item.name),
                "words_zh": _ZH.name("must", item.name),
                "do_en": "" if item.here else _EN.name("gap", item.name),
                "do_zh": "" if item.here else _ZH.name("gap", item.name),
            }
            for item in panel.items
        ],
    }


def _asked(panel: AskedPanel) -> dict[str, object]:
    """What the agent was asked for, newest first, and why nothing is asked now."""
    return {
        "not_now": panel.not_now or None,
        "requests": [
            {
                "at": shapes.when(one.at),
                "items": list(one.items),
                "verb": one.verb,
                "state": one.state,
                "answer_en": one.answer.en,
                "answer_zh": one.answer.zh,
            }
            for one in panel.rows
        ],
    }


def _check(row: Check) -> dict[str, object]:
    words = tell_check(row)
    return {
        "what": row.what.value,
        "outcome": row.outcome.value,
        "note": row.note,
        "by": row.actor,
        "at": shapes.when(row.at),
        "seen_by_agent": row.is_seen,
        "words_en": words.en,
        "words_zh": words.zh,
    }


def _finding(row: FindingRow) -> dict[str, object]:
    return {
        **shapes.episode(row.episode),
        "reason_en": row.episode.reason.en,
        "reason_zh": row.episode.reason.zh,
        "firmware": row.firmware,
        "recorder_firmware": row.recorder_firmware,
        "profile": _profile(row.profile),
        "module_code": row.module_code,
        "because": [
            {
                "name": reading.name,
                "value": reading.value,
                "unit": reading.unit,
                "quality": reading.quality.value,
                "taken_at": shapes.when(reading.taken_at),
            }
            for reading in row.because
        ],
    }


def _profile(row: ProfileRow | None) -> dict[str, object] | None:
    """The firmware profile that extracted readings of the finding; null where none did."""
    if row is None:
        return None
    return {
        "id": row.id,
        "hash": row.hash,
        "status": row.status,
        "readings": sorted(row.names),
        "standing": row.standing.value or "proven",
        "rulings": [
            {
                "ruling": one.ruling,
                "note": one.note,
                "actor": one.actor,
                "at": shapes.when(one.at),
            }
            for one in row.rulings
        ],
    }


def _firmware_case(row: CaseLink) -> dict[str, object]:
    """``because``: a fault of this line is on it, or only its device."""
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "fixed_in": row.fixed_in or None,
        "because": "fault" if row.is_cause else "device",
        "url": f"/firmware-cases/{row.id}",
    }


def _report(row: ReportRow) -> dict[str, object]:
    return {
        "code": row.code,
        "since": shapes.when(row.onset_on),
        "description": row.description,
        "tried": list(row.tried),
        "via": row.via,
        "reporter": row.reporter,
        "at": shapes.when(row.at),
    }


def _brought(line: int, row: FileRow) -> dict[str, object]:
    return {
        "sha256": row.sha256,
        "kind": row.kind,
        "media_type": row.media_type,
        "name": row.name,
        "size": row.size,
        "note": row.note,
        "by": row.actor,
        "at": shapes.when(row.at),
        "url": f"/preclaims/{line}/files/{row.sha256}",
    }


def _manifest(row: ManifestRow) -> dict[str, object]:
    return {
        "agent_id": row.agent_id,
        "key_id": row.key_id,
        "verdict": row.verdict,
        "received_at": shapes.when(row.received_at),
        "files": [_file(item) for item in row.items],
    }


def _file(row: EvidenceRow) -> dict[str, object]:
    return {
        "sha256": row.sha256,
        "kind": row.kind,
        "media_type": row.media_type,
        "name": row.name,
        "size": row.size,
        "received_bytes": row.received_bytes,
        "taken_at": shapes.when(row.taken_at),
        "url": f"/evidence/{row.sha256}" if row.here else None,
    }


def _event(row: EventRow, *, tells_fleet: bool) -> dict[str, object]:
    """One event; without the fleet's numbers its payload is not the one that was hashed."""
    payload = read_payload(row)
    if row.type == "origin_suggested" and not tells_fleet:
        payload = withhold(payload)
    return {
        "seq": row.seq,
        "at": shapes.when(row.at),
        "actor": row.actor,
        "role": row.role,
        "type": row.type,
        "payload": payload,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }
