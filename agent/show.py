"""What the agent shows in a terminal: readings and findings of one camera, in two languages."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from agent.diagnosis.rule import Finding, Verdict
from agent.reasons import reason
from shared.catalogue import CATALOGUE
from shared.reading import Quality, Reading

WORDS: Final = {
    "en": {
        "reading": "READING",
        "value": "VALUE",
        "unit": "UNIT",
        "quality": "QUALITY",
        "reason": "REASON",
        "good": "good",
        "unknown": "unknown",
        "unsupported": "unsupported",
        "missing": "missing",
        "invalid": "invalid",
        "failed": "FAILED",
        "faults": "What this visit found (a fault opens only when it is seen again):",
        "no faults": "This visit found no fault.",
        "no verdict": "Without a verdict:",
        "layer": "The layer that failed",
        "yes": "yes",
        "no": "no",
        "cost": "Cost of this visit",
        "requests": "requests",
        "logins": "logins",
        "writes": "writes",
        "address": "ADDRESS",
        "name": "NAME",
        "hardware": "HARDWARE",
        "endpoint": "ENDPOINT",
        "config good": "OK",
        "devices": "devices",
        "profiles": "firmware profiles",
        "agent": "agent",
        "lane": "LANE",
        "waiting": "WAITING",
        "sent": "SENT",
        "bytes": "BYTES",
        "oldest": "OLDEST",
        "kept": "KEPT",
        "rows": "ROWS",
        "why": "WHY",
        "gave way": "Gave way since this database was made; the collector is told of each loss:",
        "evicted: no space": "the outbox was full",
        "evicted: disk full": "the disk was nearly full",
        "refused: no space": "found no room; free space on the disk",
        "kept copy dropped": "copy of a row that the collector has; nothing is lost",
        "untold gaps": "{count} gaps in the numbering wait for the next health messages",
        "key": "KEY",
        "from": "FROM",
        "file": "file",
        "order": "order",
        "default": "default",
        "file alone": "{file}: configuration {digest}; nothing is ordered, the file alone governs",
        "order over": "{file}: configuration {digest}; an order lies over it",
        "order unfit": "{file}: the order no longer fits it and is left out:",
        "order on trial": "Configuration {digest} is on trial: without a receipt it goes back.",
        "order dropped": "what the collector ordered is dropped: {file} alone governs",
        "agent runs": "an agent uses {folder}; stop it first, then drop the order and start it",
        "already runs": "another agent already uses {folder}; stop it, or give this one a data_dir"
        " of its own",
        "cannot start": "the agent cannot start: {why}",
        "no second client": "onvif-zeep is not installed: pip install 'preclaim[second-opinion]'",
        "no fingerprint": "{found!r} is no SHA-256 fingerprint; write sha256: and 64 hexadecimal"
        " digits",
        "no authority": "{path} holds no certificate that can be read; write a PEM file",
        "no password": "no password: {why}; check the file or the variable",
        "password": "password ({user}@{address}): ",
        "nobody answered": "no ONVIF device answered; check the network, or name one with --ask",
        "no database": "{path} cannot be read: {why}; it is made when the agent first runs",
        "database unread": "{path} cannot be read: {why}; if it is damaged, the agent salvages it"
        " at its next start; else check the disk, the file's owner and who else uses it",
        "no reset": "nothing was dropped: {path}: {why}; check the disk and the file's owner",
        "no export": "{path} cannot be written: {why}; an existing file is never overwritten",
        "no file": "which file? preclaim-agent outbox export FILE -c agent.toml",
        "exported": "{rows} rows, {size} bytes in {path}; take it to the collector:"
        " preclaim-collector ingest-file",
        "exporting": "{done} of {total} rows",
        "export damaged": "{rows} rows are damaged on disk and were left out",
        "no key": "no key was made: {why}; an existing file is never overwritten",
        "key made": "{private} (keep it), {public} (give it away): key {name}",
    },
    "zh": {
        "reading": "读数",
        "value": "数值",
        "unit": "单位",
        "quality": "质量",
        "reason": "原因",
        "good": "有效",
        "unknown": "未知",
        "unsupported": "不支持",
        "missing": "缺失",
        "invalid": "无效",
        "failed": "失败",
        "faults": "本次检测发现（再次出现才会正式成立）：",
        "no faults": "本次检测未发现故障。",
        "no verdict": "无法判断：",
        "layer": "失败的层",
        "yes": "是",
        "no": "否",
        "cost": "本次检测开销",
        "requests": "次请求",
        "logins": "次登录",
        "writes": "次写入",
        "address": "地址",
        "name": "名称",
        "hardware": "硬件",
        "endpoint": "端点",
        "config good": "配置有效",
        "devices": "台设备",
        "profiles": "个固件描述文件",
        "agent": "代理",
        "lane": "通道",
        "waiting": "待发送",
        "sent": "已发送",
        "bytes": "字节",
        "oldest": "最早",
        "kept": "保留",
        "rows": "行数",
        "why": "原因",
        "gave way": "自本数据库建立以来让出空间的行；每个丢失的行都会告知收集端：",
        "evicted: no space": "发件箱已满",
        "evicted: disk full": "磁盘几乎已满",
        "refused: no space": "没有空间存放；请释放磁盘空间",
        "kept copy dropped": "收集端已有该行的副本；没有丢失",
        "untold gaps": "{count} 个编号缺口等待在后续健康消息中报告",
        "key": "键",
        "from": "来源",
        "file": "文件",
        "order": "命令",
        "default": "默认",
        "file alone": "{file}：配置 {digest}；未下达命令，仅以文件为准",
        "order over": "{file}：配置 {digest}；其上叠加了命令",
        "order unfit": "{file}：命令已不适用于该文件，未采用：",
        "order on trial": "配置 {digest} 正在试用：若无回执将自动恢复。",
        "order dropped": "已丢弃收集端下达的配置：仅以 {file} 为准",
        "agent runs": "代理正在使用 {folder}；请先停止它，丢弃命令后再启动",
        "already runs": "另一个代理正在使用 {folder}；请停止它，或为本代理另设 data_dir",
        "cannot start": "代理无法启动：{why}",
        "no second client": "未安装 onvif-zeep：pip install 'preclaim[second-opinion]'",
        "no fingerprint": "{found!r} 不是 SHA-256 指纹；请填写 sha256: 加 64 位十六进制数",
        "no authority": "{path} 不含可读取的证书；请使用 PEM 文件",
        "no password": "无法读取密码：{why}；请检查该文件或环境变量",
        "password": "密码（{user}@{address}）：",
        "nobody answered": "没有 ONVIF 设备应答；请检查网络，或用 --ask 指定地址",
        "no database": "无法读取 {path}：{why}；代理首次运行时才会生成",
        "database unread": "无法读取 {path}：{why}；如已损坏，代理下次启动时会抢救其内容；"
        "否则请检查磁盘、文件属主以及是否被其他程序占用",
        "no reset": "未丢弃任何内容：{path}：{why}；请检查磁盘和文件属主",
        "no export": "无法写入 {path}：{why}；已有文件绝不覆盖",
        "no file": "哪个文件？preclaim-agent outbox export FILE -c agent.toml",
        "exported": "{rows} 行，{size} 字节，已写入 {path}；请带到收集端："
        "preclaim-collector ingest-file",
        "exporting": "已导出 {done} / {total} 行",
        "export damaged": "{rows} 行在磁盘上已损坏，未导出",
        "no key": "未生成密钥：{why}；已有文件绝不覆盖",
        "key made": "{private}（请妥善保管），{public}（可交给对方）：密钥 {name}",
    },
}
_REASON_WIDTH: Final = 70


def language_of(wanted: str | None, environment_lang: str) -> str:
    """'zh' or 'en': what was asked for, else by the environment."""
    if wanted in WORDS:
        return wanted
    return "zh" if environment_lang.lower().startswith("zh") else "en"


def word(key: str, lang: str) -> str:
    """One word of the terminal in a language."""
    return WORDS[lang][key]


def say(key: str, lang: str, **values: object) -> str:
    """One sentence of the terminal with its values."""
    return WORDS[lang][key].format(**values)


def say_unread(path: Path, error: Exception, lang: str) -> str:
    """Why the agent database cannot be looked into: not made yet, or there and unreadable."""
    key = "database unread" if os.access(path, os.F_OK) else "no database"
    return say(key, lang, path=path, why=error)


def show_readings(readings: Iterable[Reading], lang: str) -> str:
    """A table: reading, value, unit, quality, reason."""
    head = [word(key, lang) for key in ("reading", "value", "unit", "quality", "reason")]
    rows = [
        [
            reading.name,
            _value(reading, lang),
            reading.unit,
            word(reading.quality.value, lang),
            plain(reason(reading, lang))[:_REASON_WIDTH],
        ]
        for reading in readings
    ]
    return show_table(head, rows)


def show_findings(findings: Sequence[Finding], lang: str) -> str:
    """Faults with name and remedy; then what could not be judged."""
    faults = [f for f in findings if f.verdict is Verdict.FAULT]
    lines = [word("faults" if faults else "no faults", lang)]
    for finding in faults:
        lines.append(f"  ! {_name(finding, lang)} [{finding.code}]: {_summary(finding, lang)}")
        entry = CATALOGUE.get(finding.code)
        remedy = "" if entry is None else (entry.remedy_zh if lang == "zh" else entry.remedy_en)
        if remedy:
            lines.append(f"    {remedy}")
    undecided = [f for f in findings if f.verdict is Verdict.NO_VERDICT]
    if undecided:
        lines.append(word("no verdict", lang))
        lines += [f"  ? {f.code}: {_summary(f, lang)}" for f in undecided]
    return "\n".join(lines)


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned by width on screen, where Chinese signs take two places."""
    widths = [max(width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, *rows)
    )


def width(text: str) -> int:
    """Places that a text takes on screen; Chinese signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _value(reading: Reading, lang: str) -> str:
    if reading.quality is not Quality.GOOD or reading.value is None:
        return f"({reading.raw[:20]})" if reading.raw else "-"
    if isinstance(reading.value, bool):
        return word("yes" if reading.value else "no", lang)
    if isinstance(reading.value, float):
        large = abs(reading.value) >= 1e6  # a count of bytes reads better whole
        return f"{reading.value:.0f}" if large else f"{reading.value:.6g}"
    return plain(str(reading.value))[:48]


def plain(text: str) -> str:
    """What a device says goes to a terminal: no control signs, no escape sequences."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _name(finding: Finding, lang: str) -> str:
    entry = CATALOGUE.get(finding.code)
    if entry is None:
        return finding.code
    return entry.name_zh if lang == "zh" else entry.name_en


def _summary(finding: Finding, lang: str) -> str:
    return plain(finding.summary_zh if lang == "zh" else finding.summary_en)
