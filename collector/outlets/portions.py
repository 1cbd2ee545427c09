"""What waits in the store, as lines in portions, each with the cursor that it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine

from collector.store import sink as rows
from collector.store.engine import reader
from collector.store.sink import Waiting
from collector.telemetry.lines import Written, of_columns, of_telemetry, tags_text
from collector.telemetry.message import DamagedBatchError, read_batch
from collector.telemetry.samples import second_of
from shared.columns import Columns

_BATCHES: Final = 64  # read from the store at once; a batch is at most 64 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Lines, how many values they carry, and the last batch of them."""

    lines: list[str]
    values: int
    cursor: int  # once the server has it


class Portions:
    """Reads the next portion; holds no lock of the store meanwhile."""

    def __init__(self, engine: Engine, *, with_serial: bool) -> None:
        self._engine = engine
        self._with_serial = with_serial

    def next(self, beyond: int, *, lines_at_once: int) -> Portion | None:
        """So many lines after ``beyond``, or less by one batch; None when nothing waits."""
        lines: list[str] = []
        values, cursor = 0, beyond
        most = 0  # lines of the largest batch so far: another one must still go into one request
        while len(lines) + most <= lines_at_once:
            with reader(self._engine) as db:
                found = rows.waiting(db, beyond=cursor, limit=_BATCHES)
                texts = self._tags(db, found)
            for batch in found:
                made = _lines_of(batch, texts)
                lines += made.lines
                values += made.values
                cursor, most = batch.id, max(most, len(made.lines))
                if len(lines) + most > lines_at_once:
                    break
            if len(found) < _BATCHES:
                break
        if cursor == beyond:
            return None
        return Portion(lines=lines, values=values, cursor=cursor)

    def _tags(self, db: Connection, batches: Sequence[Waiting]) -> dict[str, dict[str, str]]:
        agents = sorted({batch.agent_id for batch in batches})
        found = rows.tags_of(db, agents, with_serial=self._with_serial)
        return {
            agent_id: {device: tags_text(tags) for device, tags in own.items()}
            for agent_id, own in found.items()
        }


def _lines_of(batch: Waiting, texts: dict[str, dict[str, str]]) -> Written:
    """The lines of a batch; none of one that does not read, which compaction sets aside."""
    try:
        _, message = read_batch(batch.payload)
    except DamagedBatchError:
        return Written([], 0)
    tags = texts.get(batch.agent_id, {})
    latest_s = second_of(batch.received_at)
    if isinstance(message, Columns):
        return of_columns(message, tags, latest_s=latest_s)
    return of_telemetry(message, tags, latest_s=latest_s)
