"""The factory's queue, many lines at once, and a case with all its lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from collector.act import By, Wish, act_on_each
from collector.claims.policy import DEFAULT
from collector.renew_clocks import renew_line
from collector.roles import Role
from collector.store import accounts, cases, stories
from collector.store import tables as t
from collector.store.cases import NewLine
from collector.store.scope import scope_of
from tests.collector.web.conftest import CSRF, NOW, Console, Signed


def open_case(console: Console, serials: Sequence[str], *, submit: bool = True) -> list[int]:
    """Lines of one case of the integrator's, submitted."""
    made: list[int] = []
    with console.engine.begin() as db:
        case_id = None
        for serial in serials:
            new = NewLine(
                organisation_id="fit",
                site_id=None,
                position_id=None,
                serial_key=serial,
                label_serial=serial,
                serial_source="report",
                model="SL-BULLET-5",
                batch="LOT-2026-09",
                buyer="North Trading",
                component="IR-CUT",
                warranty_verdict="in",
                warranty_until=None,
                warranty_reason_en="",
                warranty_reason_zh="",
                via="csv",
                reporter="integrator",
            )
            line = cases.open_line(db, new, now=NOW, case_id=case_id)
            case_id = db.execute(
                select(t.claim_line.c.case_id).where(t.claim_line.c.id == line)
            ).scalar_one()
            cases.append_event(
                db,
                line_id=line,
                organisation_id="fit",
                actor="integrator",
                role="integrator",
                type_="opened",
                payload={},
                now=NOW,
            )
            made.append(line)
    if submit:
        for action in ("ready", "submit"):
            do_all(console, made, Wish(action=action, reason="by hand"), role=Role.INTEGRATOR)
    return made


def do_all(console: Console, lines: Sequence[int], wish: Wish, *, role: Role) -> None:
    """Every line takes the step."""
    organisation = "fit" if role is Role.INTEGRATOR else "factory"
    with console.engine.begin() as db:
        scope = scope_of(db, organisation_id=organisation, role=role)
    done = act_on_each(
        console.engine,
        [(line, wish) for line in lines],
        by=By(name=role.value, scope=scope),
        policy=DEFAULT,
        now=console.now,
    )
    assert [str(one.refused) for one in done if one.refused] == []


async def test_queue_is_by_the_clock(console: Console, signed: Signed) -> None:
    """What is due first stands first, with both pictures; a buyer has no such page."""
    (line,) = open_case(console, ["SL26000121"])
    with console.engine.begin() as db:
        renew_line(db, 2, terms=DEFAULT.clocks, now=NOW)
    page = await (await (await signed("engineer")).get("/review")).text()

    assert page.index("PC-2026-000002") < page.index(f'href="/preclaims/{line}"')
    assert page.count('alt="fault picture"') == 2, "of both that an agent saw"
    assert "Factory&#39;s turn (3)" in page or "Factory's turn (3)" in page
    assert (await (await signed("integrator")).get("/review")).status == 403


async def test_many_are_answered_at_once(console: Console, signed: Signed) -> None:
    """Each line by itself: two are approved with the number of their case, the third is told why
    not; the case counts them."""
    one, two, three = open_case(console, ["SL26000121", "SL26000122", "SL26000123"])
    do_all(console, [one, two], Wish(action="take"), role=Role.FACTORY_ENGINEER)
    engineer = await signed("engineer")
    url = f"/preclaims/act?action=approve&line={one}&line={two}&line={three}"
    form = await (await engineer.get(url)).text()
    assert form.count('name="line"') == 2, "the third cannot be approved yet"
    assert "as suggested for each" in form

    data = [("csrf", CSRF), ("action", "approve"), ("reason", "same lot")]
    chosen = [("line", str(line)) for line in (one, two, three)]
    page = await (await engineer.post("/preclaims/act", data=[*data, *chosen])).text()
    assert "2 of 3 done" in page
    assert "may not move" in page or "cannot be moved" in page or "cannot be done" in page
    with console.engine.begin() as db:
        told = [stories.story_of(db, line) for line in (one, two, three)]
        case_id, number = db.execute(
            select(t.claim_case.c.id, t.claim_case.c.number)
            .join(t.claim_line, t.claim_line.c.case_id == t.claim_case.c.id)
            .where(t.claim_line.c.id == one)
        ).one()
    assert [story.state.value for story in told] == ["approved", "approved", "submitted"]
    assert {story.rma_number for story in told[:2]} == {number.replace("PC", "RMA")}
    assert {story.path for story in told[:2]} == {"parts"}

    buyer = await signed("integrator")
    case = await (await buyer.get(f"/cases/{case_id}")).text()
    assert "2/3 approved" in case
    merged = {"csrf": CSRF, "action": "merge", "reason": "same unit", "into": number}
    answer = await engineer.post(f"/preclaims/{three}/act", data=merged)
    assert "no other open line" in await answer.text(), "the number names three"
    merged["into"] = "sl26000121"
    answer = await engineer.post(f"/preclaims/{three}/act", data=merged)
    assert "two units are two claims" in await answer.text(), "the serial names one, another unit"
    address = {"csrf": CSRF, "ship_to": "Quarry road 3"}
    assert (await buyer.post(f"/cases/{case_id}/ship-to", data=address)).status == 200
    assert (await (await signed("stranger")).get(f"/cases/{case_id}")).status == 404
    with console.engine.begin() as db:
        said = {stories.story_of(db, line).ship_to for line in (one, two, three)}
    assert said == {"Quarry road 3"}


async def test_what_names_no_line_is_refused(signed: Signed) -> None:
    """No number, a number beyond any id, or one without end: told, and no defect."""
    engineer = await signed("engineer")
    for wrong in ("x", "-1", "4294967296", "9" * 5000):
        answer = await engineer.get("/preclaims/act", params={"action": "take", "line": wrong})
        assert answer.status == 422
    assert (await engineer.get(f"/preclaims/{'9' * 5000}")).status == 404
    endless = {"Idempotency-Key": "k", "X-Preclaim-Key": CSRF, "If-Match": f'"{"9" * 5000}"'}
    answer = await engineer.post("/api/v1/preclaims/2/actions/take", headers=endless)
    assert answer.status == 412
    sane = {"Idempotency-Key": "k", "X-Preclaim-Key": CSRF}
    answer = await engineer.post("/api/v1/preclaims/2/actions/begin", headers=sane)
    said = await answer.json()
    assert (said["status"], said["title"]) == (409, "Not possible as things stand")
    assert said["detail"].startswith("this cannot be done to a line that is 'submitted'")


async def test_each_line_has_its_own_serial(console: Console, signed: Signed) -> None:
    """Many replacements in one form: the tracking number is of all, the new serial of each."""
    lines = open_case(console, ["SL26000121", "SL26000122"])
    for wish in (
        Wish(action="take"),
        Wish(action="approve", reason="seen", fields={"path": "advance_replace"}),
        Wish(action="begin"),
    ):
        do_all(console, lines, wish, role=Role.FACTORY_ENGINEER)
    engineer = await signed("engineer")
    data = {"csrf": CSRF, "action": "fulfil", "tracking": "SF7"}
    data |= {f"new_serial.{line}": f"SL2600013{n}" for n, line in enumerate(lines)}
    chosen = [("line", str(line)) for line in lines]
    page = await (await engineer.post("/preclaims/act", data=[*data.items(), *chosen])).text()
    assert "2 of 2 done" in page
    with console.engine.begin() as db:
        sent = [stories.story_of(db, line) for line in lines]
    assert [story.replacement_serial for story in sent] == ["SL26000130", "SL26000131"]
    assert {story.tracking for story in sent} == {"SF7"}


async def test_a_scanned_label_finds_its_line(console: Console, signed: Signed) -> None:
    """Goods-in knows no number: the label is enough, and a label that nobody awaits is told."""
    (line,) = open_case(console, ["SL26000121"])
    for wish in (
        Wish(action="take"),
        Wish(action="approve", reason="seen", fields={"path": "return_repair"}),
        Wish(action="await_return"),
    ):
        do_all(console, [line], wish, role=Role.FACTORY_ENGINEER)
    engineer = await signed("engineer")
    scan = {"csrf": CSRF, "scanned_serial": "SL26000199"}
    assert (await engineer.post("/review/receive", data=scan)).status == 409
    scan["scanned_serial"] = " \uff53l26000121"
    found = await engineer.post("/review/receive", data=scan, allow_redirects=False)
    assert found.headers["Location"].startswith(f"/preclaims/{line}?")
    with console.engine.begin() as db:
        assert stories.story_of(db, line).state.value == "received"


async def test_nobody_acts_on_lines_of_others(console: Console, signed: Signed) -> None:
    """A line outside the slice does not exist, in a list of many too."""
    (line,) = open_case(console, ["SL26000121"])
    stranger = await signed("stranger")
    data = [("csrf", CSRF), ("action", "withdraw"), ("reason", "x"), ("line", str(line))]
    page = await (await stranger.post("/preclaims/act", data=data)).text()
    assert "0 of 1 done" in page
    assert "SL26000121" not in page
    with console.engine.begin() as db:
        assert stories.story_of(db, line).state.value == "submitted"


async def token_of(console: Console, name: str, organisation: str, role: Role) -> dict[str, str]:
    """The headers of a program."""
    with console.engine.begin() as db:
        accounts.add_token(
            db, token=name, name=name, role=role, organisation_id=organisation, now=NOW
        )
    return {"Authorization": f"Bearer {name}"}


async def test_a_program_acts_once(console: Console, signed: Signed) -> None:
    """The same key does it once, another wish under it is refused, and nothing is done on what
    was read before somebody else acted."""
    (line,) = open_case(console, ["SL26000121"])
    client = await signed()
    program = await token_of(console, "erp", "factory", Role.FACTORY_ENGINEER)
    url = f"/api/v1/preclaims/{line}"
    read = await client.get(url, headers=program)
    told = await read.json()
    assert {"take", "ask", "hold"} <= {one["action"] for one in told["actions"]}

    assert (await client.post(f"{url}/actions/take", headers=program)).status == 400
    key = {**program, "Idempotency-Key": "k1", "If-Match": read.headers["ETag"]}
    done = await client.post(f"{url}/actions/take", headers=key)
    again = await client.post(f"{url}/actions/take", headers=key)
    assert [(await one.json())["result"] for one in (done, again)] == ["done", "known"]
    assert done.headers["ETag"] == again.headers["ETag"] != read.headers["ETag"]
    other = await client.post(f"{url}/actions/reject", headers=key, json={"reason": "x"})
    assert other.status == 422

    stale = {**key, "Idempotency-Key": "k2"}
    body = {"reason": "seen", "fields": {"path": "parts", "origin": "factory"}}
    refused = await client.post(f"{url}/actions/approve", headers=stale, json=body)
    assert refused.status == 412
    fresh = {**stale, "If-Match": refused.headers["ETag"]}
    wrong = {"reason": "seen", "fields": {"price": "3"}}
    answer = await client.post(f"{url}/actions/approve", headers=fresh, json=wrong)
    assert (answer.status, (await answer.json())["code"]) == (422, "stray_field")
    approved = await client.post(f"{url}/actions/approve", headers=fresh, json=body)
    said = await approved.json()
    assert (said["state"], said["answer"]["path"]) == ("approved", "parts")
    with console.engine.begin() as db:
        moves = [e for e in stories.log_of(db, line) if e.type == "moved"]
    assert [e.payload["to"] for e in moves][2:] == ["in_review", "approved"]


async def test_a_program_acts_on_many(console: Console, signed: Signed) -> None:
    """A result for each line in order, with the rule that refused it; foreign lines are not
    there."""
    one, two = open_case(console, ["SL26000121", "SL26000122"])
    client = await signed()
    program = await token_of(console, "erp", "factory", Role.FACTORY_ENGINEER)
    headers = {**program, "Idempotency-Key": "many-1"}
    do_all(console, [two], Wish(action="take"), role=Role.FACTORY_ENGINEER)
    url = "/api/v1/preclaims/actions/take"
    body = {"lines": [{"id": one}, {"id": two}, {"id": 999}]}
    items = (await (await client.post(url, headers=headers, json=body)).json())["items"]
    assert [item["result"] for item in items] == ["done", "refused", "refused"]
    assert items[2]["code"] == "no_line"
    outside = await token_of(console, "shop", "other", Role.INTEGRATOR)
    url = "/api/v1/preclaims/actions/withdraw"
    body = {"lines": [{"id": one}], "reason": "x"}  # type: ignore[dict-item]
    answer = await client.post(url, headers={**headers, **outside}, json=body)
    assert (await answer.json())["items"][0]["code"] == "no_line"


async def test_another_name_of_the_unit_finds_its_line(console: Console, signed: Signed) -> None:
    """A MAC in any writing receives the unit whose label it is on, and the log keeps what was
    scanned; a name that two units share receives neither."""
    (line,) = open_case(console, ["SL26000008"])
    for wish in (
        Wish(action="take"),
        Wish(action="approve", reason="seen", fields={"path": "return_repair"}),
        Wish(action="await_return"),
    ):
        do_all(console, [line], wish, role=Role.FACTORY_ENGINEER)
    owner = {"organisation_id": "factory"}
    with console.engine.begin() as db:
        for kind, value, serial in (
            ("mac", "00:12:34:56:78:9c", "SL26000008"),
            ("uid", "SHARED7QX", "SL26000008"),
            ("onvif_serial", "SHARED7QX", "SL26000003"),
        ):
            db.execute(insert(t.unit_alias).values(kind=kind, value=value, serial=serial, **owner))
    engineer = await signed("engineer")
    scan = {"csrf": CSRF, "scanned_serial": "SHARED7QX"}
    assert (await engineer.post("/review/receive", data=scan)).status == 409
    scan["scanned_serial"] = "0012 3456 789C"
    found = await engineer.post("/review/receive", data=scan, allow_redirects=False)
    assert found.status == 303, await found.text()
    with console.engine.begin() as db:
        said = stories.log_of(db, line)[-1].payload
    assert (said["scanned_serial"], said["scanned_as"]) == ("SL26000008", "00123456789C")
    assert "00123456789C" in await (await engineer.get(f"/preclaims/{line}")).text()


async def test_too_many_lines_are_told_with_what_to_do(console: Console, signed: Signed) -> None:
    """More than one step takes: how many, how many it takes, and that nothing was done; a whole
    case of them too, whose ticks make a long address."""
    lines = open_case(console, [f"SL27{n:06}" for n in range(201)])
    engineer = await signed("engineer")
    chosen = [("line", str(line)) for line in lines]
    many = [("line", str(line)) for line in range(1, 2001)]
    data = [("csrf", CSRF), ("action", "take")]
    for named, count in ((chosen, 201), (many, 2000)):
        form = await engineer.post("/preclaims/choose?lang=en", data=[*data, *named])
        assert form.status == 422
        assert f"{count} lines were chosen, and one step takes at most 200" in await form.text()
    by_address = await engineer.get("/preclaims/act", params=[("action", "take"), *chosen])
    assert "201 lines were chosen" in await by_address.text()
    enough = await engineer.post("/preclaims/choose", data=[*data, *chosen[:200]])
    assert (await enough.text()).count('name="line"') == 200
    data = [*data, *chosen]
    sent = await engineer.post("/preclaims/act?lang=zh", data=data)
    assert sent.status == 422
    assert "一次最多处理 200 行" in await sent.text()
    with console.engine.begin() as db:
        assert {stories.story_of(db, line).state.value for line in lines} == {"submitted"}
