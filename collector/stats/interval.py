"""The exact (Clopper-Pearson) interval of a failure rate, in the standard library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_STEPS: Final = 200  # bisection ends far earlier: at adjacent floats
_TINY: Final = 1e-300  # Lentz's guard against a zero denominator
_PRECISION: Final = 1e-16


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Both bounds of a share, 0 to 1."""

    lower: float
    upper: float


def exact_interval(*, failed: int, delivered: int, confidence: float = 0.95) -> Interval:
    """Return the two-sided Clopper-Pearson interval of ``failed`` out of ``delivered``.

    The lower bound is the share p with P(X >= failed | p) = (1 - confidence) / 2, the upper the
    one with P(X <= failed | p) equal to the same (Clopper and Pearson, Biometrika 26, 1934).
    ValueError when the counts are not 0 <= failed <= delivered, delivered > 0, or the confidence
    is not between 0 and 1.
    """
    if delivered <= 0 or not 0 <= failed <= delivered:
        raise ValueError(f"{failed} of {delivered} is not a share of delivered units")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1")
    tail = (1 - confidence) / 2
    lower = 0.0 if failed == 0 else _beta_quantile(tail, failed, delivered - failed + 1)
    upper = 1.0 if failed == delivered else 1 - _beta_quantile(tail, delivered - failed, failed + 1)
    return Interval(lower=lower, upper=upper)


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b); a, b > 0 and 0 <= x <= 1.

    Continued fraction DLMF 8.17.22, taken on the side where it converges fast.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(1 - x, b, a)
    front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return math.exp(front) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 1 + d1/(1 + d2/(1 + ...)) by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, 100_000):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + term * d) or _TINY)
        c = (1 + term / c) or _TINY
        value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value


def _beta_quantile(share: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = share, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if beta_share(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
