"""A returned unit without a fault: fee and ways by policy, waived when the fault shows later."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from collector import goods_in, learn_from_claims
from collector.act import By, Wish, act
from collector.claims.lifecycle import LineState
from collector.claims.origin.kinds import Payer
from collector.claims.story import Story
from collector.look_for_news import look_for_news
from collector.roles import Role
from collector.store import cases, stories, tables
from collector.store.scope import scope_of
from tests.collector.house import NOON, SOON, House, fault, frame_of

CODE = "battery.not_charging"
FEE = dataclasses.replace(SOON.origin, no_fault_fee="25.00 GBP")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector whose policy has a fee, with one draft."""
    made = House(tmp_path, dataclasses.replace(SOON, origin=FEE))
    made.register("SC24010001", delivered_on=NOON.date())
    open_claim(made, seq=1)
    yield made
    made.engine.dispose()


def open_claim(house: House, *, seq: int, code: str = CODE) -> None:
    """The camera at the gate fails, and a draft is opened for it."""
    house.take(frame_of(fault(code), seq=seq))
    house.pass_time(2.5)
    house.tick()


def do(
    house: House, line: int, action: str, *, by: Role = Role.FACTORY_ENGINEER, **fields: object
) -> Story:
    """One action on a line, with words."""
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id="factory", role=by)
        return act(
            db, line, Wish(action=action, reason="because", fields=fields),
            by=By(name="erin", scope=scope), policy=house.policy, now=house.now,
        )  # fmt: skip


def story(house: House, line: int = 1) -> Story:
    """What the log of a line says."""
    with house.engine.begin() as db:
        return stories.story_of(db, line)


def approve(house: House, line: int, path: str) -> None:
    """Submitted, taken and approved."""
    do(house, line, "ready", by=Role.INTEGRATOR)
    do(house, line, "submit", by=Role.INTEGRATOR)
    do(house, line, "take")
    do(house, line, "approve", path=path)


def reject_on_the_bench(house: House) -> None:
    """The unit of line 1 comes back, and has no fault."""
    approve(house, 1, "replace_unit")
    do(house, 1, "await_return")
    do(house, 1, "receive", scanned_serial="SC24010001")
    do(house, 1, "bench", bench="48 h without a fault", finding="no_fault_found")
    do(house, 1, "reject", reason_code="no_fault_found")


def test_what_came_back_without_a_fault_costs_what_the_policy_says(house: House) -> None:
    """The fee and who pays the ways stand in the decision itself, as they were that day."""
    reject_on_the_bench(house)
    told = story(house)
    assert (told.finding, told.fee, told.fee_payer) == (
        "no_fault_found",
        "25.00 GBP",
        Payer.CUSTOMER.value,
    )
    entry = house.rows(tables.claim_event)[-1]
    assert "25.00 GBP" in str(entry["payload_json"])
    with house.engine.begin() as db:
        look_for_news(db, settled=timedelta(0), now=house.now)
    letter = house.rows(tables.notice)[-1]
    assert str(letter["step"]).startswith("rejected")
    assert (letter["text_en"], letter["text_zh"]) == (
        "fee: 25.00 GBP. because",
        "费用：25.00 GBP。because",
    )


def test_nothing_came_back_nothing_costs(house: House) -> None:
    """Rejected by the pictures alone: no bench has worked."""
    do(house, 1, "ready", by=Role.INTEGRATOR)
    do(house, 1, "submit", by=Role.INTEGRATOR)
    do(house, 1, "take")
    do(house, 1, "reject", reason_code="no_fault_found")
    assert (story(house).fee, story(house).fee_payer) == ("", "")


def test_the_fee_is_waived_when_the_fault_shows_later(house: House) -> None:
    """The second claim of the same unit is approved: the first one's fee is gone, once, and its
    log names the claim that showed it."""
    reject_on_the_bench(house)
    open_claim(house, seq=2)
    assert house.count(tables.claim_line) == 2
    approve(house, 2, "credit")
    assert story(house).fee_waived_by == "PC-2026-000002"
    do(house, 2, "begin")
    types = [row["type"] for row in house.rows(tables.claim_event)]
    assert types.count("fee_waived") == 1


def test_a_fee_is_not_waived_before_the_bench_has_looked(house: House) -> None:
    """The second claim is approved by its pictures, and the unit comes back without a fault again:
    nothing was ever confirmed, so both fees stand."""
    reject_on_the_bench(house)
    open_claim(house, seq=2)
    approve(house, 2, "replace_unit")
    assert story(house).fee_waived_by == ""
    do(house, 2, "await_return")
    do(house, 2, "receive", scanned_serial="SC24010001")
    do(house, 2, "bench", bench="48 h without a fault", finding="no_fault_found")
    do(house, 2, "reject", reason_code="no_fault_found")
    assert [story(house, line).fee_waived_by for line in (1, 2)] == ["", ""]


@pytest.mark.parametrize("path", ["replace_unit", "advance_replace"])
def test_a_fee_is_waived_by_what_confirms_the_fault(house: House, path: str) -> None:
    """By the unit that was sent once the claimed one was here; of one sent ahead by the bench."""
    reject_on_the_bench(house)
    open_claim(house, seq=2)
    approve(house, 2, path)
    is_ahead = path == "advance_replace"
    if not is_ahead:
        do(house, 2, "await_return")
        do(house, 2, "receive", scanned_serial="SC24010001")
    do(house, 2, "begin")
    do(house, 2, "fulfil", tracking="SF1", new_serial="SC24010099")
    assert story(house).fee_waived_by == ("" if is_ahead else "PC-2026-000002")
    if is_ahead:
        do(house, 2, "receive_old", scanned_serial="SC24010001")
        do(house, 2, "judge_return", finding="fault_confirmed", bench="dead cell")
        assert story(house).fee_waived_by == "PC-2026-000002"


def test_a_rejection_for_another_reason_takes_the_fee_back(house: House) -> None:
    """On the appeal the engineer sees that the unit fell: that is damage, and no bench was called
    for nothing."""
    reject_on_the_bench(house)
    house.pass_time(60)
    with house.engine.begin() as db:
        cases.append_event(
            db, line_id=1, organisation_id="north", actor="li", role="integrator",
            type_="file_added", payload={}, now=house.now,
        )  # fmt: skip
    do(house, 1, "appeal", by=Role.INTEGRATOR)
    do(house, 1, "reject", reason_code="user_damage")
    assert (story(house).fee, story(house).fee_payer) == ("", "")


def test_another_fault_waives_no_fee(house: House) -> None:
    """The battery was well on the bench; that the filter fails later says nothing of it."""
    reject_on_the_bench(house)
    open_claim(house, seq=2, code="ircut.stuck_open")
    assert house.count(tables.claim_line) == 2
    approve(house, 2, "credit")
    assert story(house).fee_waived_by == ""


@pytest.mark.store("sqlite")  # plans of PostgreSQL depend on how full its tables are
def test_the_earlier_claims_of_a_unit_are_found_by_its_serial(house: House) -> None:
    """Each approval asks for them: not by reading every line of the organisation."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def keep(_: object, __: object, text: str, given: tuple[object, ...], *___: object) -> None:
        asked.append((text, given))

    with house.engine.begin() as db:
        line = cases.row_of(db, 1)
        assert line is not None
        event.listen(db, "before_cursor_execute", keep)
        cases.earlier_of(db, line)
        event.remove(db, "before_cursor_execute", keep)
        ((text, given),) = asked
        (plan,) = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
    assert "ix_claim_line_serial_key" in str(plan[3])


def test_a_fee_is_waived_by_hand(house: House) -> None:
    """By an engineer's words, which stand in the log."""
    reject_on_the_bench(house)
    assert do(house, 1, "waive_fee").fee_waived_by == "erin"
    with house.engine.begin() as db:
        log = stories.log_of(db, 1)
    assert log[-1].payload["reason"] == "because"


def test_the_old_unit_is_judged_after_its_replacement_left(house: House) -> None:
    """No fault found in it: the decision says fee and ways, and the verdict that opened the claim
    counts as wrong, though the claim was approved."""
    approve(house, 1, "advance_replace")
    do(house, 1, "begin")
    do(house, 1, "fulfil", tracking="SF1", new_serial="SC24010099")
    do(house, 1, "receive_old", scanned_serial="SC24010001")
    told = do(house, 1, "judge_return", finding="no_fault_found", bench="48 h well")
    assert (told.fee, told.bench, told.state.value) == ("25.00 GBP", "48 h well", "fulfilled")
    with house.engine.begin() as db:
        learn_from_claims.learn_from_claims(db, policy=house.policy, now=house.now)
    assert [row["ruling"] for row in house.rows(tables.ruling)] == ["wrong"]


def test_a_unit_owed_to_a_line_that_was_closed_before_can_come_back(house: House) -> None:
    """An older version closed lines whose old unit was still out: goods-in finds it all the same,
    or it would be owed for good."""
    approve(house, 1, "advance_replace")
    do(house, 1, "begin")
    do(house, 1, "fulfil", tracking="SF1", new_serial="SC24010099")
    do(house, 1, "resolve", by=Role.INTEGRATOR)
    with house.engine.begin() as db:
        cases.set_state(
            db, line_id=1, source=LineState.RESOLVED, target=LineState.CLOSED, closed_at=house.now
        )
        cases.append_event(
            db, line_id=1, organisation_id="north", actor="collector", role="system",
            type_="moved", payload={"from": "resolved", "to": "closed", "rule": 16}, now=house.now,
        )  # fmt: skip
        scope = scope_of(db, organisation_id="factory", role=Role.FACTORY_ENGINEER)
        found = goods_in.find_lines(db, scope, "SC24010001")
    assert [one.action for one in found] == ["receive_old"]
    told = do(house, 1, "receive_old", scanned_serial="SC24010001")
    assert (told.state, told.owed) == (LineState.CLOSED, ())


def test_who_repairs_on_site_is_kept(house: House) -> None:
    """The partner of the approval, or the one that did it in the end."""
    approve(house, 1, "onsite_repair")
    assert story(house).repair_partner == ""
    do(house, 1, "offer_path", path="onsite_repair", repair_partner="Camhi Iberia")
    assert story(house).repair_partner == "Camhi Iberia"
    do(house, 1, "begin")
    told = do(house, 1, "fulfil", repair_partner="Camhi Lisboa")
    assert told.repair_partner == "Camhi Lisboa"
