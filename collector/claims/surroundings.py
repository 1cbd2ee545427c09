"""What explains a due fault from outside its device: a silence, a lost site, a wrong clock. Pure.

None of it ends the fault: what outlives its explanation is judged after it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from collector.claims import silence
from collector.claims.decision import Decision, Verdict
from collector.claims.facts import Facts, LossFacts
from collector.claims.policy import Policy
from shared.catalogue import CATALOGUE

# Faults that a site without power or network shows by itself.
EXPLAINED_BY_SITE: Final = frozenset(
    {
        "device.unreachable",
        "device.misbehaves",
        "mainboard.dead",
        "cellular.modem_dead",
        "cellular.not_registered",
        "stream.none",
        "stream.low_rate",
        "picture.frozen",
        "picture.black",
        "recording.stopped",
        "recording.gap",
    }
)


# Faults that an agent finds everywhere when its own clock is wrong: a login that it signs then is
# refused as stale, whatever else the refusal is taken for.
EXPLAINED_BY_CLOCK: Final = frozenset(
    {"clock.wrong", "mainboard.clock_lost", *(c for c in CATALOGUE if c.startswith("login."))}
)
# Beyond it a digest of WS-Security is stale (UsernameToken profile 1.1, section 3.1: five minutes).
CLOCK_OFF: Final = timedelta(minutes=5)

# Begins the reason of a decision that waits for an agent closed at its data cap.
CLOSED_EN: Final = "waiting: the agent is closed at its data cap"


# Begins the reason of a decision that waits for the end of a silence.
SILENCED_EN: Final = "waiting: silenced"


def explain(case: Facts, policy: Policy, now: datetime) -> Decision | None:
    """The decision by the fault's surroundings; None when they explain nothing."""
    if (quiet := _silenced(case, policy, now)) is not None:
        return quiet
    if (lost := _site_lost(case, policy, now)) is not None:
        return lost
    if case.code in EXPLAINED_BY_CLOCK and abs(case.site.agent_clock_off) > CLOCK_OFF:
        return _wait_for_clock(case, policy, now)
    return None


def _silenced(case: Facts, policy: Policy, now: datetime) -> Decision | None:
    """Judged at the end of a silence or maintenance window, not within it; it stays recorded."""
    hold = policy.due_after(case.code, case.site.promised_within_s)
    met = silence.judged_from(case.silences, onset_at=case.onset_at, hold=hold)
    if met is None or now >= met[1]:
        return None
    by, until = met
    return Decision(
        verdict=Verdict.WAIT,
        reason_en=f"{SILENCED_EN} until {by.ends_at:%Y-%m-%d %H:%M} UTC by {by.made_by}: "
        f"{by.reason}; judged after it",
        reason_zh=f"等待：{by.made_by} 已设静默至 {by.ends_at:%Y-%m-%d %H:%M} UTC：{by.reason}；"
        "结束后再判定",
        look_again_at=until,
    )


def _site_lost(case: Facts, policy: Policy, now: datetime) -> Decision | None:
    """What the loss of what it hangs on explains; a fault that was there before it is explained
    by none.

    An incident is not the end of a fault that outlives it: such a one is due again after it.
    """
    site = case.site
    silent_since = site.agent_silent_since
    known_after = policy.site_loss_known_after(site.promised_within_s)
    if silent_since is None and site.agent_quiet_until is not None:
        return _closed(site.agent_quiet_until, policy, now)
    began = []
    if silent_since is not None:
        began.append(silent_since - known_after)
    if site.loss is not None and case.code in EXPLAINED_BY_SITE:
        # Only the agent that goes on telling can have told of a camera's stream before its loss.
        margin = timedelta(seconds=policy.site_loss_margin_s)
        began.append(site.loss.began_at - (known_after if silent_since is None else margin))
    if any(case.onset_at >= moment for moment in began):
        return _explained(site.loss, policy, now)
    return _wait_for_site(policy, now) if began else None


def _wait_for_clock(case: Facts, policy: Policy, now: datetime) -> Decision:
    """The agent's own clock is wrong: what it says of other clocks is judged two holds after that,
    for it leaves an account that refused it alone for up to a day."""
    off_s = case.site.agent_clock_off.total_seconds()
    return Decision(
        verdict=Verdict.WAIT,
        reason_en=f"waiting: the agent's own clock is {off_s:+.0f} s off; judged when it is right",
        reason_zh=f"等待：代理自身的时钟偏差 {off_s:+.0f} 秒；校准后再判定",
        look_again_at=now + 2 * policy.due_after(case.code, case.site.promised_within_s),
    )


def _explained(loss: LossFacts | None, policy: Policy, now: datetime) -> Decision:
    if loss is None or loss.incident_id is None:
        return Decision(
            verdict=Verdict.WAIT,
            reason_en="waiting: more than this device is lost; it is not settled yet what",
            reason_zh="等待：失联的不止此设备；尚未确定范围",
            look_again_at=now + timedelta(seconds=policy.recheck_s),
        )
    return Decision(
        verdict=Verdict.INCIDENT,
        reason_en=loss.text_en,
        reason_zh=loss.text_zh,
        incident_id=loss.incident_id,
    )


def _wait_for_site(policy: Policy, now: datetime) -> Decision:
    return Decision(
        verdict=Verdict.WAIT,
        reason_en="waiting: the fault began before the site was lost; judged when it is back",
        reason_zh="等待：故障早于现场失联；现场恢复后再判定",
        look_again_at=now + timedelta(seconds=policy.recheck_s),
    )


def _closed(until: datetime, policy: Policy, now: datetime) -> Decision:
    """No clearing would be heard before then: a wrong claim costs more than a late one.

    Looked at again then, or when the agent speaks of itself before; later on every ``recheck_s``.
    """
    return Decision(
        verdict=Verdict.WAIT,
        reason_en=f"{CLOSED_EN} until {until:%Y-%m-%d %H:%M} UTC; judged when it speaks again",
        reason_zh=f"等待：代理因流量达到上限停发至 {until:%Y-%m-%d %H:%M} UTC；恢复上报后再判定",
        look_again_at=max(until, now + timedelta(seconds=policy.recheck_s)),
    )
