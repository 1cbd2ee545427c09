"""What a decision does to the store: pre-claim, incident, task, firmware case, or only a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector import firmware_devices
from collector.claims.decision import Decision, Verdict
from collector.claims.profiles import Standing
from collector.claims.serials import serial_key
from collector.claims.warranty import Warranty
from collector.link_repeat import link_repeat
from collector.store import (
    cases,
    decisions,
    incidents,
    origins,
    profiles,
    reports,
    tasks,
    units,
)
from collector.store.cases import NewLine
from collector.store.due import Case
from shared.catalogue import CATALOGUE

SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What the decision points at afterwards."""

    line_id: int | None = None
    incident_id: int | None = None
    task_id: int | None = None
    firmware_case_id: int | None = None


def carry_out(
    db: Connection, case: Case, decided: Decision, *, repeat_within: timedelta, now: datetime
) -> None:
    """Write the decision and what follows from it, in the caller's transaction."""
    if decided.verdict is Verdict.WAIT and decided.look_again_at is not None:
        decisions.postpone(
            db,
            decision_id=case.decision_id,
            due_at=decided.look_again_at,
            reason_en=decided.reason_en,
            reason_zh=decided.reason_zh,
        )
        return
    if decided.code:
        case = replace(case, code=decided.code)
    links = Links()
    match decided.verdict:
        case Verdict.CLAIM:
            line_id = _attach_to_line(db, case, decided, now=now)
            link_repeat(db, line_id, code=case.code, within=repeat_within, now=now)
            links = Links(line_id=line_id, firmware_case_id=decided.firmware_case_id)
            if decided.firmware_case_id is not None:
                firmware_devices.became_claim(
                    db,
                    case,
                    serial_key=_key_of(case),
                    line_id=line_id,
                    firmware_case_id=decided.firmware_case_id,
                    now=now,
                )
        case Verdict.INCIDENT if decided.incident_id is not None:
            links = Links(incident_id=_attach_to_incident(db, case, decided.incident_id))
        case Verdict.TASK:
            links = Links(task_id=_open_task(db, case, decided, now=now))
        case Verdict.FIRMWARE_CASE:
            links = Links(firmware_case_id=_put_on_case(db, case, decided, now=now))
        case _ if decided.firmware_case_id is not None:
            # It opens nothing (out of warranty, in shadow), and the mended version failed there.
            links = Links(firmware_case_id=_put_on_case(db, case, decided, now=now, is_claim=True))
        case _:
            pass  # the reason is all that is left behind
    decisions.decide(
        db,
        decision_id=case.decision_id,
        outcome=decided.verdict.value,
        reason_en=decided.reason_en,
        reason_zh=decided.reason_zh,
        now=now,
        line_id=links.line_id,
        incident_id=links.incident_id,
        task_id=links.task_id,
        firmware_case_id=links.firmware_case_id,
    )
    if decided.look_again_at is not None:
        decisions.reopen(db, decision_id=case.decision_id, due_at=decided.look_again_at)


def _put_on_case(
    db: Connection, case: Case, decided: Decision, *, now: datetime, is_claim: bool = False
) -> int:
    return firmware_devices.attach(
        db,
        case,
        serial_key=_key_of(case),
        firmware_case_id=decided.firmware_case_id,
        now=now,
        is_claim=is_claim,
    )


def _attach_to_line(db: Connection, case: Case, decided: Decision, *, now: datetime) -> int:
    key = _key_of(case)
    known = cases.open_line_of(db, key)
    was_unproven = known is not None and profiles.is_unproven(db, known)
    line_id = _open(db, case, decided, key, now=now) if known is None else known
    if known is not None:
        reports.settle(
            db,
            line_id=line_id,
            organisation_id=case.organisation_id,
            position_id=case.position_id,
            site_id=case.site_id,
        )
    added = cases.add_finding(
        db,
        line_id=line_id,
        organisation_id=case.organisation_id,
        code=case.code,
        episode_id=case.episode_id,
        profile_ruled="" if decided.profile is Standing.UNPROVEN else decided.profile.value,
    )
    if was_unproven and decided.warranty is not None:
        rest_on(db, case, line_id, decided.warranty, now=now)
    if added:
        facts: dict[str, object] = {
            "code": case.code,
            "episode": case.episode_id,
            "summary_en": case.summary_en,
            "summary_zh": case.summary_zh,
        }
        if decided.profile is not Standing.FREE:
            facts["profile"] = f"{case.profile_id} {case.profile_hash}"
            facts["profile_status"] = case.profile_status
            facts["profile_standing"] = decided.profile.value
        _tell(db, case, line_id, "finding_added", facts, now=now)
        if known is not None:
            origins.ask_again(db, line_id)
    return line_id


def _open(db: Connection, case: Case, decided: Decision, key: str, *, now: datetime) -> int:
    line_id = cases.open_line(db, _new_line(db, case, decided, key), now=now)
    facts: dict[str, object] = {
        "serial": case.label_serial,
        "serial_source": case.serial_source,
        "warranty": decided.warranty.verdict.value if decided.warranty else "",
        "reason_en": decided.reason_en,
        "reason_zh": decided.reason_zh,
    }
    _tell(db, case, line_id, "opened", facts, now=now)
    return line_id


def rest_on(db: Connection, case: Case, line_id: int, judged: Warranty, *, now: datetime) -> None:
    """Let a line that was unproven rest on this finding, if it carries one now.

    Until then the line was about another part, whose warranty and wear prove nothing for this one.
    """
    if profiles.is_unproven(db, line_id):
        return
    entry = CATALOGUE.get(case.code)
    component = entry.component.value if entry else "none"
    cases.rest_on(db, line_id=line_id, component=component, judged=judged)
    _tell(
        db,
        case,
        line_id,
        "carried",
        {
            "code": case.code,
            "component": component,
            "warranty": judged.verdict.value,
            "reason_en": judged.reason_en,
            "reason_zh": judged.reason_zh,
        },
        now=now,
    )


def _key_of(case: Case) -> str:
    return serial_key(
        label_serial=case.label_serial,
        position_id=case.position_id,
        exchanged_for=case.aliases if case.exchanged else (),
    )


def _new_line(db: Connection, case: Case, decided: Decision, key: str) -> NewLine:
    unit = units.find(db, case.label_serial) if case.label_serial else None
    entry = CATALOGUE.get(case.code)
    warranty = decided.warranty
    return NewLine(
        organisation_id=case.organisation_id,
        site_id=case.site_id,
        position_id=case.position_id,
        serial_key=key,
        label_serial=case.label_serial,
        serial_source=case.serial_source,
        model=(unit.model if unit else "") or case.model,
        batch=unit.batch if unit else "",
        buyer=unit.buyer if unit else "",
        maker=unit.maker if unit else "",
        component=entry.component.value if entry else "none",
        warranty_verdict=warranty.verdict.value if warranty else "unknown_serial",
        warranty_until=warranty.until if warranty else None,
        warranty_reason_en=warranty.reason_en if warranty else "",
        warranty_reason_zh=warranty.reason_zh if warranty else "",
    )


def _tell(
    db: Connection,
    case: Case,
    line_id: int,
    type_: str,
    payload: dict[str, object],
    *,
    now: datetime,
) -> None:
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=case.organisation_id,
        actor="collector",
        role=SYSTEM,
        type_=type_,
        payload=payload,
        now=now,
    )


def _attach_to_incident(db: Connection, case: Case, incident_id: int) -> int:
    incidents.name_episode(
        db,
        incident_id=incident_id,
        organisation_id=case.organisation_id,
        position_id=case.position_id,
        episode_id=case.episode_id,
    )
    return incident_id


def _open_task(db: Connection, case: Case, decided: Decision, *, now: datetime) -> int:
    return tasks.open_or_find(
        db,
        organisation_id=case.organisation_id,
        site_id=case.site_id,
        position_id=case.position_id,
        code=case.code,
        kind=decided.task_kind,
        episode_id=case.episode_id,
        now=now,
    )
