"""Identity of an event: agent, epoch and sequence number."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.limits import Seq


class Epoch(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One life of an agent database: a counter, and a nonce that tells clones apart."""

    counter: Annotated[int, msgspec.Meta(ge=1, le=2**32 - 1)]
    nonce: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

    def __str__(self) -> str:
        """Write as ``counter-nonce`` in hex, for people and database keys."""
        return f"{self.counter}-{self.nonce:016x}"

    @classmethod
    def parse(cls, text: str) -> Epoch:
        """Read what ``str`` wrote; ValueError otherwise."""
        counter, _, nonce = text.partition("-")
        return cls(int(counter), int(nonce, 16))


class EventId(msgspec.Struct, frozen=True, array_like=True, order=True):
    """``(epoch, seq)`` within one agent; with the agent's name it is unique for ever."""

    epoch: Epoch
    seq: Seq

    def __str__(self) -> str:
        """Write as ``counter-nonce:seq``."""
        return f"{self.epoch}:{self.seq}"
