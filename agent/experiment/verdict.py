"""What an active test of the infrared filter came to, and in which words; pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from agent.wrong import Both


class FilterVerdict(enum.Enum):
    """Every way a test can end."""

    MOVED = "moved"
    STUCK_OPEN = "stuck_open"
    STUCK_CLOSED = "stuck_closed"
    REVERSED = "reversed"
    NO_FILTER_FITTED = "no_filter_fitted"
    INCONCLUSIVE = "inconclusive"

    @property
    def is_fault(self) -> bool:
        """Whether a second one like it opens a fault."""
        return self in _FAULTS


_FAULTS: Final = frozenset(
    {FilterVerdict.STUCK_OPEN, FilterVerdict.STUCK_CLOSED, FilterVerdict.REVERSED}
)


class Why(enum.Enum):
    """Why a test ended so; a key of WORDS."""

    # Found.
    FOLLOWED = "followed"
    INFRARED_STAYS = "infrared_stays"
    NO_INFRARED = "no_infrared"
    LIT_ALL_THE_SAME = "lit_all_the_same"
    WRONG_WAY = "wrong_way"
    OWNER_SAYS_NONE = "owner_says_none"
    # Not to be told: the camera.
    NO_MODES = "no_modes"
    MODE_UNREADABLE = "mode_unreadable"
    REFUSED_MODE = "refused_mode"
    MODE_NOT_TAKEN = "mode_not_taken"
    MODE_CHANGED = "mode_changed"
    MODE_NEW = "mode_new"
    OTHER_DEVICE = "other_device"
    NO_PICTURE = "no_picture"
    CAMERA_FAILED = "camera_failed"
    STOPPED = "stopped"
    # Not to be told: the light and the scene.
    TOO_DARK = "too_dark"
    COVERED = "covered"
    FROZEN = "frozen"
    RESTLESS = "restless"
    ONCE_ONLY = "once_only"
    AUTO_WAS_OUT = "auto_was_out"
    DID_NOT_COME_BACK = "did_not_come_back"
    UNCLEAR = "unclear"
    LAMP_OR_FILTER = "lamp_or_filter"
    MAYBE_NO_INFRARED_LIGHT = "maybe_no_infrared_light"
    MAYBE_IGNORES = "maybe_ignores"
    MAYBE_NONE_FITTED = "maybe_none_fitted"
    MAYBE_FIXED = "maybe_fixed"
    MOVES_BY_ITSELF = "moves_by_itself"
    DRAINED = "drained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict with its reason; ``settle`` says what would decide an inconclusive one."""

    verdict: FilterVerdict
    why: Why
    figures: str | Both = ""  # for people who want to check it; a str is quoted as it came
    is_plain: bool = False  # of a change: one that nothing passing by could have made
    may_be_auto: bool = False  # of no change: AUTO may have asked for the very same position

    @property
    def rests_on_change(self) -> bool:
        """Whether it stands on the picture having followed the order."""
        return self.verdict in (FilterVerdict.MOVED, FilterVerdict.REVERSED)

    @property
    def reason(self) -> Both:
        """The reason in both languages, with the figures behind it."""
        text = WORDS[self.why]
        if not self.figures:
            return text
        return _CHECKED.filled(text=text, figures=self.figures)

    @property
    def settle(self) -> Both:
        """What would decide it; empty texts for a verdict that needs nothing."""
        return SETTLE.get(self.why, Both("", ""))


VERDICTS: Final[dict[FilterVerdict, Both]] = {
    FilterVerdict.MOVED: Both("the filter moves", "滤光片动作正常"),
    FilterVerdict.STUCK_OPEN: Both("STUCK OPEN", "卡在开启位置"),
    FilterVerdict.STUCK_CLOSED: Both("STUCK CLOSED", "卡在关闭位置"),
    FilterVerdict.REVERSED: Both("REVERSED", "极性反接"),
    FilterVerdict.NO_FILTER_FITTED: Both("no filter is fitted", "未安装滤光片"),
    FilterVerdict.INCONCLUSIVE: Both("inconclusive", "无法判定"),
}

_CHECKED: Final = Both("{text} ({figures})", "{text}（{figures}）")
WORDS: Final[dict[Why, Both]] = {
    Why.FOLLOWED: Both("the picture followed the commanded filter", "画面随滤光片指令变化"),
    Why.INFRARED_STAYS: Both(
        "infrared colours in daylight, and commanding the filter changed nothing",
        "日光画面呈红外偏色，指令切换滤光片后毫无变化",
    ),
    Why.NO_INFRARED: Both(
        "the filter was commanded out in daylight and no infrared came in",
        "日光下指令移出滤光片，但没有红外光进入",
    ),
    Why.LIT_ALL_THE_SAME: Both(
        "the filter was commanded in and the infrared lamp lights the picture all the same",
        "指令移入滤光片后，红外灯照亮的画面仍无变化",
    ),
    Why.WRONG_WAY: Both(
        "the filter moves, but infrared comes in when it is commanded in",
        "滤光片能动作，但指令移入时反而有红外光进入",
    ),
    Why.OWNER_SAYS_NONE: Both(
        "the configuration says that this camera has no filter", "配置中注明该摄像机没有滤光片"
    ),
    Why.NO_MODES: Both(
        "the camera offers no filter modes over ONVIF", "摄像机未通过 ONVIF 提供滤光片模式"
    ),
    Why.MODE_UNREADABLE: Both(
        "the camera does not say which filter mode it has", "摄像机未告知当前滤光片模式"
    ),
    Why.REFUSED_MODE: Both("the camera refused the filter mode", "摄像机拒绝了滤光片模式"),
    Why.MODE_NOT_TAKEN: Both(
        "the camera accepted the filter mode and still states another one",
        "摄像机接受了滤光片模式，但回读仍为其他值",
    ),
    Why.MODE_CHANGED: Both(
        "the filter mode was changed by somebody else, or by the camera, during the test",
        "测试期间滤光片模式被他人或摄像机自行更改",
    ),
    Why.MODE_NEW: Both(
        "the camera has had this filter mode for less than half an hour: somebody, or another"
        " agent, may be at work on it, and the mode to put back is not certain",
        "摄像机处于该滤光片模式不足半小时：可能有人或其他代理正在操作，无法确定应恢复的模式",
    ),
    Why.OTHER_DEVICE: Both("another device answers at this address", "该地址上应答的是另一台设备"),
    Why.NO_PICTURE: Both("too few whole pictures came", "完整画面太少"),
    Why.CAMERA_FAILED: Both("the camera stopped answering", "摄像机停止应答"),
    Why.STOPPED: Both("the test was stopped", "测试被中止"),
    Why.TOO_DARK: Both("too little light to judge by", "光线太弱，无法判断"),
    Why.COVERED: Both(
        "the picture is white: something covers the lens or blinds it",
        "画面发白：镜头被遮挡或受强光直射",
    ),
    Why.FROZEN: Both("the picture stands still", "画面静止"),
    Why.RESTLESS: Both(
        "the picture changes as much by itself as a filter would change it",
        "画面自身变化与滤光片引起的变化相当",
    ),
    Why.ONCE_ONLY: Both(
        "one order proves too little, and the day's budget of writes allowed no second one",
        "一次指令不足以证明，而当日写入预算不允许再次下达指令",
    ),
    Why.AUTO_WAS_OUT: Both(
        "the picture followed one order and not the other: in automatic mode the camera may have"
        " had its filter out already",
        "画面只随其中一次指令变化：自动模式下摄像机可能已将滤光片移出",
    ),
    Why.DID_NOT_COME_BACK: Both(
        "the picture did not come back after the mode was restored", "恢复模式后画面未恢复原状"
    ),
    Why.UNCLEAR: Both(
        "the picture changed less than a filter would change it", "画面变化小于滤光片应有的变化"
    ),
    Why.LAMP_OR_FILTER: Both(
        "the night picture went dark: the filter came in, or the lamp went off with the mode",
        "夜间画面变暗：滤光片移入，或红外灯随模式关闭",
    ),
    Why.MAYBE_NO_INFRARED_LIGHT: Both(
        "nothing changed, but it is not certain that there is infrared in this light",
        "没有变化，但无法确定当前光线中含有红外",
    ),
    Why.MAYBE_IGNORES: Both(
        "nothing changed, but this camera has never been seen to obey such an order",
        "没有变化，但从未见过该摄像机执行此类指令",
    ),
    Why.MAYBE_NONE_FITTED: Both(
        "infrared colours that nothing changes, and this camera has never shown natural ones",
        "红外偏色始终不变，且该摄像机从未显示过自然颜色",
    ),
    Why.MAYBE_FIXED: Both(
        "nothing changed, and it is not known that this camera has a filter that can move",
        "没有变化，且尚不确定该摄像机装有可移动的滤光片",
    ),
    Why.MOVES_BY_ITSELF: Both(
        "nothing changed by order, but by itself the camera moves its filter every night",
        "指令无效，但摄像机每晚能自行切换滤光片",
    ),
    Why.DRAINED: Both(
        "the camera drops the colours with the filter out, and this scene looks alike in infrared",
        "滤光片移出时摄像机转为黑白，而该场景在红外下看起来相同",
    ),
}

_BY_DAY: Final = Both(
    "test again in daylight, with sun on what the camera sees", "请在日光充足时重新测试"
)
_AGAIN: Final = Both("test again when the scene is calm", "请在画面平稳时重新测试")

SETTLE: Final[dict[Why, Both]] = {
    Why.NO_MODES: Both(
        "look at the picture by day and by night; the camera's own page may switch the filter",
        "请分别查看白天与夜间画面；摄像机自带页面可能可以切换滤光片",
    ),
    Why.MODE_UNREADABLE: Both(
        "look at the filter mode on the camera's own page", "请在摄像机自带页面查看滤光片模式"
    ),
    Why.REFUSED_MODE: Both(
        "give the agent's account the right to change imaging settings",
        "请为代理账户授予更改图像设置的权限",
    ),
    Why.MODE_NOT_TAKEN: Both(
        "switch the mode on the camera's own page and watch the picture; look for newer firmware",
        "请在摄像机自带页面切换模式并观察画面；检查是否有新固件",
    ),
    Why.MODE_CHANGED: Both(
        "test again while nobody changes the camera", "请在无人更改设置时重新测试"
    ),
    Why.MODE_NEW: Both(
        "test again half an hour after the last change", "请在最后一次更改半小时后重新测试"
    ),
    Why.OTHER_DEVICE: Both(
        "let the agent visit it once, so that it knows who hangs there, then test again",
        "请让代理先访问一次以确认设备身份，然后重新测试",
    ),
    Why.NO_PICTURE: Both("mend the stream, then test again", "请修复视频流后重新测试"),
    Why.CAMERA_FAILED: Both(
        "test again when the camera answers steadily", "请在摄像机稳定应答后重新测试"
    ),
    Why.STOPPED: Both("test again", "请重新测试"),
    Why.TOO_DARK: _BY_DAY,
    Why.COVERED: Both("clear the lens, then test again", "请清理镜头后重新测试"),
    Why.FROZEN: Both("restart the camera, then test again", "请重启摄像机后重新测试"),
    Why.RESTLESS: _AGAIN,
    Why.AUTO_WAS_OUT: _BY_DAY,
    Why.ONCE_ONLY: Both(
        "allow four writes a day for this device (budget, writes_per_day), or test tomorrow",
        "请为该设备允许每天四次写入（budget 中的 writes_per_day），或明天再测试",
    ),
    Why.DID_NOT_COME_BACK: _AGAIN,
    Why.UNCLEAR: _BY_DAY,
    Why.LAMP_OR_FILTER: _BY_DAY,
    Why.MAYBE_NO_INFRARED_LIGHT: Both(
        "test in sunlight; tell the agent where the site is and that the camera is outdoors",
        "请在阳光下测试；并在配置中注明现场位置及摄像机位于室外",
    ),
    Why.MAYBE_IGNORES: Both(
        "let the agent watch two nights, then test again by day",
        "请让代理观察两个夜晚，然后在白天重新测试",
    ),
    Why.MAYBE_NONE_FITTED: Both(
        "say once in the configuration whether a filter is fitted (ir_cut_filter_fitted)",
        "请在配置中注明一次是否装有滤光片（ir_cut_filter_fitted）",
    ),
    Why.MAYBE_FIXED: Both(
        "say once in the configuration whether a filter is fitted (ir_cut_filter_fitted)",
        "请在配置中注明一次是否装有滤光片（ir_cut_filter_fitted）",
    ),
    Why.MOVES_BY_ITSELF: Both(
        "switch the mode on the camera's own page; look for newer firmware",
        "请在摄像机自带页面切换模式；检查是否有新固件",
    ),
    Why.DRAINED: Both(
        "test when the camera was seen to move its filter in this light before",
        "待曾在相同光线下见过其滤光片动作后再测试",
    ),
}
