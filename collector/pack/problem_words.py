"""Why a pack does not hold, in English and Chinese, with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collector.claims.problem import Both, Wrong
from collector.pack.check import PackError

_AGAIN: Final = Both(
    "ask the sender for the pack again; do not decide by this one",
    "请让发送方重新提供；请勿据此包作出决定",
)
_WHOLE: Final = Both("the pack", "资料包")


def _wrong(en: str, zh: str, do: Both = _AGAIN) -> Wrong:
    return Wrong(Both(en, zh), do)


WRONGS: Final[Mapping[str, Wrong]] = {
    "too_long": _wrong("is longer than {most} MiB", "超过 {most} MiB"),
    "too_many": _wrong("holds more than {most} files", "文件多于 {most} 个"),
    "not_zip": _wrong(
        "is no whole ZIP file ({why})",
        "不是完整的 ZIP 文件（{why}）",
        Both(
            "check that the file came whole; it ends in .zip",
            "请确认文件传输完整，扩展名为 .zip",
        ),
    ),
    "another_form": _wrong(
        "was packed otherwise than packs are: something was added, moved or packed anew",
        "打包形式与资料包不同：内容被添加、移动或重新打包",
        Both(
            "use the file as it was sent, not one unpacked and packed again",
            "请使用原始文件，勿使用解压后重新打包的文件",
        ),
    ),
    "bad_name": _wrong("is no name that a pack has", "不是资料包中应有的文件名"),
    "twice": _wrong("is there twice", "出现两次"),
    "out_of_order": _wrong("is not in its place", "顺序不对"),
    "not_plain": _wrong("is a link or folder, no plain file", "是链接或文件夹，不是普通文件"),
    "encrypted": _wrong("is encrypted", "已加密"),
    "compressed": _wrong("is compressed; files of a pack are not", "已压缩；资料包中的文件不压缩"),
    "damaged": _wrong("is damaged", "已损坏"),
    "missing": _wrong("is missing", "缺失"),
    "changed": _wrong("is not the file that was packed", "不是打包时的文件"),
    "not_listed": _wrong(
        "is not listed in SHA256SUMS: it was added", "未列入 SHA256SUMS：系后来添加"
    ),
    "unreadable": _wrong("cannot be read ({why})", "无法读取（{why}）"),
    "bad_seal": _wrong(
        "is no signature of this collector over SHA256SUMS: one of the two was changed",
        "不是该采集端对 SHA256SUMS 的签名：二者之一被更改",
    ),
    "strange_key": _wrong(
        "is no key that is trusted here; its fingerprint is {found}",
        "不是此处信任的密钥；其指纹为 {found}",
        Both(
            "compare it with what the sender publishes at /pack-key; when it is the sender's, "
            "put it into [[partners]]",
            "请与发送方在 /pack-key 公布的指纹比对；确为发送方密钥时，请写入 [[partners]]",
        ),
    ),
    "not_schema": _wrong("does not follow its schema ({why})", "不符合其模式（{why}）"),
    "other_maker": _wrong(
        "names another collector's key ({found})", "所写为其他采集端的密钥（{found}）"
    ),
    "not_told": _wrong("is not told of in claim.json", "未在 claim.json 中说明"),
    "bad_agent_signature": _wrong("is not signed by agent {agent}", "并非由代理 {agent} 签名"),
    "other_key": _wrong(
        "is another key ({found}) than claim.json says", "与 claim.json 所写密钥不同（{found}）"
    ),
    "otherwise_told": _wrong("is told otherwise in claim.json", "与 claim.json 所述不符"),
    "other_serial": _wrong(
        "is of serial {found}, and {claimed} is claimed",
        "序列号为 {found}，而索赔的是 {claimed}",
        Both("clear up which device it is before deciding", "请先查明是哪台设备，再作决定"),
    ),
    "not_submitted": _wrong(
        "is of a claim that was not submitted: pictures leave a site with the submission only",
        "所属索赔尚未提交：图片仅随提交离开站点",
        Both(
            "ask the sender to submit the claim and send the pack that is made then",
            "请让发送方提交索赔，并发送提交后生成的资料包",
        ),
    ),
    "no_fault": _wrong("names no fault", "未写明任何故障"),
    "no_partner": _wrong(
        "is of a collector that is none of [[partners]]; its fingerprint is {found}",
        "来自不在 [[partners]] 中的采集端；其指纹为 {found}",
        Both(
            "compare it with what the sender shows at /pack-key; when it is the sender's, add "
            "[[partners]] with name, fingerprint and organisation",
            "请与发送方在 /pack-key 所示比对；确为发送方时，请添加 [[partners]]",
        ),
    ),
    "no_agent": _wrong("is named by no agent's manifest", "未列入任何代理清单"),
    "broken_chain": _wrong("is broken at event {seq}", "在事件 {seq} 处断开"),
}


def explain(error: PackError, lang: str) -> str:
    """The first file that does not hold, why, and what to do."""
    wrong = WRONGS[error.wrong]
    file = error.file or _WHOLE.text(lang)
    why = wrong.why.text(lang).format(**error.values)
    form = "{}：{}。{}" if lang == "zh" else "{} {}; {}"
    return form.format(file, why, wrong.do.text(lang))
