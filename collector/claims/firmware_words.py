"""What is said of a device and the firmware that should have mended its fault. Pure."""

from __future__ import annotations

from collector.claims.facts import FixFacts
from collector.claims.problem import Both
from shared.catalogue_entry import CatalogueEntry


def on_fix(entry: CatalogueEntry, fix: FixFacts) -> Both:
    """Why this is a claim, or none, beside a version that mends the fault."""
    name, runs = Both(entry.name_en.lower(), entry.name_zh), fix.runs or "–"
    if fix.is_in is None:
        return Both(
            f"firmware: {name.en}; fixed in {fix.fixed_in}, and whether {runs} holds that is not"
            " known: an engineer says so on the firmware case",
            f"固件问题：{name.zh}；已在 {fix.fixed_in} 修复，但无法判断 {runs} 是否包含该修复："
            "请工程师在固件案例中说明",
        )
    if not fix.is_in:
        return Both(
            f"firmware: {name.en}; fixed in {fix.fixed_in}, this device runs {runs}: update it",
            f"固件问题：{name.zh}；已在 {fix.fixed_in} 修复，该设备运行 {runs}：请升级",
        )
    if not fix.is_seen:
        return Both(
            f"firmware: {name.en}; updated to {runs}, which holds the fix of {fix.fixed_in}: the"
            " probes have not said yet whether it helped",
            f"固件问题：{name.zh}；已升级到 {runs}（包含 {fix.fixed_in} 的修复）："
            "探测尚未确认是否有效",
        )
    return Both(
        f"still failing on {runs}, which holds the fix of {fix.fixed_in}",
        f"在包含 {fix.fixed_in} 修复的 {runs} 上仍有故障",
    )
