"""What the import command says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "sheet": "sheet {sheet} is read",
        "other_sheets": "not read: {others}; name one with --sheet",
        "ignored": "columns that mean nothing here: {columns}",
        "count": "{new} new, {changed} changed, {unchanged} unchanged, "
        "{conflicts} in conflict, {refused} refused",
        "new": "new       row {row}: {key}",
        "changed": "changed   row {row}: {key}: {what}",
        "conflict": "conflict  row {row}: {key}: {what}",
        "refused": "refused   row {row}: {key}: {what}",
        "more": "          ... and {more} more",
        "written": "{count} rows written as import {number}; rows in conflict or refused were left"
        " out; --undo {number} takes them back",
        "dry": "dry run: nothing was written; add --confirm {plan} to write exactly this",
        "nothing": "dry run: there is nothing to write",
        "changed_since": "nothing was written: this is not what was shown under that plan; look "
        "at it and confirm {plan}",
        "import": "{number:>6}  {at}  {actor}: {file}, {written} rows, {state}",
        "by_hand": "by hand",
        "state.written": "written",
        "state.undone": "undone",
        "no_imports": "nothing has been imported yet",
        "back": "back      {key}",
        "held": "held      {key}: {why}",
        "undone": "import {number}: {count} rows put back, {held} held",
        "undo_dry": "dry run: {count} rows of import {number} would be put back, {held} held; "
        "add --confirm to do it",
    },
    "zh": {
        "sheet": "读取工作表 {sheet}",
        "other_sheets": "未读取：{others}；可用 --sheet 指定",
        "ignored": "未识别的列：{columns}",
        "count": "新增 {new}，变更 {changed}，未变 {unchanged}，冲突 {conflicts}，拒绝 {refused}",
        "new": "新增  第 {row} 行：{key}",
        "changed": "变更  第 {row} 行：{key}：{what}",
        "conflict": "冲突  第 {row} 行：{key}：{what}",
        "refused": "拒绝  第 {row} 行：{key}：{what}",
        "more": "      ……另有 {more} 行",
        "written": "已写入 {count} 行（导入 {number}）；冲突或被拒绝的行未写入；"
        "可用 --undo {number} 撤销",
        "dry": "试运行：未写入任何内容；加 --confirm {plan} 即按此写入",
        "nothing": "试运行：没有可写入的内容",
        "changed_since": "未写入任何内容：与该方案当时显示的不同；请查看后确认 {plan}",
        "import": "{number:>6}  {at}  {actor}：{file}，{written} 行，{state}",
        "by_hand": "手工",
        "state.written": "已写入",
        "state.undone": "已撤销",
        "no_imports": "尚未导入任何内容",
        "back": "恢复  {key}",
        "held": "保留  {key}：{why}",
        "undone": "导入 {number}：已恢复 {count} 行，保留 {held} 行",
        "undo_dry": "试运行：导入 {number} 将恢复 {count} 行，保留 {held} 行；加 --confirm 执行",
    },
}


def shown_key(key: str) -> str:
    """A serial as it is; a part number with its place."""
    number, _, place = key.partition("\n")
    return f"{number} @ {place}" if place else number
