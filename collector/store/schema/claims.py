"""Tables of what comes of faults: claims, incidents, tasks."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from collector.store.schema.base import Utc, metadata, owner

claim_case = Table(
    "claim_case",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(24), nullable=False, unique=True),  # PC-2026-000001
    owner(),
    Column("buyer", String(120), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("maker", String(120), nullable=False, server_default=text("''")),
    Column("ship_to", Text, nullable=False, server_default=text("''")),
    Column("ship_to_confirmed_at", Utc),
    Column("ship_to_confirmed_by", String(120), nullable=False, server_default=text("''")),
    Column("reporter", String(120), nullable=False, server_default=text("''")),  # by hand
)

# ``site_id`` and ``position_id`` are None for what no agent ever saw: a person reported it.
# What ``claims.story`` folds from the log stands here too, written in the same transaction.
claim_line = Table(
    "claim_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("claim_case.id"), nullable=False, index=True),
    owner(),
    Column("site_id", String(64), ForeignKey("site.id")),
    Column("position_id", Integer, ForeignKey("position.id"), index=True),
    # the serial; 'position:<id>' or 'lot:<lot>' without one
    Column("serial_key", String(140), nullable=False),
    Column("label_serial", String(64), nullable=False),
    Column("serial_source", String(16), nullable=False),
    Column("model", String(80), nullable=False),
    Column("batch", String(80), nullable=False),
    Column("component", String(16), nullable=False),
    Column("warranty_verdict", String(24), nullable=False),
    Column("warranty_until", Date),
    Column("warranty_reason_en", Text, nullable=False),
    Column("warranty_reason_zh", Text, nullable=False),
    Column("state", String(24), nullable=False),  # claims.lifecycle.LineState value
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("via", String(8), nullable=False, server_default=text("'agent'")),  # claims.report.Via
    Column("subject", String(16), nullable=False, server_default=text("'unit'")),  # or module_lot
    Column("quantity", Integer, nullable=False, server_default=text("1")),
    Column("product", String(16), nullable=False, server_default=text("''")),
    Column("repeat_of", Integer, ForeignKey("claim_line.id")),
    Column("merged_into", Integer, ForeignKey("claim_line.id")),
    Column("rma_number", String(64), nullable=False, server_default=text("''")),
    Column("path", String(24), nullable=False, server_default=text("''")),
    # of the buyer: accepted | countered
    Column("path_said", String(16), nullable=False, server_default=text("''")),
    Column("fault_origin", String(16), nullable=False, server_default=text("''")),
    # why it may not be submitted, such as duplicate_serial
    Column("frozen_by", String(24), nullable=False, server_default=text("''")),
    Column("submitted_at", Utc),
    Column("fulfilled_at", Utc),
    Column("owed_since", Utc),  # an old unit, after an advance replacement; None: nothing is
    Column("due_at", Utc, index=True),  # of the first running clock; None: none runs
    # What lists are filtered by, with the slice: values are found by jumps (store.distinct).
    Index("ix_claim_line_state", "state", "organisation_id"),
    Index("ix_claim_line_site_id", "site_id", "organisation_id"),
    Index("ix_claim_line_model", "model", "organisation_id"),
    Index("ix_claim_line_batch", "batch", "organisation_id"),
    Index("ix_claim_line_warranty_verdict", "warranty_verdict", "organisation_id"),
    Index("ix_claim_line_serial_key", "serial_key"),  # its earlier lines, for repeats
    Index("ix_claim_line_label_serial", "label_serial"),
)
OPEN_LINE = Index(
    "uq_claim_line_open_serial_key",
    claim_line.c.serial_key,
    unique=True,
    sqlite_where=claim_line.c.closed_at.is_(None),
    postgresql_where=claim_line.c.closed_at.is_(None),
)
MERGED_LINES = Index(
    "ix_claim_line_merged_into",
    claim_line.c.merged_into,
    sqlite_where=claim_line.c.merged_into.is_not(None),
    postgresql_where=claim_line.c.merged_into.is_not(None),
)
OWED_UNITS = Index(
    "ix_claim_line_owed_since",
    claim_line.c.owed_since,
    sqlite_where=claim_line.c.owed_since.is_not(None),
    postgresql_where=claim_line.c.owed_since.is_not(None),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    owner(),
    Column("code", String(80), nullable=False),
    Column("episode_id", Integer, ForeignKey("episode.id")),  # None: a person reported it
    # claims.profiles.Standing: what was said of an unproven profile's readings; '' is nothing yet
    Column("profile_ruled", String(16), nullable=False, server_default=text("''")),
    Column("report_id", Integer, ForeignKey("claim_report.id")),  # None: an agent told it
    UniqueConstraint("line_id", "code", "episode_id"),
    UniqueConstraint("line_id", "code", "report_id"),
    Index("ix_finding_code", "code", "organisation_id"),
)

claim_event = Table(
    "claim_event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False, index=True),
    owner(),
    Column("at", Utc, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("role", String(24), nullable=False),
    Column("type", String(32), nullable=False),
    Column("payload_json", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),  # '' for the first event of a line
    Column("hash", String(64), nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("site_id", String(64), ForeignKey("site.id"), nullable=False),
    Column("cause", String(32), nullable=False),  # claims.outage_words.Cause value
    Column("text_en", Text, nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),
    # A storm is not of one site: ``site_id`` is then the one that was hit first.
    Column("level", String(16), nullable=False, server_default=text("'site'")),  # outage.Level
    Column("root", String(200), nullable=False, server_default=text("'site'")),  # outage.Node
    Column("began_at", Utc),  # when the first of its members was lost; None: from before this
    Column("losses_json", Text, nullable=False, server_default=text("'[]'")),  # every beginning
    Column("is_flapping", Boolean, nullable=False, server_default=text("false")),
    Column("merged_into", Integer),  # the incident of the higher cause, once that was known
)
OPEN_INCIDENT = Index(
    "uq_incident_open_site_root",
    incident.c.site_id,
    incident.c.root,
    unique=True,
    sqlite_where=incident.c.closed_at.is_(None),
    postgresql_where=incident.c.closed_at.is_(None),
)

incident_member = Table(
    "incident_member",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", Integer, ForeignKey("incident.id"), nullable=False),
    owner(),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("episode_id", Integer, ForeignKey("episode.id")),  # the last that named it; may be none
    Column("lost_at", Utc),
    Column("back_at", Utc),  # None: it is still away
    UniqueConstraint("incident_id", "position_id"),
)

task = Table(
    "task",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("site_id", String(64), ForeignKey("site.id"), nullable=False),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("code", String(80), nullable=False),
    Column("kind", String(16), nullable=False),  # maintenance | configuration | siting | site
    Column("episode_id", Integer, ForeignKey("episode.id"), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("closed_by", String(120), nullable=False, server_default=text("''")),  # '': the clearing
    Column("assignee_id", Integer, index=True),  # person.id; None: nobody has taken it
    Column("due_on", Date),  # in the site's calendar
    # Somebody says that it is done; it stays open until the probes have looked again.
    Column("done_at", Utc),
    Column("done_by", String(120), nullable=False, server_default=text("''")),
    Column("returned", Integer, nullable=False, server_default=text("0")),  # still there afterwards
)
OPEN_TASK = Index(
    "uq_task_open_position_code",
    task.c.position_id,
    task.c.code,
    unique=True,
    sqlite_where=task.c.closed_at.is_(None),
    postgresql_where=task.c.closed_at.is_(None),
)

# Only ever appended: who did what with a task.
task_event = Table(
    "task_event",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("task_id", Integer, ForeignKey("task.id"), nullable=False, index=True),
    Column("at", Utc, nullable=False),
    Column("actor", String(120), nullable=False),  # '' : the collector
    Column("type", String(16), nullable=False),  # claims.revisit.Step value
    Column("person_id", Integer),  # whom it was given to
    Column("note", Text, nullable=False, server_default=text("''")),
)
