"""Puts the device of an episode on its firmware case, and notes when it became a claim."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.claims.firmware_case import GUIDED, CaseStory, Side
from collector.claims.lifecycle import Actor, LineState
from collector.firmware_steps import COLLECTOR, act, tell
from collector.store import firmware_cases, firmware_devices
from collector.store.due import Case
from collector.store.firmware_cases import CaseRow
from collector.tell_firmware import tell_joined


def attach(
    db: Connection,
    case: Case,
    *,
    serial_key: str,
    firmware_case_id: int | None,
    now: datetime,
    is_claim: bool = False,
) -> int:
    """Name the device on this case, or on the one of its firmwares; the id of the case.

    A device that shows it for the first time is told in the log. A case that had ended by itself
    goes on; what becomes of one that people ended says ``_join_ended``. ``is_claim``: the mended
    version failed there, which is told elsewhere and is no news of the case.
    """
    case_id = firmware_case_id or _open_or_find(db, case, now=now)
    row = firmware_cases.row_of(db, case_id)
    if row is None:
        raise LookupError(f"there is no firmware case {case_id}")
    is_new = not firmware_cases.has_device(db, case_id, serial_key)
    added = firmware_cases.add_member(
        db,
        firmware_case_id=case_id,
        organisation_id=case.organisation_id,
        position_id=case.position_id,
        serial_key=serial_key,
        episode_id=case.episode_id,
        note=case.summary_en,
    )
    if is_new:
        _tell_device(db, row, case, serial_key, now=now)
    story = firmware_cases.story_of(db, case_id)
    if story.state is LineState.AUTO_CLEARED:
        _by_itself(db, case_id, "reopen", now=now)
    elif added and not is_claim:
        _join_ended(db, row, story, case, now=now)
    return case_id


def _join_ended(
    db: Connection, row: CaseRow, story: CaseStory, case: Case, *, now: datetime
) -> None:
    """One more device, or the same again, on a case that people had ended.

    What was ended by guidance is answered anew: whether it helps there too the probes will say.
    What a version mends stays ended, for a device on an older one is no regression (Sentry
    #104513); of that, of what was rejected and of what was withdrawn people are told once.
    """
    if story.state in GUIDED and story.fix is None:
        _by_itself(db, row.id, "return", now=now)
        return
    runs = firmware_devices.of_episode(db, case.episode_id).runs(
        story.fix.side if story.fix else Side.CAMERA
    )
    tell_joined(db, row, story, runs=runs, at=now)


def _by_itself(db: Connection, case_id: int, action: str, *, now: datetime) -> None:
    act(
        db,
        case_id=case_id,
        action=action,
        actor=COLLECTOR,
        role=Actor.SYSTEM,
        reason="",
        now=now,
    )


def became_claim(
    db: Connection,
    case: Case,
    *,
    serial_key: str,
    line_id: int,
    firmware_case_id: int,
    now: datetime,
) -> None:
    """Note on the case that the mended version did not help this device; each line once."""
    attach(
        db, case, serial_key=serial_key, firmware_case_id=firmware_case_id, now=now, is_claim=True
    )
    row = firmware_cases.row_of(db, firmware_case_id)
    story = firmware_cases.story_of(db, firmware_case_id)
    if row is None or line_id in story.claims:
        return
    tell(db, row, story, "became_claim", payload={"line": line_id, "serial": serial_key}, now=now)


def _open_or_find(db: Connection, case: Case, *, now: datetime) -> int:
    case_id, is_new = firmware_cases.open_or_find(
        db,
        organisation_id=case.organisation_id,
        camera_model=case.model,
        camera_firmware=case.firmware,
        recorder_firmware=case.recorder_firmware,
        code=case.code,
        now=now,
    )
    row = firmware_cases.row_of(db, case_id)
    if is_new and row is not None:
        said: dict[str, object] = {
            "code": row.code,
            "camera_model": row.camera_model,
            "camera_firmware": row.camera_firmware,
            "recorder_firmware": row.recorder_firmware,
        }
        tell(db, row, firmware_cases.story_of(db, case_id), "opened", payload=said, now=now)
    return case_id


def _tell_device(
    db: Connection, row: CaseRow, case: Case, serial_key: str, *, now: datetime
) -> None:
    tell(
        db,
        row,
        firmware_cases.story_of(db, row.id),
        "device_added",
        payload={
            "serial": serial_key,
            "camera_firmware": case.firmware,
            "recorder_firmware": case.recorder_firmware,
            "summary_en": case.summary_en,
            "summary_zh": case.summary_zh,
        },
        now=now,
    )
