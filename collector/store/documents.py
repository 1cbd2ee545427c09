"""Rows of batch_document: test reports and pictures of a batch, their bytes kept by SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from collector.store.tables import batch_document
from collector.store.upsert import insert_row

KINDS = ("test_report", "certificate", "picture", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a batch."""

    id: int
    organisation_id: str
    batch: str
    kind: str
    sha256: str
    media_type: str
    name: str
    size: int
    note: str
    actor: str
    at: datetime


def add(db: Connection, *, now: datetime, **values: object) -> int:
    """Keep a document; its number."""
    return insert_row(db, batch_document, at=now, **values)


def of_batch(db: Connection, batch: str) -> tuple[Document, ...]:
    """The documents of a batch, newest first."""
    rows = db.execute(
        select(batch_document)
        .where(batch_document.c.batch == batch)
        .order_by(batch_document.c.id.desc())
    ).mappings()
    return tuple(Document(**row) for row in rows)


def find(db: Connection, number: int) -> Document | None:
    """The document; None when there is none."""
    row = (
        db.execute(select(batch_document).where(batch_document.c.id == number))
        .mappings()
        .one_or_none()
    )
    return None if row is None else Document(**row)


def remove(db: Connection, number: int) -> None:
    """Take the document off its batch; its bytes stay under their hash."""
    db.execute(delete(batch_document).where(batch_document.c.id == number))
