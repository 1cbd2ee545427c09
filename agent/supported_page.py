"""docs/supported.md and docs/supported.zh.md, made from the profiles and the recordings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from agent.camera.profiles.profile import Profile, Status
from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.replay import Recording, load_recordings
from agent.profile_words import say
from agent.wrong import Both

_FILES: Final = Both("supported.md", "supported.zh.md")
_HEAD: Final = Both(
    "# Supported devices\n"
    "Made by `preclaim-agent profile supported docs` from `firmware_profiles/`; a test holds it to"
    " them. Any ONVIF camera is watched for pictures, streams, login and clock without a profile; a"
    " profile adds what ONVIF does not know.\n\n"
    "**No profile was tried on a device of ours.** *documented*: written from manuals and public"
    " code. *fixture-tested*: reads an independent recording of a real device as a person reads it"
    " (`make figures ONLY='camera.fixtures*'`). *device-tested*: tried on a device before us. Below"
    " fixture-tested its values open no claim by themselves: the draft is marked *profile unproven*"
    " until an engineer confirms it. A recording of your device moves a row"
    " (`firmware_profiles/recordings/index.toml`).\n",
    "# 支持的设备\n"
    "本页由 `preclaim-agent profile supported docs` 根据 `firmware_profiles/` 生成，"
    "并由测试保持一致。"
    "任何 ONVIF 摄像机无需描述文件即可检测画面、视频流、登录和时钟；"
    "描述文件补充 ONVIF 所没有的信息。\n\n"
    "**没有任何描述文件在我们自己的真实设备上试用过。**“仅有文档依据”：依据手册和公开代码编写。"
    "“经录制数据验证”：能如人工所读那样读取真实设备的独立录制数据"
    "（`make figures ONLY='camera.fixtures*'`）。“经真实设备验证”：在我们面前的设备上试用过。"
    "未经录制数据验证的描述文件，其数值本身不会形成索赔：草稿会标注“描述文件未经验证”，"
    "直至工程师确认。您的设备的录制数据可以改变某一行（`firmware_profiles/recordings/index.toml`）。\n",
)
_COLUMNS: Final = (
    Both("device", "设备"),
    Both("profile", "描述文件"),
    Both("firmware", "固件"),
    Both("asked by", "查询方式"),
    Both("values", "数值"),
    Both("known issues", "已知问题"),
    Both("proven", "验证程度"),
)
_ANY: Final = Both("any", "不限")
_RECORDINGS: Final = Both("\n## Recordings\n", "\n## 录制数据\n")
_NONE: Final = Both("none", "无")
_ISSUES: Final = Both("\n## Known issues\n", "\n## 已知问题\n")


def write_pages(folder: Path) -> tuple[Path, ...]:
    """Write both pages; the paths."""
    paths = []
    folder.mkdir(parents=True, exist_ok=True)
    for lang in ("en", "zh"):
        path = folder / _FILES.text(lang)
        path.write_text(build_page(lang), encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def build_page(lang: str) -> str:
    """The page in one language."""
    profiles = sorted(load_profiles(), key=lambda one: (one.id != "generic.onvif", one.id))
    recordings = load_recordings()
    lines = [_HEAD.text(lang), _row(column.text(lang) for column in _COLUMNS)]
    lines.append(_row("---" for _ in _COLUMNS))
    lines += [_row(_cells(one, recordings, lang)) for one in profiles]
    lines.append(_RECORDINGS.text(lang))
    lines += [f"- `{one.profile}`: {one.device}; {one.source}" for one in recordings]
    lines.append(_ISSUES.text(lang))
    lines += _issues(profiles, lang)
    return "\n".join(lines) + "\n"


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(found: Profile, recordings: Sequence[Recording], lang: str) -> Iterator[str]:
    kinds = sorted({source.transport.value for source in found.sources.values()})
    families = Counter(m.name.partition(".")[0] for m in found.metrics if not m.is_gate)
    proofs = sum(1 for one in recordings if one.profile == found.id and one.by != "papers")
    yield (found.title_zh if lang == "zh" else "") or found.title
    yield f"`{found.id}`"
    yield ", ".join(_bound(found)) or _ANY.text(lang)
    yield ", ".join(kinds) or "ONVIF"
    yield ", ".join(f"{name} {count}" for name, count in sorted(families.items())) or "–"
    yield str(len(found.known_issues)) if found.known_issues else "–"
    status = say(found.status.value, lang)
    yield f"{status} ({proofs})" if proofs and found.status is not Status.DOCUMENTED else status


def _bound(found: Profile) -> Iterator[str]:
    for bound in found.match.firmware.range:
        build = f" build {bound.version.build}" if bound.version.build is not None else ""
        yield f"{bound.operator} {'.'.join(map(str, bound.version.parts))}{build}"


def _issues(profiles: Sequence[Profile], lang: str) -> list[str]:
    told: dict[str, str] = {}
    for found in profiles:
        for issue in found.known_issues:
            is_chinese = lang == "zh"
            cause = issue.cause_zh if is_chinese else issue.cause
            action = issue.action_zh if is_chinese else issue.action
            told[issue.id] = f"- `{issue.id}`: {cause} → {action} ({_linked(issue.reference)})"
    return [told[name] for name in sorted(told)] or [_NONE.text(lang)]


def _linked(reference: str) -> str:
    found = re.fullmatch(r"github:([\w.-]+/[\w.-]+/(?:issues|pull)/\d+)", reference)
    return f"[{found.group(1)}](https://github.com/{found.group(1)})" if found else reference
