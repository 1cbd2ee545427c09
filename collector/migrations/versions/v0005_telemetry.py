"""Telemetry as it came and in days; the log of readings moves into days."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc
from collector.telemetry.day import pack
from collector.telemetry.samples import Kind, Sample, Samples, by_day, second_of
from shared.reading import Quality

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_organisation_id_organisation"
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=name)


def upgrade() -> None:
    """Make the tables, move what was logged, drop the log."""
    op.create_table(
        "telemetry_batch",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name="fk_telemetry_batch_agent_id_agent"
        ),
        _organisation("telemetry_batch"),
        sa.PrimaryKeyConstraint("id", name="pk_telemetry_batch"),
    )
    op.create_index("ix_telemetry_batch_agent_id", "telemetry_batch", ["agent_id"])
    op.create_table(
        "telemetry_day",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("hours", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name="fk_telemetry_day_position_id_position"
        ),
        _organisation("telemetry_day"),
        sa.PrimaryKeyConstraint("position_id", "day", name="pk_telemetry_day"),
    )
    _move()
    op.drop_index("ix_reading_log_organisation_id", table_name="reading_log")
    op.drop_table("reading_log")


def _move() -> None:
    """Pack the log position by position; the log knew no units."""
    db = op.get_bind()
    log = sa.table(
        "reading_log",
        sa.column("position_id", sa.Integer()),
        sa.column("organisation_id", sa.String()),
        sa.column("name", sa.String()),
        sa.column("taken_at", Utc()),
        sa.column("number", sa.Float()),
    )
    days = sa.table(
        "telemetry_day",
        *(sa.column(c) for c in ("position_id", "day", "organisation_id", "revision")),
        sa.column("hours", sa.LargeBinary()),
        sa.column("points", sa.LargeBinary()),
    )
    places = db.execute(sa.select(log.c.position_id, log.c.organisation_id).distinct()).all()
    for position_id, organisation_id in places:
        rows = db.execute(
            sa.select(log.c.name, log.c.taken_at, log.c.number).where(
                log.c.position_id == position_id
            )
        )
        samples: Samples = {}
        for name, taken_at, number in rows:
            samples.setdefault(name, {}).setdefault(*_sample(name, taken_at, number))
        for day, own in by_day(samples).items():
            packed = pack(own, day=day)
            db.execute(
                sa.insert(days).values(
                    position_id=position_id,
                    day=day,
                    organisation_id=organisation_id,
                    revision=1,
                    hours=packed.hours,
                    points=packed.points,
                )
            )


def _sample(name: str, taken_at: datetime, number: float) -> tuple[int, Sample]:
    return second_of(taken_at), Sample(Kind(name, "", Quality.GOOD, "", "", ""), number)


def downgrade() -> None:
    """Make the log again, empty: days do not go back into it."""
    op.create_table(
        "reading_log",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("taken_at", Utc(), nullable=False),
        sa.Column("number", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name="fk_reading_log_position_id_position"
        ),
        _organisation("reading_log"),
        sa.PrimaryKeyConstraint("position_id", "name", "taken_at", name="pk_reading_log"),
    )
    op.create_index("ix_reading_log_organisation_id", "reading_log", ["organisation_id"])
    op.drop_table("telemetry_day")
    op.drop_index("ix_telemetry_batch_agent_id", table_name="telemetry_batch")
    op.drop_table("telemetry_batch")
