"""Faults that people report: into the same lines as what agents tell, once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from collector import keep_brought, tend
from collector.claims.brought import recognise
from collector.claims.report import Report, Subject, Tried, Via
from collector.claims.report_check import RefusedReportError
from collector.report_claim import How, KeyReusedError, Reported, Reporter, TakenError, report
from collector.report_list import read
from collector.report_many import TakenList, take_list
from collector.roles import Role
from collector.store import cases, reports
from collector.store import tables as t
from collector.store.scope import scope_of
from collector.store.views.trends import Grouping, Trend, list_trends
from shared.fault import FaultKind
from tests.collector.claims.test_photo import JPEG
from tests.collector.house import House, device, fault, frame_of, health
from tests.collector.jobs.test_jobs import decide_all

SERIAL = "SC25110042"
FULL_WIDTH = "\uff33\uff23\uff12\uff15110042"
SAID = Report(
    organisation_id="north",
    serial=SERIAL,
    code="ircut.stuck_open",
    description="pink picture by day since the storm",
    tried=(Tried.RESTARTED, Tried.POWER_CHECKED),
)
LOT = replace(SAID, subject=Subject.MODULE_LOT, serial="", lot="B-1", model="IR-CUT", quantity=12)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A collector whose registry knows one device, delivered in time."""
    made = House(tmp_path)
    made.register(SERIAL, delivered_on=date(2025, 6, 1), aliases={"mac": "02:00:00:00:00:2a"})
    return made


def by(house: House, organisation: str = "north", role: Role = Role.INTEGRATOR) -> Reporter:
    """Somebody of this organisation."""
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id=organisation, role=role)
    return Reporter(name=f"{organisation} person", scope=scope)


def send(
    house: House, said: Report = SAID, *, token: str = "t", who: Reporter | None = None
) -> Reported:
    """Report as a form does."""
    who = who or by(house)
    with house.engine.begin() as db:
        return report(
            db, said, by=who, via=Via.PAGE, token=token, policy=house.policy, now=house.now
        )


def test_unit_that_no_agent_saw_gets_a_line(house: House) -> None:
    """From the registry: model, batch, buyer, warranty; the log says who reported and how."""
    made = send(house)
    (line,) = house.rows(t.claim_line)
    events = house.rows(t.claim_event)

    assert made.how is How.OPENED
    assert (line["position_id"], line["site_id"], line["via"]) == (None, None, "page")
    assert (line["model"], line["batch"], line["component"]) == ("SC-1", "B-1", "IR-CUT")
    assert (line["warranty_verdict"], line["serial_source"]) == ("in", "reported")
    assert [event["type"] for event in events] == ["opened", "finding_added"]
    assert all(event["actor"] == "north person" for event in events)
    assert '"via": "page"' in str(events[0]["payload_json"])


def test_unknown_serial_is_taken_and_never_valid(house: House) -> None:
    """A device that the registry does not know is no reason to lose a fault."""
    send(house, replace(SAID, serial="ZZ99000001", model="SC-9"))
    (line,) = house.rows(t.claim_line)

    assert (line["warranty_verdict"], line["model"]) == ("unknown_serial", "SC-9")


@pytest.mark.parametrize(
    "typed", [SERIAL.lower(), f" {SERIAL} ", "02-00-00-00-00-2A", FULL_WIDTH, "SC-2511-0042"]
)
def test_serial_is_found_as_people_type_it(house: House, typed: str) -> None:
    """In small letters, with blanks or in groups, by the MAC, or from a Chinese keyboard."""
    send(house, replace(SAID, serial=typed))

    assert house.rows(t.claim_line)[0]["label_serial"] == SERIAL


def test_the_same_report_twice_is_one(house: House) -> None:
    """A form sent twice changes nothing; its key for another report is refused."""
    first = send(house)
    before = house.everything()
    second = send(house)

    assert (second.how, second.line_id) == (How.KNOWN, first.line_id)
    assert house.everything() == before
    with pytest.raises(KeyReusedError):
        send(house, replace(SAID, description="something else altogether"))
    assert house.everything() == before


def test_second_report_attaches_to_the_open_line(house: House) -> None:
    """A device is swapped once: another fault of it is another finding of the same line."""
    first = send(house)
    second = send(house, replace(SAID, code="ir_led.dead"), token="u")

    assert (second.how, second.line_id) == (How.ATTACHED, first.line_id)
    assert len(house.rows(t.claim_line)) == 1
    assert [row["code"] for row in house.rows(t.finding)] == ["ircut.stuck_open", "ir_led.dead"]


def test_agent_and_person_meet_in_one_line(house: House) -> None:
    """Whoever is first opens it, and the line hangs at the position once an agent knows it."""
    send(house)
    here = device(label_serial=SERIAL)
    house.take(frame_of(fault("battery.not_charging", of=here), seq=1))
    decide_all(house)
    (line,) = house.rows(t.claim_line)

    assert line["position_id"] is not None and line["site_id"] == "farm"
    assert len(house.rows(t.finding)) == 2
    second = send(house, replace(SAID, code="ir_led.dead"), token="u")
    assert second.line_id == line["id"]


@pytest.mark.parametrize(("is_reported", "state"), [(False, "auto_cleared"), (True, "draft")])
def test_no_agent_takes_back_what_a_person_saw(house: House, is_reported: bool, state: str) -> None:
    """The agent's own fault clears by itself; with a report beside it the line stays for people."""
    here = device(label_serial=SERIAL)
    house.take(frame_of(fault(of=here), seq=1))
    decide_all(house)
    if is_reported:
        assert send(house).how is How.ATTACHED
    house.take(
        frame_of(fault(kind=FaultKind.CLEARED, episode=1, of=here), seq=2),
        frame_of(health(here), seq=9002),
    )
    house.tick()
    house.pass_time(11)
    house.take(frame_of(health(here), seq=9003))
    house.tick()

    assert house.rows(t.claim_line)[0]["state"] == state


def test_serial_that_only_an_agent_knows_is_found_in_any_spelling(house: House) -> None:
    """The registry knows nothing of it: the line hangs where the agent sees it, and a second
    reporter who types it otherwise meets the same line."""
    here = device(label_serial="ZZ99000001")
    house.take(frame_of(fault("ir_led.dead", of=here), seq=1))
    first = send(house, replace(SAID, serial="zz9900 0001"))
    second = send(house, replace(SAID, serial="ZZ99000001"), token="u")
    unseen = send(house, replace(SAID, serial="zz-77000002"), token="v")
    again = send(house, replace(SAID, serial="ZZ-77000002"), token="w")
    lines = {row["id"]: row for row in house.rows(t.claim_line)}

    assert lines[first.line_id]["site_id"] == "farm"
    assert (second.how, second.line_id) == (How.ATTACHED, first.line_id)
    assert (again.how, again.line_id) == (How.ATTACHED, unseen.line_id)


def test_registry_that_holds_a_serial_for_others_is_heeded(house: House) -> None:
    """The factory's list is everybody's; a list of a sibling is not: that device is theirs."""
    with house.engine.begin() as db:
        db.execute(update(t.unit).values(organisation_id="south"))
    with pytest.raises(RefusedReportError, match="somebody else"):
        send(house)

    assert send(house, replace(SAID, organisation_id="south"), who=by(house, "south"))


def test_others_are_not_reported_for(house: House) -> None:
    """Only the own slice: neither their organisation, nor their open line, which stays secret."""
    with pytest.raises(RefusedReportError, match="your own organisation"):
        send(house, replace(SAID, organisation_id="south"))
    send(house, replace(SAID, organisation_id="south"), who=by(house, "south"))
    before = house.everything()
    with pytest.raises(TakenError) as taken:
        send(house)
    assert house.everything() == before
    assert "south" not in str(taken.value)
    engineer = by(house, "factory", Role.FACTORY_ENGINEER)
    assert send(house, replace(SAID, organisation_id="south"), who=engineer).how is How.ATTACHED


def test_serial_that_hangs_at_a_stranger_is_frozen(house: House) -> None:
    """One of the two is not that device: the verdict is a duplicate, and tending leaves it so."""
    here = device(label_serial=SERIAL)
    house.take(frame_of(fault(of=here), seq=1, agent_id="agent-shop"))
    made = send(house)
    with house.engine.begin() as db:
        tend.tend(db, policy=house.policy, now=house.now + timedelta(days=9))
        line = cases.row_of(db, made.line_id)

    assert line is not None and line.warranty_verdict == "duplicate_serial"


def test_onset_that_somebody_tells_brings_nothing_back_into_warranty(house: House) -> None:
    """Judged at the report: since when it fails is their word, and only an agent signs."""
    house.now = datetime(2027, 6, 2, 12, tzinfo=UTC)
    send(house, replace(SAID, onset_on=date(2027, 5, 1)))

    assert house.rows(t.claim_line)[0]["warranty_verdict"] == "out"


def test_module_lot_counts_its_pieces(house: House) -> None:
    """One line a lot; a later report of more pieces raises the number, a smaller one does not."""
    first = send(house, LOT)
    for token, quantity in (("u", 20), ("v", 15)):
        assert send(house, replace(LOT, quantity=quantity), token=token).line_id == first.line_id
    (line,) = house.rows(t.claim_line)

    assert (line["subject"], line["quantity"], line["batch"]) == ("module_lot", 20, "B-1")
    assert (line["label_serial"], line["warranty_verdict"]) == ("", "in")


def test_line_is_ready_when_everything_was_brought(house: House, tmp_path: Path) -> None:
    """Description and troubleshooting came with the report; the photo is what is missing."""
    made = send(house)
    with house.engine.begin() as db:
        tend.tend(db, policy=house.policy, now=house.now)
        before = cases.state_of(db, made.line_id)
        photo = recognise(JPEG, name="a.jpg")
        keep_brought.put(tmp_path / "evidence", [photo])
        for _ in range(2):
            keep_brought.note(
                db, [photo], line_id=made.line_id, actor="north person", role="integrator",
                words="", now=house.now,
            )  # fmt: skip
        tend.tend(db, policy=house.policy, now=house.now)
        after = cases.state_of(db, made.line_id)

    assert before is not None and before[0].value == "draft"
    assert after is not None and after[0].value == "ready"
    assert len(house.rows(t.claim_file)) == 1
    assert [row["type"] for row in house.rows(t.claim_event)].count("file_added") == 1


def test_lines_by_hand_count_in_their_batch_once_a_serial(house: House) -> None:
    """Pending as any other, confirmed once an engineer approved; a serial counts once."""
    for number in range(1, 4):
        house.register(f"SC2511000{number}", delivered_on=date(2025, 6, 1))
    house.take(frame_of(fault("battery.not_charging", of=device(label_serial=SERIAL)), seq=1))
    decide_all(house)
    for number in range(1, 3):
        send(house, replace(SAID, serial=f"SC2511000{number}"), token=str(number))
    assert send(house, token="again").how is How.ATTACHED
    assert _batch(house) == ("B-1", 4, 0, 3)
    with house.engine.begin() as db:
        line = select(t.claim_line.c.id).where(t.claim_line.c.label_serial == "SC25110001")
        db.execute(
            update(t.claim_line)
            .where(t.claim_line.c.id.in_(line))
            .values(state="closed", closed_at=house.now)
        )
    again = send(house, replace(SAID, serial="SC25110001"), token="repeat")
    repeats = {row["id"]: row["repeat_of"] for row in house.rows(t.claim_line)}
    assert again.how is How.OPENED and repeats[again.line_id] is not None

    assert _batch(house) == ("B-1", 4, 1, 2)


def test_pieces_of_a_lot_count_in_it(house: House) -> None:
    """By their number, never beyond what was delivered, and not again for one that has a line of
    its own serial."""
    for number in range(1, 10):
        house.register(f"SC2511000{number}", delivered_on=date(2025, 6, 1), product="module")
    send(house, replace(LOT, quantity=3))
    send(house, replace(SAID, serial="SC25110001"), token="u")
    assert _batch(house) == ("B-1", 10, 0, 3)
    send(house, replace(LOT, quantity=4000), token="v")

    assert _batch(house) == ("B-1", 10, 0, 10)


def _batch(house: House) -> tuple[str, int, int, int]:
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id="factory", role=Role.FACTORY_ENGINEER)
        (found,) = list_trends(db, scope, Grouping.BATCH)
    assert isinstance(found, Trend)
    return found.name, found.delivered, found.confirmed, found.pending


LIST = f"""Claims of March
Serial Number;Fault;Since;Description;Tried;Customer
{SERIAL};IR-cut filter stuck open;2026-02-20;pink picture by day;restarted, cleaned;north
SC25110043;ir_led.dead;;dark by night near the lamp;;
00000000;ir_led.dead;;dark by night near the lamp;;
SC25110044;picture.dirty;;dirt on the lens of it;;
SC25110045;ir_led.dead;03/04/2026;dark by night near the lamp;;
SC25110046;ir_led.dead;;dark by night near the lamp;;south
""".encode()


def take(house: House, *, confirm: bool) -> TakenList:
    """Take the list as an integrator's page does."""
    return take_list(
        house.engine, read(LIST, organisation_id="north"), by=by(house), via=Via.CSV,
        policy=house.policy, now=house.now, confirm=confirm,
    )  # fmt: skip


def test_list_is_shown_then_taken_once(house: House) -> None:
    """A dry run leaves nothing; refused rows keep their number and reason; twice is once; what is
    opened for one organisation and buyer shares a case."""
    before = house.everything()
    shown = take(house, confirm=False)
    assert house.everything() == before
    done = take(house, confirm=True)
    again = take(house, confirm=True)

    assert [(one.row, one.reported.how) for one in done.rows] == [
        (3, How.OPENED), (4, How.OPENED),
    ]  # fmt: skip
    assert [one.row for one in shown.rows] == [3, 4]
    assert [one.row for one in done.refused] == [5, 6, 7, 8]
    assert all(one.why_en and one.why_zh for one in done.refused)
    assert "more than one way" in done.refused[2].why_en
    assert [one.reported.how for one in again.rows] == [How.KNOWN, How.KNOWN]
    assert len(house.rows(t.claim_line)) == 2
    with house.engine.begin() as db:
        told = reports.told(db, [one.reported.line_id for one in done.rows])
    assert [told[one.reported.line_id].has_tried for one in done.rows] == [True, False]
