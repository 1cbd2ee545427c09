"""What a claim's PDF says besides the facts, in English and Chinese."""

from __future__ import annotations

from typing import Final, NamedTuple


class Pair(NamedTuple):
    """One text in both languages; may hold {fields}."""

    en: str
    zh: str

    def told(self, **values: object) -> Pair:
        """With its fields filled in."""
        return Pair(self.en.format(**values), self.zh.format(**values))


TITLE: Final = Pair("Warranty pre-claim", "保修预索赔")
SERIAL: Final = Pair("Serial number", "序列号")
NO_SERIAL: Final = Pair("not known", "未知")
LABELS: Final = {
    "obtained": Pair("Serial obtained from", "序列号来源"),
    "model": Pair("Model", "型号"),
    "batch": Pair("Batch", "批次"),
    "component": Pair("Component", "部件"),
    "firmware": Pair("Firmware", "固件"),
    "recorder": Pair("Recorder firmware", "录像机固件"),
    "buyer": Pair("Buyer", "买方"),
    "delivered": Pair("Delivered", "交付日期"),
    "proof": Pair("Proof of delivery", "交付凭证"),
    "place": Pair("Site and position", "站点与位置"),
    "state": Pair("State", "状态"),
    "opened": Pair("Opened", "生成时间"),
    "quantity": Pair("Quantity", "数量"),
    "via": Pair("Reported through", "申报途径"),
}
WARRANTY: Final = Pair("Warranty", "保修")
UNTIL: Final = Pair("last day covered {day}", "最后保修日 {day}")
DEFECT: Final = Pair("Defect", "缺陷描述")
FAULT_TIMES: Final = Pair(
    "{code}: first seen {onset} (agent's clock {agent}), {count} observations, {end}",
    "{code}：首次发现 {onset}（代理时钟 {agent}），观测 {count} 次，{end}",
)
STANDS: Final = Pair("still there", "仍存在")
CLEARED: Final = Pair("cleared {at}", "已恢复 {at}")
BY_PERSON: Final = Pair("reported by a person", "人员申报")
IN_WORDS: Final = Pair("As reported", "申报原文")
PICTURES: Final = Pair("Pictures: good reference and fault", "图片：正常参考与故障")
REFERENCE: Final = Pair("good reference", "正常参考")
FAULT: Final = Pair("fault", "故障")
PHOTO: Final = Pair("photo by a person", "人员拍摄")
NO_PICTURES: Final = Pair("No picture in this pack.", "本包中没有图片。")
UNSHOWN: Final = Pair("cannot be shown; it is in the pack as", "无法显示；在包中为")
SERIES: Final = Pair("Readings around the onset", "故障前后的读数")
NO_SERIES: Final = Pair("No readings of these weeks.", "这几周没有读数。")
SERIES_NOTE: Final = Pair(
    "Red line: first seen. Grey marks: asked, and no good value. All values: series.csv.",
    "红线：首次发现。灰色标记：已询问但无有效值。全部数值见 series.csv。",
)
BECAUSE: Final = Pair("Readings that opened it", "触发读数")
COMPLETE: Final = Pair("Evidence: {here} of {total}", "资料完整度：{total} 项中已有 {here} 项")
SUPPORTING: Final = Pair("; supporting: {here} of {total}", "；补充资料 {total} 项中已有 {here} 项")
NOTHING_MISSING: Final = Pair("nothing that must be here is missing", "必备资料无缺项")
MISSING: Final = Pair("missing: {names}", "缺少：{names}")
HELPS: Final = Pair("would help, not here: {names}", "有助判断但暂缺：{names}")
LEFT_OUT: Final = Pair("not in this pack: {names}", "不在本包中：{names}")
LEFT_WHY: Final = {
    "not_arrived": Pair("not arrived", "尚未到达"),
    "not_shared": Pair("not shared before submission", "提交前不提供"),
    "too_long": Pair("too long", "过大"),
}
CHECKS: Final = Pair("Already tried", "已进行的排查")
NO_CHECKS: Final = Pair("nothing is recorded", "无记录")
CONTROL: Final = Pair("Site control", "站点对照")
SIBLINGS: Final = Pair(
    "{normal} of {total} siblings normal; same fault {same}, other fault {other}, "
    "unknown {unknown}",
    "同站点 {total} 台中 {normal} 台正常；同样故障 {same} 台，其他故障 {other} 台，"
    "未知 {unknown} 台",
)
NO_SIBLINGS: Final = Pair("no other camera at this site", "该站点没有其他摄像机")
PEERS: Final = Pair(
    "{count} other claims of this batch in this organisation", "本组织同批次另有 {count} 项索赔"
)
CLOCKS: Final = Pair("Clocks", "时限")
CLOCK_KINDS: Final = {
    "response": Pair("technical review", "技术评审"),
    "resolution": Pair("resolution", "处理完成"),
}
CLOCK: Final = Pair(
    "{kind}: since {start}, due {due}{more}", "{kind}：自 {start} 起，截止 {due}{more}"
)
STOPPED: Final = Pair(", stopped {at}", "，停止于 {at}")
PAUSED: Final = Pair(", {days} working days paused", "，暂停 {days} 个工作日")
BREACHED: Final = Pair(", overdue", "，已超期")
PROVISIONAL: Final = Pair(", provisional: holidays not announced", "，暂定：节假日安排未公布")
NOT_SUBMITTED: Final = Pair("not submitted: no clock runs", "未提交：时限未开始")
ORIGIN: Final = Pair("Fault origin", "故障来源")
SUGGESTED: Final = Pair("suggested: {name}", "系统建议：{name}")
DECIDED: Final = Pair(
    "decided: {name} (suggested: {suggested})", "已裁定：{name}（系统建议：{suggested}）"
)
NO_REASONS: Final = Pair("no signal was found", "未发现任何迹象")
NO_ORIGIN: Final = Pair("no suggestion yet", "尚无建议")
LOG: Final = Pair(
    "History (abridged; all of it with hashes: log.jsonl)", "历史（节选；全部及哈希见 log.jsonl）"
)
SKIPPED: Final = Pair("… {count} more …", "……另有 {count} 条……")
CUT: Final = Pair(" … (whole text: claim.json)", "……（全文见 claim.json）")
UTC: Final = Pair("All times are UTC.", "所有时间均为 UTC。")
CLOCK_OFF: Final = Pair(
    "The agent's clock was {off:+z.1f} s beside the collector's.",
    "代理时钟与采集端相差 {off:+z.1f} 秒。",
)
SIGNED: Final = Pair(
    "Signed by agents {agents}; countersigned by the collector. A signature proves that nothing "
    "was changed since, not that the camera told the truth: VERIFY.txt.",
    "由代理 {agents} 签名，采集端会签。签名证明此后未被更改，不证明摄像机所报属实：见 VERIFY.txt。",
)
UNSIGNED: Final = Pair(
    "No agent speaks for this claim; the collector alone has signed it: VERIFY.txt.",
    "没有代理为本索赔签名；仅采集端签名：见 VERIFY.txt。",
)
NOT_WHOLE: Final = Pair(
    "Without the pictures and readings of the site: they leave it with the submission.",
    "不含现场图片与读数：提交后提供。",
)
FOOT: Final = Pair("collector key", "采集端密钥")
FOOT_AGENTS: Final = Pair("agent keys", "代理密钥")
