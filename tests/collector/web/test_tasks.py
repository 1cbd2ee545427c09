"""Tasks on the pages: whose they are, until when, done with a note, and the site-visit sheet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from collector.store import accounts
from collector.store import tables as t
from collector.store.scope import Role
from tests.collector.web.conftest import CSRF, NOW, Browser, Console, Signed

TASK = "/tasks/1"


def person_id(console: Console, name: str) -> int:
    """The number of a person."""
    with console.engine.connect() as db:
        return int(db.execute(select(t.person.c.id).where(t.person.c.name == name)).scalar_one())


def task(console: Console) -> dict[str, object]:
    """The seeded task."""
    with console.engine.connect() as db:
        return dict(db.execute(select(t.task).where(t.task.c.id == 1)).mappings().one())


async def do(client: Browser, action: str, **form: str) -> int:
    """Post a form of the task; the status after redirects."""
    answer = await client.post(f"{TASK}/{action}", data={"csrf": CSRF, **form})
    return answer.status


async def test_done_waits_to_be_verified(console: Console, signed: Signed) -> None:
    """'Done' keeps who, when and the note, and leaves the task open; a stranger finds none."""
    stranger, keeper = await signed("stranger"), await signed("integrator")
    assert await do(stranger, "done") == 404
    assert await do(keeper, "done", note="lens wiped") == 200

    assert (task(console)["done_at"], task(console)["done_by"]) == (NOW, "integrator")
    assert task(console)["closed_at"] is None
    text = await (await keeper.get(TASK)).text()
    assert "Done, to be verified" in text
    assert "lens wiped" in text
    today = await (await keeper.get("/today/rows")).text()
    assert 'class="row watch" id="task-1' in today

    assert await do(keeper, "undone", note="wrong camera") == 200
    assert task(console)["done_at"] is None


async def test_a_task_is_taken_given_and_given_back(console: Console, signed: Signed) -> None:
    """Only people who see the site may have it; every step stands in the history."""
    with console.engine.begin() as db:
        accounts.add_person(
            db,
            name="fitter",
            password_hash="x",
            role=Role.INTEGRATOR,
            organisation_id="fit",
            language="zh",
        )
    keeper = await signed("integrator")
    assert await do(keeper, "take") == 200
    assert task(console)["assignee_id"] == person_id(console, "integrator")
    for outsider in ("stranger", "engineer", "admin"):  # not of this slice, or no keeper
        assert await do(keeper, "assign", person=str(person_id(console, outsider))) == 422
    assert await do(keeper, "assign", person=str(person_id(console, "fitter"))) == 200
    assert await do(keeper, "due", due_on="2026-11-22") == 200
    text = await (await keeper.get("/tasks?owner=fitter")).text()
    assert "fitter" in text
    assert "Overdue" in text
    assert await do(keeper, "release") == 200
    assert 'id="task-1"' not in await (await keeper.get("/tasks?owner=fitter")).text()
    assert 'id="task-1"' in await (await keeper.get("/tasks?owner=nobody")).text()

    with console.engine.connect() as db:
        kept = db.execute(select(t.task_event.c.type).order_by(t.task_event.c.id)).scalars().all()
    assert kept == ["assigned", "assigned", "due", "released"]


async def test_an_engineer_looks_and_changes_nothing(signed: Signed) -> None:
    """The factory sees tasks and has no button."""
    engineer = await signed("engineer")
    text = await (await engineer.get(TASK)).text()

    assert await do(engineer, "done") == 403
    assert "It is done" not in text


@pytest.mark.parametrize(
    ("action", "form"),
    [("due", {"due_on": "tomorrow"}), ("note", {"note": "  "}), ("assign", {"person": "x"})],
)
async def test_a_form_that_says_nothing_is_refused(
    signed: Signed, action: str, form: dict[str, str]
) -> None:
    """No date, no words, no person: 422 and nothing is kept."""
    assert await do(await signed("integrator"), action, **form) == 422


async def test_who_ends_gives_tasks_back(console: Console, signed: Signed) -> None:
    """A person who may sign in no more has no task."""
    await do(await signed("integrator"), "take")
    number = person_id(console, "integrator")
    admin = await signed("admin")
    await admin.post(f"/people/{number}/end", data={"csrf": CSRF})

    assert task(console)["assignee_id"] is None


async def test_the_sheet_has_all_that_is_to_do_at_the_site(
    console: Console, signed: Signed
) -> None:
    """Remedy, serial, parts and what pre-claims lack, device by device; no address on it."""
    with console.engine.begin() as db:
        db.execute(update(t.claim_line).where(t.claim_line.c.id == 1).values(label_serial=""))
    client = await signed("integrator")
    text = await (await client.get("/tasks/sheet/quarry?lang=en")).text()

    for said in ("Site visit: Quarry", "lens cloth", "Clean the lens", "Conveyor", "SL26000004"):
        assert said in text
    assert "PC-2026-000001" in text and "serial number" in text
    assert "192.168" not in text
    chinese = await (await client.get("/tasks/sheet/quarry?lang=zh")).text()
    assert "镜头布" in chinese
    empty = await (await client.get("/tasks/sheet/farm?lang=en")).text()
    assert "Nothing to do at this site" in empty
    assert (await client.get("/tasks/sheet/shop")).status == 404


async def test_the_api_filters_and_tells_the_state(console: Console, signed: Signed) -> None:
    """State, owner and day in the API; the filters of the page work there too."""
    client = await signed("integrator")
    await do(client, "take")
    await do(client, "due", due_on="2026-12-01")
    with console.engine.begin() as db:
        row = dict(db.execute(select(t.task).where(t.task.c.id == 1)).mappings().one())
        row |= {
            "id": 2,
            "closed_at": NOW,
            "done_at": NOW - timedelta(days=1),
            "code": "clock.wrong",
        }
        db.execute(insert(t.task), row)
        db.execute(update(t.task).where(t.task.c.id == 2).values(done_by="integrator"))

    async def ids(query: str) -> list[int]:
        told = await (await client.get(f"/api/v1/tasks{query}")).json()
        return [item["id"] for item in told["items"]]

    assert await ids("") == [2, 1]
    assert await ids("?state=open") == [1]
    assert await ids("?state=closed") == [2]
    assert await ids("?owner=nobody") == []
    assert await ids("?site=quarry&kind=maintenance&owner=integrator") == [2, 1]
    assert await ids("?site=depot") == []
    (first,) = (await (await client.get("/api/v1/tasks?state=open")).json())["items"]
    assert (first["owner"], first["due_on"], first["state"]) == (
        "integrator",
        "2026-12-01",
        "open",
    )
