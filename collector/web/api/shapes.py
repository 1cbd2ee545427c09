"""What API items look like: snake_case keys with units, times in ISO 8601 UTC."""

from __future__ import annotations

from datetime import date, datetime

from collector.store.views.claims import PreClaim
from collector.store.views.device_file import EpisodeRow, LatestReading
from collector.store.views.devices import Device
from collector.store.views.outcomes import DecisionRow, IncidentRow
from collector.store.views.tasks import TaskRow
from collector.web.clock_panel import ClockPanel, state_of
from collector.web.pages.health import Agent
from collector.web.pages.trends import Judged


def when(moment: datetime | date | None) -> str | None:
    """ISO 8601, or null."""
    return None if moment is None else moment.isoformat()


def device(row: Device) -> dict[str, object]:
    """A position and what hangs there."""
    return {
        "id": row.id,
        "agent_id": row.agent_id,
        "device_id": row.device_id,
        "site": row.site_id,
        "name": row.name,
        "label_serial": row.label_serial,
        "serial_source": row.serial_source,
        "manufacturer": row.manufacturer,
        "model": row.model,
        "firmware": row.firmware,
        "standing": row.standing,
        "standing_reason": row.standing_reason,
        "standing_at": when(row.standing_at),
        "last_good_at": when(row.last_good_at),
        "open_codes": list(row.open_codes),
        "picture_at": when(row.picture_at),
        "url": f"/devices/{row.id}",
    }


def reading(row: LatestReading) -> dict[str, object]:
    """The last word on one aspect."""
    return {
        "name": row.name,
        "value": row.value,
        "unit": row.unit,
        "quality": row.quality,
        "taken_at": when(row.taken_at),
        "detail": row.detail,
    }


def episode(row: EpisodeRow) -> dict[str, object]:
    """One episode and its decision."""
    return {
        "id": row.id,
        "code": row.code,
        "state": row.state,
        "onset_at": when(row.onset_at),
        "cleared_at": when(row.cleared_at),
        "summary_en": row.summary.en,
        "summary_zh": row.summary.zh,
        "decision_state": row.decision_state,
        "outcome": row.outcome or None,
    }


def preclaim(row: PreClaim) -> dict[str, object]:
    """One line of a case."""
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "serial": row.serial,
        "serial_source": row.serial_source,
        "position": row.position_id,
        "position_name": row.position_name or None,
        "agent_id": row.agent_id or None,
        "device_id": row.device_id or None,
        "site": row.site_id or None,
        "via": row.via,
        "subject": row.subject,
        "quantity": row.quantity,
        "reporter": row.reporter or None,
        "model": row.model,
        "batch": row.batch,
        "component": row.component,
        "codes": list(row.codes),
        "warranty_verdict": row.warranty_verdict,
        "warranty_until": when(row.warranty_until),
        "warranty_reason_en": row.warranty_reason.en,
        "warranty_reason_zh": row.warranty_reason.zh,
        "opened_at": when(row.opened_at),
        "onset_at": when(row.onset_at),
        "closed_at": when(row.closed_at),
        "due_at": when(row.due_at),
        "evidence": {"complete": row.evidence.complete, "total": row.evidence.total},
        "profile_unproven": row.carried.is_unproven,
        "url": f"/preclaims/{row.id}",
    }


def decision(row: DecisionRow) -> dict[str, object]:
    """What was decided, and why."""
    return {
        "id": row.id,
        "episode_id": row.episode_id,
        "device_id": row.device_id,
        "agent_id": row.agent_id,
        "label_serial": row.label_serial,
        "code": row.code,
        "outcome": row.outcome or None,
        "state": row.state,
        "reason_en": row.reason.en,
        "reason_zh": row.reason.zh,
        "due_at": when(row.due_at),
        "decided_at": when(row.decided_at),
    }


def incident(row: IncidentRow) -> dict[str, object]:
    """A cause that took devices away; ``members`` counts them. A storm names the first site."""
    return {
        "id": row.id,
        "site": row.site_id,
        "level": row.level,
        "cause": row.cause,
        "text_en": row.text.en,
        "text_zh": row.text.zh,
        "opened_at": when(row.opened_at),
        "closed_at": when(row.closed_at),
        "members": row.members,
    }


def task(row: TaskRow) -> dict[str, object]:
    """Something to do at a site."""
    return {
        "id": row.id,
        "site": row.site_id,
        "device_id": row.device_id,
        "position": row.position_id,
        "code": row.code,
        "kind": row.kind,
        "opened_at": when(row.opened_at),
        "closed_at": when(row.closed_at),
        "closed_by": row.closed_by or None,
        "state": row.state.value,
        "verified": row.is_verified,
        "owner": row.assignee or None,
        "due_on": when(row.due_on),
        "done_at": when(row.done_at),
        "done_by": row.done_by or None,
        "returned": row.returned,
        "url": f"/tasks/{row.id}",
    }


def trend(row: Judged) -> dict[str, object]:
    """Counts and both exact 95 % intervals, as shares from 0 to 1."""
    return {
        "name": row.trend.name,
        "delivered": row.trend.delivered,
        "reporting": row.trend.reporting,
        "silent": row.trend.silent,
        "confirmed": row.trend.confirmed,
        "pending": row.trend.pending,
        "confirmed_lower": row.confirmed.lower,
        "confirmed_upper": row.confirmed.upper,
        "with_pending_lower": row.with_pending.lower,
        "with_pending_upper": row.with_pending.upper,
        "contract_breached": row.contract.breached,
        "contract_needed": row.contract.needed,
    }


GAPS_TOLD = 100  # of one agent; ``missing_rows`` counts all


def agent(row: Agent) -> dict[str, object]:
    """An agent; ``outbox_rows`` is null until it tells."""
    return {
        "id": row.row.id,
        "site": row.row.site_id,
        "standing": row.standing,
        "last_seen_at": when(row.row.last_seen_at),
        "promised_by": when(row.row.promised_by),
        "silent_since": when(row.row.silent_since),
        "quiet_until": when(row.row.quiet_until),
        "uplink": row.row.uplink,
        "version": row.row.version,
        "devices": row.row.devices,
        "outbox_rows": row.waiting_rows,
        "outbox_bytes": row.waiting_bytes,
        "lost_ranges": row.lost_ranges,
        "missing_rows": row.missing,
        "gaps": [
            {
                "epoch": gap.epoch,
                "first": gap.range.first,
                "last": gap.range.last,
                "why": gap.why.value,
                "reason": gap.reason,
                "noticed_at": when(gap.noticed_at),
            }
            for gap in row.gaps[:GAPS_TOLD]
        ],
        "not_looked_at": [{"epoch": one.epoch, "first": one.first} for one in row.unseen],
    }


def clocks(panel: ClockPanel) -> dict[str, object]:
    """Both clocks, counted now."""
    whole = panel.resolution
    return {
        "response": [
            {
                "cycle": one.number,
                "because": one.because,
                "state": state_of(one),
                "started_at": when(one.started_at),
                "due_at": when(one.due_at),
                "stopped_at": when(one.stopped_at),
                "elapsed_s": round(one.elapsed.total_seconds()),
                "remaining_s": round(one.remaining.total_seconds()),
                "breached": one.is_breached,
                "provisional": one.is_provisional,
            }
            for one in panel.cycles
        ],
        "resolution": None
        if whole is None
        else {
            "state": state_of(whole),
            "started_at": when(whole.started_at),
            "due_on": whole.due_on.isoformat(),
            "due_at": when(whole.due_at),
            "stopped_at": when(whole.stopped_at),
            "elapsed_days": whole.elapsed_days,
            "remaining_days": whole.remaining_days,
            "paused_days": whole.paused_days,
            "paused_since": when(whole.pause.began_at) if whole.pause else None,
            "pause_reason": whole.pause.reason.value if whole.pause else None,
            "pause_note": whole.pause.note if whole.pause else None,
            "breached": whole.is_breached,
            "breaches_at": when(whole.breaches_at),
            "provisional": whole.is_provisional,
            "calendar": whole.calendar,
        },
    }
