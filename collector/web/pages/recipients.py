"""Account managers: who outside is mailed submitted claims, by maker and buyer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector import recipient_list
from collector.notify.recipients import Recipient
from collector.registry.problem import BadCellError, RowProblem
from collector.store import accounts, recipients
from collector.store.views import rma_list
from collector.web.call import Call, found
from collector.web.render import page
from collector.web.voice import LANGUAGES

LONGEST: Final = 1024 * 1024  # bytes of a list
LARGEST: Final = LONGEST + 64 * 1024  # of a form with one


async def show_recipients(call: Call) -> web.StreamResponse:
    """The list and the forms."""
    return await _page(call)


async def add_recipient(call: Call) -> web.StreamResponse:
    """Add one, or renew the name and language of one whose address is there."""
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}
    owner = _owner(call, form.get("organisation", ""))
    try:
        one = recipient_list.check(
            maker=form.get("maker", ""),
            buyer=form.get("buyer", ""),
            name=form.get("name", ""),
            email=form.get("email", ""),
            language=form.get("language", ""),
            organisation_id=owner,
        )
    except BadCellError as error:
        return await _page(call, status=422, trouble=_say(call, error), form=form)
    await call.house.write(lambda db: keep(db, call, (one,)))
    return web.Response(status=303, headers={"Location": "/recipients"})


async def take_list(call: Call) -> web.StreamResponse:
    """Take a list whole, or say of each row why none of it was taken."""
    form = await call.request.post()
    given = form.get("list")
    content = given.file.read(LONGEST + 1) if isinstance(given, web.FileField) else b""
    if not content or len(content) > LONGEST:
        return await _page(call, status=422, trouble=call.voice.t("recipients.size"))
    wanted = form.get("organisation")
    owner = _owner(call, wanted if isinstance(wanted, str) else "")
    read = recipient_list.read(content, organisation_id=owner)
    if read.refused:
        trouble = call.voice.t("recipients.refused", n=len(read.refused))
        return await _page(call, status=422, trouble=trouble, refused=read.refused)
    await call.house.write(lambda db: keep(db, call, read.rows))
    return web.Response(status=303, headers={"Location": "/recipients"})


async def remove_recipient(call: Call) -> web.StreamResponse:
    """Take somebody off."""
    number = call.number("id")
    found(await call.house.write(lambda db: drop(db, call, number)))
    return web.Response(status=303, headers={"Location": "/recipients"})


async def download(call: Call) -> web.StreamResponse:
    """The list as CSV."""
    rows = await call.house.read(lambda db: recipients.every(db, call.scope))
    return web.Response(
        body=recipient_list.write(rows),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="recipients.csv"',
        },
    )


def keep(db: Connection, call: Call, rows: Sequence[Recipient]) -> int:
    """Keep them with a line of the audit log each; how many are new."""
    new = 0
    for one in rows:
        added = recipients.keep(db, one, by=call.known.name, now=call.now)
        new += added
        _record(db, call, one, action="recipient.add" if added else "recipient.renew")
    return new


def drop(db: Connection, call: Call, number: int) -> Recipient | None:
    """Take somebody off with a line of the audit log; None when the slice has no such."""
    gone = recipients.remove(db, call.scope, number)
    if gone is not None:
        _record(db, call, gone, action="recipient.remove")
    return gone


def _record(db: Connection, call: Call, one: Recipient, *, action: str) -> None:
    detail = f"{one.email} for maker {one.maker or '*'}, buyer {one.buyer or '*'}"
    accounts.record(db, at=call.now, actor=call.known.name, action=action, detail=detail)


def _owner(call: Call, wanted: str) -> str:
    if wanted not in call.scope.organisation_ids:
        raise web.HTTPUnprocessableEntity
    return wanted


def _say(call: Call, error: BadCellError) -> str:
    return error.zh if call.voice.language == "zh" else error.en


async def _page(
    call: Call,
    *,
    status: int = 200,
    trouble: str = "",
    form: dict[str, str] | None = None,
    refused: Sequence[RowProblem] = (),
) -> web.StreamResponse:
    return page(
        call,
        "recipients.html",
        status=status,
        trouble=trouble,
        form=form or {},
        refused=refused[:50],
        rows=await call.house.read(lambda db: recipients.every(db, call.scope)),
        organisations=await call.house.read(lambda db: accounts.list_organisations(db, call.scope)),
        choices=await call.house.read(lambda db: rma_list.list_makers(db, call.scope)),
        languages=LANGUAGES,
        mail=call.house.notify.mail,
        columns=recipient_list.COLUMNS,
    )
