"""The facts of a handover: what hangs where, what can be told there, its cost, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.accept import Accepted, Ending, why_not
from agent.budget import MIB, Budget
from agent.config import Config, Device, budget_of
from agent.diagnosis.pictures.acceptance_checks import Check, Result
from agent.setup.examine import Login
from agent.setup.plan import Open, Planned
from agent.setup.words import PROBLEMS
from agent.topology import NAMES
from agent.wrong import Both, join

_YES: Final = Both("", "")
_SEMICOLON: Final = Both("; ", "；")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """Something that can be diagnosed there, or why it cannot."""

    name: Both
    why_not: Both | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something open: what, and what to do."""

    reason: Both
    remedy: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One device of the handover."""

    planned: Planned
    device: Device | None  # None: it is not watched
    abilities: tuple[Ability, ...]
    budget: Budget | None
    checks: tuple[Check, ...]
    jpeg: bytes
    is_accepted: bool
    problems: tuple[Problem, ...]

    @property
    def where(self) -> Both:
        """How it is powered and reached."""
        return NAMES[self.device.topology] if self.device else Both("-", "-")

    @property
    def promised(self) -> Both:
        """The most that it is asked for in a day."""
        budget = self.budget
        if budget is None:
            return Both("nothing", "无")
        charge = budget.mah_per_day if budget.draw else None
        parts = [
            Both(f"{budget.requests_per_day:,} requests", f"请求 {budget.requests_per_day:,} 次"),
            Both(f"{budget.bytes_per_day // MIB:,} MiB", f"{budget.bytes_per_day // MIB:,} MiB"),
            Both(
                f"{budget.logins_per_day:,} login attempts",
                f"登录尝试 {budget.logins_per_day:,} 次",
            ),
            Both(f"{budget.writes_per_day} writes", f"写入 {budget.writes_per_day} 次"),
        ]
        if charge is not None:
            visits = budget.wakeups_per_day
            parts.append(Both(f"{visits} wake-ups", f"唤醒 {visits} 次"))
            parts.append(Both(f"{charge} mAh (estimated)", f"{charge} mAh（估算）"))
        return join(Both(", ", "，"), parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The whole report."""

    at: datetime
    agent_id: str
    config_name: str
    consent_by: str
    sheets: tuple[Sheet, ...]

    @property
    def open_count(self) -> int:
        """How much is open in all."""
        return sum(len(sheet.problems) for sheet in self.sheets)


def hand_over(
    planned: Sequence[Planned],
    config: Config,
    accepted: Mapping[str, Accepted],
    *,
    pictures: Mapping[str, bytes],
    at: datetime,
    config_name: str,
    consent_by: str,
    no_acceptance: Both | None = None,
) -> Handover:
    """Put the facts together; ``no_acceptance`` is why nobody took pictures.

    ``pictures`` are of devices that were accepted before.
    """
    devices = {device.device_id: device for device in config.devices}
    sheets = [
        _sheet(
            one,
            devices.get(one.device_id) if one.is_watched else None,
            accepted.get(one.device_id),
            pictures.get(one.device_id, b""),
            config_name=config_name,
            no_acceptance=no_acceptance,
        )
        for one in planned
    ]
    return Handover(
        at=at,
        agent_id=config.agent_id,
        config_name=config_name,
        consent_by=consent_by,
        sheets=tuple(sheets),
    )


def _sheet(
    planned: Planned,
    device: Device | None,
    accepted: Accepted | None,
    kept: bytes,
    *,
    config_name: str,
    no_acceptance: Both | None,
) -> Sheet:
    problems = [_told(one) for one in planned.open]
    picture = accepted.picture if accepted else None
    may_accept = device is not None and planned.seen.login in (Login.ACCEPTED, Login.OPEN)
    values = {"id": planned.device_id, "config": config_name}
    if accepted is not None and accepted.ending in (Ending.WRONG, Ending.NO_PICTURE):
        problems.append(_told(Open(key="not_accepted", values={**values, "why": _why(accepted)})))
    elif accepted is None and not kept and may_accept and no_acceptance is not None:
        values_told = {**values, "why": no_acceptance}
        problems.append(_told(Open(key="acceptance_left_out", values=values_told)))
    return Sheet(
        planned=planned,
        device=device,
        abilities=tuple(_abilities(planned, device, has_picture=bool(picture or kept))),
        budget=budget_of(device) if device else None,
        checks=accepted.checks if accepted else (),
        jpeg=picture.jpeg if picture else kept,
        is_accepted=bool(kept)
        or (accepted is not None and accepted.ending in (Ending.ACCEPTED, Ending.STANDS)),
        problems=tuple(problems),
    )


def _told(one: Open) -> Problem:
    wrong = PROBLEMS[one.key]
    return Problem(
        reason=wrong.reason.filled(**one.values), remedy=wrong.remedy.filled(**one.values)
    )


def _why(accepted: Accepted) -> Both:
    if accepted.ending is Ending.NO_PICTURE:
        return Both(why_not(accepted, "en") or "no picture", why_not(accepted, "zh") or "无画面")
    wrong = [check for check in accepted.checks if check.result is Result.WRONG]
    return join(_SEMICOLON, (Both(check.en, check.zh) for check in wrong))


def _abilities(planned: Planned, device: Device | None, *, has_picture: bool) -> Iterable[Ability]:
    seen = planned.seen
    watched = None if device else Both("it is not watched", "未监测")
    let_in = watched or (
        None
        if seen.login in (Login.ACCEPTED, Login.OPEN)
        else Both("it lets nobody in", "无法登录")
    )
    there = watched or (None if seen.is_there else Both("it did not answer", "无应答"))
    yield Ability(name=Both("reachable, clock", "可达性、时钟"), why_not=there)
    yield Ability(name=Both("login, firmware, exchange", "登录、固件、更换"), why_not=let_in)
    stream = None if seen.has_stream else Both("it names no stream", "未给出视频流")
    yield Ability(name=Both("stream", "视频流"), why_not=let_in or stream)
    pictured = None if has_picture else Both("no picture yet", "尚无画面")
    yield Ability(
        name=Both("focus, film, view, colour, noise", "对焦、保护膜、视野、颜色、噪声"),
        why_not=let_in or pictured,
    )
    yield Ability(
        name=Both("infrared filter by test", "红外滤光片主动测试"),
        why_not=let_in or _why_no_test(planned, device),
    )
    for prefix, name in (
        ("battery.", Both("battery and panel", "电池与太阳能板")),
        ("cellular.", Both("mobile signal", "移动信号")),
    ):
        told = any(value.startswith(prefix) for value in seen.vendor_values)
        unknown = Both("no firmware profile tells it", "没有固件描述文件给出")
        yield Ability(name=name, why_not=let_in or (None if told else unknown))


def _why_no_test(planned: Planned, device: Device | None) -> Both | None:
    if not planned.seen.switches_filter:
        return Both("the camera does not offer it", "摄像机不支持")
    if device is None or not device.ir_cut.allow_test:
        return Both("its owner has not allowed it", "业主未同意")
    if device.is_battery and not device.ir_cut.allow_test_on_battery:
        return Both("not on a battery without consent", "电池供电未获同意")
    return None
