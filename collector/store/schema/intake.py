"""Tables of what arrived: frames, quarantine, episodes, decisions, evidence, commands."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from collector.store.schema.base import Utc, metadata, owner

frame = Table(
    "frame",
    metadata,
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("epoch", String(40), nullable=False),
    Column("seq", BigInteger, nullable=False),
    owner(),
    Column("lane", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # SHA-256 of lane and inflated body
    Column("raw", LargeBinary),  # None for evidence chunks: their bytes are in the file
    Column("received_at", Utc, nullable=False),
    PrimaryKeyConstraint("agent_id", "epoch", "seq"),
)

# organisation_id is empty where the agent is unknown: then nobody but an admin sees the row.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisation.id"), index=True),
    Column("received_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("agent_id", String(64), nullable=False, server_default=text("''")),
    Column("epoch", String(40), nullable=False, server_default=text("''")),
    Column("seq", BigInteger),
    Column("lane", Integer),
    Column("topic", Text, nullable=False),
    Column("reason", String(64), nullable=False, index=True),
    Column("detail", Text, nullable=False, server_default=text("''")),
    Column("payload", LargeBinary, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("count", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("agent_id", "digest", "reason"),
)

# One row a kind of quarantined payload: what is kept of it, and what the bound made us only count.
quarantine_share = Table(
    "quarantine_share",
    metadata,
    Column("agent_id", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("lane", Integer, nullable=False),  # 0: the header cannot be trusted
    Column("organisation_id", String(64), ForeignKey("organisation.id"), index=True),
    Column("rows", BigInteger, nullable=False, server_default=text("0")),
    Column("bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("not_kept", BigInteger, nullable=False, server_default=text("0")),
    Column("not_kept_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("not_kept_at", Utc),
    PrimaryKeyConstraint("agent_id", "reason", "lane"),
)

# Telemetry that is merged: every row of a range came, and what frame lacks of it was telemetry.
seq_merged = Table(
    "seq_merged",
    metadata,
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("epoch", String(40), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    owner(),
    PrimaryKeyConstraint("agent_id", "epoch", "first"),
)

# How far the rows of an agent's epoch were checked for gaps; gaps are found behind that mark only.
seq_mark = Table(
    "seq_mark",
    metadata,
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("epoch", String(40), nullable=False),
    owner(),
    Column("checked_to", BigInteger, nullable=False),
    Column("checked_at", Utc, nullable=False),
    PrimaryKeyConstraint("agent_id", "epoch"),
)

# Rows below the mark that never came, as ranges; one that comes late shrinks its range.
seq_gap = Table(
    "seq_gap",
    metadata,
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("epoch", String(40), nullable=False),
    Column("first", BigInteger, nullable=False),
    owner(),
    Column("last", BigInteger, nullable=False),
    Column("noticed_at", Utc, nullable=False),
    PrimaryKeyConstraint("agent_id", "epoch", "first"),
)

# Rows that the agent itself told as lost (``Health.lost``), kept because the next report forgets.
seq_lost = Table(
    "seq_lost",
    metadata,
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("epoch", String(40), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    owner(),
    Column("lane", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("told_at", Utc, nullable=False),
    PrimaryKeyConstraint("agent_id", "epoch", "first", "last"),
)

episode = Table(
    "episode",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("epoch", String(40), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False, index=True),
    owner(),
    Column("code", String(80), nullable=False),
    Column("state", String(16), nullable=False),  # FaultState value
    Column("onset_at", Utc, nullable=False),  # collector time of receipt: what clocks run on
    Column("agent_onset_at", Utc, nullable=False),  # the agent's clock: evidence only
    Column("opened_at", Utc, nullable=False),
    Column("cleared_at", Utc),
    Column("summary_en", Text, nullable=False),
    Column("summary_zh", Text, nullable=False),
    Column("because_json", Text, nullable=False),
    Column("observations", Integer, nullable=False),
    Column("label_serial", String(64), nullable=False),
    Column("serial_source", String(16), nullable=False, server_default=text("'none'")),
    Column("firmware", String(80), nullable=False),
    Column("recorder_firmware", String(80), nullable=False),
    Column("aliases", Text, nullable=False, server_default=text("'[]'")),  # as the event named them
    Column("serial_note_en", Text, nullable=False, server_default=text("''")),
    Column("serial_note_zh", Text, nullable=False, server_default=text("''")),
    Column("proof", String(16), nullable=False, server_default=text("''")),  # '': as the code
    # Of the firmware profile that extracted readings it rests on; all '' where none did.
    Column("profile_id", String(64), nullable=False, server_default=text("''")),
    Column("profile_hash", String(64), nullable=False, server_default=text("''")),
    Column("profile_status", String(24), nullable=False, server_default=text("''")),
    Column("profile_names", Text, nullable=False, server_default=text("'[]'")),
    Column("module_code", String(64), nullable=False, server_default=text("''")),
    UniqueConstraint("agent_id", "epoch", "seq"),
)
Index("ix_episode_code", episode.c.code, episode.c.cleared_at, episode.c.onset_at)
Index("ix_episode_open", episode.c.position_id, episode.c.code, episode.c.cleared_at)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("episode_id", Integer, ForeignKey("episode.id"), nullable=False, unique=True),
    owner(),
    Column("due_at", Utc, nullable=False),
    Column("state", String(16), nullable=False),  # pending | decided
    Column("taken_until", Utc),  # a worker holds it until then
    Column("outcome", String(16)),  # claims.decide.Verdict value
    Column("reason_en", Text, nullable=False, server_default=text("''")),
    Column("reason_zh", Text, nullable=False, server_default=text("''")),
    Column("line_id", Integer, ForeignKey("claim_line.id")),
    Column("incident_id", Integer, ForeignKey("incident.id")),
    Column("task_id", Integer, ForeignKey("task.id")),
    Column("firmware_case_id", Integer, ForeignKey("firmware_case.id")),
    Column("decided_at", Utc),
)
Index("ix_decision_due", decision.c.state, decision.c.due_at)

# Content is shared by hash; who may see it is decided by the manifests that name it.
evidence_file = Table(
    "evidence_file",
    metadata,
    Column("sha256", String(64), primary_key=True),
    owner(),  # whose agent brought it first
    Column("size", Integer, nullable=False),
    Column("media_type", String(64), nullable=False, server_default=text("''")),
    Column("received_bytes", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
)

evidence_chunk = Table(
    "evidence_chunk",
    metadata,
    Column("sha256", String(64), ForeignKey("evidence_file.sha256"), nullable=False),
    Column("offset", Integer, nullable=False),
    owner(),
    Column("length", Integer, nullable=False),
    PrimaryKeyConstraint("sha256", "offset"),
)

manifest = Table(
    "manifest",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("episode_id", Integer, ForeignKey("episode.id"), index=True),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False, index=True),
    owner(),
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("episode_epoch", String(40)),  # the episode it names, should it arrive first
    Column("episode_seq", BigInteger),
    Column("code", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("verdict", String(16), nullable=False),  # SignatureVerdict value
    Column("received_at", Utc, nullable=False),
)

manifest_item = Table(
    "manifest_item",
    metadata,
    Column("manifest_id", Integer, ForeignKey("manifest.id"), nullable=False),
    Column("number", Integer, nullable=False),  # place in the manifest, from 0
    owner(),
    Column("sha256", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("manifest_id", "number"),
)

command = Table(
    "command",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False, index=True),
    owner(),
    Column("verb", String(16), nullable=False),
    Column("device_id", String(64), nullable=False),
    Column("arguments_json", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("issued_at", Utc, nullable=False),
    Column("not_after", Utc, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # waiting | done | refused | failed | expired
    Column("sent_at", Utc),
    Column("finished_at", Utc),
    Column("detail", Text, nullable=False, server_default=text("''")),
    Column("detail_zh", Text),  # NULL: the agent told it in English alone
)
