"""What people are told: news, wishes, and letters on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SOURCES = (
    ("incident", "id"),
    ("task_event", "id"),
    ("claim_event", "seq"),
    ("trust_change", "id"),
)


def upgrade() -> None:
    """Make the tables; what is in the store already is no news."""
    op.create_table(
        "notify_cursor",
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_notify_cursor"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("thing", sa.String(16), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("position_id", sa.Integer()),
        sa.Column("code", sa.String(80), nullable=False, server_default=sa.text("''")),
        sa.Column("person_id", sa.Integer()),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True)),
        _refers("notice", "organisation_id", "organisation.id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("thing", "thing_id", "step", name="uq_notice_thing_thing_id_step"),
    )
    op.create_index("ix_notice_organisation_id", "notice", ["organisation_id"])
    op.create_index("ix_notice_state", "notice", ["state", "look_at"])
    op.create_table(
        "notify_person",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False, server_default=sa.text("''")),
        sa.Column("wanted_email", sa.String(254), nullable=False, server_default=sa.text("''")),
        sa.Column("code", sa.String(16), nullable=False, server_default=sa.text("''")),
        sa.Column("code_until", sa.DateTime(timezone=True)),
        sa.Column("code_tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("zone", sa.String(64), nullable=False, server_default=sa.text("'UTC'")),
        sa.Column("digest_hour", sa.Integer(), nullable=False, server_default=sa.text("8")),
        sa.Column("digest_days", sa.String(7), nullable=False, server_default=sa.text("'0123456'")),
        sa.Column("daily_cap", sa.Integer(), nullable=False, server_default=sa.text("20")),
        sa.Column("quiet_begins", sa.Integer()),
        sa.Column("quiet_ends", sa.Integer()),
        sa.Column("closings", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        _refers("notify_person", "person_id", "person.id"),
        _refers("notify_person", "organisation_id", "organisation.id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_notify_person"),
    )
    op.create_index("ix_notify_person_organisation_id", "notify_person", ["organisation_id"])
    op.create_table(
        "notify_rule",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("delivery", sa.String(8), nullable=False),
        _refers("notify_rule", "person_id", "person.id"),
        _refers("notify_rule", "organisation_id", "organisation.id"),
        sa.UniqueConstraint(
            "person_id", "site_id", "topic", name="uq_notify_rule_person_id_site_id_topic"
        ),
    )
    op.create_index("ix_notify_rule_organisation_id", "notify_rule", ["organisation_id"])
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("public_id", sa.String(48), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("why", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        _refers("letter", "organisation_id", "organisation.id"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("public_id", name="uq_letter_public_id"),
    )
    op.create_index("ix_letter_cap", "letter", ["recipient", "channel", "local_day"])
    op.create_index("ix_letter_due", "letter", ["channel", "state", "due_at"])
    op.create_index("ix_letter_organisation_id", "letter", ["organisation_id"])
    op.create_table(
        "letter_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer()),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.Column("over_cap", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        _refers("letter_item", "organisation_id", "organisation.id"),
        _refers("letter_item", "notice_id", "notice.id"),
        _refers("letter_item", "letter_id", "letter.id"),
        sa.PrimaryKeyConstraint("id", name="pk_letter_item"),
        sa.UniqueConstraint(
            "recipient", "channel", "notice_id", name="uq_letter_item_recipient_channel_notice_id"
        ),
    )
    op.create_index("ix_letter_item_held_until", "letter_item", ["held_until"])
    op.create_index("ix_letter_item_letter_id", "letter_item", ["letter_id"])
    op.create_index("ix_letter_item_notice_id", "letter_item", ["notice_id"])
    op.create_index("ix_letter_item_organisation_id", "letter_item", ["organisation_id"])
    for source, key in _SOURCES:
        op.execute(
            "INSERT INTO notify_cursor (source, begun, reached)"
            f" SELECT '{source}', coalesce(max({key}), 0), coalesce(max({key}), 0) FROM {source}"
        )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=name)


def downgrade() -> None:
    """Drop them: what waits is never told."""
    for table in (
        "letter_item",
        "letter",
        "notify_rule",
        "notify_person",
        "notice",
        "notify_cursor",
    ):
        op.drop_table(table)
