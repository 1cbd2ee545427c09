"""Reporting a fault by hand: the form for a phone at the foot of a ladder, and taking it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector import keep_brought
from collector.claims.brought import LONGEST_DOCUMENT, LONGEST_VIDEO, WrongFileError
from collector.claims.report import OTHER, Report, Subject, Tried, Via
from collector.claims.report_check import RefusedReportError
from collector.report_claim import (
    KeyReusedError,
    Reported,
    Reporter,
    TakenError,
    note_try,
    report,
)
from collector.store import accounts
from collector.store.scope import Role
from collector.web.call import Call
from collector.web.render import page
from collector.web.report_form import read_files, read_report, say_file, say_problems
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Component, Outcome

LARGEST: Final = LONGEST_VIDEO + 4 * LONGEST_DOCUMENT
WITHIN_S: Final = 900  # a video of 60 MB over a mobile uplink of 0.6 Mbit/s
_ANYBODYS: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})


async def show_form(call: Call) -> web.StreamResponse:
    """An empty form; ``serial`` and ``subject`` of the URL fill it in."""
    given = {name: call.asked(name) for name in ("serial", "subject", "code", "lot", "model")}
    return await form_page(call, given)


async def add_report(call: Call) -> web.StreamResponse:
    """Take the report with its files; what cannot be taken comes back with the reasons."""
    form = await call.request.post()
    said = {k: v.strip() for k, v in form.items() if isinstance(v, str)}
    tried = [str(one) for one in form.getall("tried", ())]
    try:
        wanted = read_report(said, tried, organisation_id=await own_organisation(call))
        brought = await asyncio.to_thread(read_files, form)
        await asyncio.to_thread(keep_brought.put, call.house.evidence_dir, brought)
        by, once = reporter_of(call), said.get("once", "")[:64] or secrets.token_urlsafe(16)

        def add(db: Connection) -> Reported:
            made = take(db, call, wanted, by=by, via=Via.PAGE, token=once)
            keep_brought.note(
                db,
                brought,
                line_id=made.line_id,
                actor=by.name,
                role=by.scope.role.value,
                words="",
                now=call.now,
            )
            return made

        made = await call.house.write(add)
    except TakenError as taken:
        by, met = reporter_of(call), taken
        await call.house.write(lambda db: note_try(db, met, by=by, now=call.now))
        return await form_page(call, said, tried, troubles=say_problems(call.voice, taken))
    except RefusedReportError as refused:
        return await form_page(call, said, tried, troubles=say_problems(call.voice, refused))
    except WrongFileError as wrong:
        return await form_page(call, said, tried, troubles=[say_file(call.voice, wrong)])
    except KeyReusedError:
        said.pop("once", None)
        return await form_page(call, said, tried, troubles=[call.voice.t("report.reused")])
    place = f"/preclaims/{made.line_id}?told={made.how.value}"
    return web.Response(status=303, headers={"Location": place})


def take(
    db: Connection, call: Call, wanted: Report, *, by: Reporter, via: Via, token: str
) -> Reported:
    """Report in this transaction."""
    return report(
        db,
        wanted,
        by=by,
        via=via,
        token=token,
        policy=call.house.policy,
        now=call.now,
    )


def reporter_of(call: Call) -> Reporter:
    """Who reports."""
    return Reporter(name=call.known.name, scope=call.scope)


async def own_organisation(call: Call) -> str:
    """The organisation that a report is for when the form names none: the reporter's own.

    '' for the factory's people: they say whose device it is.
    """
    if call.known.role in _ANYBODYS:
        return ""
    choices = await call.house.read(lambda db: accounts.list_organisations(db, call.scope))
    inside = {one.id for one in choices}
    return next((one.id for one in choices if one.parent_id not in inside), "")


async def form_page(
    call: Call,
    form: Mapping[str, str],
    tried: Sequence[str] = (),
    *,
    troubles: Sequence[str] = (),
) -> web.StreamResponse:
    """The form with what was typed; files must be chosen again, no browser sends them back."""
    choices = await call.house.read(lambda db: accounts.list_organisations(db, call.scope))
    subjects = {one.value for one in Subject}
    subject = form.get("subject", "")
    return page(
        call,
        "report.html",
        status=422 if troubles else 200,
        form=form,
        once=form.get("once") or secrets.token_urlsafe(16),
        subject=subject if subject in subjects else Subject.UNIT.value,
        groups=list_faults(),
        other=OTHER,
        tried_all=[one.value for one in Tried],
        tried=tuple(tried),
        organisations=[(one.id, one.name) for one in choices],
        chosen=form.get("organisation") or await own_organisation(call),
        today=call.now.date().isoformat(),
        troubles=tuple(troubles),
    )


def list_faults() -> list[tuple[str, list[str]]]:
    """The faults that a claim may come of, by the part that they are of."""
    may = (Outcome.CLAIMABLE, Outcome.FIRMWARE)
    return [
        (part.value, codes)
        for part in Component
        if (
            codes := [
                code
                for code, entry in CATALOGUE.items()
                if entry.component is part and entry.outcome in may
            ]
        )
    ]
