"""Tables of trust: passive verdicts, what engineers ruled on them, what each pair may do since."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from collector.store.schema.base import Utc, metadata, owner

# A decision about what only pictures or trends say, and any other that was decided as a claim or
# left in shadow because such verdicts were wrong too often. The model is kept as it was known then.
passive_verdict = Table(
    "passive_verdict",
    metadata,
    Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True),
    owner(),
    Column("code", String(80), nullable=False),
    Column("model", String(80), nullable=False),  # '' when it is not known
    Column("proof", String(16), nullable=False, server_default=text("'passive'")),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("site_id", String(64), ForeignKey("site.id"), nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_passive_verdict_code_model", passive_verdict.c.code, passive_verdict.c.model)

# Only ever appended: the newest ruling on a verdict holds, the earlier ones are its history.
ruling = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "decision_id",
        Integer,
        ForeignKey("passive_verdict.decision_id"),
        nullable=False,
        index=True,
    ),
    owner(),
    Column("ruling", String(16), nullable=False),  # claims.trust.Ruling value
    Column("reason", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("at", Utc, nullable=False),
    Column("via", String(8), nullable=False, server_default=text("'page'")),  # page | claim
)

# Only ever appended: the newest row of a pair says how it stands. Of the store as a whole: a
# fault code on a model belongs to no organisation, and no row names a device or a site.
trust_change = Table(
    "trust_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(80), nullable=False),
    Column("model", String(80), nullable=False),
    Column("proof", String(16), nullable=False, server_default=text("'passive'")),
    Column("standing", String(16), nullable=False),  # claims.trust.Standing value
    Column("reason_en", Text, nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_trust_change_code_model", trust_change.c.code, trust_change.c.model)
