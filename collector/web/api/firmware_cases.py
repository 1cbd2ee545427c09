"""Firmware cases for programs: the list, and one with its devices, fix, clocks and log."""

from __future__ import annotations

from aiohttp import web

from collector.store.views import firmware_cases as view
from collector.store.views.claim_file import EventRow
from collector.store.views.firmware_cases import FirmwareCaseRow
from collector.web.api import shapes
from collector.web.api.actions import etag
from collector.web.api.firmware_actions import list_actions
from collector.web.api.pages import answer, answer_page, read_cursor
from collector.web.call import Call, found
from collector.web.clock_panel import read_clocks
from collector.web.pages.claims import read_payload
from collector.web.pages.firmware_cases import CaseFile, DeviceStands, read_case


async def list_cases(call: Call) -> web.StreamResponse:
    """Firmware cases, newest first."""
    cursor = read_cursor(call)
    rows = await call.house.read(
        lambda db: view.list_cases(db, call.scope, before=cursor.place, limit=cursor.limit + 1)
    )
    return answer_page(rows, cursor, shape=_case, place=lambda row: row.id)


async def show_case(call: Call) -> web.StreamResponse:
    """One case; a distributor sees which serials, not what was recorded at a site."""
    number = call.number("id")
    file = found(await call.house.read(lambda db: read_case(db, call, number)))
    fix, terms = file.story.fix, call.house.policy.clocks
    response = answer(
        {
            **_case(file.row),
            "actions": list_actions(file, call),
            "fix": None
            if fix is None
            else {
                "version": fix.version,
                "side": fix.side.value,
                "ruled": [{"version": v, "contains": contains} for v, contains in fix.ruled],
                "unordered": list(file.unordered),
            },
            "devices": [_device(one, file) for one in file.devices],
            "preclaims": [
                {"id": line, "number": known[0], "serial": known[1]}
                for line, known in file.claims.items()
            ],
            "clocks": shapes.clocks(read_clocks(file.events, terms=terms, now=call.now)),
            "events": [_event(one) for one in file.events],
            "chain_holds": file.broken_at is None,
        }
    )
    response.headers["ETag"] = etag(file.story.line.last_seq)  # for If-Match
    return response


def _case(row: FirmwareCaseRow) -> dict[str, object]:
    """One pair of firmwares and one cause; ``members`` counts devices."""
    return {
        "id": row.id,
        "number": row.number,
        "camera_model": row.camera_model,
        "camera_firmware": row.camera_firmware,
        "recorder_firmware": row.recorder_firmware,
        "code": row.code,
        "state": row.state,
        "path": row.path or None,
        "fixed_in": row.fixed_in or None,
        "fixed_side": row.fixed_side or None,
        "due_at": shapes.when(row.due_at),
        "opened_at": shapes.when(row.opened_at),
        "closed_at": shapes.when(row.closed_at),
        "members": row.members,
        "members_open": row.members_open,
        "url": f"/firmware-cases/{row.id}",
    }


def _device(one: DeviceStands, file: CaseFile) -> dict[str, object]:
    device = one.device
    return {
        "serial": "" if ":" in device.serial_key else device.serial_key,
        "position": device.position_id,
        "name": one.place.device_name,
        "site": one.place.site_name,
        "stands": one.stands.value,
        "preclaims": [
            {"id": line.id, "number": line.number, "state": line.state}
            for line in file.lines.get(device.serial_key, ())
        ],
        "camera_firmware": device.camera_firmware,
        "recorder_firmware": device.recorder_firmware,
        "updated_at": shapes.when(device.updated_at),
        "onset_at": shapes.when(device.onset_at),
        "cleared_at": shapes.when(device.cleared_at),
        "transcripts": [
            {"sha256": file.sha256, "name": file.name, "size": file.size, "here": file.here}
            for file in one.files
        ],
    }


def _event(event: EventRow) -> dict[str, object]:
    return {
        "seq": event.seq,
        "at": shapes.when(event.at),
        "actor": event.actor,
        "role": event.role,
        "type": event.type,
        "payload": read_payload(event),
        "hash": event.hash,
    }
