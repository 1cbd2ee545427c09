"""A process with the agent's own outbox and dispatcher that records faults as fast as told.

Each identity is written to the ledger only after its transaction returned: from then on it is an
obligation. Run: ``python -m tests.e2e.fault_source FOLDER AGENT_ID PORT UNTIL_COUNT``.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.delivery.dispatcher import Dispatcher
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.delivery.salvage import open_or_salvage
from shared.device import DeviceFacts
from shared.fault import FaultEvent, FaultKind

PAUSE_S = 0.01


def now() -> datetime:
    """The source's clock."""
    return datetime.now(UTC)


def fault(number: int) -> FaultEvent:
    """An opening event of its own."""
    return FaultEvent(
        kind=FaultKind.OPENED,
        code="picture.blurred",
        device=DeviceFacts(f"camera-{number % 40}", label_serial=f"SC9900{number % 40:04d}"),
        episode=None,
        onset_at=now(),
        observed_at=now(),
        summary_en=f"fault {number}",
        summary_zh=f"故障 {number}",
        observations=3,
    )


async def main(folder: Path, agent_id: str, port: int, until: int) -> None:
    """Record until the ledger has so many lines; deliver until killed."""
    database, _ = open_or_salvage(folder / "agent.db", now=now())
    outbox = Outbox(database)
    dispatcher = Dispatcher(
        agent_id=agent_id,
        broker=Broker(host="127.0.0.1", port=port, keepalive_s=5),
        database=database,
        outbox=outbox,
        clock=now,
        jitter=random.random,
        resend_after=timedelta(seconds=2),
    )
    delivering = asyncio.create_task(dispatcher.run())
    ledger_path = folder / "ledger"
    count = len(ledger_path.read_text().splitlines()) if ledger_path.exists() else 0
    with ledger_path.open("a") as ledger:
        while not delivering.done():
            if count < until:
                with database.transaction():
                    event = outbox.append(fault(count), now=now())
                ledger.write(f"{event}\n")
                ledger.flush()
                os.fsync(ledger.fileno())
                count += 1
                dispatcher.wake()
            await asyncio.sleep(PAUSE_S)
    await delivering


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
