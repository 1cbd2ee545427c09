"""What is known of a pushing camera between items: when it was heard and looked at, what it sent.

Stored with each item that is kept, in the same transaction; so a retry is known after a restart.
"""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec.structs import replace

from agent.delivery import keepsake_store
from shared.moment import Moment

KIND: Final = "inbox"
_KEPT: Final = 64
"""Digests that are kept: FTP clients retry within minutes, and a burst has some dozens."""
_DIGEST_BYTES: Final = 16


class Heard(msgspec.Struct, frozen=True, array_like=True):
    """Stored, so fields are only appended."""

    heard_at: Moment | None = None  # anything at all, by our clock
    looked_at: Moment | None = None  # a picture that was judged
    digests: Annotated[tuple[bytes, ...], msgspec.Meta(max_length=_KEPT)] = ()  # of pictures

    def knows(self, digest: bytes) -> bool:
        """Whether these very bytes came before."""
        return digest[:_DIGEST_BYTES] in self.digests

    def with_picture(self, digest: bytes, *, at: datetime) -> Heard:
        """After one more picture."""
        kept = (*self.digests, digest[:_DIGEST_BYTES])[-_KEPT:]
        return replace(self, heard_at=at, digests=kept)


_decoder: Final = msgspec.msgpack.Decoder(Heard)


def read_heard(db: sqlite3.Connection, device_id: str) -> Heard:
    """What was kept last; nothing of a camera that never sent."""
    kept = keepsake_store.read(db, device_id, KIND)
    with contextlib.suppress(msgspec.MsgspecError):
        return Heard() if kept is None else _decoder.decode(kept.content)
    return Heard()


def keep_heard(db: sqlite3.Connection, device_id: str, heard: Heard, *, at: datetime) -> None:
    """Keep it; the caller owns the transaction."""
    keepsake_store.keep(db, device_id, KIND, msgspec.msgpack.encode(heard), at=at)
