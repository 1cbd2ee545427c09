"""Reading firmware profiles from TOML; every problem is told with file, key and remedy."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
from pathlib import Path
from typing import cast

import jmespath
from jmespath.exceptions import JMESPathError

from agent.camera.profile import (
    UNITS,
    Field,
    FieldType,
    Firmware,
    Match,
    Power,
    Profile,
    VendorRequest,
)
from agent.camera.profiles.table import ProfileError, Table
from agent.config_problem import Problem

__all__ = ["Problem", "ProfileError", "load_profiles", "parse_profile", "shipped_directory"]
_TYPES = ("number", "text", "flag")
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def shipped_directory() -> Path:
    """Where the profiles are that come with the product."""
    return Path(str(importlib.resources.files("firmware_profiles")))


def load_profiles(directory: Path) -> tuple[Profile, ...]:
    """Read every ``*.toml`` of a directory; ProfileError lists all problems of all files."""
    problems: list[Problem] = []
    profiles: list[Profile] = []
    seen: dict[str, str] = {}
    for path in sorted(directory.glob("*.toml")):
        profile = _load(path, problems)
        if profile is None:
            continue
        if profile.id in seen:
            values = {"found": profile.id, "other": seen[profile.id]}
            problems.append(
                Problem(file=path.name, key="id", wrong="profile_id_twice", values=values)
            )
        seen[profile.id] = path.name
        profiles.append(profile)
    if problems:
        raise ProfileError(problems)
    return tuple(profiles)


def _load(path: Path, problems: list[Problem]) -> Profile | None:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(
            Problem(file=path.name, key="-", wrong="profile_unreadable", values={"why": error})
        )
        return None
    before = len(problems)
    profile = parse_profile(content, file=path.name, problems=problems)
    return profile if len(problems) == before else None


def parse_profile(
    content: dict[str, object], *, file: str, problems: list[Problem]
) -> Profile | None:
    """Build a profile; problems are appended, and then the result must not be used."""
    root = Table(content=content, where="", file=file, problems=problems)
    if root.take("schema", int) not in (1, None):
        root.complain("schema", "profile_schema")
    requests = tuple(_request(table) for table in root.tables("request"))
    names = {request.name for request in requests}
    fields = [_field(table, names) for table in root.tables("field")]
    profile = Profile(
        id=root.take("id", str) or "",
        match=_match(root.table("match")),
        power=_power(root.table("power")),
        requests=requests,
        fields=tuple(found for found in fields if found is not None),
        login_note=root.take("login", str, " ") or "",
    )
    root.take("title", str, " ")
    root.take("references", list, [])
    root.finish()
    _check_twins(profile, root)
    return profile


def _check_twins(profile: Profile, root: Table) -> None:
    names = [found.name for found in profile.fields]
    for name in sorted({name for name in names if names.count(name) > 1}):
        root.complain("field", "profile_field_twice", found=name)


def _match(table: Table) -> Match:
    firmware = Firmware(
        pattern=table.pattern("firmware_version", r"(\d+)\.(\d+)\.(\d+)"),
        at_least=_version(table, "firmware_at_least"),
        below=_version(table, "firmware_below"),
    )
    match = Match(
        manufacturer=table.pattern("manufacturer", ""),
        model=table.pattern("model", ""),
        firmware=firmware,
        priority=table.take("priority", int, 0) or 0,
    )
    table.finish()
    return match


def _version(table: Table, key: str) -> tuple[int, ...] | None:
    text = table.take(key, str, " ")
    if text is None or not text.strip():
        return None
    if _VERSION.fullmatch(text) is None:
        table.complain(key, "profile_version", found=text)
        return None
    return tuple(int(part) for part in text.split("."))


def _power(table: Table) -> Power:
    interval_s = table.take("min_poll_interval_s", int, 0) or 0
    if interval_s < 0:
        table.complain("min_poll_interval_s", "profile_interval")
    power = Power(
        battery_powered=bool(table.take("battery_powered", bool, False)),
        min_poll_interval_s=interval_s,
    )
    table.finish()
    return power


def _request(table: Table) -> VendorRequest:
    name, path = table.take("name", str) or "", table.take("path", str) or "/"
    login = table.take("login", str, "digest")
    if login != "digest":
        table.complain("login", "profile_login", found=login)
    if not path.startswith("/") or path.startswith("//"):
        table.complain("path", "profile_path", found=path)
    table.finish()
    return VendorRequest(name=name, path=path)


def _field(table: Table, requests: set[str]) -> Field | None:
    name = table.take("name", str) or ""
    source = table.take("from", str) or ""
    path = table.take("path", str) or ""
    kind = table.take("type", str, "number") or "number"
    scale = table.take("scale", float, 1.0)
    limits = _range(table)
    unknown = table.take("unknown", list, []) or []
    table.finish()
    if name not in UNITS:
        table.complain("name", "profile_value", found=name, known=", ".join(UNITS))
    if source not in requests:
        table.complain("from", "profile_source", found=source)
    if kind not in _TYPES:
        table.complain("type", "profile_type", found=kind, known=", ".join(_TYPES))
    try:
        compiled = jmespath.compile(path or "@")
    except JMESPathError as error:
        table.complain("path", "profile_jmespath", why=type(error).__name__)
        return None
    return Field(
        name=name,
        source=source,
        path=compiled,
        type=cast(FieldType, kind),
        scale=scale if scale is not None else 1.0,
        range=limits,
        unknown=tuple(unknown),
    )


def _range(table: Table) -> tuple[float, float] | None:
    limits = table.take("range", list, []) or []
    if not limits:
        return None
    numbers = [x for x in limits if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(limits) != 2 or len(numbers) != 2 or numbers[0] > numbers[1]:
        table.complain("range", "profile_range", found=limits)
        return None
    return float(numbers[0]), float(numbers[1])
