"""Suggests where a fault came from: weights of what was found, shares, and a margin. Pure.

Each class begins with nothing and 'undetermined' with the doubt; what is found adds its weights.
A class's share is its part of the sum. The first wins when it leads the second by the margin,
'undetermined' among the others; else nothing is determined. What could not be looked at adds
nothing to any class and is listed. Sums are of exact fractions, so that a margin of just 0.2 is
one and the order of reasons cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from collector.claims.origin.facts import OriginFacts
from collector.claims.origin.kinds import Origin
from collector.claims.origin.signal import Signal, State
from collector.claims.origin.table import SIGNALS
from collector.claims.origin.terms import OriginTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A signal that was found, what it saw, and what it weighs."""

    signal: str
    en: str
    zh: str
    weights: Mapping[Origin, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """A signal that could not be looked at, and for want of what."""

    signal: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What is suggested, and all that it rests on; ``margin`` is what the first leads by."""

    origin: Origin
    shares: Mapping[Origin, float]  # of every class; they sum to 1
    margin: float
    reasons: tuple[Reason, ...]
    not_known: tuple[NotKnown, ...]


def suggest(facts: OriginFacts, terms: OriginTerms) -> Suggestion:
    """Look at every signal of the table and weigh what was found."""
    reasons, not_known = [], []
    for signal in SIGNALS:
        sight = signal.look(facts, terms)
        if sight.state is State.FOUND:
            weights = weights_of(signal, terms)
            reasons.append(Reason(signal=signal.id, en=sight.en, zh=sight.zh, weights=weights))
        elif sight.state is State.UNKNOWN:
            not_known.append(NotKnown(signal=signal.id, en=sight.en, zh=sight.zh))
    return weigh(reasons, not_known, terms)


def weights_of(signal: Signal, terms: OriginTerms) -> Mapping[Origin, float]:
    """The table's weights, or those that the policy file puts in their place."""
    return terms.weights.get(signal.id, signal.weights)


def weigh(
    reasons: Iterable[Reason], not_known: Iterable[NotKnown], terms: OriginTerms
) -> Suggestion:
    """What these reasons suggest."""
    reasons = tuple(reasons)
    sums = {origin: Fraction(0) for origin in Origin}
    sums[Origin.UNDETERMINED] = _exact(terms.doubt)
    for reason in reasons:
        for origin, weight in reason.weights.items():
            sums[origin] += _exact(weight)
    total = sum(sums.values())
    shares = {origin: (amount / total if total else Fraction(0)) for origin, amount in sums.items()}
    if not total:
        shares[Origin.UNDETERMINED] = Fraction(1)
    first, second = sorted(shares.values(), reverse=True)[:2]
    leads = first - second
    leader = max(shares, key=lambda origin: shares[origin])
    wins = leads > 0 and leads >= _exact(terms.margin)
    return Suggestion(
        origin=leader if wins else Origin.UNDETERMINED,
        shares={origin: float(share) for origin, share in shares.items()},
        margin=float(leads),
        reasons=reasons,
        not_known=tuple(not_known),
    )


def _exact(number: float) -> Fraction:
    """The decimal that a policy file states, not the binary number next to it."""
    return Fraction(str(number))
