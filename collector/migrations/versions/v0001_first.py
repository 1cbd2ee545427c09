"""The first schema: fleet, intake, claims, people."""

# ruff: noqa: PLR0915  one statement a table and index; made by alembic from the schema
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "setup_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setup_link")),
    )
    op.create_table(
        "store_meta",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_meta")),
    )
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_api_token_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_token")),
    )
    op.create_index(
        op.f("ix_api_token_organisation_id"), "api_token", ["organisation_id"], unique=False
    )
    op.create_table(
        "claim_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("buyer", sa.String(length=120), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_claim_case_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_case")),
        sa.UniqueConstraint("number", name=op.f("uq_claim_case_number")),
    )
    op.create_index(
        op.f("ix_claim_case_organisation_id"), "claim_case", ["organisation_id"], unique=False
    )
    op.create_table(
        "evidence_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("received_bytes", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_evidence_file_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence_file")),
    )
    op.create_index(
        op.f("ix_evidence_file_organisation_id"), "evidence_file", ["organisation_id"], unique=False
    )
    op.create_table(
        "firmware_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("camera_model", sa.String(length=80), nullable=False),
        sa.Column("camera_firmware", sa.String(length=80), nullable=False),
        sa.Column("recorder_firmware", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_firmware_case_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmware_case")),
        sa.UniqueConstraint(
            "organisation_id",
            "camera_model",
            "camera_firmware",
            "recorder_firmware",
            "code",
            name=op.f(
                "uq_firmware_case_organisation_id_camera_model_camera_firmware_recorder_firmware_code"
            ),
        ),
    )
    op.create_index(
        op.f("ix_firmware_case_organisation_id"), "firmware_case", ["organisation_id"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), server_default=sa.text("'en'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_person_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )
    op.create_index(op.f("ix_person_organisation_id"), "person", ["organisation_id"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=True),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("agent_id", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.Column("epoch", sa.String(length=40), server_default=sa.text("''"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("lane", sa.Integer(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_quarantine_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint(
            "agent_id", "digest", "reason", name=op.f("uq_quarantine_agent_id_digest_reason")
        ),
    )
    op.create_index(
        op.f("ix_quarantine_organisation_id"), "quarantine", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_quarantine_reason"), "quarantine", ["reason"], unique=False)
    op.create_table(
        "registry_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("summary_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_registry_import_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_import")),
    )
    op.create_index(
        op.f("ix_registry_import_organisation_id"),
        "registry_import",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "site",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), server_default=sa.text("'UTC'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_site_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_organisation_id"), "site", ["organisation_id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("product", sa.String(length=16), nullable=False),
        sa.Column("batch", sa.String(length=80), server_default=sa.text("''"), nullable=False),
        sa.Column("buyer", sa.String(length=120), server_default=sa.text("''"), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column(
            "delivery_proof", sa.String(length=200), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("imported_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_unit_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_unit")),
    )
    op.create_index("ix_unit_model_batch", "unit", ["model", "batch"], unique=False)
    op.create_index(op.f("ix_unit_organisation_id"), "unit", ["organisation_id"], unique=False)
    op.create_table(
        "agent",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("last_seen_at", Utc(), nullable=True),
        sa.Column("promised_by", Utc(), nullable=True),
        sa.Column("promised_within_s", sa.Float(), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("silent_since", Utc(), nullable=True),
        sa.Column("epoch", sa.String(length=40), nullable=True),
        sa.Column("uplink", sa.String(length=16), nullable=True),
        sa.Column("version", sa.String(length=32), nullable=True),
        sa.Column("recorder_firmware", sa.String(length=80), nullable=True),
        sa.Column("generation_seen", sa.String(length=64), nullable=True),
        sa.Column("health_epoch", sa.String(length=40), nullable=True),
        sa.Column("health_seq", sa.BigInteger(), nullable=True),
        sa.Column("health_json", sa.Text(), nullable=True),
        sa.Column("evidence_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_agent_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_agent_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
    )
    op.create_index(op.f("ix_agent_organisation_id"), "agent", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_agent_site_id"), "agent", ["site_id"], unique=False)
    op.create_table(
        "evidence_chunk",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_evidence_chunk_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["evidence_file.sha256"],
            name=op.f("fk_evidence_chunk_sha256_evidence_file"),
        ),
        sa.PrimaryKeyConstraint("sha256", "offset", name=op.f("pk_evidence_chunk")),
    )
    op.create_index(
        op.f("ix_evidence_chunk_organisation_id"),
        "evidence_chunk",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_incident_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_incident_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        op.f("ix_incident_organisation_id"), "incident", ["organisation_id"], unique=False
    )
    op.create_index(
        "uq_incident_open_site_cause",
        "incident",
        ["site_id", "cause"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_session_person_id_person")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "unit_alias",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_unit_alias_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["serial"], ["unit.serial"], name=op.f("fk_unit_alias_serial_unit")
        ),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_unit_alias")),
    )
    op.create_index(
        op.f("ix_unit_alias_organisation_id"), "unit_alias", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_unit_alias_serial"), "unit_alias", ["serial"], unique=False)
    op.create_table(
        "command",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("arguments_json", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("issued_at", Utc(), nullable=False),
        sa.Column("not_after", Utc(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sent_at", Utc(), nullable=True),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_command_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_command_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_command")),
    )
    op.create_index(op.f("ix_command_agent_id"), "command", ["agent_id"], unique=False)
    op.create_index(
        op.f("ix_command_organisation_id"), "command", ["organisation_id"], unique=False
    )
    op.create_table(
        "frame",
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_frame_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_frame_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("agent_id", "epoch", "seq", name=op.f("pk_frame")),
    )
    op.create_index(op.f("ix_frame_organisation_id"), "frame", ["organisation_id"], unique=False)
    op.create_table(
        "position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "label_serial", sa.String(length=64), server_default=sa.text("''"), nullable=False
        ),
        sa.Column(
            "serial_source", sa.String(length=16), server_default=sa.text("'none'"), nullable=False
        ),
        sa.Column(
            "manufacturer", sa.String(length=80), server_default=sa.text("''"), nullable=False
        ),
        sa.Column("model", sa.String(length=80), server_default=sa.text("''"), nullable=False),
        sa.Column("firmware", sa.String(length=80), server_default=sa.text("''"), nullable=False),
        sa.Column("aliases", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column(
            "standing", sa.String(length=16), server_default=sa.text("'unknown'"), nullable=False
        ),
        sa.Column("standing_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("standing_at", Utc(), nullable=True),
        sa.Column("last_good_at", Utc(), nullable=True),
        sa.Column("picture_sha256", sa.String(length=64), nullable=True),
        sa.Column("picture_at", Utc(), nullable=True),
        sa.Column("reference_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_position_agent_id_agent")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_position_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_position_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("agent_id", "device_id", name=op.f("uq_position_agent_id_device_id")),
    )
    op.create_index(
        op.f("ix_position_organisation_id"), "position", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_position_site_id"), "position", ["site_id"], unique=False)
    op.create_table(
        "claim_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("serial_key", sa.String(length=140), nullable=False),
        sa.Column("label_serial", sa.String(length=64), nullable=False),
        sa.Column("serial_source", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("batch", sa.String(length=80), nullable=False),
        sa.Column("component", sa.String(length=16), nullable=False),
        sa.Column("warranty_verdict", sa.String(length=24), nullable=False),
        sa.Column("warranty_until", sa.Date(), nullable=True),
        sa.Column("warranty_reason_en", sa.Text(), nullable=False),
        sa.Column("warranty_reason_zh", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["claim_case.id"], name=op.f("fk_claim_line_case_id_claim_case")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_claim_line_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_claim_line_position_id_position")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_claim_line_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_line")),
    )
    op.create_index(op.f("ix_claim_line_case_id"), "claim_line", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_claim_line_organisation_id"), "claim_line", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_claim_line_position_id"), "claim_line", ["position_id"], unique=False)
    op.create_index(
        "uq_claim_line_open_serial_key",
        "claim_line",
        ["serial_key"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "episode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("onset_at", Utc(), nullable=False),
        sa.Column("agent_onset_at", Utc(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("cleared_at", Utc(), nullable=True),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("summary_zh", sa.Text(), nullable=False),
        sa.Column("because_json", sa.Text(), nullable=False),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("label_serial", sa.String(length=64), nullable=False),
        sa.Column(
            "serial_source", sa.String(length=16), server_default=sa.text("'none'"), nullable=False
        ),
        sa.Column("firmware", sa.String(length=80), nullable=False),
        sa.Column("recorder_firmware", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_episode_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_episode_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_episode_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode")),
        sa.UniqueConstraint("agent_id", "epoch", "seq", name=op.f("uq_episode_agent_id_epoch_seq")),
    )
    op.create_index(
        "ix_episode_open", "episode", ["position_id", "code", "cleared_at"], unique=False
    )
    op.create_index(
        op.f("ix_episode_organisation_id"), "episode", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_episode_position_id"), "episode", ["position_id"], unique=False)
    op.create_table(
        "reading_latest",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value_json", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("quality", sa.String(length=16), nullable=False),
        sa.Column("taken_at", Utc(), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_reading_latest_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_reading_latest_position_id_position")
        ),
        sa.PrimaryKeyConstraint("position_id", "name", name=op.f("pk_reading_latest")),
    )
    op.create_index(
        op.f("ix_reading_latest_organisation_id"),
        "reading_latest",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "reading_log",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("taken_at", Utc(), nullable=False),
        sa.Column("number", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_reading_log_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_reading_log_position_id_position")
        ),
        sa.PrimaryKeyConstraint("position_id", "name", "taken_at", name=op.f("pk_reading_log")),
    )
    op.create_index(
        op.f("ix_reading_log_organisation_id"), "reading_log", ["organisation_id"], unique=False
    )
    op.create_table(
        "claim_event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("payload_json", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=op.f("fk_claim_event_line_id_claim_line")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_claim_event_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_claim_event")),
    )
    op.create_index(op.f("ix_claim_event_line_id"), "claim_event", ["line_id"], unique=False)
    op.create_index(
        op.f("ix_claim_event_organisation_id"), "claim_event", ["organisation_id"], unique=False
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_finding_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=op.f("fk_finding_line_id_claim_line")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_finding_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "line_id", "code", "episode_id", name=op.f("uq_finding_line_id_code_episode_id")
        ),
    )
    op.create_index(
        op.f("ix_finding_organisation_id"), "finding", ["organisation_id"], unique=False
    )
    op.create_table(
        "firmware_case_member",
        sa.Column("firmware_case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("serial_key", sa.String(length=140), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_firmware_case_member_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(
            ["firmware_case_id"],
            ["firmware_case.id"],
            name=op.f("fk_firmware_case_member_firmware_case_id_firmware_case"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_firmware_case_member_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_firmware_case_member_position_id_position"),
        ),
        sa.UniqueConstraint(
            "firmware_case_id",
            "episode_id",
            name=op.f("uq_firmware_case_member_firmware_case_id_episode_id"),
        ),
    )
    op.create_index(
        op.f("ix_firmware_case_member_organisation_id"),
        "firmware_case_member",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "incident_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_incident_member_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_member_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_incident_member_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_incident_member_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_member")),
        sa.UniqueConstraint(
            "incident_id", "position_id", name=op.f("uq_incident_member_incident_id_position_id")
        ),
    )
    op.create_index(
        op.f("ix_incident_member_organisation_id"),
        "incident_member",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "manifest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=64), nullable=False),
        sa.Column("episode_epoch", sa.String(length=40), nullable=True),
        sa.Column("episode_seq", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_manifest_agent_id_agent")
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_manifest_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_manifest_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_manifest_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest")),
    )
    op.create_index(op.f("ix_manifest_episode_id"), "manifest", ["episode_id"], unique=False)
    op.create_index(
        op.f("ix_manifest_organisation_id"), "manifest", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_manifest_position_id"), "manifest", ["position_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("closed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_task_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_task_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_task_position_id_position")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_task_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_organisation_id"), "task", ["organisation_id"], unique=False)
    op.create_index(
        "uq_task_open_position_code",
        "task",
        ["position_id", "code"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("taken_until", Utc(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason_zh", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("firmware_case_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name=op.f("fk_decision_episode_id_episode")
        ),
        sa.ForeignKeyConstraint(
            ["firmware_case_id"],
            ["firmware_case.id"],
            name=op.f("fk_decision_firmware_case_id_firmware_case"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_decision_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=op.f("fk_decision_line_id_claim_line")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_decision_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_decision_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("episode_id", name=op.f("uq_decision_episode_id")),
    )
    op.create_index("ix_decision_due", "decision", ["state", "due_at"], unique=False)
    op.create_index(
        op.f("ix_decision_organisation_id"), "decision", ["organisation_id"], unique=False
    )
    op.create_table(
        "manifest_item",
        sa.Column("manifest_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken_at", Utc(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manifest_id"], ["manifest.id"], name=op.f("fk_manifest_item_manifest_id_manifest")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_manifest_item_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("manifest_id", "number", name=op.f("pk_manifest_item")),
    )
    op.create_index(
        op.f("ix_manifest_item_organisation_id"), "manifest_item", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_manifest_item_sha256"), "manifest_item", ["sha256"], unique=False)


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(op.f("ix_manifest_item_sha256"), table_name="manifest_item")
    op.drop_index(op.f("ix_manifest_item_organisation_id"), table_name="manifest_item")
    op.drop_table("manifest_item")
    op.drop_index(op.f("ix_decision_organisation_id"), table_name="decision")
    op.drop_index("ix_decision_due", table_name="decision")
    op.drop_table("decision")
    op.drop_index(
        "uq_task_open_position_code",
        table_name="task",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_task_organisation_id"), table_name="task")
    op.drop_table("task")
    op.drop_index(op.f("ix_manifest_position_id"), table_name="manifest")
    op.drop_index(op.f("ix_manifest_organisation_id"), table_name="manifest")
    op.drop_index(op.f("ix_manifest_episode_id"), table_name="manifest")
    op.drop_table("manifest")
    op.drop_index(op.f("ix_incident_member_organisation_id"), table_name="incident_member")
    op.drop_table("incident_member")
    op.drop_index(
        op.f("ix_firmware_case_member_organisation_id"), table_name="firmware_case_member"
    )
    op.drop_table("firmware_case_member")
    op.drop_index(op.f("ix_finding_organisation_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_claim_event_organisation_id"), table_name="claim_event")
    op.drop_index(op.f("ix_claim_event_line_id"), table_name="claim_event")
    op.drop_table("claim_event")
    op.drop_index(op.f("ix_reading_log_organisation_id"), table_name="reading_log")
    op.drop_table("reading_log")
    op.drop_index(op.f("ix_reading_latest_organisation_id"), table_name="reading_latest")
    op.drop_table("reading_latest")
    op.drop_index(op.f("ix_episode_position_id"), table_name="episode")
    op.drop_index(op.f("ix_episode_organisation_id"), table_name="episode")
    op.drop_index("ix_episode_open", table_name="episode")
    op.drop_table("episode")
    op.drop_index(
        "uq_claim_line_open_serial_key",
        table_name="claim_line",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_claim_line_position_id"), table_name="claim_line")
    op.drop_index(op.f("ix_claim_line_organisation_id"), table_name="claim_line")
    op.drop_index(op.f("ix_claim_line_case_id"), table_name="claim_line")
    op.drop_table("claim_line")
    op.drop_index(op.f("ix_position_site_id"), table_name="position")
    op.drop_index(op.f("ix_position_organisation_id"), table_name="position")
    op.drop_table("position")
    op.drop_index(op.f("ix_frame_organisation_id"), table_name="frame")
    op.drop_table("frame")
    op.drop_index(op.f("ix_command_organisation_id"), table_name="command")
    op.drop_index(op.f("ix_command_agent_id"), table_name="command")
    op.drop_table("command")
    op.drop_index(op.f("ix_unit_alias_serial"), table_name="unit_alias")
    op.drop_index(op.f("ix_unit_alias_organisation_id"), table_name="unit_alias")
    op.drop_table("unit_alias")
    op.drop_index(op.f("ix_session_person_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(
        "uq_incident_open_site_cause",
        table_name="incident",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_incident_organisation_id"), table_name="incident")
    op.drop_table("incident")
    op.drop_index(op.f("ix_evidence_chunk_organisation_id"), table_name="evidence_chunk")
    op.drop_table("evidence_chunk")
    op.drop_index(op.f("ix_agent_site_id"), table_name="agent")
    op.drop_index(op.f("ix_agent_organisation_id"), table_name="agent")
    op.drop_table("agent")
    op.drop_index(op.f("ix_unit_organisation_id"), table_name="unit")
    op.drop_index("ix_unit_model_batch", table_name="unit")
    op.drop_table("unit")
    op.drop_index(op.f("ix_site_organisation_id"), table_name="site")
    op.drop_table("site")
    op.drop_index(op.f("ix_registry_import_organisation_id"), table_name="registry_import")
    op.drop_table("registry_import")
    op.drop_index(op.f("ix_quarantine_reason"), table_name="quarantine")
    op.drop_index(op.f("ix_quarantine_organisation_id"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_index(op.f("ix_person_organisation_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_firmware_case_organisation_id"), table_name="firmware_case")
    op.drop_table("firmware_case")
    op.drop_index(op.f("ix_evidence_file_organisation_id"), table_name="evidence_file")
    op.drop_table("evidence_file")
    op.drop_index(op.f("ix_claim_case_organisation_id"), table_name="claim_case")
    op.drop_table("claim_case")
    op.drop_index(op.f("ix_api_token_organisation_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("store_meta")
    op.drop_table("setup_link")
    op.drop_table("organisation")
    op.drop_table("audit")
