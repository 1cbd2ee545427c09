"""Tables of who and where: organisations, sites, agents, positions, readings."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
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

organisation = Table(
    "organisation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),  # factory | distributor | integrator
    Column("parent_id", String(64), ForeignKey("organisation.id")),
)

site = Table(
    "site",
    metadata,
    Column("id", String(64), primary_key=True),
    owner(),
    Column("name", String(200), nullable=False),
    Column("zone", String(64), nullable=False, server_default=text("'UTC'")),  # IANA name
)

agent = Table(
    "agent",
    metadata,
    Column("id", String(64), primary_key=True),
    owner(),
    Column("site_id", String(64), ForeignKey("site.id"), nullable=False, index=True),
    Column("last_seen_at", Utc),  # collector time of the last stored row
    Column("promised_by", Utc),  # collector time; silence is judged from it
    Column("promised_within_s", Float),
    Column("online", Boolean),  # what the broker's presence says; never proof
    Column("silent_since", Utc),  # set when its deadline passed, cleared when it speaks
    Column("quiet_until", Utc),  # closed at its data cap by its own word; None: it is not
    Column("epoch", String(40)),
    Column("uplink", String(16)),
    Column("version", String(32)),
    Column("recorder_firmware", String(80)),
    Column("generation_seen", String(64)),
    Column("health_epoch", String(40)),  # identity of the last health applied: older ones are not
    Column("health_seq", BigInteger),
    Column("health_json", Text),  # host readings, outbox depth, lost ranges of the last health
    Column("evidence_key", LargeBinary),  # pinned public key, PEM
    Column("clock_off_s", Float),  # its clock beside ours at the last health; None: not told
)

position = Table(
    "position",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("device_id", String(64), nullable=False),
    Column("site_id", String(64), ForeignKey("site.id"), nullable=False, index=True),
    owner(),
    Column("name", Text, nullable=False, server_default=text("''"), index=True),
    Column("label_serial", String(64), nullable=False, server_default=text("''")),
    Column("serial_source", String(16), nullable=False, server_default=text("'none'")),
    Column("serial_since", Utc),  # since when this serial is known to hang here
    Column("doubted_serial", String(64), nullable=False, server_default=text("''")),  # see serials
    Column("manufacturer", String(80), nullable=False, server_default=text("''")),
    Column("model", String(80), nullable=False, server_default=text("''")),
    Column("firmware", String(80), nullable=False, server_default=text("''")),
    Column("aliases", Text, nullable=False, server_default=text("'[]'")),  # JSON [[kind, value]]
    Column("facts_epoch", String(40)),  # which row said it last: facts only move forward
    Column("facts_seq", BigInteger),
    Column("standing", String(16), nullable=False, server_default=text("'unknown'")),
    Column("standing_reason", Text, nullable=False, server_default=text("''")),
    Column("standing_at", Utc),
    Column("last_good_at", Utc),
    Column("picture_sha256", String(64)),
    Column("picture_at", Utc),
    Column("reference_sha256", String(64)),
    # What it hangs on, as its agent says; '' where nobody said (shared.health.HangsOn).
    Column("power_from", String(64), nullable=False, server_default=text("''")),
    Column("place", String(64), nullable=False, server_default=text("''")),
    Column("gateway", String(64), nullable=False, server_default=text("''")),
    Column("recorder", String(64), nullable=False, server_default=text("''")),
    Column("feed", String(16), nullable=False, server_default=text("''")),  # mains | battery
    Column(
        "contact", String(16), nullable=False, server_default=text("''")
    ),  # called | sleeps | pushes
    Column("told_at", Utc),  # when its agent's health named it last; None: never yet
    UniqueConstraint("agent_id", "device_id"),
)

reading_latest = Table(
    "reading_latest",
    metadata,
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    owner(),
    Column("name", String(80), nullable=False),
    Column("value_json", Text, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("quality", String(16), nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("detail", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("position_id", "name"),
)
