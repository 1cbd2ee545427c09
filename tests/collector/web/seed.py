"""Fills a store with a believable fleet: two sites, three organisations, one of every outcome."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, Integer, func, insert, select

from collector.import_list import keep_file
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.store_health import SelfReport
from collector.store import accounts, cases, documents, imports, reports, unit_images
from collector.store import tables as t
from collector.store.migrate import migrate
from collector.store.registry import Change
from collector.store.reports import FileRow
from collector.store.scope import Role
from shared.health import DataSpend, LaneDepth
from shared.reading import Quality, Reading
from tests.collector.web.pictures import draw_scene

PASSWORD = "a long enough password"
HOUR = timedelta(hours=1)


def seed(engine: Engine, evidence_dir: Path, now: datetime, password_hash: str) -> None:
    """Everything at once; ``password_hash`` is that of PASSWORD, made once by the caller."""
    migrate(engine)
    with engine.begin() as db:  # one transaction: one fsync
        _organisations(db, now)
        _people(db, password_hash)
        _agents(db, now)
        _units(db, now)
        _registry(db, evidence_dir, now)
        _positions(db, now)
        _readings(db, now)
        _claims(db, evidence_dir, now)
        _bring_file(db, now)
        _other_outcomes(db, now)
        _quarantine(db, now)
        _go_on_behind(db)


def _go_on_behind(db: Connection) -> None:
    """The seed gives rows ids of its own, which a sequence of PostgreSQL does not see."""
    if db.dialect.name != "postgresql":
        return
    for table in t.metadata.sorted_tables:
        key = [column for column in table.primary_key if isinstance(column.type, Integer)]
        if len(table.primary_key) == 1 and key:
            sequence = func.pg_get_serial_sequence(table.name, key[0].name)
            following = func.coalesce(func.max(key[0]), 0) + 1
            db.execute(select(func.setval(sequence, following, False)))  # the next, as on SQLite


def _put(db: Connection, table: object, *rows: dict[str, object]) -> None:
    for row in rows:
        db.execute(insert(table), row)  # type: ignore[arg-type]


def _organisations(db: Connection, now: datetime) -> None:
    _put(
        db,
        t.organisation,
        {"id": "factory", "name": "Southlight Works", "kind": "factory", "parent_id": None},
        {"id": "north", "name": "North Trading", "kind": "distributor", "parent_id": "factory"},
        {"id": "fit", "name": "Fit & Son", "kind": "integrator", "parent_id": "north"},
        {"id": "other", "name": "Other Ltd", "kind": "integrator", "parent_id": "factory"},
    )
    _put(
        db,
        t.site,
        {"id": "quarry", "organisation_id": "fit", "name": "Quarry", "zone": "Europe/Berlin"},
        {"id": "depot", "organisation_id": "fit", "name": "Bus depot", "zone": "Europe/Berlin"},
        {"id": "farm", "organisation_id": "fit", "name": "Farm east", "zone": "Asia/Shanghai"},
        {"id": "shop", "organisation_id": "other", "name": "Shop", "zone": "UTC"},
    )
    _put(db, t.store_meta, {"id": 1, "generation": "g-1"})


def _people(db: Connection, password_hash: str) -> None:
    for name, role, organisation in (
        ("admin", Role.ADMIN, "factory"),
        ("engineer", Role.FACTORY_ENGINEER, "factory"),
        ("distributor", Role.DISTRIBUTOR, "north"),
        ("integrator", Role.INTEGRATOR, "fit"),
        ("stranger", Role.INTEGRATOR, "other"),
    ):
        accounts.add_person(
            db,
            name=name,
            password_hash=password_hash,
            role=role,
            organisation_id=organisation,
            language="en",
        )


def _agents(db: Connection, now: datetime) -> None:
    health = SelfReport(
        sent_at=(now - timedelta(minutes=2)).isoformat(),
        host=(),
        outbox=(LaneDepth(lane=1, rows=3, bytes=1800), LaneDepth(lane=2, rows=14, bytes=610_000)),
        lost=(),
    )
    told = msgspec.json.encode(health).decode()
    spend = DataSpend(92_000_000, 1_000_000, 100_000_000, 100_000_000, "thumbnails", now)
    within_a_plan = msgspec.json.encode(msgspec.structs.replace(health, data=spend)).decode()
    for agent, site, organisation, silent in (
        ("nvr-quarry", "quarry", "fit", False),
        ("nvr-depot", "depot", "fit", False),
        ("gw-farm", "farm", "fit", True),
        ("nvr-shop", "shop", "other", False),
    ):
        _put(
            db,
            t.agent,
            {
                "id": agent,
                "organisation_id": organisation,
                "site_id": site,
                "last_seen_at": now - (6 * HOUR if silent else timedelta(minutes=2)),
                "promised_by": now + (-5 * HOUR if silent else timedelta(minutes=3)),
                "silent_since": now - 3 * HOUR if silent else None,
                "uplink": "metered" if silent else "wired",
                "version": "0.1.0",
                "recorder_firmware": "NVR 4.2.1",
                "health_json": within_a_plan if silent else told,
            },
        )


def _units(db: Connection, now: datetime) -> None:
    for number in range(1, 131):
        batch = "LOT-2026-07" if number <= 90 else "LOT-2026-09"
        _put(
            db,
            t.unit,
            {
                "serial": f"SL26{number:06d}",
                "organisation_id": "factory",
                "model": "SL-4G-PT2" if number <= 60 else "SL-BULLET-5",
                "product": "solar_4g" if number <= 60 else "nvr_kit",
                "batch": batch,
                "buyer": "North Trading",
                "delivered_on": date(2026, 3, 14),
                "delivery_proof": "CMR 88-1204",
                "imported_at": now - timedelta(days=40),
            },
        )


def _registry(db: Connection, evidence_dir: Path, now: datetime) -> None:
    """An import by hand of one unit's MAC, a document of its batch, and spare parts."""
    before = unit_images.read(db, ["SL26000002"])["SL26000002"]
    after = msgspec.structs.replace(
        before,
        aliases=(("mac", "9c:8e:cd:2a:11:b0"),),
        lots=(("IR-CUT", "IRC-26-04"), ("battery", "BAT-0611")),
    )
    imports.write_by_hand(
        db,
        Change(row=0, key="SL26000002", before=before, after=after),
        organisation_id="factory",
        actor="engineer",
        reason="label read at the site",
        now=now - 3 * HOUR,
    )
    report = b"%PDF-1.4 test report"
    documents.add(
        db,
        organisation_id="factory",
        batch="LOT-2026-07",
        kind="test_report",
        sha256=keep_file(EvidenceFiles(evidence_dir), report),
        media_type="application/pdf",
        name="report.pdf",
        size=len(report),
        note="",
        actor="engineer",
        now=now - 3 * HOUR,
    )
    for number, component, quantity in (("IRC-650", "IR-CUT", 40), ("BAT-18650", "battery", 0)):
        _put(
            db,
            t.spare_part,
            {
                "organisation_id": "factory",
                "part_number": number,
                "component": component,
                "models": json.dumps(["SL-BULLET-5", "SL-4G-PT2"]),
                "quantity": quantity,
                "place": "Shenzhen",
                "imported_at": now - 3 * HOUR,
            },
        )


POSITIONS = (
    ("nvr-quarry", "quarry", "cam-1", "Gate north", "ok"),
    ("nvr-quarry", "quarry", "cam-2", "Crusher", "fault"),
    ("nvr-quarry", "quarry", "cam-3", "Weighbridge", "fault"),
    ("nvr-quarry", "quarry", "cam-4", "Conveyor", "fault"),
    ("nvr-depot", "depot", "cam-1", "Entrance", "ok"),
    ("nvr-depot", "depot", "cam-2", "Wash bay", "fault"),
    ("nvr-depot", "depot", "cam-3", "Fuel pumps", "fault"),
    ("nvr-depot", "depot", "cam-4", "Roof", "unknown"),
    ("gw-farm", "farm", "solar-1", "Paddock solar", "unknown"),
    ("gw-farm", "farm", "solar-2", "Barn solar", "unknown"),
    ("nvr-shop", "shop", "cam-1", "Till", "fault"),
)


def _positions(db: Connection, now: datetime) -> None:
    for number, (agent, site, device, name, standing) in enumerate(POSITIONS, start=1):
        serial = "" if name == "Roof" else f"SL26{number:06d}"
        _put(
            db,
            t.position,
            {
                "id": number,
                "agent_id": agent,
                "device_id": device,
                "site_id": site,
                "organisation_id": "other" if site == "shop" else "fit",
                "name": name,
                "label_serial": serial,
                "serial_source": "registry" if serial else "none",
                "manufacturer": "Southlight",
                "model": "SL-4G-PT2" if device.startswith("solar") else "SL-BULLET-5",
                "firmware": "5.7.13" if site == "depot" else "5.7.11",
                "standing": standing,
                "standing_reason": "no health message in time" if standing == "unknown" else "",
                "standing_at": now - timedelta(minutes=2),
                "last_good_at": now - (30 * HOUR if standing != "ok" else timedelta(minutes=2)),
            },
        )


def _readings(db: Connection, now: datetime) -> None:
    for name, value, unit, quality, detail in (
        ("stream.frame_rate", 24.8, "fps", "good", ""),
        ("picture.luma", 141, "", "good", ""),
        ("clock.offset", 0.8, "s", "good", ""),
        ("ircut.moved", False, "", "good", "commanded twice, no optical change"),
        ("battery.charge", None, "%", "unsupported", "mains camera"),
        ("host.temperature", None, "°C", "failed", "timed out after 5 s"),
    ):
        _put(
            db,
            t.reading_latest,
            {
                "position_id": 2,
                "organisation_id": "fit",
                "name": name,
                "value_json": json.dumps(value),
                "unit": unit,
                "quality": quality,
                "taken_at": now - timedelta(minutes=4),
                "received_at": now - timedelta(minutes=4),
                "detail": detail,
            },
        )


def _episode(
    db: Connection, number: int, position: int, code: str, now: datetime, **more: object
) -> None:
    because = (
        Reading("picture.gmin", 1.0, "", now - 50 * HOUR, Quality.GOOD),
        Reading("picture.luma", 141, "", now - 50 * HOUR, Quality.GOOD, detail="enough light"),
        Reading("ircut.moved", False, "", now - 50 * HOUR, Quality.GOOD),
    )
    agent, site = POSITIONS[position - 1][:2]
    _put(
        db,
        t.episode,
        {
            "id": number,
            "agent_id": agent,
            "epoch": "1-ab",
            "seq": number,
            "position_id": position,
            "organisation_id": "other" if site == "shop" else "fit",
            "code": code,
            "state": "open",
            "onset_at": now - 50 * HOUR,
            "agent_onset_at": now - 50 * HOUR - timedelta(minutes=3),
            "opened_at": now - 50 * HOUR,
            "summary_en": "The filter did not answer two commands; the picture stays magenta.",
            "summary_zh": "滤光片两次未响应指令，画面持续偏品红。",
            "because_json": msgspec.json.encode(because).decode(),
            "observations": 5,
            "label_serial": f"SL26{position:06d}",
            "firmware": "5.7.11",
            "recorder_firmware": "NVR 4.2.1",
            **more,
        },
    )


def _decide(db: Connection, episode: int, now: datetime, outcome: str, **more: object) -> None:
    _put(
        db,
        t.decision,
        {
            "episode_id": episode,
            "organisation_id": "fit",
            "due_at": now - 2 * HOUR,
            "state": "decided",
            "outcome": outcome,
            "reason_en": "Open for 48 h, confirmed by experiment, no cause at the site.",
            "reason_zh": "持续 48 小时，已通过实验确认，且无站点原因。",
            "decided_at": now - 2 * HOUR,
            **more,
        },
    )


def _claims(db: Connection, evidence_dir: Path, now: datetime) -> None:
    lines = (
        (1, 2, "ircut.stuck_open", "IR-CUT", "draft", "in", "fit", "quarry"),
        (2, 3, "ir_led.dead", "IR-LED", "submitted", "in", "fit", "quarry"),
        (3, 6, "disk.failing", "disk", "approved", "unknown_serial", "fit", "depot"),
        (4, 11, "ircut.stuck_open", "IR-CUT", "draft", "out", "other", "shop"),
    )
    for number, position, code, component, state, warranty, organisation, site in lines:
        _episode(db, number, position, code, now)
        _put(
            db,
            t.claim_case,
            {
                "id": number,
                "number": f"PC-2026-{number:06d}",
                "organisation_id": organisation,
                "buyer": "North Trading",
                "opened_at": now - 2 * HOUR,
            },
        )
        _put(
            db,
            t.claim_line,
            {
                "id": number,
                "case_id": number,
                "organisation_id": organisation,
                "site_id": site,
                "position_id": position,
                "serial_key": f"SL26{position:06d}",
                "label_serial": f"SL26{position:06d}",
                "serial_source": "registry",
                "model": "SL-BULLET-5",
                "batch": "LOT-2026-07",
                "component": component,
                "warranty_verdict": warranty,
                "warranty_until": date(2028, 3, 14),
                "warranty_reason_en": "Delivered 2026-03-14, 24 months; the last day counts.",
                "warranty_reason_zh": "2026-03-14 交付，保修 24 个月，含最后一天。",
                "state": state,
                "opened_at": now - 2 * HOUR,
            },
        )
        _put(
            db,
            t.finding,
            {
                "line_id": number,
                "organisation_id": organisation,
                "code": code,
                "episode_id": number,
            },
        )
        _decide(db, number, now, "claim", line_id=number, organisation_id=organisation)
        cases.append_event(
            db, line_id=number, organisation_id=organisation, actor="collector", role="system",
            type_="opened", payload={"code": code}, now=now - 2 * HOUR,
        )  # fmt: skip
        _evidence(db, evidence_dir, now, number, position, organisation)
    cases.append_event(
        db, line_id=2, organisation_id="fit", actor="integrator", role="integrator",
        type_="moved", payload={"from": "ready", "to": "submitted", "reason": "please check"},
        now=now - HOUR,
    )  # fmt: skip


def _bring_file(db: Connection, now: datetime) -> None:
    """A distributor brought a photo to the second pre-claim."""
    found = select(t.position.c.picture_sha256).where(t.position.c.id == 2)
    row = FileRow(
        line_id=2, sha256=db.execute(found).scalar_one(), kind="photo", media_type="image/png",
        name="label.png", size=100, note="", actor="distributor", at=now - HOUR,
    )  # fmt: skip
    reports.add_file(db, organisation_id="fit", row=row)


def _evidence(
    db: Connection, folder: Path, now: datetime, line: int, position: int, organisation: str
) -> None:
    salt = str(line).encode()
    files = (
        ("picture", "image/png", "fault.png", draw_scene(magenta=True) + salt, True),
        ("reference", "image/png", "reference.png", draw_scene(magenta=False) + salt, True),
        ("transcript", "application/jsonl", "probe.jsonl", b'{"set": "day"}\n' + salt, True),
        ("readings", "application/jsonl", "before.jsonl", b'{"luma": 141}\n' + salt, line != 1),
    )
    _put(
        db,
        t.manifest,
        {
            "id": line, "episode_id": line, "position_id": position,
            "organisation_id": organisation, "agent_id": POSITIONS[position - 1][0],
            "code": "ircut.stuck_open", "body": b"{}", "signature": b"s" * 64,
            "key_id": "9f0c1d22ab34cd56", "received_at": now - 49 * HOUR,
            "verdict": "verified" if line != 3 else "bad_signature",
        },
    )  # fmt: skip
    for number, (kind, media_type, name, content, here) in enumerate(files):
        sha256 = hashlib.sha256(content).hexdigest()
        _put(
            db,
            t.manifest_item,
            {
                "manifest_id": line, "number": number, "organisation_id": organisation,
                "sha256": sha256, "kind": kind, "media_type": media_type, "name": name,
                "size": len(content), "taken_at": now - 50 * HOUR, "note": "",
            },
        )  # fmt: skip
        _put(
            db,
            t.evidence_file,
            {
                "sha256": sha256, "organisation_id": organisation, "size": len(content),
                "media_type": media_type, "complete": here,
                "received_bytes": len(content) if here else 4,
            },
        )  # fmt: skip
        if here:
            place = folder / sha256[:2] / sha256
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        if kind in ("picture", "reference"):
            column = {"picture": "picture_sha256", "reference": "reference_sha256"}[kind]
            db.execute(
                t.position.update()
                .where(t.position.c.id == position)
                .values({column: sha256, "picture_at": now - 50 * HOUR})
            )


def _other_outcomes(db: Connection, now: datetime) -> None:
    _episode(db, 10, 4, "picture.dirty", now)
    _put(
        db,
        t.task,
        {
            "id": 1,
            "organisation_id": "fit",
            "site_id": "quarry",
            "position_id": 4,
            "code": "picture.dirty",
            "kind": "maintenance",
            "episode_id": 10,
            "opened_at": now - 5 * HOUR,
        },
    )
    _decide(db, 10, now, "task", task_id=1)
    _episode(db, 11, 7, "login.firmware_refuses_method", now)
    _put(
        db,
        t.firmware_case,
        {
            "id": 1,
            "organisation_id": "fit",
            "camera_model": "SL-BULLET-5",
            "camera_firmware": "5.7.13",
            "recorder_firmware": "NVR 4.2.1",
            "code": "login.firmware_refuses_method",
            "opened_at": now - 20 * HOUR,
        },
    )
    _put(
        db,
        t.firmware_case_member,
        {
            "firmware_case_id": 1,
            "organisation_id": "fit",
            "position_id": 7,
            "serial_key": "SL26000007",
            "episode_id": 11,
        },
    )
    _decide(db, 11, now, "firmware_case", firmware_case_id=1)
    for position, recorder, accepted, refused, cause in (
        (7, "NVR 4.2.1", "digest-md5", "wsse", "login.firmware_refuses_method"),
        (8, "NVR 5.0", "digest-md5", "", "none"),
        (2, "NVR 4.2.1", "wsse", "", "none"),
        (3, "NVR 4.2.1", "wsse", "", "none"),
    ):
        _put(
            db,
            t.login_fact,
            {
                "organisation_id": "fit",
                "position_id": position,
                "manufacturer": "Sunlens",
                "model": "SL-BULLET-5",
                "firmware": "5.7.13" if position in (7, 8) else "5.7.11",
                "recorder_firmware": recorder,
                "accepted": accepted,
                "refused": refused,
                "cause": cause,
                "first_at": now - 20 * HOUR,
                "last_at": now - HOUR,
            },
        )
    _put(
        db,
        t.incident,
        {
            "id": 1,
            "organisation_id": "fit",
            "site_id": "farm",
            "cause": "site.silent",
            "text_en": "The site's agent has not spoken for 6 h. Check power and uplink.",
            "text_zh": "该站点代理已 6 小时未上报。请检查供电与上行链路。",
            "opened_at": now - 3 * HOUR,
        },
    )
    for position in (9, 10):
        _put(
            db,
            t.incident_member,
            {"incident_id": 1, "organisation_id": "fit", "position_id": position},
        )
    _episode(db, 12, 2, "picture.blurred", now)
    _decide(db, 12, now, "shadow")
    _trust(db, now)
    _episode(db, 13, 3, "clock.wrong", now)
    _put(
        db,
        t.decision,
        {"episode_id": 13, "organisation_id": "fit", "due_at": now + 20 * HOUR, "state": "pending"},
    )
    _episode(db, 14, 5, "picture.moved", now, cleared_at=now - HOUR, state="cleared")
    _decide(db, 14, now, "not_applicable")


def _trust(db: Connection, now: datetime) -> None:
    """One verdict that waits for an engineer; its pair has lost the trust that it had."""
    found = db.execute(select(t.decision.c.id).where(t.decision.c.episode_id == 12)).scalar_one()
    _put(
        db,
        t.passive_verdict,
        {
            "decision_id": found,
            "organisation_id": "fit",
            "code": "picture.blurred",
            "model": "SL-BULLET-5",
            "position_id": 2,
            "site_id": "quarry",
            "at": now - 2 * HOUR,
        },
    )
    for standing, hours in (("claimable", 60), ("shadow", 5)):
        _put(
            db,
            t.trust_change,
            {
                "code": "picture.blurred",
                "model": "SL-BULLET-5",
                "standing": standing,
                "reason_en": "40 of 41 decided cameras right at 9 sites",
                "reason_zh": "已裁定 41 台摄像机，正确 40 台",
                "at": now - hours * HOUR,
            },
        )


def _quarantine(db: Connection, now: datetime) -> None:
    for agent, organisation, reason in (
        ("nvr-new", None, "unassigned"),
        ("nvr-quarry", "fit", "identity.conflict"),
    ):
        _put(
            db,
            t.quarantine,
            {"organisation_id": organisation, "received_at": now, "last_at": now,
             "agent_id": agent, "topic": "t", "reason": reason, "payload": b"x",
             "digest": hashlib.sha256(agent.encode()).digest(), "count": 4,
             "detail": "seq 18 came twice with other content"},
        )  # fmt: skip
