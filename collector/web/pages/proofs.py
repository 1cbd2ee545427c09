"""What people at the site prove for a claim: power measured at the device, a photo."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.claims import photo
from collector.claims.lifecycle import LineState
from collector.claims.photo import NoPhotoError
from collector.intake.evidence_files import EvidenceFiles
from collector.store import accounts, cases, proofs
from collector.store.scope import Role
from collector.store.views import claims
from collector.web.call import Call, found
from collector.web.pages.claims import show_claim

MAY: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER, Role.INTEGRATOR})
LARGEST: Final = photo.LONGEST + 64 * 1024
_OPEN: Final = frozenset({LineState.DRAFT.value, LineState.READY.value, LineState.NEED_INFO.value})
_MOST_VOLTS: Final = 1000.0
_NOTE: Final = 500


class _RefusedError(ValueError):
    """The form cannot be used; the text is a key of the catalogue."""


async def add_proof(call: Call) -> web.StreamResponse:
    """Keep what was measured or photographed; what cannot be used comes back with the reason."""
    number = call.number("id")
    claim = found(await call.house.read(lambda db: claims.find_preclaim(db, call.scope, number)))
    form = await call.request.post()
    note = str(form.get("note", "")).strip()[:_NOTE]
    try:
        if claim.state not in _OPEN:
            raise _RefusedError("proof.wrong.closed")
        if isinstance(picture := form.get("photo"), web.FileField):
            await _keep_photo(call, number, picture.file.read(), note)
        else:
            await _keep_power(call, number, dict(form), note)
    except _RefusedError as refused:
        return await show_claim(call, status=422, trouble=call.voice.t(str(refused)))
    return web.Response(status=303, headers={"Location": f"/preclaims/{number}#proof"})


async def _keep_power(call: Call, line: int, form: dict[str, object], note: str) -> None:
    has_power = {"yes": True, "no": False}.get(str(form.get("has_power", "")))
    if has_power is None:
        raise _RefusedError("proof.wrong.power")
    volts = _volts(str(form.get("volts", "")).strip().replace(",", "."))

    def keep(db: Connection) -> None:
        _tell(db, call, line, {"proof": "power", "has_power": has_power, "volts": volts}, note)
        proofs.add_power(
            db,
            line_id=line,
            organisation_id=_owner(db, line),
            has_power=has_power,
            volts=volts,
            note=note,
            actor=call.known.name,
            now=call.now,
        )

    await call.house.write(keep)


def _volts(text: str) -> float | None:
    if not text:
        return None
    try:
        volts = float(text)
    except ValueError as error:
        raise _RefusedError("proof.wrong.volts") from error
    if not math.isfinite(volts) or not 0 <= volts <= _MOST_VOLTS:
        raise _RefusedError("proof.wrong.volts")
    return volts


async def _keep_photo(call: Call, line: int, content: bytes, note: str) -> None:
    if len(content) > photo.LONGEST:
        raise _RefusedError("proof.wrong.size")
    try:
        picture, media_type = photo.clean(content)
    except NoPhotoError as error:
        raise _RefusedError("proof.wrong.photo") from error
    sha256 = hashlib.sha256(picture).hexdigest()

    def keep(db: Connection) -> None:
        files = EvidenceFiles(call.house.evidence_dir)
        if not files.is_complete(sha256):
            files.write(sha256=sha256, offset=0, content=picture)
            files.finish(sha256=sha256, size=len(picture))
        files.sync()  # before the commit that says that it is here
        _tell(db, call, line, {"proof": "photo", "sha256": sha256}, note)
        proofs.add_photo(
            db,
            line_id=line,
            organisation_id=_owner(db, line),
            sha256=sha256,
            size=len(picture),
            media_type=media_type,
            note=note,
            actor=call.known.name,
            now=call.now,
        )

    await call.house.write(keep)


def _owner(db: Connection, line: int) -> str:
    known = cases.state_of(db, line)
    if known is None:
        raise web.HTTPNotFound
    return known[1]


def _tell(db: Connection, call: Call, line: int, payload: dict[str, object], note: str) -> None:
    """Into the line's own history, whose hashes hold it, and the audit log."""
    now: datetime = call.now
    cases.append_event(
        db,
        line_id=line,
        organisation_id=_owner(db, line),
        actor=call.known.name,
        role=call.known.role.value,
        type_="proof_added",
        payload={**payload, "reason": note},
        now=now,
    )
    accounts.record(
        db, at=now, actor=call.known.name, action="proof.add", detail=f"line {line}: {payload}"
    )
