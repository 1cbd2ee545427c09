"""How many times more often one group fails than another, with an exact interval."""

from __future__ import annotations

from dataclasses import dataclass

from collector.stats.interval import exact_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRatio:
    """The ratio of two failure rates and its bounds; infinite where the other never failed."""

    ratio: float
    lower: float
    upper: float


def rate_ratio(
    *,
    failed: int,
    exposure: float,
    others_failed: int,
    others_exposure: float,
    confidence: float = 0.95,
) -> RateRatio | None:
    """The ratio of ``failed`` per ``exposure`` to the others'; None when nothing can be compared.

    Exposures are in the same unit, such as device-days. Given the total of both, the failures of
    the first group are binomial with p = r*E1 / (r*E1 + E2), so that the exact interval of p
    (Clopper and Pearson) turns into one of r (Przyborowski and Wilenski, Biometrika 31, 1940).
    ValueError for negative counts or exposures.
    """
    if min(failed, others_failed) < 0 or min(exposure, others_exposure) < 0:
        raise ValueError("counts and exposures are not negative")
    total = failed + others_failed
    if total == 0 or exposure <= 0 or others_exposure <= 0:
        return None
    share = exact_interval(failed=failed, delivered=total, confidence=confidence)
    scale = others_exposure / exposure
    return RateRatio(
        ratio=_odds(failed / total) * scale,
        lower=_odds(share.lower) * scale,
        upper=_odds(share.upper) * scale,
    )


def _odds(share: float) -> float:
    return float("inf") if share >= 1 else share / (1 - share)
