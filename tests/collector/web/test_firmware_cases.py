"""The pages of firmware cases: the list, one with its devices and actions, and the same by API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from collector.claims.lifecycle import Actor
from collector.firmware_steps import act
from collector.roles import Role
from collector.store import tables as t
from collector.store.firmware_cases import log_of
from collector.store.scope import Scope
from collector.store.views.firmware_links import cases_of_line, lines_of_devices
from tests.collector.web.conftest import CSRF, NOW, Console, Signed
from tests.collector.web.test_review import token_of


async def test_a_case_goes_from_the_site_to_the_factory_and_back(signed: Signed) -> None:
    """Reported, taken, accepted and answered by forms; each sees only what it may do."""
    keeper, engineer = await signed("integrator"), await signed("engineer")
    page = await (await keeper.get("/firmware-cases/1")).text()
    for words in ("FC-", "SL26000007", "Report to the factory", "5.7.13", "Draft"):
        assert words in page, words
    assert "Take into review" not in page

    async def do(who: object, action: str, **form: str) -> int:
        sent = {"csrf": CSRF, "reason": "because", **form}
        answer = await who.post(  # type: ignore[attr-defined]
            f"/firmware-cases/1/{action}", data=sent, allow_redirects=False
        )
        return int(answer.status)

    assert await do(engineer, "report") == 409
    assert await do(keeper, "report") == 303
    assert await do(engineer, "take") == 303
    assert await do(keeper, "approve", path="guidance") == 409
    assert await do(engineer, "approve", path="firmware_fix") == 303
    same = {"csrf": CSRF, "firmware_version": "5.7.13", "fixed_side": "camera"}
    refused = await engineer.post("/firmware-cases/1/fulfil?lang=zh", data=same)
    assert refused.status == 409
    assert "并不比出现故障的" in await refused.text()
    assert await do(engineer, "fulfil", firmware_version="5.8.0", fixed_side="camera") == 303

    page = await (await keeper.get("/firmware-cases/1?lang=en")).text()
    for words in ("Fixed in", "5.8.0", "Old firmware: update it", "Answered", "In time"):
        assert words in page, words
    chinese = await (await keeper.get("/firmware-cases/1?lang=zh")).text()
    for words in ("已修复于", "旧固件：请升级", "已答复", "上报工厂", "受影响设备"):
        assert words in chinese, words
    assert "5.8.0" in await (await keeper.get("/firmware-cases")).text()

    told = await (await engineer.get("/api/v1/firmware-cases/1")).json()
    assert (told["state"], told["fix"]["version"], told["chain_holds"]) == (
        "fulfilled", "5.8.0", True,
    )  # fmt: skip
    assert [one["stands"] for one in told["devices"]] == ["fails_old"]
    assert told["clocks"]["response"][0]["state"] == "met"


async def test_nobody_outside_the_slice_finds_it(signed: Signed) -> None:
    """Another organisation gets 404 from page, form and API."""
    client = await signed("stranger")
    assert (await client.get("/firmware-cases/1")).status == 404
    assert (await client.get("/api/v1/firmware-cases/1")).status == 404
    sent = await client.post("/firmware-cases/1/report", data={"csrf": CSRF})
    assert sent.status == 404


async def test_a_program_acts_once_on_a_case(console: Console, signed: Signed) -> None:
    """The same key does it once, another wish under it is refused, nothing is done on what was
    read before somebody else acted, and a rule that refuses is named."""
    client = await signed()
    keeper = await token_of(console, "site", "fit", Role.INTEGRATOR)
    engineer = await token_of(console, "erp", "factory", Role.FACTORY_ENGINEER)
    url = "/api/v1/firmware-cases/1"
    read = await client.get(url, headers=keeper)
    offered = [one["action"] for one in (await read.json())["actions"]]
    assert offered == ["report", "withdraw"]

    assert (await client.post(f"{url}/actions/report", headers=keeper)).status == 400
    key = {**keeper, "Idempotency-Key": "k1", "If-Match": read.headers["ETag"]}
    done = await client.post(f"{url}/actions/report", headers=key)
    again = await client.post(f"{url}/actions/report", headers=key)
    assert [(await one.json())["result"] for one in (done, again)] == ["done", "known"]
    assert done.headers["ETag"] == again.headers["ETag"] != read.headers["ETag"]
    other = await client.post(f"{url}/actions/withdraw", headers=key, json={"reason": "x"})
    assert other.status == 422

    async def send(action: str, number: int, **body: object) -> tuple[int, dict[str, object]]:
        headers = {**engineer, "Idempotency-Key": f"e{number}"}
        sent = await client.post(f"{url}/actions/{action}", headers=headers, json=body)
        return sent.status, await sent.json()

    stale = {**engineer, "Idempotency-Key": "e0", "If-Match": read.headers["ETag"]}
    refused = await client.post(f"{url}/actions/take", headers=stale)
    assert (refused.status, refused.headers["ETag"]) == (412, done.headers["ETag"])
    assert (await send("take", 1))[0] == 200
    wrong = {"path": "firmware_fix", "contains": True}
    for code, status, fields in (
        ("stray_field", 422, wrong),
        ("no_path", 422, {"path": "credit"}),
    ):
        answer = await send("approve", 2, reason="seen", fields=fields)
        assert (answer[0], answer[1]["code"]) == (status, code)
    assert (await send("fly", 3))[0] == 404
    assert (await send("approve", 4, reason="seen", fields={"path": "firmware_fix"}))[0] == 200
    version = {"firmware_version": "5.7.13", "fixed_side": "camera"}
    answer = await send("fulfil", 5, fields=version)
    assert (answer[0], answer[1]["code"]) == (409, "not_newer")
    said = await send("fulfil", 6, fields={**version, "firmware_version": "5.8.0"})
    assert (said[1]["state"], said[1]["fixed_in"]) == ("fulfilled", "5.8.0")
    with console.engine.begin() as db:
        moves = [e.payload["to"] for e in log_of(db, 1) if e.type == "moved"]
    assert moves == ["submitted", "in_review", "approved", "fulfilled"]
    outside = await token_of(console, "shop", "other", Role.INTEGRATOR)
    headers = {**outside, "Idempotency-Key": "k1"}
    assert (await client.post(f"{url}/actions/report", headers=headers)).status == 404


async def test_a_pre_claim_and_its_firmware_case_lead_to_each_other(
    console: Console, signed: Signed
) -> None:
    """By the fault that the version did not mend, and by the device alone; nobody else's."""
    with console.engine.begin() as db:
        db.execute(update(t.firmware_case_member).values(serial_key="SL26000003"))
        key = {"organisation_id": "other", "camera_model": "X", "code": "login.locked_out"}
        versions = {"camera_firmware": "1", "recorder_firmware": "1", "opened_at": NOW}
        db.execute(insert(t.firmware_case).values(id=2, **key, **versions))
        foreign = {"organisation_id": "other", "serial_key": "SL26000003", "position_id": 7}
        db.execute(
            insert(t.firmware_case_member).values(firmware_case_id=2, episode_id=11, **foreign)
        )
    keeper = await signed("integrator")
    page = await (await keeper.get("/preclaims/2")).text()
    assert 'href="/firmware-cases/1"' in page
    assert 'href="/firmware-cases/2"' not in page
    assert "it is not part of this pre-claim" in page
    back = await (await keeper.get("/firmware-cases/1")).text()
    assert 'href="/preclaims/2"' in back
    (device,) = (await (await keeper.get("/api/v1/firmware-cases/1")).json())["devices"]
    assert [line["id"] for line in device["preclaims"]] == [2]

    with console.engine.begin() as db:
        line = select(t.claim_line.c.organisation_id).where(t.claim_line.c.id == 2)
        owner = db.execute(line).scalar_one()
        found = {"line_id": 2, "organisation_id": owner, "code": "login.firmware_refuses_method"}
        db.execute(insert(t.finding).values(episode_id=11, **found))
    chinese = await (await keeper.get("/preclaims/2?lang=zh")).text()
    assert "应修复该故障的版本在此设备上仍有故障" in chinese
    told = await (await keeper.get("/api/v1/preclaims/2")).json()
    assert [(c["id"], c["because"]) for c in told["firmware_cases"]] == [(1, "fault")]


async def test_nobody_is_asked_of_a_version_on_which_nothing_fails(
    console: Console, signed: Signed
) -> None:
    """A device whose fault ended, and that runs something nobody can order now, asks nothing."""
    with console.engine.begin() as db:
        act_as = {"case_id": 1, "reason": "because", "now": NOW}
        for name, role, fields in (
            ("report", Actor.INTEGRATOR, {}),
            ("take", Actor.ENGINEER, {}),
            ("approve", Actor.ENGINEER, {"path": "firmware_fix"}),
            ("fulfil", Actor.ENGINEER, {"firmware_version": "5.8.0", "fixed_side": "camera"}),
        ):
            act(db, action=name, actor="ann", role=role, fields=fields, **act_as)  # type: ignore[arg-type]
        agent = select(t.episode.c.agent_id, t.episode.c.onset_at).where(t.episode.c.id == 11)
        found = db.execute(agent).one()
        db.execute(
            insert(t.firmware_change).values(
                organisation_id="fit", agent_id=found.agent_id, position_id=7,
                from_version="5.7.13", to_version="special", at=found.onset_at + timedelta(hours=2),
            )
        )  # fmt: skip
    engineer = await signed("engineer")
    url = "/api/v1/firmware-cases/1"
    assert (await (await engineer.get(url)).json())["fix"]["unordered"] == ["special"]
    with console.engine.begin() as db:
        ended = found.onset_at + timedelta(hours=1)
        db.execute(update(t.episode).where(t.episode.c.id == 11).values(cleared_at=ended))
    assert (await (await engineer.get(url)).json())["fix"]["unordered"] == []


@pytest.mark.store("sqlite")  # plans of PostgreSQL depend on how full its tables are
async def test_links_read_no_whole_table(console: Console) -> None:
    """Both ways are found by an index on the serial, however many cases and claims there are."""
    stmts: list[tuple[str, object]] = []
    scope = Scope(organisation_ids=frozenset({"fit", "factory"}), role=Role.FACTORY_ENGINEER)

    def keep(_: object, __: object, statement: str, given: object, *___: object) -> None:
        stmts.append((statement, given))

    with console.engine.begin() as db:
        event.listen(db, "before_cursor_execute", keep)
        cases_of_line(db, scope, 2)
        lines_of_devices(db, scope, ["SL26000003"])
        event.remove(db, "before_cursor_execute", keep)
        plans = [
            str(row[3])
            for statement, given in stmts
            for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)  # type: ignore[arg-type]
        ]
    assert len(plans) > 5
    whole = ("SCAN firmware", "SCAN claim", "SCAN finding")
    assert [plan for plan in plans if plan.startswith(whole)] == []
    assert [plan for plan in plans if "claim_line_organisation" in plan] == []
