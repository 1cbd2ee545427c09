"""Tables of what people are told: what happened, what each wants, and the letters on their way."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

# How far each table was looked through for news; what was there before the first look is no news.
notify_cursor = Table(
    "notify_cursor",
    metadata,
    Column("source", String(24), primary_key=True),
    Column("begun", BigInteger, nullable=False),
    Column("reached", BigInteger, nullable=False),
)

# Something that happened once; the key makes it one, however often it is looked at.
notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("topic", String(24), nullable=False),  # notify.topics.Topic value
    Column("thing", String(16), nullable=False),  # incident | task | claim | trust
    Column("thing_id", Integer, nullable=False),
    Column("step", String(40), nullable=False),
    Column("site_id", String(64), nullable=False, server_default=text("''")),
    Column("position_id", Integer),
    Column("code", String(80), nullable=False, server_default=text("''")),
    Column("person_id", Integer),  # only this person is told
    Column("title_en", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("path", String(200), nullable=False),
    Column("at", Utc, nullable=False),
    Column("state", String(16), nullable=False),  # new | silenced | told | over
    Column("look_at", Utc),  # when a silenced one is looked at again
    UniqueConstraint("thing", "thing_id", "step"),
)
Index("ix_notice_state", notice.c.state, notice.c.look_at)

# A person's settings; without a row everything is as is usual, and there is no address.
notify_person = Table(
    "notify_person",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True),
    owner(),
    Column("email", String(254), nullable=False, server_default=text("''")),  # proven
    Column("wanted_email", String(254), nullable=False, server_default=text("''")),
    Column("code", String(16), nullable=False, server_default=text("''")),
    Column("code_until", Utc),
    Column("code_tries", Integer, nullable=False, server_default=text("0")),
    Column("zone", String(64), nullable=False, server_default=text("'UTC'")),
    Column("digest_hour", Integer, nullable=False, server_default=text("8")),
    Column("digest_days", String(7), nullable=False, server_default=text("'0123456'")),
    Column("daily_cap", Integer, nullable=False, server_default=text("20")),
    Column("quiet_begins", Integer),
    Column("quiet_ends", Integer),
    Column("closings", Boolean, nullable=False, server_default=text("false")),
)

notify_rule = Table(
    "notify_rule",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    Column("site_id", String(64), nullable=False),  # '' for every site
    Column("topic", String(24), nullable=False),
    owner(),
    Column("delivery", String(8), nullable=False),  # notify.topics.Delivery value
    UniqueConstraint("person_id", "site_id", "topic"),
)

# Account managers: who outside is mailed submitted claims; '' means every maker, or buyer.
claim_recipient = Table(
    "claim_recipient",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),  # claims of this organisation and of those under it
    Column("maker", String(120), nullable=False, server_default=text("''")),
    Column("buyer", String(120), nullable=False, server_default=text("''")),
    Column("name", String(120), nullable=False),
    Column("email", String(254), nullable=False),
    Column("language", String(8), nullable=False),
    Column("added_at", Utc, nullable=False),
    Column("added_by", String(120), nullable=False),
    UniqueConstraint("organisation_id", "maker", "buyer", "email"),
)

# One message on its way to one recipient through one channel.
letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("public_id", String(48), nullable=False, unique=True),  # the receiver's, at each try
    Column("recipient", String(80), nullable=False),  # person:7 | hook:ops | manager:3
    Column("person_id", Integer),
    Column("channel", String(64), nullable=False),  # mail | the name of a webhook
    Column("kind", String(8), nullable=False),  # now | gathered | test | code | pack
    Column("local_day", Date, nullable=False),  # of the recipient: what the day's cap counts by
    Column("made_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("state", String(8), nullable=False),  # waiting | sent | refused | given_up
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("why", Text, nullable=False, server_default=text("''")),  # of the last failure
    Column("ended_at", Utc),
)
Index("ix_letter_due", letter.c.channel, letter.c.state, letter.c.due_at)
Index("ix_letter_cap", letter.c.recipient, letter.c.channel, letter.c.local_day)

# What one recipient is told through one channel; never twice.
letter_item = Table(
    "letter_item",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("recipient", String(80), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("notice_id", Integer, ForeignKey("notice.id"), nullable=False, index=True),
    Column("letter_id", Integer, ForeignKey("letter.id"), index=True),  # None: held
    Column("held_until", Utc, index=True),
    Column("over_cap", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("recipient", "channel", "notice_id"),
)
