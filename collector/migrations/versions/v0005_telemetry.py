"""Telemetry as it came and in days; the log of readings moves into days."""

from __future__ import annotations

import logging
from typing import Final

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc
from collector.telemetry.day import pack
from collector.telemetry.samples import Sample, Samples, by_day, second_of
from shared.fold import Kind
from shared.reading import Quality

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

log = logging.getLogger(__name__)

_MOST: Final = 1e15  # shared.limits.Number
_MOST_WHOLE: Final = 2**53  # shared.limits.Whole
_LEFT_OUT: Final = (
    "%d logged numbers of position %d were left out: no reading can hold them, or they are from"
    " before 1970"
)

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
    logged = sa.table(
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
    places = db.execute(sa.select(logged.c.position_id, logged.c.organisation_id).distinct()).all()
    for position_id, organisation_id in places:
        rows = db.execute(
            sa.select(logged.c.name, logged.c.taken_at, logged.c.number).where(
                logged.c.position_id == position_id
            )
        )
        samples: Samples = {}
        left_out = 0
        for name, taken_at, number in rows:
            second, value = second_of(taken_at), _value(number)
            if value is None or second < 0 or not name:
                left_out += 1
                continue
            kind = Kind(name, "", Quality.GOOD, "", "", "")
            samples.setdefault(name, {}).setdefault(second, Sample(kind, value))
        if left_out:
            log.warning(_LEFT_OUT, left_out, position_id)
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


def _value(number: float) -> float | int | None:
    """The number as a reading may hold it: beyond 10^15 only as a whole one; else None."""
    if abs(number) <= _MOST:
        return number
    return int(number) if abs(number) <= _MOST_WHOLE and number.is_integer() else None


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
