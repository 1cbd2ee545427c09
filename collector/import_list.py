"""The command that imports a delivery list: what it would do, in words, and doing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from collector.config_error import refuse
from collector.registry import RowProblem, parse
from collector.settings import Config
from collector.store import registry
from collector.store.assignments import assign
from collector.store.engine import open_engine
from collector.store.migrate import migrate
from collector.store.registry import Comparison

_SHOWN: Final = 50  # lines of one kind

_WORDS: Final = {
    "en": {
        "count": "{new} new, {changed} changed, {unchanged} unchanged, "
        "{conflicts} in conflict, {refused} refused",
        "new": "new       row {row}: {serial}",
        "changed": "changed   row {row}: {serial}: {what}",
        "conflict": "conflict  row {row}: {serial}: {what}",
        "refused": "refused   row {row}: {serial}: {what}",
        "more": "          ... and {more} more",
        "written": "{count} rows written; rows in conflict or refused were left out",
        "dry": "dry run: nothing was written; add --confirm to write the new and changed rows",
    },
    "zh": {
        "count": "新增 {new}，变更 {changed}，未变 {unchanged}，冲突 {conflicts}，拒绝 {refused}",
        "new": "新增  第 {row} 行：{serial}",
        "changed": "变更  第 {row} 行：{serial}：{what}",
        "conflict": "冲突  第 {row} 行：{serial}：{what}",
        "refused": "拒绝  第 {row} 行：{serial}：{what}",
        "more": "      ……另有 {more} 行",
        "written": "已写入 {count} 行；冲突或被拒绝的行未写入",
        "dry": "试运行：未写入任何内容；加 --confirm 写入新增与变更的行",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What to tell the person; ``held_back`` when errors kept the file from being imported."""

    lines: tuple[str, ...]
    held_back: bool
    written: int


def import_list(
    config: Config, path: Path, *, confirm: bool, organisation_id: str, language: str
) -> Imported:
    """Compare the file with the store and, when confirmed, write it; OSError when unreadable."""
    wanted = parse(path.read_bytes())
    owner = organisation_id or _factory_of(config)
    if owner not in {organisation.id for organisation in config.organisations}:
        known = ", ".join(organisation.id for organisation in config.organisations)
        raise refuse("--organisation", "unknown_organisation", found=owner, known=known)
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(config.database_url)
    migrate(engine)
    written = 0
    with engine.begin() as db:
        assign(db, organisations=config.organisations, sites=config.sites, agents=config.agents)
        compared = registry.compare(db, wanted)
        if confirm:
            written = registry.write(
                db,
                compared,
                organisation_id=owner,
                actor="command line",
                filename=path.name,
                now=datetime.now(UTC),
            )
    engine.dispose()
    words = _WORDS[language]
    last = words["written"].format(count=written) if confirm else words["dry"]
    return Imported(
        lines=(*_describe(compared, language), last),
        held_back=compared.has_errors and not confirm,
        written=written,
    )


def _factory_of(config: Config) -> str:
    for organisation in config.organisations:
        if organisation.kind == "factory":
            return organisation.id
    return config.organisations[0].id


def _describe(compared: Comparison, language: str) -> Iterable[str]:
    words = _WORDS[language]
    yield words["count"].format(
        new=len(compared.new),
        changed=len(compared.changed),
        unchanged=compared.unchanged,
        conflicts=len(compared.conflicts),
        refused=len(compared.refused),
    )
    new = [words["new"].format(row=row.row, serial=row.serial) for row in compared.new]
    changed = [
        words["changed"].format(row=row.row, serial=row.serial, what=what)
        for row, what in compared.changed
    ]
    yield from _first(new, words["more"])
    yield from _first(changed, words["more"])
    yield from _first(_problems(compared.conflicts, "conflict", language), words["more"])
    yield from _first(_problems(compared.refused, "refused", language), words["more"])


def _problems(problems: Iterable[RowProblem], kind: str, language: str) -> list[str]:
    return [
        _WORDS[language][kind].format(
            row=p.row, serial=p.serial or "-", what=p.why_zh if language == "zh" else p.why_en
        )
        for p in problems
    ]


def _first(lines: list[str], more: str) -> Iterable[str]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield more.format(more=len(lines) - _SHOWN)
