"""Feed mutated payloads to the real ingest on a store on disk; prints the account as JSON.

``python -m benchmarks.mutated_intake COUNT SEED FOLDER``; progress on the error stream.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, func, select

from benchmarks.malformed import valid_frames
from benchmarks.mutations import AGENTS, EPOCH, REPEATS, Mutations
from benchmarks.receipt_ledger import ReceiptLedger
from collector.claims.policy import Policy
from collector.high_water import HighWater
from collector.intake.arrival import Arrival, Counts
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.ingest import ingest
from collector.intake.room import Room
from collector.settings import AgentEntry, OrganisationEntry, SiteEntry
from collector.store import tables
from collector.store.assignments import assign
from collector.store.engine import open_engine, reader, sqlite_url
from collector.store.migrate import migrate
from shared import frame, topics
from shared.identity import Epoch

BATCH: Final = 1000  # what the subscriber commits at once under load
_SAY_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the sender knows, what ingest said, what the store holds, and what receipts named."""

    sent: int
    sent_good: int  # different frames that must be stored
    sent_again: int  # repeats of those
    sent_refusable: int  # no end but quarantine is right
    stored: int
    duplicate: int
    quarantined: int
    rows_in_store: int
    good_in_store: int
    kept_or_counted: int
    kept_rows: int
    receipts_at_odds: int  # with what was sent and what the store holds
    fresh_passed: bool
    peak_rss_mb: float
    slowest_batch_s: float
    took_s: float
    cpu_s: float

    def unaccounted(self) -> dict[str, int]:
        """By end: how many too few or too many; what is missing at one cancels nothing at another.

        What the sender does not know how to end (lies under a checksum that holds) was either
        stored or quarantined, and is bound by the sum of all ends.
        """
        return {
            "sent": abs(self.sent - self.stored - self.duplicate - self.quarantined),
            "stored": abs(self.stored - self.rows_in_store),
            "good": abs(self.sent_good - self.good_in_store),
            "duplicate": abs(self.sent_again - self.duplicate),
            "quarantined": abs(self.quarantined - self.kept_or_counted),
            "receipts": self.receipts_at_odds,
            "refusable": max(0, self.sent_refusable - self.kept_or_counted),
        }


def run(count: int, seed: int, folder: Path) -> Account:
    """Send, then read the store."""
    engine, room = _house(folder)
    mutations = Mutations(seed)
    counts, ledger, sent, slowest_s = Counts(), ReceiptLedger(), 0, 0.0
    began_s = said_s = time.monotonic()
    while sent < count:
        batch = mutations.take(min(BATCH, count - sent))
        batch_s = time.monotonic()
        done = ingest(engine, batch, room=room, now=datetime.now(UTC))
        slowest_s = max(slowest_s, time.monotonic() - batch_s)
        counts += done.counts
        sent += len(batch)
        ledger.note(batch, done)
        if time.monotonic() - said_s > _SAY_EVERY_S:
            said_s = time.monotonic()
            print(f"  {sent} of {count}, {sent / (said_s - began_s):.0f}/s", file=sys.stderr)
    took_s = time.monotonic() - began_s
    with reader(engine) as db:
        receipts_at_odds = ledger.at_odds(db)
    fresh = ingest(engine, [_fresh()], room=room, now=datetime.now(UTC)).counts == Counts(stored=1)
    with reader(engine) as db:
        rows = db.execute(select(func.count()).select_from(tables.frame)).scalar_one()
        good = db.execute(
            select(func.count()).where(
                tables.frame.c.agent_id == AGENTS[0],
                tables.frame.c.epoch == str(EPOCH),
                tables.frame.c.seq <= REPEATS,
            )
        ).scalar_one()
        kept, times = db.execute(
            select(func.count(), func.coalesce(func.sum(tables.quarantine.c["count"]), 0))
        ).one()
        not_kept = db.execute(
            select(func.coalesce(func.sum(tables.quarantine_share.c.not_kept), 0))
        ).scalar_one()
    engine.dispose()
    return Account(
        sent=sent,
        sent_good=len(mutations.good),
        sent_again=mutations.good.total() - len(mutations.good),
        sent_refusable=mutations.refusable,
        stored=counts.stored,
        duplicate=counts.duplicate,
        quarantined=counts.quarantined,
        rows_in_store=rows - fresh,
        good_in_store=good,
        kept_or_counted=times + not_kept,
        kept_rows=kept,
        receipts_at_odds=receipts_at_odds,
        fresh_passed=fresh,
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        slowest_batch_s=slowest_s,
        took_s=took_s,
        cpu_s=time.process_time(),
    )


def _fresh() -> Arrival:
    lane, body = valid_frames()[0]
    payload = frame.pack(lane=lane, epoch=Epoch(2, 1), seq=1, body=body)
    return Arrival(topics.up(AGENTS[0], lane), payload)


def _house(folder: Path) -> tuple[Engine, Room]:
    engine = open_engine(sqlite_url(folder))
    migrate(engine)
    site = SiteEntry(id="site", name="Site", organisation_id="factory", zone="UTC")
    factory = OrganisationEntry(id="factory", name="Factory", kind="factory", parent_id=None)
    agents = [
        AgentEntry(id=name, organisation_id="factory", site_id="site", evidence_key=None)
        for name in AGENTS
    ]
    with engine.begin() as db:
        assign(db, organisations=[factory], sites=[site], agents=agents)
    room = Room(
        policy=Policy(),
        evidence=EvidenceFiles(folder / "evidence"),
        command_key=Ed25519PrivateKey.from_private_bytes(bytes(32)),
        high_water=HighWater(folder / "high-water"),
    )
    return engine, room


if __name__ == "__main__":
    account = run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps(asdict(account)))
