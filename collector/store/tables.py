"""Every table of the collector in one list; the definitions are in ``schema``."""

from collector.store.schema.base import Utc, metadata
from collector.store.schema.claims import (
    claim_case,
    claim_event,
    claim_line,
    finding,
    incident,
    incident_member,
    task,
    task_event,
)
from collector.store.schema.clocks import claim_clock
from collector.store.schema.compatibility import login_fact
from collector.store.schema.firmware import (
    firmware_case,
    firmware_case_event,
    firmware_case_member,
)
from collector.store.schema.fleet import (
    agent,
    organisation,
    position,
    reading_latest,
    site,
)
from collector.store.schema.intake import (
    command,
    decision,
    episode,
    evidence_chunk,
    evidence_file,
    frame,
    manifest,
    manifest_item,
    quarantine,
    quarantine_share,
    seq_gap,
    seq_lost,
    seq_mark,
    seq_merged,
)
from collector.store.schema.notify import (
    claim_recipient,
    letter,
    letter_item,
    notice,
    notify_cursor,
    notify_person,
    notify_rule,
)
from collector.store.schema.origin import firmware_change, origin_decision, origin_suggestion
from collector.store.schema.packs import (
    claim_pack,
    pack_answer,
    pack_import,
    partner_record,
    partner_step,
)
from collector.store.schema.people import (
    api_token,
    audit,
    person,
    session,
    setup_link,
    store_meta,
)
from collector.store.schema.profiles import profile_ruling
from collector.store.schema.proofs import field_proof
from collector.store.schema.registry import (
    batch_document,
    registry_change,
    registry_import,
    spare_part,
    unit,
    unit_alias,
    unit_lot,
)
from collector.store.schema.reports import claim_file, claim_report
from collector.store.schema.silences import silence
from collector.store.schema.sink import sink, sink_backlog
from collector.store.schema.telemetry import telemetry_batch, telemetry_day
from collector.store.schema.trust import passive_verdict, ruling, trust_change

__all__ = [
    "Utc",
    "agent",
    "api_token",
    "audit",
    "batch_document",
    "claim_case",
    "claim_clock",
    "claim_event",
    "claim_file",
    "claim_line",
    "claim_pack",
    "claim_recipient",
    "claim_report",
    "command",
    "decision",
    "episode",
    "evidence_chunk",
    "evidence_file",
    "field_proof",
    "finding",
    "firmware_case",
    "firmware_case_event",
    "firmware_case_member",
    "firmware_change",
    "frame",
    "incident",
    "incident_member",
    "letter",
    "letter_item",
    "login_fact",
    "manifest",
    "manifest_item",
    "metadata",
    "notice",
    "notify_cursor",
    "notify_person",
    "notify_rule",
    "organisation",
    "origin_decision",
    "origin_suggestion",
    "pack_answer",
    "pack_import",
    "partner_record",
    "partner_step",
    "passive_verdict",
    "person",
    "position",
    "profile_ruling",
    "quarantine",
    "quarantine_share",
    "reading_latest",
    "registry_change",
    "registry_import",
    "ruling",
    "seq_gap",
    "seq_lost",
    "seq_mark",
    "seq_merged",
    "session",
    "setup_link",
    "silence",
    "sink",
    "sink_backlog",
    "site",
    "spare_part",
    "store_meta",
    "task",
    "task_event",
    "telemetry_batch",
    "telemetry_day",
    "trust_change",
    "unit",
    "unit_alias",
    "unit_lot",
]
