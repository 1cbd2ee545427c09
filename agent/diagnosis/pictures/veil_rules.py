"""Veils and stains: humidity inside, dirt, spray and webs outside, a film that was left on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.pictures.departure import (
    Departure,
    Side,
    depart,
    in_between,
    not_known_yet,
    seen,
)
from agent.diagnosis.pictures.look import Look, baseline_of
from agent.diagnosis.pictures.others import Others, fog_of, outlasts_weather
from agent.diagnosis.pictures.pace import HOURS, PARKED, SOON
from agent.diagnosis.pictures.veil import Veil, veil_of
from agent.diagnosis.pictures.witness import (
    hours_beyond,
    may_be_weather,
    weather,
)
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, unsure
from shared.reading import Reading

CONDENSATION, DIRTY, FILM = "picture.condensation", "picture.dirty", "picture.film_left_on"
_CONTRAST: Final = "picture.ref_contrast"
_NAMES = (_CONTRAST, "picture.ref_veil", "picture.ref_edges_lost", "picture.ref_detail")
_STAINS = ("picture.ref_edges_lost", "picture.ref_edges_gained", "picture.ref_detail_p90")


def judge_condensation(view: View) -> Finding:
    """A veil that the site's other cameras do not see, for hours on end or on three mornings.

    Fog has the same look in one picture: it hits the siblings too, and it lifts. Where nobody
    else looks, three foggy mornings are as likely as three misted ones.
    """
    look = seen(view, CONDENSATION)
    if isinstance(look, Finding):
        return look
    veil = veil_of(view, look)
    contrast = depart(view, look, "ref_contrast", least=view.levels.contrast_least, side=Side.BELOW)
    if veil is None or contrast is None:
        return not_known_yet(CONDENSATION)
    veiled = _veiled(view, veil.bar)
    if veil.kind is Veil.NONE:
        if contrast.is_usual and not veiled:
            return healthy(CONDENSATION, view, *_NAMES)
        if contrast.is_usual:
            return unsure(
                CONDENSATION,
                "clear now, veiled within the last days",
                "目前清晰，但近日曾有雾状遮挡",
                "three clear days",
                "连续三日画面清晰",
            )
    if veil.kind is not Veil.MIST:
        return in_between(CONDENSATION, "less contrast than usual", "对比度低于平时")
    return _mist(view, look, contrast, veil.bar)


def _mist(view: View, look: Look, contrast: Departure, bar: float) -> Finding:
    seen = fog_of(view, look)
    if seen is Others.NOBODY:
        return unsure(
            CONDENSATION,
            "a veil: fog, or humidity inside",
            "雾状遮挡：可能是雾，也可能是内部受潮",
            "another camera of the site that sees clearly meanwhile",
            "参考同场画面清晰的其他摄像机",
        )
    hours, mornings = _standing_hours(view, bar), _mornings(view, bar)
    stands = hours >= view.levels.veil_hours or mornings >= view.levels.veil_mornings
    if seen is Others.ALIKE:
        stands = outlasts_weather(view, look)
    if not stands and seen is Others.ALIKE:
        return weather(CONDENSATION)
    if not stands:
        return unsure(
            CONDENSATION,
            "a veil that the site's other cameras do not have",
            "雾状遮挡，同场其他摄像机未出现",
            "more hours of it, or three mornings, while the others see clearly",
            "在其他摄像机清晰时再观察数小时，或连续观察三个早晨",
        )
    return fault(
        CONDENSATION,
        view,
        f"a milky veil for {hours:.0f} h, on {mornings} mornings: contrast at "
        f"{100 * contrast.value:.0f} % of this camera's own",
        f"雾状遮挡已持续 {hours:.0f} 小时、共 {mornings} 个早晨：对比度为自身基准的 "
        f"{100 * contrast.value:.0f}%",
        *_NAMES,
    )


def _mornings(view: View, bar: float) -> int:
    """How many separate veils there were within the last days, with the one of now.

    A new one begins after a clear picture and most of a day after the last one began: so midnight,
    which in China is at eight in the morning for this agent, makes no two of one.
    """
    since = view.now - timedelta(days=view.levels.veil_mornings)
    apart = timedelta(hours=view.levels.morning_apart_h)
    seen = [
        (reading.taken_at, value < bar)
        for reading in view.history.get(_CONTRAST, ())
        if reading.taken_at >= since and (value := reading.number()) is not None
    ]
    count, began, was_clear = 0, since - apart, True
    for at, is_veiled in (*seen, (view.now, True)):
        if is_veiled and was_clear and at - began >= apart:
            count, began = count + 1, at
        was_clear = not is_veiled
    return count


def _veiled(view: View, bar: float) -> tuple[Reading, ...]:
    """Earlier readings of the last days with as little contrast."""
    since = view.now - timedelta(days=view.levels.veil_mornings)
    return tuple(
        reading
        for reading in view.history.get(_CONTRAST, ())
        if (value := reading.number()) is not None and value < bar and reading.taken_at >= since
    )


def _standing_hours(view: View, bar: float) -> float:
    """For how long every good reading was veiled, up to now."""
    return hours_beyond(view, _CONTRAST, below=bar, above=None)


def judge_dirty(view: View) -> Finding:
    """Edges gone or come in parts of the view, while other parts are as they were."""
    look = seen(view, DIRTY)
    if isinstance(look, Finding):
        return look
    levels = view.levels
    support = levels.layout_pictures
    lost = depart(
        view,
        look,
        "ref_edges_lost",
        least=levels.stain_least,
        side=Side.ABOVE,
        support=support,
    )
    gained = depart(
        view,
        look,
        "ref_edges_gained",
        least=levels.gained_least,
        side=Side.ABOVE,
        support=support,
    )
    best = depart(view, look, "ref_detail_p90", least=levels.detail_least, side=Side.BELOW)
    if lost is None or best is None:
        return not_known_yet(DIRTY)
    veil = veil_of(view, look)
    if veil is not None and veil.kind is not Veil.NONE:
        return _film(view, look, veil.kind)
    signs = [sign for sign in (lost, gained) if sign is not None]
    if all(sign.is_usual for sign in signs):
        return healthy(DIRTY, view, *_STAINS)
    stained = gained is not None and gained.is_beyond
    stained = stained or (lost.is_beyond and _is_scattered(view, look))
    if not stained or best.is_beyond:
        return in_between(DIRTY, "parts of the view differ", "部分视野有差异")
    if may_be_weather(view, look):
        return weather(DIRTY)
    share = 100 * max(sign.value for sign in signs)
    return fault(
        DIRTY,
        view,
        f"{share:.0f} % of the view is stained, the rest is as it was",
        f"视野约 {share:.0f}% 有污渍，其余部分正常",
        *_STAINS,
    )


def _is_scattered(view: View, look: Look) -> bool:
    """Stains lie here and there, with edges of their own; what is parked lies in its places."""
    levels = view.levels
    block, lost = look.get("ref_edges_lost_block") or 0.0, look.get("ref_edges_lost") or 0.0
    similar = depart(view, look, "ref_similarity", least=levels.match_least, side=Side.BELOW)
    if similar is None or similar.value > levels.stain_match * similar.norm.median:
        return False
    return block <= levels.stain_scattered * lost


def _film(view: View, look: Look, kind: Veil) -> Finding:
    """Soft and milky all over with every edge in its place: grease or a film on the glass."""
    if may_be_weather(view, look):
        return weather(DIRTY)
    if kind is Veil.MIST:
        return in_between(DIRTY, "a veil: perhaps humidity inside", "雾状遮挡：可能为内部受潮")
    return fault(
        DIRTY,
        view,
        "soft and milky all over: grease or a film on the glass",
        "画面整体模糊发白：镜面有油污或覆膜",
        *_NAMES,
    )


def judge_film(view: View) -> Finding:
    """Soft and milky from the first day: later it is no film; nothing else tells it from a lens.

    Told only before a baseline is known: whoever took good pictures once has no film on.
    """
    look = seen(view, FILM)
    if isinstance(look, Finding):
        return look
    if baseline_of(view, look.light) is not None:
        return healthy(FILM, view, "picture.sharpness")
    levels = view.levels
    contrast, veil = look.get("local_contrast"), look.get("veil")
    if contrast is None or veil is None:
        return not_known_yet(FILM)
    is_soft = look["sharpness"] < levels.film_sharpness
    if is_soft and contrast < levels.film_contrast and veil > levels.film_veil:
        return fault(
            FILM,
            view,
            "soft and milky since the first day",
            "自安装起画面即模糊发白",
            "picture.sharpness",
            "picture.local_contrast",
            "picture.veil",
        )
    if look["sharpness"] >= 2 * levels.film_sharpness:
        return healthy(FILM, view, "picture.sharpness")
    return unsure(
        FILM,
        "soft, and its own good pictures are not known yet",
        "画面偏软，且尚无自身基准",
        "a look at the lens, then preclaim-agent accept",
        "请检查镜头，然后运行 preclaim-agent accept",
    )


RULES = (
    Rule(
        code=CONDENSATION,
        needs=(_CONTRAST,),
        judge=judge_condensation,
        looks_back=(_CONTRAST,),
        persistence=SOON,
    ),
    Rule(code=DIRTY, needs=("picture.ref_edges_lost",), judge=judge_dirty, persistence=PARKED),
    Rule(code=FILM, needs=("picture.local_contrast",), judge=judge_film, persistence=HOURS),
)
