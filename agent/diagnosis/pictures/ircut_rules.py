"""The infrared filter by contradiction: its setting, the light, and the colours of the picture."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Final

from agent.camera.light import Light
from agent.diagnosis.pictures.departure import Side, depart
from agent.diagnosis.pictures.look import Look, baseline_of, filter_mode, look_at
from agent.diagnosis.pictures.others import Others, fog_of
from agent.diagnosis.pictures.pace import HOURS
from agent.diagnosis.pictures.witness import daylight_falls, is_hidden
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read, unsure

OPEN = "ircut.stuck_open"
CLOSED = "ircut.stuck_closed"
FLAPPING = "ircut.flapping"
_SATURATION: Final = "picture.saturation_mean"
_SWAP: Final = "ir.swap"
"""XMeye's IrcutSwap: a wrong polarity gives the picture of a stuck filter; no part is faulty."""
_NAMES = (
    "imaging.ir_cut_filter",
    "picture.magenta_excess",
    "picture.green_min",
    "picture.saturation_mean",
    "picture.luma_mean",
)
_MOVED_HOLDS: Final = timedelta(hours=24)
"""For so long a test in which the filter moved outweighs what colours alone say: a day's light."""
_TEST_EN = "a commanded test: OFF and ON must change the colours"
_TEST_ZH = "执行切换测试：OFF 与 ON 应使颜色发生变化"


def judge_stuck_open(view: View) -> Finding:
    """Infrared colours in a lit colour picture, although the filter is not asked to be out.

    A picture without light never counts: a dark frame drifts to magenta by itself. A filter that
    was set to OFF is where it was asked to be.
    """
    look, mode = look_at(view), filter_mode(view)
    if look is None or mode not in ("ON", "AUTO"):
        return not_read(OPEN)
    if _is_washed_out(view, look):
        return _without_filter(view, look, f"set to {mode}, but washed out", "但颜色发白")
    if look.light is not Light.DAY:
        return no_verdict(OPEN, "no daylight in the picture", "画面无日光")
    if _is_magenta(view, look):
        if not daylight_falls(view):
            return _by_some_light(OPEN, "magenta, but perhaps a lamp's", "偏品红，但可能为灯光")
        return _without_filter(view, look, f"set to {mode}, but magenta", "但偏品红")
    levels = view.levels
    if look["saturation_mean"] < levels.pale_saturation:
        # Mist, a white wall, or a camera that drains its colours at dusk: no proof of a filter.
        return unsure(OPEN, "too pale to tell", "画面颜色过淡，无法判断", _TEST_EN, _TEST_ZH)
    natural = look["magenta_excess"] < levels.magenta_healthy
    if natural and look["green_min"] < levels.green_valley_healthy:
        return healthy(OPEN, view, *_NAMES)
    return unsure(OPEN, "somewhat pink", "画面略偏品红", _TEST_EN, _TEST_ZH)


def _by_some_light(code: str, en: str, zh: str) -> Finding:
    """The colours speak of a fault, and the light is not certainly the sun's."""
    return unsure(
        code,
        f"colours {en} light",
        f"画面{zh}",
        "daylight that is certain: outdoor = true with the site's coordinates, or a commanded test",
        "确定的日光：请填写 outdoor = true 与现场经纬度，或执行切换测试",
    )


def _without_filter(view: View, look: Look, en: str, zh: str) -> Finding:
    excess, valley = look["magenta_excess"], 100 * look["green_min"]
    saturation = look["saturation_mean"]
    finding = fault(
        OPEN,
        view,
        f"filter {en} by day (magenta excess {excess:.2f}, green lowest in {valley:.0f} %, "
        f"saturation {saturation:.0f})",
        f"滤光片应在光路中，{zh}（品红超量 {excess:.2f}，绿色最低占 {valley:.0f}%，"
        f"饱和度 {saturation:.0f}）",
        *_NAMES,
    )
    return _unless_doubted(view, finding)


def _unless_doubted(view: View, finding: Finding) -> Finding:
    """No fault while its polarity is set the other way round, or a test saw the filter move a short
    time ago: colours alone prove less."""
    swap = view.readings.get(_SWAP)
    if swap is not None and swap.good and swap.value is True:
        return unsure(
            finding.code,
            f"{finding.summary_en}; but the filter's polarity is set the other way round",
            f"{finding.summary_zh}；但滤光片极性被设为反向",
            f"the usual polarity (IrcutSwap 0), or {_TEST_EN}",
            f"恢复默认极性（IrcutSwap 0），或{_TEST_ZH}",
        )
    at = view.filter_moved_at
    if at is None or not timedelta(0) <= view.now - at <= _MOVED_HOLDS:
        return finding
    return unsure(
        finding.code,
        f"{finding.summary_en}; but a test at {at:%Y-%m-%d %H:%M}Z saw the filter move",
        f"{finding.summary_zh}；但 {at:%Y-%m-%d %H:%M}Z 的测试显示滤光片能动作",
        _TEST_EN,
        _TEST_ZH,
    )


def _is_magenta(view: View, look: Look) -> bool:
    """By fixed levels, or lower ones that this camera's own colours never came near."""
    levels, excess, valley = view.levels, look["magenta_excess"], look["green_min"]
    if is_hidden(view, look):
        return False  # a coloured thing before the lens hides edges; light without a filter none
    if excess >= levels.magenta_fault and valley >= levels.green_valley_fault:
        return True
    own = depart(view, look, "magenta_excess", least=levels.magenta_least, side=Side.ABOVE)
    green = depart(view, look, "green_min", least=levels.green_valley_least, side=Side.ABOVE)
    if own is None or green is None or excess < levels.magenta_healthy:
        return False
    # A coloured thing before the lens hides edges; light without a filter leaves them.
    is_open_view = (look.get("ref_edges_lost_block") or 0.0) < levels.open_view_lost
    return own.is_beyond and green.is_beyond and is_open_view


def _is_washed_out(view: View, look: Look) -> bool:
    """White balance may hide the pink: colours are pale, and green is low where it was not.

    Overcast days are pale too, but green stays; fog takes the contrast, and siblings see it.
    """
    levels, baseline = view.levels, baseline_of(view, Light.DAY)
    if baseline is None or look["luma_mean"] < levels.light_luma or not daylight_falls(view):
        return False
    support, contrast = levels.baseline_pictures, look.get("local_contrast")
    own = [
        baseline.norm(name, support=support)
        for name in ("saturation_mean", "green_min", "local_contrast")
    ]
    saturation, green, usual = own
    if saturation is None or green is None or usual is None or contrast is None:
        return False
    least = levels.pale_green_least
    is_green_low = look["green_min"] >= max(green.median + least, green.high + least / 2)
    is_pale = look["saturation_mean"] < levels.pale_share * saturation.median
    is_clear = contrast >= levels.clear_contrast * usual.median
    foggy = fog_of(view, look) is Others.ALIKE
    return is_green_low and is_pale and is_clear and not foggy


def judge_stuck_closed(view: View) -> Finding:
    """Set to OFF in daylight, and the colours are still the camera's own with the filter in.

    At night one picture cannot tell a filter from a dead lamp; that takes an experiment.
    """
    look, mode = look_at(view), filter_mode(view)
    if look is None or mode is None:
        return not_read(CLOSED)
    if mode != "OFF":
        return unsure(
            CLOSED,
            f"the filter is set to {mode}; at night dead lamps look the same",
            f"滤光片设为 {mode}；夜间与补光灯失效现象相同",
            "a commanded test by day: OFF must change the colours",
            "白天执行切换测试：OFF 应使颜色变化",
        )
    baseline = baseline_of(view, Light.DAY)
    distance = None
    if look.light is Light.DAY and baseline is not None:
        distance = look.colour_distance(baseline, support=view.levels.baseline_pictures)
    if distance is None:
        return unsure(
            CLOSED,
            "no daylight, or no baseline of its own",
            "无日光或尚无自身基准",
            "daylight, and some days of good pictures",
            "等待日光，并积累数日正常画面",
        )
    if distance <= view.levels.same_colour_share and not daylight_falls(view):
        # Lamps without infrared look the same with and without a filter.
        return _by_some_light(
            CLOSED, "unchanged, but perhaps by a lamp's", "颜色无变化，但可能为灯光"
        )
    if distance <= view.levels.same_colour_share:
        finding = fault(
            CLOSED,
            view,
            "filter set to OFF, but the daylight colours are unchanged",
            "滤光片设为关闭，但日光下颜色无变化",
            *_NAMES,
        )
        return _unless_doubted(view, finding)
    if distance >= view.levels.other_colour_share:
        return healthy(CLOSED, view, *_NAMES)
    return unsure(CLOSED, "colours differ somewhat", "颜色略有差异", _TEST_EN, _TEST_ZH)


def judge_flapping(view: View) -> Finding:
    """Changes between colour and grey within some hours; one dusk has one."""
    now = view.number(_SATURATION)
    if now is None:
        return not_read(FLAPPING)
    levels = view.levels
    since = view.now - timedelta(hours=levels.toggle_hours)
    values = [
        value
        for reading in view.history.get(_SATURATION, ())
        if reading.taken_at >= since and (value := reading.number()) is not None
    ]
    modes = [
        value >= levels.colour_saturation
        for value in (*values, now)
        if value >= levels.colour_saturation or value < levels.grey_saturation
    ]
    toggles = sum(before != after for before, after in pairwise(modes))
    if toggles >= levels.toggles_least:
        return fault(
            FLAPPING,
            view,
            f"{toggles} changes between colour and grey in {levels.toggle_hours:.0f} hours",
            f"{levels.toggle_hours:.0f} 小时内彩色与黑白切换 {toggles} 次",
            _SATURATION,
            "imaging.ir_cut_filter",
        )
    if toggles in (1, 2):
        return healthy(FLAPPING, view, _SATURATION)  # a dusk or dawn went by as it should
    return unsure(
        FLAPPING,
        "no dusk within these hours, or more changes than one",
        "该时段内无黄昏，或切换次数偏多",
        "the next dusk",
        "等待下一个黄昏",
    )


RULES = (
    Rule(code=OPEN, needs=("picture.magenta_excess",), judge=judge_stuck_open, persistence=HOURS),
    Rule(
        code=CLOSED,
        needs=("picture.magenta_excess",),
        judge=judge_stuck_closed,
        persistence=HOURS,
    ),
    Rule(
        code=FLAPPING,
        needs=(_SATURATION,),
        judge=judge_flapping,
        looks_back=(_SATURATION,),
    ),
)
