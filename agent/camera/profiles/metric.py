"""A ``[[metric]]`` of a profile, checked against its name, its source and its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from agent.camera.profiles import keys
from agent.camera.profiles.documents import path_error
from agent.camera.profiles.names import UNITS, Kind, kind_of
from agent.camera.profiles.profile import Format, Metric
from agent.camera.profiles.registers import parse_register
from agent.camera.profiles.table import Table, nearest

GATE: Final = "cap."


def build_metric(table: Table, formats: Mapping[str, Format]) -> Metric | None:
    """The metric; None when something is wrong with it, which has been noted."""
    before = len(table.problems)
    content = table.read(keys.METRIC)
    unless = table.inner("unless").read(keys.UNLESS) if "unless" in content else {}
    _check_name(table, content.get("name"))
    form = formats.get(content.get("from", ""))
    if "from" in content and form is None and f"source.{content['from']}" not in _wrong(table):
        table.complain("from", "profile_source", found=content["from"])
    if form is not None:
        _check_path(table, form, content)
    if len(table.problems) > before:
        return None
    _check_type(table, content)
    valid = content.get("valid")
    return Metric(
        name=content["name"],
        source=content["from"],
        path=content.get("path", ""),
        regex=content.get("regex", ""),
        unless=tuple(unless.get("equals", ())),
        type=content.get("type", "number"),
        map=content.get("map", {}),
        scale=float(content.get("scale", 1)),
        offset=float(content.get("offset", 0)),
        valid=(float(valid[0]), float(valid[1])) if valid else None,
        optional=content.get("optional", False),
        redact=content.get("redact", ""),
    )


def _wrong(table: Table) -> set[str]:
    """Tables of sources that are wrong themselves: one complaint is enough."""
    return {".".join(problem.key.split(".")[:2]) for problem in table.problems}


def _check_name(table: Table, name: str | None) -> None:
    if name is None or name in UNITS or (name.startswith(GATE) and len(name) > len(GATE)):
        return
    near = nearest(name, UNITS)
    if near:
        table.complain("name", "profile_near_value", found=name, near=near)
    else:
        table.complain("name", "profile_value", found=name, known=", ".join(UNITS))


def _check_path(table: Table, form: Format, content: Mapping[str, Any]) -> None:
    path = content.get("path", "")
    if form is Format.TEXT:
        if "regex" not in content:
            table.complain("regex", "profile_no_path", found=form.value)
        return
    if not path:
        table.complain("path", "profile_no_path", found=form.value)
    elif form is Format.REGISTERS:
        if parse_register(path) is None:
            table.complain("path", "profile_register", found=path)
    elif table.deep and (wrong := path_error(form, path)):
        table.complain("path", wrong[0], why=wrong[1])


def _check_type(table: Table, content: Mapping[str, Any]) -> None:
    """What comes out, after a map or without one, must be what the name holds."""
    name = content["name"]
    if name.startswith(GATE):
        return
    wanted, said = kind_of(name), content.get("type", "number")
    if "map" not in content:
        if said != wanted:
            table.complain("type", "profile_type", found=said, name=name, wanted=wanted)
        return
    for value in content["map"].values():
        if _kind(value) != wanted:
            table.complain("map", "profile_type", found=repr(value), name=name, wanted=wanted)
            return


def _kind(value: object) -> Kind:
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "number"
