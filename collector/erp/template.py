"""A mapping template: which records are looked up in an ERP, which one is made, and how. Pure.

Its texts hold fields in braces: a fact of the claim, a setting, or what an earlier step took.
``{name|map}`` looks the value up in a map. A key whose whole value is an empty field is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from collector.claims.problem import Both
from collector.erp.facts import FACTS

BUILT_IN: Final = Path(__file__).parent / "templates"
FIELD: Final = re.compile(r"\{([a-z][a-z0-9_]*)(?:\|([a-z][a-z0-9_]*))?\}")
KEY: Final = "key"  # of the authorization alone


class BadTemplateError(ValueError):
    """The template cannot be used; says where and why in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.words = Both(en, zh)


class Setting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that the user says with ``--set NAME=VALUE``."""

    about_en: str
    about_zh: str
    default: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request; ``take`` names what is kept of the answer, by a path like ``data.0.name``."""

    name: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    about_en: str
    about_zh: str
    query: dict[str, object] = {}
    body: dict[str, object] | None = None
    form: dict[str, str] = {}
    file: str = ""  # the name under which the pack goes along in the form
    take: dict[str, str] = {}
    needed: bool = False  # of a look-up: without it nothing is made


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How claims get into one ERP."""

    name: str
    title_en: str
    title_zh: str
    authorization: str
    exists: Step  # its ``record`` says that the claim is there already
    create: Step
    headers: dict[str, str] = {}
    settings: dict[str, Setting] = {}
    maps: dict[str, dict[str, str]] = {}
    find: tuple[Step, ...] = ()
    attached: Step | None = None  # its ``attachment`` says that the pack is at the record already
    attach: Step | None = None


def names() -> tuple[str, ...]:
    """The templates that come along."""
    return tuple(sorted(path.stem for path in BUILT_IN.glob("*.toml")))


def read_template(path: Path) -> Template:
    """Read one; BadTemplateError names the place. OSError when there is no such file."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        template = msgspec.convert(table, Template)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadTemplateError(f"{path.name}: {error}", f"{path.name}：{error}") from error
    _check_fields(template)
    return template


def steps_of(template: Template) -> tuple[Step, ...]:
    """Every request, in the order in which they are made."""
    return (*template.find, template.exists, template.create, *steps_of_pack(template))


def steps_of_pack(template: Template) -> tuple[Step, ...]:
    """Those that bring the pack to the record: looked for first, where the template says how."""
    if template.attach is None:
        return ()
    return (template.attached, template.attach) if template.attached else (template.attach,)


def _check_fields(template: Template) -> None:
    """Each field is known where it stands, and each map is there."""
    known = {*FACTS, *template.settings}
    for value in template.headers.values():
        _demand(value, known, template.maps, place="headers")
    _demand(template.authorization, {KEY}, template.maps, place="authorization")
    for step in steps_of(template):
        for part in (step.path, step.query, step.body, step.form, step.file):
            _demand(part, known, template.maps, place=step.name)
        known |= step.take.keys()
    if template.attached is not None and "attachment" not in template.attached.take:
        raise BadTemplateError(
            "attached: take must name 'attachment', where the answer has the pack's id",
            "attached：take 必须含 'attachment'，即应答中索赔包的编号位置",
        )
    for step in (template.exists, template.create):
        if "record" not in step.take:
            raise BadTemplateError(
                f"{step.name}: take must name 'record', where the answer has its id",
                f"{step.name}：take 必须含 'record'，即应答中的编号位置",
            )


def _demand(value: object, known: set[str], maps: Mapping[str, object], *, place: str) -> None:
    for field, chosen in fields_in(value):
        if field not in known:
            raise BadTemplateError(
                f"{place}: nothing is called {{{field}}} there; known: {', '.join(sorted(known))}",
                f"{place}：没有名为 {{{field}}} 的字段；可用：{'、'.join(sorted(known))}",
            )
        if chosen and chosen not in maps:
            raise BadTemplateError(
                f"{place}: there is no [maps.{chosen}]", f"{place}：没有 [maps.{chosen}]"
            )


def fields_in(value: object) -> Iterator[tuple[str, str]]:
    """Every field of a value, and its map; '' for none."""
    if isinstance(value, str):
        yield from FIELD.findall(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from fields_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from fields_in(one)
