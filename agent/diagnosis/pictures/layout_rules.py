"""Where things are in the picture: blocked, moved, flipped, bent; against the reference."""

from __future__ import annotations

from agent.camera.light import Light
from agent.diagnosis.pictures.departure import (
    Side,
    depart,
    in_between,
    not_known_yet,
    seen,
)
from agent.diagnosis.pictures.look import Look, baseline_of
from agent.diagnosis.pictures.others import Others, above
from agent.diagnosis.pictures.pace import HOURS, LONG, PARKED
from agent.diagnosis.pictures.veil import veiled_or_weather
from agent.diagnosis.pictures.witness import is_hidden, may_be_weather, weather
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, unsure

OCCLUDED, MOVED = "picture.occluded", "picture.moved"
FLIPPED, DISTORTED = "picture.flipped", "picture.distorted"
_SHIFT = (
    "picture.ref_shift_x",
    "picture.ref_shift_y",
    "picture.ref_peak",
    "picture.ref_shift_gain",
    "picture.ref_similarity",
    "picture.ref_rotation_deg",
)
_FLIPS = ("picture.ref_mirrored", "picture.ref_upside_down", "picture.ref_rotated")
_EDGES = ("picture.ref_edges_lost", "picture.ref_edges_lost_block", "picture.ref_similarity")
_BEND = ("picture.ref_bend", "picture.ref_scale", "picture.ref_rotation_deg")


def judge_moved(view: View) -> Finding:
    """The same edges elsewhere, or none of the edges that were known."""
    look = seen(view, MOVED)
    if isinstance(look, Finding):
        return look
    levels = view.levels
    similar = depart(view, look, "ref_similarity", least=levels.match_least, side=Side.BELOW)
    shifts = [
        found
        for name, least in (
            ("ref_shift_x", levels.shift_least),
            ("ref_shift_y", levels.shift_least),
            ("ref_rotation_deg", levels.rotation_least_deg),
        )
        if (found := depart(view, look, name, least=least, side=Side.EITHER)) is not None
    ]
    if similar is None or not shifts:
        return not_known_yet(MOVED)
    is_elsewhere = any(shift.is_beyond for shift in shifts)
    if (is_elsewhere or similar.is_beyond) and may_be_weather(view, look):
        return weather(MOVED)
    if is_elsewhere and _is_known_there(view, look):
        return _elsewhere(view, look)
    if similar.is_beyond and _is_another_view(view, look):
        least = levels.view_changed / 2
        if above(view, look, "ref_changed", least, code=MOVED) is Others.ALIKE:
            return unsure(
                MOVED,
                "the views of the site's other cameras have changed too: snow, perhaps",
                "同场其他摄像机视野亦有变化：可能为积雪",
                "days in which the other cameras see what they know",
                "等待同场其他摄像机视野恢复的日子",
            )
        return fault(
            MOVED,
            view,
            "nothing of the known view is where it was",
            "已知视野的内容均不在原位",
            *_SHIFT,
            *_EDGES,
        )
    if all(shift.is_usual for shift in shifts) and similar.is_usual:
        return healthy(MOVED, view, *_SHIFT)
    return in_between(MOVED, "the view differs somewhat", "视野略有不同")


def _is_known_there(view: View, look: Look) -> bool:
    """The known edges are found at a new place, or turned; chance does not match them so well."""
    levels, turn = view.levels, look.get("ref_rotation_deg") or 0.0
    is_turned = abs(turn) >= levels.rotation_least_deg
    gains = (look.get("ref_shift_gain") or 0.0) >= levels.shift_gain
    return (gains or is_turned) and (look.get("ref_similarity") or 0.0) >= levels.moved_alike


def _elsewhere(view: View, look: Look) -> Finding:
    x, y = look.get("ref_shift_x") or 0.0, look.get("ref_shift_y") or 0.0
    turn = look.get("ref_rotation_deg") or 0.0
    return fault(
        MOVED,
        view,
        f"the view has moved by {x:+.0f} % of its width and {y:+.0f} % of its height, "
        f"and turned by {turn:+.0f} degrees",
        f"视野水平移动 {x:+.0f}%、垂直移动 {y:+.0f}%，旋转 {turn:+.0f} 度",
        *_SHIFT,
    )


def _is_another_view(view: View, look: Look) -> bool:
    """As much to see as ever, and none of it known; under snow what is built is still known."""
    levels, baseline = view.levels, baseline_of(view, look.light)
    usual = baseline.norm("local_contrast", support=1) if baseline else None
    contrast = look.get("local_contrast")
    if usual is None or contrast is None or contrast < levels.weather_contrast * usual.median:
        return False
    is_unknown = (look.get("ref_similarity") or 0.0) < levels.view_alike
    return is_unknown and (look.get("ref_changed") or 0.0) >= levels.view_changed


def judge_flipped(view: View) -> Finding:
    """The known view fits better when it is mirrored or turned over."""
    look, baseline = seen(view, FLIPPED), None
    if isinstance(look, Finding):
        return look
    baseline = baseline_of(view, look.light)
    straight = look.get("ref_similarity")
    usual = depart(view, look, "ref_similarity", least=view.levels.match_least, side=Side.BELOW)
    flips = {
        name: value
        for name in ("ref_mirrored", "ref_upside_down", "ref_rotated")
        if (value := look.get(name)) is not None
    }
    if straight is None or usual is None or baseline is None or not flips:
        return not_known_yet(FLIPPED)
    name, best = max(flips.items(), key=lambda one: one[1])
    lead = best - straight
    if lead >= 0 and may_be_weather(view, look):
        return weather(FLIPPED)
    levels = view.levels
    is_known = usual.norm.median >= levels.known_match and best >= usual.norm.median * 0.45
    second = sorted(flips.values())[-2] if len(flips) > 1 else -1.0
    is_known = is_known and best >= second + levels.flip_lead
    if lead >= levels.flip_least and best >= levels.flip_match and is_known:
        words = {
            "ref_mirrored": ("mirrored left to right", "左右镜像"),
            "ref_upside_down": ("mirrored top to bottom", "上下镜像"),
            "ref_rotated": ("upside down", "旋转 180 度"),
        }
        en, zh = words[name]
        return fault(FLIPPED, view, f"the picture is {en}", f"画面{zh}", *_FLIPS, *_EDGES)
    if lead < 0:
        return healthy(FLIPPED, view, *_FLIPS)
    return in_between(FLIPPED, "the view differs somewhat", "视野略有不同")


def judge_occluded(view: View) -> Finding:
    """The edges of one connected part of the view are gone, and the rest is where it was."""
    look = seen(view, OCCLUDED)
    if isinstance(look, Finding):
        return look
    levels = view.levels
    block = depart(
        view,
        look,
        "ref_edges_lost_block",
        least=levels.lost_least,
        side=Side.ABOVE,
    )
    if block is None:
        return not_known_yet(OCCLUDED)
    if block.is_usual:
        return healthy(OCCLUDED, view, *_EDGES)
    is_blocked = block.value >= levels.hidden_least and _is_no_longer_there(view, look)
    if not block.is_beyond or not is_blocked:
        return in_between(OCCLUDED, "a part of the view is hidden", "部分视野被遮")
    # No veil makes it darker by day.
    veiled = None if _is_darker(view, look) else veiled_or_weather(view, look, OCCLUDED)
    if veiled is not None:
        return veiled
    return fault(
        OCCLUDED,
        view,
        f"the edges of {100 * block.value:.0f} % of the view are gone in one part",
        f"视野中一整块（{100 * block.value:.0f}%）的边缘消失",
        *_EDGES,
    )


def _is_no_longer_there(view: View, look: Look) -> bool:
    """Other edges than the known ones, or a thing that is dark by day and lit by the lamp."""
    levels, lit = view.levels, look.get("ref_lost_luma") or 0.0
    changed = (look.get("ref_changed_block") or 0.0) >= levels.hidden_changed
    is_lit = look.light is Light.NIGHT_IR and lit >= levels.lit_luma
    return changed or is_lit or _is_darker(view, look)


def _is_darker(view: View, look: Look) -> bool:
    lit = look.get("ref_lost_luma") or 0.0
    return look.light is Light.DAY and lit < view.levels.cover_luma


def judge_distorted(view: View) -> Finding:
    """What is left of local shifts when moving, turning and scaling are taken out."""
    look = seen(view, DISTORTED)
    if isinstance(look, Finding):
        return look
    bend = depart(view, look, "ref_bend", least=view.levels.bend_least_px, side=Side.ABOVE)
    if bend is None:
        return not_known_yet(DISTORTED)
    matches = (look.get("ref_similarity") or 0.0) >= view.levels.bend_similarity
    matches = matches and (look.get("ref_peak") or 0.0) >= view.levels.bend_peak
    matches = matches and not may_be_weather(view, look) and not is_hidden(view, look)
    if bend.norm.median > view.levels.bend_usual_most:
        return unsure(
            DISTORTED,
            "the view itself changes its shape",
            "视野自身形状在变化",
            "the picture beside the one of day 0",
            "与安装验收画面对比",
        )
    if bend.is_usual and matches:
        return healthy(DISTORTED, view, *_BEND)
    if not bend.is_beyond or not matches:
        return in_between(DISTORTED, "edges bend somewhat", "边缘略有弯曲")
    return fault(
        DISTORTED,
        view,
        f"known edges are bent by {bend.value:.1f} px (usual: {bend.norm.median:.1f} px)",
        f"已知边缘弯曲 {bend.value:.1f} 像素（平时 {bend.norm.median:.1f}）",
        *_BEND,
    )


RULES = (
    Rule(code=FLIPPED, needs=("picture.ref_mirrored",), judge=judge_flipped, persistence=HOURS),
    Rule(code=MOVED, needs=("picture.ref_similarity",), judge=judge_moved, persistence=LONG),
    Rule(
        code=OCCLUDED,
        needs=("picture.ref_edges_lost_block",),
        judge=judge_occluded,
        persistence=PARKED,
    ),
    Rule(code=DISTORTED, needs=("picture.ref_bend",), judge=judge_distorted, persistence=HOURS),
)
