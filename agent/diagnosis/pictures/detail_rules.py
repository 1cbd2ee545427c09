"""Focus: fine detail gone everywhere, or from one edge to the other; against the camera's own."""

from __future__ import annotations

from agent.diagnosis.pictures.departure import (
    Departure,
    Side,
    depart,
    in_between,
    not_known_yet,
    seen,
)
from agent.diagnosis.pictures.look import Look, baseline_of
from agent.diagnosis.pictures.others import Others, below
from agent.diagnosis.pictures.pace import HOURS
from agent.diagnosis.pictures.veil import veiled_or_weather
from agent.diagnosis.pictures.witness import (
    is_hidden,
    is_known,
    is_veiled_as_a_whole,
    weather,
)
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, unsure

BLURRED, TILTED = "picture.blurred", "picture.tilted_focus"
_NAMES = (
    "picture.ref_detail",
    "picture.ref_detail_p10",
    "picture.ref_detail_p90",
    "picture.sharpness",
    "picture.laplacian_variance",
    "picture.luma_mean",
)
_SLOPES = ("picture.ref_detail_slope_x", "picture.ref_detail_slope_y", "picture.ref_detail_fit")


def judge_blurred(view: View) -> Finding:
    """Tiles against the reference where there is one, else the whole against its own means."""
    look = seen(view, BLURRED)
    if isinstance(look, Finding):
        return look
    detail = depart(view, look, "ref_detail", least=view.levels.detail_least, side=Side.BELOW)
    return _by_whole(view, look) if detail is None else _by_tiles(view, look, detail)


def _by_tiles(view: View, look: Look, detail: Departure) -> Finding:
    """Gone everywhere: the best tenth of the tiles has lost detail too."""
    best = depart(view, look, "ref_detail_p90", least=view.levels.detail_least / 2, side=Side.BELOW)
    if detail.is_usual:
        return healthy(BLURRED, view, *_NAMES)
    if not detail.is_beyond or best is None or not best.is_beyond:
        return in_between(BLURRED, "somewhat soft, or in parts", "画面略显或局部模糊")
    if is_hidden(view, look):
        return in_between(BLURRED, "soft, and a part of the view is hidden", "画面模糊且部分被遮")
    # Lost focus takes contrast and lifts blacks too; no weather takes so much of the fine detail.
    most = view.levels.weather_detail
    is_lost = detail.value < most * detail.norm.median and best.value < best.norm.median - 0.25
    veiled = veiled_or_weather(view, look, BLURRED, is_weather=not is_lost)
    if veiled is not None:
        return veiled
    softer = 1 - view.levels.detail_least / 2
    if not is_lost and below(view, look, "ref_detail", softer, code=BLURRED) is Others.ALIKE:
        return unsure(
            BLURRED,
            "soft, and so is another camera of the site",
            "画面模糊，但同场其他摄像机亦如此",
            "hours in which the other cameras see clearly",
            "等待同场其他摄像机画面清晰的时段",
        )
    percent, usual = 100 * detail.value, 100 * detail.norm.median
    return fault(
        BLURRED,
        view,
        f"fine detail is at {percent:.0f} % of this camera's reference (usual: {usual:.0f} %)",
        f"画面细节仅为自身基准的 {percent:.0f}%（平时 {usual:.0f}%）",
        *_NAMES,
    )


def _by_whole(view: View, look: Look) -> Finding:
    """Without a reference: sharpness against its own; without a baseline only when none is left."""
    levels, baseline = view.levels, baseline_of(view, look.light)
    norm = baseline.norm("sharpness", support=levels.baseline_pictures) if baseline else None
    if norm is None:
        return _by_itself(view, look)
    ratio = look["sharpness"] / max(norm.low, 1e-6)
    if ratio < levels.blurred_ratio and is_veiled_as_a_whole(view, look):
        return weather(BLURRED)
    if ratio < levels.blurred_ratio:
        percent = 100 * look["sharpness"] / max(norm.median, 1e-6)
        return fault(
            BLURRED,
            view,
            f"fine detail is at {percent:.0f} % of this camera's own",
            f"画面细节仅为自身基准的 {percent:.0f}%",
            *_NAMES,
        )
    if ratio >= levels.sharp_ratio:
        return healthy(BLURRED, view, *_NAMES)
    return in_between(BLURRED, "somewhat soft", "画面略显模糊")


def _by_itself(view: View, look: Look) -> Finding:
    """Before a baseline: soft through and through, and nothing that speaks of a film."""
    levels = view.levels
    if look["sharpness"] >= levels.blurred_sharpness:
        return not_known_yet(BLURRED)
    contrast, veil = look.get("local_contrast"), look.get("veil")
    is_clear = contrast is not None and contrast >= levels.film_contrast
    if not is_clear or veil is None or veil > levels.film_veil:
        return unsure(
            BLURRED,
            "soft since the first day: a film on the lens, or its focus",
            "自安装起画面模糊：可能有保护膜或镜头脏污，也可能失焦",
            "a lens without its film, cleaned; then preclaim-agent accept",
            "请撕去保护膜并清洁镜头，然后运行 preclaim-agent accept",
        )
    return fault(BLURRED, view, "no fine detail is left", "画面细节全部丢失", *_NAMES)


def judge_tilted(view: View) -> Finding:
    """Detail falls along one line across the picture, and its better edge is as sharp as ever."""
    look = seen(view, TILTED)
    if isinstance(look, Finding):
        return look
    levels = view.levels
    slopes = [
        found
        for axis in ("x", "y")
        if (
            found := depart(
                view,
                look,
                f"ref_detail_slope_{axis}",
                least=levels.detail_slope_least,
                side=Side.EITHER,
            )
        )
        is not None
    ]
    if len(slopes) < 2:
        return not_known_yet(TILTED)
    if all(slope.is_usual for slope in slopes):
        return healthy(TILTED, view, *_SLOPES)
    beyond = [slope for slope in slopes if slope.is_beyond]
    fit = look.get("ref_detail_fit") or 0.0
    is_same = is_known(view, look) and _keeps_its_best(view, look) and not is_hidden(view, look)
    if not beyond or fit < levels.detail_fit_least or not is_same:
        return in_between(TILTED, "sharper on one side than usual", "一侧较平时清晰")
    if (veiled := veiled_or_weather(view, look, TILTED)) is not None:
        return veiled
    steepest = max(abs(slope.value - slope.norm.median) for slope in beyond)
    return fault(
        TILTED,
        view,
        f"detail falls by a factor of {2**steepest:.1f} from one edge to the other",
        f"清晰度从一侧到另一侧下降 {2**steepest:.1f} 倍",
        *_SLOPES,
        *_NAMES,
    )


def _keeps_its_best(view: View, look: Look) -> bool:
    """The sharper side is as sharp as ever, and nothing is veiled: else a film or mist is there."""
    baseline, levels = baseline_of(view, look.light), view.levels
    best, contrast = look.get("ref_detail_p90"), look.get("ref_contrast")
    if baseline is None or best is None or contrast is None:
        return False
    sharpest = baseline.norm("ref_detail_p90", support=1)
    usual = baseline.norm("ref_contrast", support=1)
    if sharpest is None or usual is None or contrast < levels.tilt_contrast * usual.median:
        return False
    return best >= sharpest.median - levels.tilt_best_least


RULES = (
    Rule(code=BLURRED, needs=("picture.sharpness",), judge=judge_blurred, persistence=HOURS),
    Rule(code=TILTED, needs=("picture.ref_detail_slope_x",), judge=judge_tilted, persistence=HOURS),
)
