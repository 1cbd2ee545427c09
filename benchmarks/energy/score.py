"""Each camera-month against its truth, and each claim against what the factory answers for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec

from benchmarks.energy.claims import Decided, decide_all
from benchmarks.energy.expected import (
    NAMES,
    allowed_beside,
    claims_of,
    grace_of,
    is_hidden,
    names_of,
)
from benchmarks.energy.subject import Heard, is_judged
from collector.claims.decision import Verdict
from simulator.solar.account import Month, months_of
from simulator.solar.site import Site
from simulator.solar.truth import CLAIMABLE, Truth


class Scored(msgspec.Struct, frozen=True):
    """One camera-month; ``asked``: its truth had been plain for long enough to be named.

    ``hidden``: plain for as long, but in nothing that the camera tells; asked for separately.
    """

    device_id: str
    month: int
    truth: str
    plain_days: float
    codes: tuple[str, ...]  # that stood in it, and 'mains' for that word of energy.cause
    asked: bool
    named: bool
    wrong: tuple[str, ...]  # codes that are not true
    hidden: bool = False

    @property
    def correct(self) -> bool:
        """Named where asked, and nothing untrue beside."""
        return not self.wrong and (self.named or not self.asked)


class Claim(msgspec.Struct, frozen=True):
    """A draft that the collector would open."""

    device_id: str
    code: str
    opened: str
    truths: tuple[str, ...]
    right: bool
    excused: bool  # wrong, and one of the excuses was the matter
    summary: str


class SiteScore(msgspec.Struct, frozen=True):
    """All of one site."""

    seed: int
    story: str
    kinds: dict[str, str]  # by device: what its firmware tells
    months: list[Scored]
    claims: list[Claim]
    visits: int
    cpu_s: float


def score_months(site: Site, heard: Heard) -> list[Scored]:
    """Every camera-month of the site."""
    scored = []
    cameras = {one.device_id: one for one in site.cameras}
    before = frozenset[str]()  # what was allowed in the camera's month before: it may linger
    for month in months_of(site):
        if month.index == 0:
            before = frozenset()
        allowed = allowed_beside(month.truth, month.also)
        is_untold = is_hidden(month.truth, cameras[month.device_id])
        scored.append(_score(month, _codes_in(month, heard), allowed | before, hidden=is_untold))
        before = allowed
    return scored


def _score(month: Month, codes: frozenset[str], allowed: frozenset[str], *, hidden: bool) -> Scored:
    names = names_of(month.truth, month.also)
    wrong = tuple(sorted(codes - allowed - names))
    is_plain = bool(names) and month.plain_days >= grace_of(month.truth)
    return Scored(
        device_id=month.device_id,
        month=month.index,
        truth=month.truth.value,
        plain_days=month.plain_days,
        codes=tuple(sorted(codes)),
        asked=is_plain and (not hidden or bool(wrong)),
        named=bool(names & codes),
        wrong=wrong,
        hidden=is_plain and hidden,
    )


def _codes_in(month: Month, heard: Heard) -> frozenset[str]:
    codes = {
        one.code
        for one in heard.episodes
        if one.device_id == month.device_id
        and is_judged(one.code)
        and one.stood_in(month.start, month.end)
    }
    told = [
        cause
        for at, cause in heard.causes.get(month.device_id, ())
        if month.start <= at < month.end
    ]
    if told and told[-1] == "mains":
        codes.add("mains")
    return frozenset(codes)


def score_claims(site: Site, heard: Heard) -> Iterator[Claim]:
    """Every draft that would open."""
    months = list(months_of(site))
    for decided in decide_all(site, heard):
        if decided.verdict is Verdict.CLAIM:
            yield _score_claim(site, months, decided)


def _score_claim(site: Site, months: Sequence[Month], decided: Decided) -> Claim:
    episode = decided.episode
    camera = next(one for one in site.cameras if one.device_id == episode.device_id)
    planned = {one.truth for one in camera.matters if one.onset <= episode.opened_at}
    around = set(_seasons(months, decided)) | planned
    if site.outages:
        around.add(Truth.SITE_OUTAGE)
    right = episode.code in claims_of(frozenset(planned))
    excuses = around - CLAIMABLE - {Truth.HEALTHY}
    return Claim(
        device_id=episode.device_id,
        code=episode.code,
        opened=f"{episode.opened_at:%Y-%m-%d}",
        truths=tuple(sorted(one.value for one in around)),
        right=right,
        excused=not right and bool(excuses) and not planned & CLAIMABLE,
        summary=episode.summary,
    )


def _seasons(months: Iterable[Month], decided: Decided) -> Iterator[Truth]:
    """What was the matter with that camera from two weeks before the fault until the decision."""
    episode = decided.episode
    for month in months:
        if month.device_id == episode.device_id and (
            month.start <= decided.at and month.end >= episode.onset_at - timedelta(days=14)
        ):
            yield from (one for one in (month.truth, *month.also) if one in NAMES)
