"""The tables of the agent database, by version; ``user_version`` says which one a file has."""

from __future__ import annotations

from typing import Final

# States of an outbox row; numbers because they are stored.
WAITING: Final = 0
SENT: Final = 1
DELIVERED: Final = 2

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_us INTEGER NOT NULL,
    sent_us INTEGER,
    receipt_us INTEGER,
    refused TEXT,
    size INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    frame BLOB NOT NULL,
    UNIQUE (epoch, seq)
);
CREATE INDEX outbox_next ON outbox (state, lane, id);

-- Rows and bytes by lane and state, kept by triggers: eviction asks at every append.
CREATE TABLE tally (
    lane INTEGER NOT NULL,
    state INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (lane, state)
) WITHOUT ROWID;
CREATE TRIGGER tally_insert AFTER INSERT ON outbox BEGIN
    INSERT INTO tally VALUES (new.lane, new.state, 1, new.size)
    ON CONFLICT DO UPDATE SET rows = rows + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER tally_delete AFTER DELETE ON outbox BEGIN
    UPDATE tally SET rows = rows - 1, bytes = bytes - old.size
    WHERE lane = old.lane AND state = old.state;
END;
CREATE TRIGGER tally_move AFTER UPDATE OF state ON outbox WHEN new.state <> old.state BEGIN
    UPDATE tally SET rows = rows - 1, bytes = bytes - old.size
    WHERE lane = old.lane AND state = old.state;
    INSERT INTO tally VALUES (new.lane, new.state, 1, new.size)
    ON CONFLICT DO UPDATE SET rows = rows + 1, bytes = bytes + new.size;
END;

CREATE TABLE lost (
    id INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    lane INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    reason TEXT NOT NULL
);

CREATE TABLE memory (
    device_id TEXT NOT NULL,
    code TEXT NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (device_id, code)
) WITHOUT ROWID;

CREATE TABLE episode (
    event TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    onset_us INTEGER NOT NULL,
    opened_us INTEGER NOT NULL,
    passes INTEGER NOT NULL DEFAULT 0,
    follow_ups INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    device_id TEXT NOT NULL,
    name TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    blob BLOB NOT NULL
);
CREATE INDEX history_of ON history (device_id, name, id);

CREATE TABLE last_run (
    device_id TEXT NOT NULL,
    probe TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device_id, probe)
) WITHOUT ROWID;

CREATE TABLE spend (
    device_id TEXT NOT NULL,
    day TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    logins INTEGER NOT NULL,
    wakeups INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    PRIMARY KEY (device_id, day)
) WITHOUT ROWID;

CREATE TABLE baseline (
    device_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (device_id, kind)
);

CREATE TABLE command_seen (
    command_id TEXT PRIMARY KEY,
    at_us INTEGER NOT NULL,
    outcome TEXT NOT NULL
) WITHOUT ROWID;
"""

_UPLINK = """
ALTER TABLE outbox ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
DROP INDEX outbox_next;
CREATE INDEX outbox_next ON outbox (state, lane, rank, id);

CREATE TABLE uplink_day (day TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
"""

_EVICTED = """
-- Rows that gave way, added up since the file was made; the gaps themselves go with the health.
CREATE TABLE evicted (
    lane INTEGER NOT NULL,
    reason TEXT NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (lane, reason)
) WITHOUT ROWID;
"""

_EXPERIMENTS = """
-- What an experiment changed on a camera and owes it back; one row a device, gone when restored.
CREATE TABLE restore (
    device_id TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    mode_before TEXT NOT NULL,
    mode_set TEXT NOT NULL,
    ordered_by TEXT NOT NULL,
    begun_us INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_us INTEGER NOT NULL,
    last_error TEXT NOT NULL
) WITHOUT ROWID;

-- Everything that was written to a camera.
CREATE TABLE write_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    ordered_by TEXT NOT NULL,
    operation TEXT NOT NULL,
    what TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    answer TEXT NOT NULL
);
CREATE INDEX write_log_of ON write_log (device_id, id);
"""

_HARM = """
ALTER TABLE spend ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spend ADD COLUMN awake_ms INTEGER NOT NULL DEFAULT 0;
"""

_DAYS = """
-- What a day of a device came to, by kind ("energy", "radio"; ":open" behind it: still going on).
CREATE TABLE device_day (
    device_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (device_id, kind, day)
) WITHOUT ROWID;
CREATE INDEX device_day_on ON device_day (kind, day);
"""

VERSIONS: Final[tuple[str, ...]] = (_FIRST, _UPLINK, _EVICTED, _EXPERIMENTS, _HARM, _DAYS)
"""Scripts in order; a file at ``user_version`` n lacks ``VERSIONS[n:]``. Only ever appended."""
