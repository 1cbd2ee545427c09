"""Trust that verdicts earn and lose, per fault code, device model and kind of proof. Pure.

A verdict that rests on pictures or trends starts in shadow (decision 13). Engineers rule on what
it said, on its own page or by what they decide of the claim that it opened; when enough cameras
were right, it opens drafts, and it stops when they no longer are. A verdict by fact or experiment,
and one that the policy file trusts, opens drafts from the first day, and stops by itself when the
record shows that it is below the bar: when even the upper bound of its precision is.

The unit of counting is the **camera**, not the verdict: ten verdicts of one camera look at one
scene through one lens and say one thing ten times. So a camera has one vote, and it is right only
when everything that was decided about it was right. Votes are taken as independent, and the
interval of their share is the exact one of Clopper and Pearson (Biometrika 26, 1934; see
``collector.stats.interval``), which never promises more than it holds. One value a cluster is the
plainest analysis of clustered data (Donner and Klar, Design and Analysis of Cluster Randomization
Trials, 2000). Cameras of one site share weather and installer; that is why a least number of
sites is asked for beside it.

With the defaults, 36 cameras without a mistake are the least that hold 0.90: 0.025 ** (1 / 36)
is 0.903.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from collector.stats.interval import Interval, exact_interval
from shared.catalogue_entry import Proof


class Ruling(enum.Enum):
    """What an engineer says of a verdict."""

    RIGHT = "right"
    WRONG = "wrong"
    CANNOT_TELL = "cannot_tell"  # counts neither way


class Standing(enum.Enum):
    """What a verdict may do for a model."""

    SHADOW = "shadow"  # recorded and shown, opens nothing
    CLAIMABLE = "claimable"  # earned: opens drafts
    POLICY = "policy"  # the policy file trusts it from day one
    PROVEN = "proven"  # by fact or experiment: opens drafts from day one
    STOPPED = "stopped"  # it opened drafts, and was found wrong too often


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTerms:
    """The bar: ``[trust]`` of the policy file."""

    min_cameras: int = 20
    min_sites: int = 3
    min_precision: float = 0.90  # what the lower bound must hold, a share
    confidence: float = 0.95  # of the two-sided interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What trust is about: this fault code on this device model ('' when it is not known), by
    this kind of proof: how often pictures are right says nothing of experiments."""

    code: str
    model: str
    proof: str = Proof.PASSIVE.value

    @property
    def is_passive(self) -> bool:
        """Only pictures or trends say so."""
        return self.proof == Proof.PASSIVE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """The newest ruling on one verdict, and which camera at which site it was about."""

    camera: int
    site: str
    ruling: Ruling
    by_claim: bool = False  # the factory decided it as a claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the rulings on a pair come to; ``interval`` is None while no camera is decided."""

    right: int = 0  # verdicts
    wrong: int = 0
    cannot_tell: int = 0
    cameras: int = 0  # with a verdict that was decided
    cameras_right: int = 0
    sites: int = 0
    by_claims: int = 0  # verdicts found right or wrong by what was decided of their claim
    interval: Interval | None = None

    @property
    def decided(self) -> int:
        """Verdicts that were found right or wrong."""
        return self.right + self.wrong


def weigh(rulings: Iterable[Ruled], *, confidence: float) -> Record:
    """One vote a camera; see the module's text. ``confidence`` is a share below 1."""
    by_camera: dict[int, list[Ruled]] = defaultdict(list)
    unclear = 0
    for one in rulings:
        if one.ruling is Ruling.CANNOT_TELL:
            unclear += 1
        else:
            by_camera[one.camera].append(one)
    decided = [one for votes in by_camera.values() for one in votes]
    right = sum(one.ruling is Ruling.RIGHT for one in decided)
    cameras_right = sum(
        all(one.ruling is Ruling.RIGHT for one in votes) for votes in by_camera.values()
    )
    cameras = len(by_camera)
    return Record(
        right=right,
        wrong=len(decided) - right,
        cannot_tell=unclear,
        cameras=cameras,
        cameras_right=cameras_right,
        sites=len({one.site for one in decided}),
        by_claims=sum(one.by_claim for one in decided),
        interval=exact_interval(failed=cameras_right, delivered=cameras, confidence=confidence)
        if cameras
        else None,
    )


def has_earned(record: Record, terms: TrustTerms) -> bool:
    """True when cameras, sites and the lower bound of the precision all hold the bar."""
    return (
        record.interval is not None
        and record.cameras >= terms.min_cameras
        and record.sites >= terms.min_sites
        and record.interval.lower >= terms.min_precision
    )


def is_below(record: Record, terms: TrustTerms) -> bool:
    """True when the record shows that the precision is below the bar: all of its interval is.

    Two cameras of two found wrong do (0.84), one of one does not: with the defaults it takes three
    wrong of five, six of twenty.
    """
    return record.interval is not None and record.interval.upper < terms.min_precision


def describe(record: Record, terms: TrustTerms) -> tuple[str, str]:
    """How the record stands against the bar, in English and Chinese."""
    lower = record.interval.lower if record.interval else 0.0
    if is_below(record, terms) and record.interval is not None:
        return _describe_below(record, record.interval.upper, terms)
    return (
        f"{record.cameras_right} of {record.cameras} decided cameras right at {record.sites} sites,"
        f" precision at least {lower:.1%}"
        f" (asked for: {terms.min_cameras} cameras, {terms.min_sites} sites,"
        f" {terms.min_precision:.1%})",
        f"已裁定 {record.cameras} 台摄像机，正确 {record.cameras_right} 台，"
        f"涉及 {record.sites} 个站点，精确率下限 {lower:.1%}"
        f"（要求：{terms.min_cameras} 台、{terms.min_sites} 个站点、{terms.min_precision:.1%}）",
    )


def _describe_below(record: Record, upper: float, terms: TrustTerms) -> tuple[str, str]:
    return (
        f"{record.cameras_right} of {record.cameras} decided cameras right, precision at most"
        f" {upper:.1%} (asked for: {terms.min_precision:.1%})",
        f"已裁定 {record.cameras} 台摄像机，正确 {record.cameras_right} 台，"
        f"精确率上限 {upper:.1%}（要求：{terms.min_precision:.1%}）",
    )
