"""All that is known of one claim line as evidence: rows of the store, judged by the pure rules.

The page, the API, the pack and the requests to agents read a line here, so that all of them name
the same gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims import supporting, troubleshooting
from collector.claims.report import Tried
from collector.claims.story import LogEvent
from collector.claims.troubleshooting import CHECKED, Check, CheckOutcome
from collector.pack import around as surroundings
from collector.pack.claim import Control
from collector.store import firmware_changes, hourly, proofs, reports, stories, units
from collector.store.proofs import Proof
from collector.store.reports import FileRow, ReportRow
from collector.store.scope import Scope
from collector.store.views import claim_file, device_file
from collector.store.views import pack as view
from collector.store.views.claim_file import FindingRow, ManifestRow
from collector.store.views.claims import PreClaim
from collector.store.views.device_file import LatestReading
from collector.store.views.pack import PeerRow
from collector.telemetry.samples import HOUR_S, moment_of
from shared.reading import Quality

_SERIES: Final[Mapping[str, tuple[str, ...]]] = {
    supporting.BATTERY: ("battery.charge", "battery.voltage"),
    supporting.RADIO: ("cellular.rsrp", "cellular.rssi"),
    supporting.TEMPERATURE: (
        "battery.temperature",
        "device.temperature",
        "host.temperature",
        "cellular.temperature",
    ),
}
_UPTIME: Final = "device.uptime"
_VERIFIED: Final = "verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFile:
    """The rows of a line, as one transaction sees them."""

    row: PreClaim
    findings: tuple[FindingRow, ...]
    reports: tuple[ReportRow, ...]
    manifests: tuple[ManifestRow, ...]
    proofs: tuple[Proof, ...]
    uploads: tuple[FileRow, ...]
    log: tuple[LogEvent, ...]
    peers: tuple[PeerRow, ...]
    control: Control | None  # None: no agent sees it
    series_days: Mapping[str, int]
    clock_off_s: float | None
    readings: Mapping[str, LatestReading]  # the latest of its device, by name
    delivered_on: date | None  # as the registry says
    seen: tuple[Check, ...]  # what readings show of troubleshooting

    @property
    def codes(self) -> tuple[str, ...]:
        """The faults that carry the line."""
        return tuple(sorted(self.row.carried.codes or self.row.codes))

    @property
    def recorder_firmware(self) -> str:
        """Of the recorder, as the first finding that names one says."""
        return next((f.recorder_firmware for f in self.findings if f.recorder_firmware), "")

    @property
    def checks(self) -> tuple[Check, ...]:
        """What was tried, by whomever, oldest first."""
        return tuple(
            sorted((*_reported(self.reports), *_told(self.log), *self.seen), key=lambda c: c.at)
        )


def read(db: Connection, scope: Scope, row: PreClaim, *, now: datetime) -> LineFile:
    """Everything that the rules ask for; the caller has found the line within the scope."""
    onset_at = row.onset_at or row.opened_at
    findings = claim_file.list_findings(db, scope, row.id)
    latest = device_file.list_readings(db, scope, row.position_id) if row.position_id else ()
    readings = {one.name: one for one in latest}
    off_s = view.agent_clock_off_s(db, row.agent_id) if row.position_id else None
    unit = units.find(db, row.serial) if row.serial else None
    return LineFile(
        row=row,
        findings=findings,
        reports=reports.of_line(db, scope, row.id),
        manifests=claim_file.list_manifests(db, scope, row.id),
        proofs=proofs.of_line(db, row.id),
        uploads=reports.files_of(db, scope, row.id),
        log=stories.log_of(db, row.id),
        peers=view.list_peers(db, scope, row.id, model=row.model, batch=row.batch),
        control=_control(db, scope, row, onset_at=onset_at),
        series_days=_series_days(db, row, onset_at=onset_at, now=now),
        clock_off_s=off_s,
        readings=readings,
        delivered_on=unit.delivered_on if unit else None,
        seen=_seen(
            db,
            row,
            findings,
            readings,
            is_clock_true=supporting.is_near(off_s),
            onset_at=onset_at,
            now=now,
        ),
    )


def _control(db: Connection, scope: Scope, row: PreClaim, *, onset_at: datetime) -> Control | None:
    if row.position_id is None:
        return None
    siblings = view.list_siblings(db, scope, row.position_id, onset_at=onset_at)
    return surroundings.control(siblings, codes=row.codes, onset_at=onset_at)


def _series_days(
    db: Connection, row: PreClaim, *, onset_at: datetime, now: datetime
) -> dict[str, int]:
    """Days (UTC) with a good number in what the pack's series covers, by item."""
    wanted = {name for code in row.codes for name in supporting.SHOULD.get(code, ())}
    names = [name for item in _SERIES if item in wanted for name in _SERIES[item]]
    if row.position_id is None or not names:
        return {}
    until = min(now, onset_at + surroundings.AFTER)
    found = hourly.hourly_of(
        db, row.position_id, names, since=onset_at - surroundings.BEFORE, until=until
    )
    days = {
        name: {moment_of(at * HOUR_S).date() for at, _ in hours.each()}
        for name, hours in found.items()
    }
    return {
        item: max((len(days[name]) for name in _SERIES[item]), default=0)
        for item in _SERIES
        if item in wanted
    }


def number_of(reading: LatestReading | None) -> float | None:
    """The number of a good reading; None for any other."""
    if reading is None or reading.quality != Quality.GOOD.value:
        return None
    value = reading.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _seen(
    db: Connection,
    row: PreClaim,
    findings: Iterable[FindingRow],
    readings: Mapping[str, LatestReading],
    *,
    is_clock_true: bool,
    onset_at: datetime,
    now: datetime,
) -> tuple[Check, ...]:
    if row.position_id is None:
        return ()
    is_open = any(one.episode.cleared_at is None for one in findings)
    uptime = readings.get(_UPTIME) if is_clock_true else None
    restart = troubleshooting.restart_seen(
        number_of(uptime),
        read_at=min(uptime.taken_at, now) if uptime else now,
        onset_at=onset_at,
        is_open=is_open,
        agent=row.agent_id,
    )
    ran = firmware_changes.until(db, agent_id=row.agent_id, position_id=row.position_id, at=now)
    changes = [
        troubleshooting.Updated(before=one.before, after=one.after, at=one.at)
        for one in ran
        if one.of == "camera"
    ]
    update = troubleshooting.update_seen(
        changes, onset_at=onset_at, is_open=is_open, agent=row.agent_id
    )
    return tuple(one for one in (restart, update) if one is not None)


def _reported(rows: Iterable[ReportRow]) -> Iterable[Check]:
    known = {one.value: one for one in Tried}
    for row in rows:
        for one in row.tried:
            if one in known:
                yield Check(
                    what=known[one],
                    outcome=CheckOutcome.NOT_TOLD,
                    at=row.at,
                    actor=row.reporter,
                )


def _told(log: Iterable[LogEvent]) -> Iterable[Check]:
    for event in log:
        if event.type == CHECKED:
            found = troubleshooting.read_check(event.payload, at=event.at, actor=event.actor)
            if found is not None:
                yield found
