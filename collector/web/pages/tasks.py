"""Tasks: the list with its filters, one task with its history, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from sqlalchemy import Connection

from collector.claims.revisit import Step, TaskState
from collector.store import accounts, task_history, tasks
from collector.store.accounts import Person
from collector.store.scope import Scope, scope_of
from collector.store.views import device_pictures, devices
from collector.store.views import tasks as views
from collector.store.views.tasks import NOBODY, TaskFilter, TaskRow
from collector.web.call import Call, found
from collector.web.pages import orders
from collector.web.render import page
from shared.catalogue_entry import Outcome

KEEPERS: Final = orders.MAY
KINDS: Final = (Outcome.MAINTENANCE, Outcome.CONFIGURATION, Outcome.SITING, Outcome.SITE)
NOTE_LONGEST: Final = 2000
PAGE_ROWS: Final = 200

Form: TypeAlias = Mapping[str, str]
Action: TypeAlias = Callable[[Connection, Call, TaskRow, Form], bool]


def read_filter(call: Call, *, state: str) -> TaskFilter:
    """The filter that the URL states; ``state`` where it states none."""
    asked = call.asked("state") or state
    states = {"active", "all", *(one.value for one in TaskState)}
    return TaskFilter(
        site=call.asked("site"),
        owner=call.asked("owner"),
        kind=call.asked("kind"),
        state=asked if asked in states else state,
    )


async def show_tasks(call: Call) -> web.StreamResponse:
    """What somebody has to do at a site."""
    wanted = read_filter(call, state="active")
    before = int(text) if (text := call.asked("before", longest=18)).isdecimal() else 0
    rows = await call.house.read(
        lambda db: views.list_tasks(db, call.scope, wanted, before=before, limit=PAGE_ROWS + 1)
    )
    shown = rows[:PAGE_ROWS]
    return page(
        call,
        "tasks.html",
        rows=shown,
        more=rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else 0,
        wanted=wanted,
        late=late_ones(shown, call),
        sites=await call.house.read(lambda db: devices.list_sites(db, call.scope)),
        to_visit=sorted({(r.site_name, r.site_id) for r in shown if r.closed_at is None}),
        people=await call.house.read(lambda db: keepers_in(db, call.scope)),
        kinds=[kind.value for kind in KINDS],
        nobody=NOBODY,
        may_act=may_act(call),
    )


async def show_task(call: Call) -> web.StreamResponse:
    """One task: what to do, whose it is, who did what."""
    return await _page(call, await _task(call))


async def act(call: Call) -> web.StreamResponse:
    """Take, give, release, date, note, done, or taken back; then back to where the form was.

    A step that changes nothing (somebody was first) is no error: the page shows how it stands.
    """
    task = await _task(call)
    action = _ACTIONS[call.request.match_info["action"]]
    form = {k: v for k, v in (await call.request.post()).items() if isinstance(v, str)}

    def change(db: Connection) -> None:
        if action(db, call, task, form):
            accounts.record(
                db,
                at=call.now,
                actor=call.known.name,
                action=f"task.{call.request.match_info['action']}",
                detail=f"task {task.id}",
            )

    await call.house.write(change)
    place = f"/tasks/{task.id}"
    if form.get("back") == "sheet":
        place = f"/tasks/sheet/{task.site_id}#task-{task.id}"
    elif form.get("back") == "list":
        place = f"/tasks#task-{task.id}"
    return web.Response(status=303, headers={"Location": place})


def may_act(call: Call) -> bool:
    """Whether the visitor keeps sites, and is a person: a program takes no task."""
    return call.known.role in KEEPERS and bool(call.known.csrf)


def keepers_in(db: Connection, scope: Scope) -> tuple[Person, ...]:
    """Who of the slice may have tasks at all."""
    return tuple(person for person in accounts.list_people(db, scope) if person.role in KEEPERS)


def keepers_of(db: Connection, scope: Scope, organisation_id: str) -> tuple[Person, ...]:
    """Who of the slice may have this organisation's tasks: those who see it themselves."""
    return tuple(
        person
        for person in keepers_in(db, scope)
        if organisation_id
        in scope_of(db, organisation_id=person.organisation_id, role=person.role).organisation_ids
    )


def late_ones(rows: tuple[TaskRow, ...], call: Call) -> frozenset[int]:
    """The tasks whose day is over by the site's calendar, and that nobody calls done."""
    return frozenset(
        row.id
        for row in rows
        if row.state is TaskState.OPEN and row.due_on and row.due_on < _today(row.zone, call)
    )


def _today(zone: str, call: Call) -> date:
    try:
        return call.now.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return call.now.date()


async def _task(call: Call) -> TaskRow:
    number = call.number("id")
    return found(await call.house.read(lambda db: views.find_task(db, call.scope, number)))


async def _page(
    call: Call, task: TaskRow, *, status: int = 200, trouble: str = ""
) -> web.StreamResponse:
    read = call.house.read
    return page(
        call,
        "task.html",
        status=status,
        trouble=trouble,
        task=task,
        late=late_ones((task,), call),
        picture=await read(lambda db: device_pictures.find(db, call.scope, task.picture_sha256)),
        history=await read(lambda db: task_history.read(db, task_id=task.id)),
        people=await read(lambda db: keepers_of(db, call.scope, task.organisation_id)),
        may_act=may_act(call),
    )


def _take(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    """The visitor has it from now on."""
    me = found(accounts.find_person(db, call.known.name))
    return _give(db, call, task, me.id)


def _assign(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    """Somebody of the slice has it from now on; without a person nobody has."""
    asked = form.get("person", "")
    if not asked:
        return _give(db, call, task, None)
    known = {str(p.id): p.id for p in keepers_of(db, call.scope, task.organisation_id)}
    if asked not in known:
        raise web.HTTPUnprocessableEntity
    return _give(db, call, task, known[asked])


def _give(db: Connection, call: Call, task: TaskRow, person_id: int | None) -> bool:
    return tasks.assign(
        db,
        call.scope,
        task_id=task.id,
        person_id=person_id,
        actor=call.known.name,
        now=call.now,
    )


def _release(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    return _give(db, call, task, None)


def _due(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    """By a day, or by none."""
    asked = form.get("due_on", "").strip()
    try:
        due_on = date.fromisoformat(asked) if asked else None
    except ValueError:
        raise web.HTTPUnprocessableEntity from None
    return tasks.set_due(
        db, call.scope, task_id=task.id, due_on=due_on, actor=call.known.name, now=call.now
    )


def _note(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    """Words for whoever comes next."""
    note = _words(form)
    if not note:
        raise web.HTTPUnprocessableEntity
    task_history.add(
        db,
        task_id=task.id,
        step=Step.NOTE,
        now=call.now,
        actor=call.known.name,
        note=note,
    )
    return True


def _done(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    return tasks.finish(
        db,
        call.scope,
        task_id=task.id,
        actor=call.known.name,
        note=_words(form),
        now=call.now,
    )


def _undone(db: Connection, call: Call, task: TaskRow, form: Form) -> bool:
    return tasks.take_back(
        db,
        call.scope,
        task_id=task.id,
        actor=call.known.name,
        note=_words(form),
        now=call.now,
    )


def _words(form: Form) -> str:
    return form.get("note", "").strip()[:NOTE_LONGEST]


_ACTIONS: Final[Mapping[str, Action]] = {
    "take": _take,
    "assign": _assign,
    "release": _release,
    "due": _due,
    "note": _note,
    "done": _done,
    "undone": _undone,
}
ACTIONS: Final = "|".join(_ACTIONS)  # for the route's pattern
