"""Which veil lies over a picture: mist inside, a film on the glass, or none."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from agent.diagnosis.pictures.look import Look, baseline_of
from agent.diagnosis.pictures.witness import may_be_weather, weather
from agent.diagnosis.rule import Finding, View
from agent.diagnosis.verdicts import unsure


class Veil(enum.Enum):
    """What takes contrast and lifts blacks, if anything does."""

    NONE = "none"
    MIST = "mist"  # scatters: contrast goes, faint edges with it; fog looks the same
    FILM = "film"  # blurs: softer and milky, and every edge is still there


@dataclass(frozen=True, slots=True, kw_only=True)
class Veiled:
    """The veil of a picture; ``bar`` is the contrast under which it counts as one."""

    kind: Veil
    bar: float


def veil_of(view: View, look: Look) -> Veiled | None:
    """The veil, against this camera's own medians; None without a reference or a past.

    The medians and not the lowest of the past: mornings of fog are in it.
    """
    levels, baseline = view.levels, baseline_of(view, look.light)
    contrast, lift = look.get("ref_contrast"), look.get("ref_veil")
    if baseline is None or contrast is None or lift is None:
        return None
    usual = baseline.norm("ref_contrast", support=levels.baseline_pictures)
    blacks = baseline.norm("ref_veil", support=levels.baseline_pictures)
    if usual is None or blacks is None or (look.get("ref_count") or 0) < levels.reference_pictures:
        return None
    share, lifted = contrast / max(usual.median, 1e-6), lift - blacks.median
    kind = Veil.NONE
    lost = look.get("ref_edges_lost") or 0.0
    is_whole = (look.get("ref_edges_lost_block") or 0.0) >= levels.veil_whole * lost
    if _is_even(view, look):
        if lost >= levels.veil_lost_soft or (
            lost >= levels.veil_lost_least and not _is_very_soft(view, look)
        ):
            is_mist = is_whole and share < levels.veil_share and lifted >= levels.veil_lift
            kind = Veil.MIST if is_mist else Veil.NONE
        elif _is_filmed(view, share, lifted) and _is_soft(view, look):
            kind = Veil.FILM
    return Veiled(kind=kind, bar=levels.veil_share * usual.median)


def _is_even(view: View, look: Look) -> bool:
    """Over all of the view: a thing before the lens takes contrast on its side only."""
    levels = view.levels
    slopes = [look.get(f"ref_contrast_slope_{axis}") or 0.0 for axis in ("x", "y")]
    changed = look.get("ref_changed") or 0.0
    return math.hypot(*slopes) < levels.veil_slope_most and changed < levels.veil_changed_most


def _is_filmed(view: View, share: float, lifted: float) -> bool:
    """Milky beyond what a lost focus does to contrast and blacks."""
    levels = view.levels
    if share >= levels.film_share or lifted < levels.film_lift:
        return False
    return share < levels.film_share_alone or lifted >= levels.film_lift_alone


def _is_soft(view: View, look: Look) -> bool:
    baseline = baseline_of(view, look.light)
    detail = look.get("ref_detail")
    usual = baseline.norm("ref_detail", support=1) if baseline else None
    if usual is None or detail is None:
        return False
    return detail < usual.median - view.levels.detail_least / 3


def _is_very_soft(view: View, look: Look) -> bool:
    """As soft as behind grease: mist scatters, and leaves fine detail in what it does not hide."""
    baseline, detail = baseline_of(view, look.light), look.get("ref_detail")
    usual = baseline.norm("ref_detail", support=1) if baseline else None
    if usual is None or detail is None:
        return False
    return detail < view.levels.veil_detail * usual.median


def veiled_or_weather(
    view: View, look: Look, code: str, *, is_weather: bool = True
) -> Finding | None:
    """No verdict for what a veil or the weather does to a picture; None when neither is there.

    ``is_weather``: False where the finding is beyond what weather does.
    """
    if is_weather and may_be_weather(view, look):
        return weather(code)
    veil = veil_of(view, look)
    if veil is None or veil.kind is Veil.NONE:
        return None
    return unsure(
        code,
        "a veil lies over the picture: that comes first",
        "画面有雾状遮挡：先行判断遮挡",
        "a clean and dry lens",
        "清洁并干燥镜头",
    )
