"""The command that imports lists, lists imports and undoes them: what it would do, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from collector.config_error import refuse
from collector.import_list import (
    PlanChangedError,
    keep_file,
    source_of,
    undo_import,
    write_list,
)
from collector.import_words import WORDS, shown_key
from collector.intake.evidence_files import EvidenceFiles
from collector.registry.problem import RowProblem
from collector.registry.read_list import List, read_list
from collector.settings import Config
from collector.store import imports, registry, undo
from collector.store.assignments import assign
from collector.store.engine import open_engine, reader
from collector.store.imports import Import
from collector.store.migrate import migrate
from collector.store.registry import Comparison

ACTOR: Final = "command line"
_SHOWN: Final = 50  # lines of one kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What to tell the person; ``held_back`` when errors kept something from being done."""

    lines: tuple[str, ...]
    held_back: bool
    written: int = 0


def import_file(
    config: Config,
    path: Path,
    *,
    confirm: str | None,
    organisation_id: str,
    language: str,
    sheet: str = "",
) -> Imported:
    """Compare the file with the store and, when confirmed, write it; OSError when unreadable.

    ``confirm`` None is a dry run; a plan writes only what a dry run has shown under that name.
    """
    content = path.read_bytes()
    read = read_list(content, sheet=sheet)
    owner = organisation_id or _factory_of(config)
    if owner not in {organisation.id for organisation in config.organisations}:
        known = ", ".join(organisation.id for organisation in config.organisations)
        raise refuse("--organisation", "unknown_organisation", found=owner, known=known)
    engine = _open(config)
    try:
        if confirm is None:
            with reader(engine) as db:
                compared = registry.compare(db, read, organisation_id=owner)
            return _shown(read, compared, language)
        return _write(
            engine,
            EvidenceFiles(config.evidence_dir),
            read,
            content=content,
            filename=path.name,
            organisation_id=owner,
            plan=confirm,
            language=language,
        )
    finally:
        engine.dispose()


def _shown(read: List, compared: Comparison, language: str) -> Imported:
    words = WORDS[language]
    last = words["dry"].format(plan=compared.plan) if compared.changes else words["nothing"]
    lines = (*_about(read, language), *_describe(compared, language), last)
    return Imported(lines=lines, held_back=compared.has_errors)


def _write(
    engine: Engine,
    files: EvidenceFiles,
    read: List,
    *,
    content: bytes,
    filename: str,
    organisation_id: str,
    plan: str,
    language: str,
) -> Imported:
    words = WORDS[language]
    source = source_of(content, read, actor=ACTOR, filename=filename)
    try:
        with engine.begin() as db:
            keep_file(files, content)
            number, compared = write_list(
                db,
                read,
                source,
                organisation_id=organisation_id,
                plan=plan,
                now=datetime.now(UTC),
            )
    except PlanChangedError as other:
        compared = other.compared
        last = words["changed_since"].format(plan=compared.plan)
        lines = (*_about(read, language), *_describe(compared, language), last)
        return Imported(lines=lines, held_back=True)
    written = len(compared.changes)
    last = words["written"].format(count=written, number=number)
    lines = (*_about(read, language), *_describe(compared, language), last)
    return Imported(lines=lines, held_back=False, written=written)


def list_imports(config: Config, *, language: str) -> Imported:
    """The imports that were written, newest first."""
    engine = _open(config)
    with reader(engine) as db:
        found = imports.newest(db)
    engine.dispose()
    words = WORDS[language]
    lines = [_import_line(one, language) for one in found] or [words["no_imports"]]
    return Imported(lines=tuple(lines), held_back=False)


def undo_number(config: Config, number: int, *, confirm: bool, language: str) -> Imported:
    """Undo an import, or say what that would do."""
    engine = _open(config)
    words = WORDS[language]
    try:
        with engine.begin() as db:
            done = imports.find(db, number)
            if done is None or done.state == imports.SHOWN:
                raise refuse("--undo", "unknown_import", found=number)
            if confirm:
                plan = undo_import(db, done, actor=ACTOR, now=datetime.now(UTC))
            else:
                plan = undo.plan(db, done)
    finally:
        engine.dispose()
    held = [
        words["held"].format(
            key=shown_key(one.key), why=one.why_zh if language == "zh" else one.why_en
        )
        for one in plan.held
    ]
    back = [words["back"].format(key=shown_key(step.key)) for step in plan.steps]
    key = "undone" if confirm else "undo_dry"
    last = words[key].format(count=len(plan.steps), held=len(plan.held), number=number)
    lines = (*_first(back, words["more"]), *_first(held, words["more"]), last)
    return Imported(lines=lines, held_back=bool(plan.held), written=len(back) if confirm else 0)


def _import_line(one: Import, language: str) -> str:
    words = WORDS[language]
    return words["import"].format(
        number=one.id,
        at=f"{one.at:%Y-%m-%d %H:%M} UTC",
        actor=one.actor,
        file=one.filename or words["by_hand"],
        written=one.written,
        state=words[f"state.{one.state}"] if one.left else words["state.undone"],
    )


def _open(config: Config) -> Engine:
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(config.database_url)
    migrate(engine)
    with engine.begin() as db:
        assign(db, organisations=config.organisations, sites=config.sites, agents=config.agents)
    return engine


def _factory_of(config: Config) -> str:
    for organisation in config.organisations:
        if organisation.kind == "factory":
            return organisation.id
    return config.organisations[0].id


def _about(read: List, language: str) -> Iterable[str]:
    """Which sheet was read, and what of the file was not."""
    words = WORDS[language]
    if read.sheet:
        others = ", ".join(read.other_sheets)
        yield words["sheet"].format(sheet=read.sheet)
        if others:
            yield words["other_sheets"].format(others=others)
    if read.ignored:
        yield words["ignored"].format(columns=", ".join(read.ignored))


def _describe(compared: Comparison, language: str) -> Iterable[str]:
    words = WORDS[language]
    yield words["count"].format(
        new=len(compared.new),
        changed=len(compared.changed),
        unchanged=compared.unchanged,
        conflicts=len(compared.conflicts),
        refused=len(compared.refused),
    )
    new = [words["new"].format(row=one.row, key=shown_key(one.key)) for one in compared.new]
    changed = [
        words["changed"].format(row=one.row, key=shown_key(one.key), what=one.what)
        for one in compared.changed
    ]
    yield from _first(new, words["more"])
    yield from _first(changed, words["more"])
    yield from _first(_problems(compared.conflicts, "conflict", language), words["more"])
    yield from _first(_problems(compared.refused, "refused", language), words["more"])


def _problems(problems: Iterable[RowProblem], kind: str, language: str) -> list[str]:
    return [
        WORDS[language][kind].format(
            row=p.row, key=p.serial or "-", what=p.why_zh if language == "zh" else p.why_en
        )
        for p in problems
    ]


def _first(lines: Sequence[str], more: str) -> Iterable[str]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield more.format(more=len(lines) - _SHOWN)
