"""Firmware cases: reported, answered with a version, verified by probes; who fails on it claims."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from collector.claims.firmware_case import Side
from collector.claims.firmware_device import Stands, stand
from collector.claims.lifecycle import Actor
from collector.claims.refusal import IllegalMoveError
from collector.firmware_steps import act
from collector.store import firmware_cases, firmware_devices, tables
from collector.verify_log import Walked, walk_firmware
from shared.fault import FaultKind
from shared.reading import Quality, Reading
from tests.collector.house import NOON, House, device, fault, frame_of, health, with_policy

CODE = "login.firmware_refuses_method"
DAY = timedelta(days=1)
GATE = device("gate", label_serial="SC24010001", firmware="1.5.0")
LONG_S = 90 * 86400.0
HEARD = with_policy(  # the agent is heard in all of this
    default_promise_s=LONG_S, max_promise_s=LONG_S, site_loss_wait=False, verified_s={"*": 5.0}
)


def login(outcome: str, house: House) -> Reading:
    """What a look at the login said just now."""
    return Reading("login.outcome", outcome, "", house.now, Quality.GOOD)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two cameras on 1.4.2 that refuse the recorder's login, and their case."""
    made = House(tmp_path, HEARD)
    for seq, name in enumerate(("gate", "yard"), start=1):
        made.register(f"SC2401000{seq}", delivered_on=(NOON - 30 * DAY).date())
        named = device(name, label_serial=f"SC2401000{seq}")
        told = msgspec.structs.replace(fault(CODE, of=named), because=(login("method", made),))
        made.take(frame_of(told, seq=seq))
    settle(made)
    yield made
    made.engine.dispose()


def settle(house: House) -> None:
    """Let holds pass, and the jobs loop look."""
    for _ in range(3):
        house.pass_time(20)
        house.tick()


def do(house: House, action: str, role: Actor = Actor.ENGINEER, **fields: object) -> None:
    """One action on case 1, at the house's time."""
    with house.engine.begin() as db:
        act(db, case_id=1, action=action, actor="ann", role=role, reason="because",
            now=house.now, fields=fields)  # fmt: skip


def fix(house: House, version: str = "1.5.0") -> None:
    """The factory names the version that mends it."""
    do(house, "report", Actor.INTEGRATOR)
    do(house, "take")
    do(house, "approve", path="firmware_fix")
    do(house, "fulfil", firmware_version=version, fixed_side="camera")


def case(house: House) -> dict[str, object]:
    """The case as it stands."""
    return house.rows(tables.firmware_case)[0]


def outcomes(house: House) -> list[object]:
    """What came of each fault."""
    return [row["outcome"] for row in house.rows(tables.decision)]


def events(house: House) -> list[object]:
    """The types of the case's log."""
    return [row["type"] for row in house.rows(tables.firmware_case_event)]


def update_camera(house: House, version: str, *, seq: int) -> None:
    """The first camera says that it runs another version; its fault goes on."""
    named = device("gate", label_serial="SC24010001", firmware=version)
    house.take(frame_of(health(named, next_within_s=LONG_S, at=house.now), seq=seq))


def test_a_case_has_a_log_clocks_and_news(house: House) -> None:
    """Each device is told once; the report starts both clocks, the answer stops them, the
    columns follow the log, and the database refuses to change it."""
    assert events(house) == ["opened", "device_added", "device_added"]
    do(house, "report", Actor.INTEGRATOR)
    assert case(house)["due_at"] == house.now + timedelta(hours=48)
    do(house, "take")
    do(house, "approve", path="firmware_fix")
    do(house, "fulfil", firmware_version="1.5.0", fixed_side="camera")
    told = case(house)
    assert (told["state"], told["fixed_in"], told["due_at"]) == ("fulfilled", "1.5.0", None)
    with house.engine.begin() as db:
        story = firmware_cases.story_of(db, 1)
        assert {**told, **firmware_cases.projection(story)} == told
    topics = [row["topic"] for row in house.rows(tables.notice) if row["thing"] == "firmware_case"]
    assert topics == ["firmware_opened", "firmware_step", "firmware_step", "firmware_step"]
    number = len(events(house))
    with house.engine.begin() as db:
        walked = Walked()
        assert list(walk_firmware(db, walked)) == []
        assert walked.events == number
        db.execute(update(tables.firmware_case).values(fixed_in="9.9"))
        assert [one.column for one in walk_firmware(db, walked)] == ["fixed_in"]
    with pytest.raises(DBAPIError, match="append-only"), house.engine.begin() as db:
        db.execute(text("UPDATE firmware_case_event SET actor = 'nobody'"))


def test_late_answers_are_told_once(house: House) -> None:
    """Half, three quarters and all of the 48 hours: each is kept once."""
    do(house, "report", Actor.INTEGRATOR)
    for hours in (25, 12, 12, 1):
        house.pass_time(hours * 3600)
        settle(house)
    steps = [str(row["step"]) for row in house.rows(tables.notice)]
    assert [s for s in steps if s.startswith("clock.response")] == [
        f"clock.response.1.{share}" for share in (50, 75, 100)
    ]


def test_old_firmware_never_regresses_a_case(house: House) -> None:
    """After the fix a device on an older version joins the case: no claim, no step back."""
    fix(house)
    named = device("barn", label_serial="SC24010009", firmware="1.4.1")
    house.take(frame_of(fault(CODE, of=named), seq=3))
    settle(house)

    assert outcomes(house) == ["firmware_case"] * 3
    assert case(house)["state"] == "fulfilled"
    assert house.count(tables.firmware_case) == 1
    assert house.count(tables.claim_line) == 0
    assert "update it" in str(house.rows(tables.decision)[2]["reason_en"])


def test_who_fails_on_the_fixed_version_has_a_claim(house: House) -> None:
    """A new fault on the fixed version or a newer one is a draft, named on the case."""
    fix(house)
    house.register("SC24010009", delivered_on=(NOON - 30 * DAY).date())
    named = device("barn", label_serial="SC24010009", firmware="1.5.1")
    house.take(frame_of(fault(CODE, of=named), seq=3))
    settle(house)

    assert outcomes(house)[2] == "claim"
    (line,) = house.rows(tables.claim_line)
    assert (line["label_serial"], line["warranty_verdict"]) == ("SC24010009", "in")
    assert "still failing on 1.5.1" in str(house.rows(tables.decision)[2]["reason_en"])
    assert events(house)[-1] == "became_claim"
    assert case(house)["state"] == "fulfilled"


def test_a_version_that_did_not_solve_it_makes_no_claims(house: House) -> None:
    """Until a version is named anew, who fails on the one that did not help is on the case."""
    fix(house)
    do(house, "not_solved", Actor.INTEGRATOR)
    house.register("SC24010009", delivered_on=(NOON - 30 * DAY).date())
    for seq, (name, version) in enumerate((("barn", "1.5.0"), ("hall", "1.6.0")), start=3):
        named = device(name, label_serial=f"SC2401000{seq + 6}", firmware=version)
        house.take(frame_of(fault(CODE, of=named), seq=seq))
    settle(house)
    assert outcomes(house) == ["firmware_case"] * 4
    assert case(house)["fixed_in"] == ""

    do(house, "fulfil", firmware_version="1.6.0", fixed_side="camera")
    settle(house)
    assert outcomes(house) == ["firmware_case", "firmware_case", "firmware_case", "claim"]


def test_a_fix_counts_for_every_organisation_and_the_recorder_it_was_tried_with(
    house: House,
) -> None:
    """On another's site the fixed version that fails is a claim too; beside another recorder it
    is a combination that nobody has mended yet."""
    fix(house)
    house.register("SC24010021", delivered_on=(NOON - 30 * DAY).date())
    named = device("till", label_serial="SC24010021", firmware="1.5.0")
    house.take(frame_of(fault(CODE, of=named), seq=1, agent_id="agent-shop"))
    other = device("hall", label_serial="SC24010022", firmware="1.5.0")
    event = replace(fault(CODE, of=other), recorder_firmware="NVR 5.0")
    house.take(frame_of(event, seq=2, agent_id="agent-shop"))
    settle(house)

    assert outcomes(house)[2:] == ["claim", "firmware_case"]
    assert house.rows(tables.claim_line)[0]["organisation_id"] == "south"
    assert [row["recorder_firmware"] for row in house.rows(tables.firmware_case)] == [
        "NVR 4.2.1",
        "NVR 5.0",
    ]


def test_a_failure_out_of_warranty_keeps_the_fix_unproven(house: House) -> None:
    """It opens nothing, but stands on the case: a version that fails on one device is not called
    verified because another is well on it."""
    fix(house)
    house.register("SC24010009", delivered_on=(NOON - 1000 * DAY).date())
    named = device("barn", label_serial="SC24010009", firmware="1.5.0")
    house.take(frame_of(fault(CODE, of=named), seq=3))
    update_camera(house, "1.5.0", seq=4)
    house.take(frame_of(fault(CODE, kind=FaultKind.CLEARED, episode=1, of=GATE), seq=5))
    settle(house)
    for days in (6, 2):
        house.pass_time(days * 86400)
        update_camera(house, "1.5.0", seq=10 + days)
        settle(house)
    assert outcomes(house)[2] == "not_applicable"
    assert house.count(tables.claim_line) == 0
    assert [row["serial_key"] for row in house.rows(tables.firmware_case_member)][-1:] == [
        "SC24010009"
    ]
    assert case(house)["state"] == "fulfilled"


def test_an_unknown_order_opens_nothing_until_an_engineer_says(house: House) -> None:
    """A version that nothing puts in order is named on the case; an engineer's yes makes it a
    claim."""
    fix(house)
    named = device("barn", label_serial="SC24010009", firmware="special-7f3a")
    house.take(frame_of(fault(CODE, of=named), seq=3))
    settle(house)
    assert outcomes(house)[2] == "firmware_case"
    assert house.count(tables.firmware_case) == 1
    assert house.count(tables.claim_line) == 0

    do(house, "rule_version", version="special-7f3a", contains=True)
    settle(house)
    assert outcomes(house)[2] == "claim"


def read_login(house: House, outcome: str, *, seq: int) -> None:
    """The agent tells its last look at the login, beside what else it says of the fault."""
    told = fault(CODE, kind=FaultKind.CONFIRMED, episode=1, of=GATE)
    house.take(frame_of(msgspec.structs.replace(told, because=(login(outcome, house),)), seq=seq))


def test_an_updated_device_claims_only_when_its_fault_was_seen_since(house: House) -> None:
    """An update is no failure by itself, nor is a device that answers something else while its
    fault is still open: what the fault rests on must say the same after it."""
    fix(house)
    house.pass_time(60)
    update_camera(house, "1.5.0", seq=3)
    for seq, outcome in ((4, ""), (5, "accepted"), (6, "method")):
        house.pass_time(60)
        if outcome:
            read_login(house, outcome, seq=seq)
        with house.engine.begin() as db:  # it answers, and its fault is open
            db.execute(
                update(tables.position).values(
                    standing="fault", standing_at=house.now, last_good_at=house.now
                )
            )
        settle(house)
        seen = outcome == "method"
        assert outcomes(house) == ["claim" if seen else "firmware_case", "firmware_case"], outcome


def test_probes_verify_the_fix_and_time_closes_the_case(house: House) -> None:
    """Well for seven days on the fixed version while the other is still old: resolved, and closed
    14 days later."""
    fix(house)
    house.pass_time(60)
    update_camera(house, "1.5.0", seq=3)
    named = device("gate", label_serial="SC24010001", firmware="1.5.0")
    house.take(frame_of(fault(CODE, kind=FaultKind.CLEARED, episode=1, of=named), seq=4))
    for days in (6, 2):
        house.pass_time(days * 86400)
        update_camera(house, "1.5.0", seq=4 + days)
        settle(house)
    assert case(house)["state"] == "resolved"
    house.pass_time(15 * 86400)
    settle(house)
    assert case(house)["state"] == "closed"


def test_a_version_that_is_not_newer_mends_nothing(house: House) -> None:
    """The failing version is refused as its own fix."""
    with pytest.raises(IllegalMoveError, match="not newer"):
        fix(house, "1.4.2")


def join(house: House, name: str, serial: str, *, seq: int, firmware: str = "1.4.2") -> None:
    """One more device shows it."""
    house.take(frame_of(fault(CODE, of=device(name, label_serial=serial, firmware=firmware)),
                        seq=seq))  # fmt: skip
    settle(house)


def joined(house: House) -> list[tuple[str, str]]:
    """Title and text of the news that devices joined a case that had ended."""
    return [
        (str(row["title_en"]), str(row["text_en"]))
        for row in house.rows(tables.notice)
        if str(row["step"]).startswith("joined.")
    ]


def test_a_rejected_case_tells_once_that_devices_join_it(house: House) -> None:
    """Nothing opens by itself; its people hear of the first device after the rejection, and
    again after another rejection."""
    do(house, "report", Actor.INTEGRATOR)
    join(house, "dock", "SC24010008", seq=3)
    assert joined(house) == [], "the factory looks at it: no news"
    do(house, "take")
    do(house, "reject", reason_code="not_proven")
    join(house, "barn", "SC24010009", seq=4)
    join(house, "hall", "SC24010010", seq=5)
    ((title, text),) = joined(house)
    assert "had ended" in title
    assert "rejected" in text
    assert case(house)["state"] == "rejected"

    house.pass_time(60)
    do(house, "appeal", Actor.INTEGRATOR)
    do(house, "reject", reason_code="not_proven")
    join(house, "till", "SC24010011", seq=6)
    assert len(joined(house)) == 2


def test_a_case_closed_by_a_version_stays_so_and_tells_once(house: House) -> None:
    """A device on the old version is no regression; its people hear once what to do, and of a
    version that nobody can put in order who says so."""
    fix(house)
    join(house, "barn", "SC24010009", seq=3, firmware="1.4.1")
    join(house, "hall", "SC24010010", seq=4)
    assert [text for _, text in joined(house)] == [
        "It is fixed in 1.5.0, this device runs 1.4.1: update it."
    ]
    house.pass_time(60)
    do(house, "confirm", Actor.INTEGRATOR)
    join(house, "till", "SC24010011", seq=5, firmware="special-7f3a")
    assert "whether special-7f3a holds that is not known" in joined(house)[1][1]
    assert case(house)["state"] == "resolved"


def test_a_case_closed_by_guidance_is_open_again(house: House) -> None:
    """Whether guidance helps one more device is not known: it is answered anew, for the probes to
    see or people to say; the same episode decided twice opens nothing."""
    do(house, "report", Actor.INTEGRATOR)
    do(house, "take")
    do(house, "approve", path="guidance")
    do(house, "fulfil")
    do(house, "confirm", Actor.INTEGRATOR)
    house.pass_time(15 * 86400)
    settle(house)
    assert case(house)["state"] == "closed"

    join(house, "barn", "SC24010009", seq=3)
    told = case(house)
    assert (told["state"], told["closed_at"], told["due_at"]) == ("fulfilled", None, None)
    news = [row for row in house.rows(tables.notice) if "open again" in str(row["title_en"])]
    assert len(news) == 1
    do(house, "not_solved", Actor.INTEGRATOR)
    assert case(house)["state"] == "resolving"


def test_what_was_over_before_the_update_proves_nothing(house: House) -> None:
    """A fault that ended on the old version says neither that the new one mends it nor that it
    fails there: nothing is verified by it, and nobody is asked to rule on its version."""
    fix(house)
    house.pass_time(60)
    old = device("gate", label_serial="SC24010001")
    house.take(frame_of(fault(CODE, kind=FaultKind.CLEARED, episode=1, of=old), seq=3))
    for days in (1, 6, 3):
        house.pass_time(days * 86400)
        update_camera(house, "1.5.0", seq=4 + days)
        settle(house)
    with house.engine.begin() as db:
        known = {one.serial_key: one for one in firmware_devices.of_case(db, 1)}
        mended = firmware_cases.story_of(db, 1).fix
    gate = known["SC24010001"]
    assert (gate.camera_firmware, gate.is_over_on(Side.CAMERA)) == ("1.5.0", False)
    assert stand(gate, mended, grace=timedelta(0)) is Stands.OVER
    assert case(house)["state"] == "fulfilled"
