"""Why a guard refuses a step, and what to do, in English and Chinese. Pure."""

from __future__ import annotations

from typing import Final

from collector.claims.item_words import name_items
from collector.claims.problem import Both
from collector.claims.refusal import Refusal


def _say(code: str, en: str, zh: str, do_en: str, do_zh: str) -> Refusal:
    return Refusal(code, Both(en, zh), Both(do_en, do_zh))


NO_LINE: Final = _say(
    "no_line", "there is no such claim line", "没有该索赔行", "look at the list", "请查看列表"
)
RACE: Final = _say(
    "race",
    "somebody else moved this line at the same time",
    "他人刚刚变更了该索赔行",
    "look at its present state and decide again",
    "请查看当前状态后重新操作",
)
UNPROVEN: Final = _say(
    "profile_unproven",
    "profile unproven: nothing but readings of an unproven firmware profile carries the line",
    "描述文件未经验证：该索赔行仅依据未经验证的固件描述文件读数",
    "an engineer must confirm the readings first",
    "请先由工程师确认读数",
)
OPEN_TWIN: Final = _say(
    "open_twin",
    "another line is open for this serial by now",
    "该序列号已有另一条未结束的索赔行",
    "go on with that one",
    "请继续处理那一条",
)
NO_AUTO_SUBMIT: Final = _say(
    "no_auto_submit",
    "this organisation's lines are submitted by people",
    "该组织的索赔由人员提交",
    "name it in auto_submit of [clocks], or submit by hand",
    "请在 [clocks] 的 auto_submit 中列出该组织，或人工提交",
)
NAMES_NOTHING: Final = _say(
    "names_nothing",
    "the request does not say what is missing",
    "未说明缺少哪些资料",
    "name at least one item",
    "请至少指明一项",
)
BRINGS_NOTHING: Final = _say(
    "brings_nothing",
    "nothing that the factory asked for has arrived",
    "工厂要求的资料一项也没有到达",
    "add at least one of the named items, or write what you answer",
    "请至少补充一项，或填写答复",
)
NO_PATH: Final = _say(
    "no_path", "the path is missing", "缺少处理方式", "choose how it is resolved", "请选择处理方式"
)
NO_ORIGIN: Final = _say(
    "no_origin",
    "where the fault came from is not decided",
    "未判定故障来源",
    "choose an origin; 'undetermined' is one",
    "请选择故障来源（可选“未判定”）",
)
NO_RMA: Final = _say(
    "no_rma", "the RMA number is missing", "缺少 RMA 编号", "enter or make one", "请填写或生成"
)
NO_REJECT_CODE: Final = _say(
    "no_reject_code",
    "the kind of reason is missing",
    "缺少拒绝原因类别",
    "choose one, and explain it in words",
    "请选择类别并说明",
)
NO_RETURN: Final = _say(
    "no_return",
    "this path needs no return",
    "该处理方式无需退回设备",
    "begin resolving it",
    "请直接开始处理",
)
NOT_SCANNED: Final = _say(
    "not_scanned",
    "the serial of what arrived is missing",
    "缺少到货设备的序列号",
    "scan the label",
    "请扫描标签",
)
NO_BENCH: Final = _say(
    "no_bench",
    "the bench result is missing",
    "缺少检测结果",
    "write what the bench found",
    "请填写检测结果",
)
NOT_RETURNED: Final = _say(
    "not_returned",
    "this path waits for the unit, and it has not arrived",
    "该处理方式需退回设备，但尚未到货",
    "ask for the return first, or write why it begins without",
    "请先要求退回，或说明为何先行处理",
)
UNIT_OWED: Final = _say(
    "unit_owed",
    "the new unit was sent ahead, and the old one has not come back",
    "新设备已先行寄出，旧设备尚未退回",
    "receive it by its scanned label, or waive the return with a reason",
    "请扫描标签收货，或说明理由后免除退回",
)
NOT_OWED: Final = _say(
    "not_owed",
    "no unit is owed on this line",
    "该索赔行没有待退回的设备",
    "look at its answer",
    "请查看该索赔行的答复",
)
NO_TRACKING: Final = _say(
    "no_tracking",
    "the tracking number is missing",
    "缺少运单号",
    "enter it from the carrier's label",
    "请按承运商面单填写",
)
NO_NEW_SERIAL: Final = _say(
    "no_new_serial",
    "the serial of the new unit is missing",
    "缺少新设备的序列号",
    "scan the label of the unit that is sent",
    "请扫描寄出设备的标签",
)
SAME_SERIAL: Final = _say(
    "same_serial",
    "the new unit has the serial of the faulty one",
    "新设备与故障设备序列号相同",
    "scan the label of the unit that is sent",
    "请扫描寄出设备的标签",
)
NO_CREDIT_NOTE: Final = _say(
    "no_credit_note",
    "the credit note's number is missing",
    "缺少贷记单号",
    "enter it",
    "请填写",
)
NO_VERSION: Final = _say(
    "no_version",
    "the fixing firmware version is missing",
    "缺少修复固件版本",
    "enter the version that fixes the fault",
    "请填写修复该故障的版本",
)
NO_REPORT: Final = _say(
    "no_report",
    "what was done is missing",
    "未说明处理内容",
    "write what was advised or repaired",
    "请填写指导或维修内容",
)
COUNTERED: Final = _say(
    "countered",
    "the buyer proposed another resolution, and nobody has answered",
    "买方提议了其他处理方式，尚未得到答复",
    "offer a path first, or write why it goes on all the same",
    "请先给出处理方式，或说明仍然继续的理由",
)
NOT_VERIFIED: Final = _say(
    "not_verified",
    "the probe has not found it well for long enough",
    "探测尚未持续正常足够长时间",
    "wait, or let the integrator confirm it",
    "请等待，或由集成商确认",
)
APPEALED: Final = _say(
    "appealed",
    "this line was appealed already; there is one appeal",
    "该索赔行已申诉过，仅可申诉一次",
    "speak to your account manager",
    "请联系您的客户经理",
)
NO_NEWS: Final = _say(
    "no_news",
    "an appeal needs evidence that the factory has not seen",
    "申诉需要工厂未见过的新证据",
    "add a photo, a video, a measurement or a document first",
    "请先补充照片、视频、测量或文件",
)
NO_OTHER: Final = _say(
    "no_other",
    "there is no other open line of this organisation to go on with",
    "该组织没有可并入的其他未结束索赔行",
    "name the line that stays",
    "请指明保留的索赔行",
)
OTHER_UNIT: Final = _say(
    "other_unit",
    "the other line is of another serial, at another place: two units are two claims",
    "另一条索赔行属于其他地点的另一序列号：两台设备应为两项索赔",
    "name the line of the same unit, or answer each by itself",
    "请指明同一设备的索赔行，或分别处理",
)
YOUNGER: Final = _say(
    "younger",
    "the other line is the younger one",
    "另一条索赔行的时间较晚",
    "merge that one into this: the older line's clocks stay",
    "请将那一条并入此条：以较早一条的时限为准",
)
OUT_OF_WARRANTY: Final = _say(
    "out_of_warranty",
    "the unit is not in warranty any more, or nobody knows its delivery date",
    "该设备已过保，或交付日期未知",
    "open a new claim and say why it should be looked at",
    "请新建索赔并说明理由",
)

NOT_HOLDER: Final = _say(
    "not_yours",
    "the factory's engineers and administrators hold a clock",
    "仅工厂工程师和管理员可暂停计时",
    "ask one of them",
    "请联系他们",
)
NOT_RUNNING: Final = _say(
    "not_running",
    "the clock does not run, or is held already",
    "计时未在运行，或已暂停",
    "look at the line's clocks",
    "请查看该索赔行的时限",
)
NOT_HELD: Final = _say(
    "not_held",
    "nobody holds the clock",
    "计时未被暂停",
    "look at the line's clocks",
    "请查看该索赔行的时限",
)
HOLD_REASON: Final = _say(
    "reason_needed",
    "holding a clock needs a reason that everybody reads",
    "暂停计时需要说明原因，所有人均可看到",
    "write why",
    "请填写原因",
)


_FROZEN: Final = {
    "duplicate_serial": Both("the same serial is alive at two places", "同一序列号在两处同时在线"),
}
_VERDICTS: Final = {
    "out": Both("out of warranty", "已过保修期"),
    "duplicate_serial": Both("serial seen twice", "序列号重复"),
    "not_ours": Both("not ours", "非本厂产品"),
    "stolen/blocked": Both("blocked", "已冻结"),
}


def incomplete(missing: tuple[str, ...]) -> Refusal:
    """Items are missing."""
    named = name_items(missing)
    return _say(
        "incomplete",
        f"missing: {named.en}",
        f"缺少：{named.zh}",
        "add them, or write why it goes without",
        "请补充，或说明为何缺少",
    )


def frozen(by: str) -> Refusal:
    """The line may not be submitted while this holds."""
    why = _FROZEN.get(by, Both(by, by))
    return _say(
        "frozen",
        f"the line is frozen ({why.en})",
        f"该索赔行已冻结（{why.zh}）",
        "clear up why first; then it is thawed",
        "请先查明原因，之后将解除冻结",
    )


def needs_override(verdict: str) -> Refusal:
    """The warranty verdict speaks against it."""
    said = _VERDICTS.get(verdict, Both(verdict, verdict))
    return _say(
        "warranty",
        f"the warranty verdict is '{said.en}'",
        f"保修结论为“{said.zh}”",
        "submit by hand, and write why it should be looked at all the same",
        "请人工提交，并说明仍需受理的理由",
    )


def serial_mismatch(scanned: str, claimed: str) -> Refusal:
    """Another unit arrived."""
    return _say(
        "serial_mismatch",
        f"{scanned} arrived, and {claimed} was claimed",
        f"到货序列号为 {scanned}，索赔序列号为 {claimed}",
        "look at the label again, or find the line of the unit that arrived",
        "请再次核对标签，或查找到货设备对应的索赔行",
    )


def rma_expired(number: str, days: int) -> Refusal:
    """The RMA number is too old."""
    return _say(
        "rma_expired",
        f"RMA number {number} was valid for {days} days",
        f"RMA 编号 {number} 的有效期为 {days} 天，现已过期",
        "write why it is accepted all the same",
        "请说明仍然接收的理由",
    )


def not_settled(days: int) -> Refusal:
    """Too early to close."""
    return _say(
        "not_settled",
        f"a resolved line is closed after {days} days",
        f"已解决的索赔行在 {days} 天后关闭",
        "wait",
        "请等待",
    )


def too_late(days: int) -> Refusal:
    """The time for an appeal is over."""
    return _say(
        "too_late",
        f"an appeal is possible for {days} days after the rejection",
        f"仅可在被拒绝后 {days} 天内申诉",
        "speak to your account manager",
        "请联系您的客户经理",
    )


def not_silent(days: int, reminders: int) -> Refusal:
    """Too early to lapse."""
    return _say(
        "not_silent",
        f"a line lapses after {days} days of silence and {reminders} reminders",
        f"索赔行在 {days} 天无回应且提醒 {reminders} 次后失效",
        "wait",
        "请等待",
    )
