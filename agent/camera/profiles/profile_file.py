"""Reading firmware profiles from TOML; every problem is told with file, line, key and remedy."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import firmware_profiles
from agent.camera.profiles.build import build_profile
from agent.camera.profiles.lines import line_of
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.table import ProfileError, Table
from agent.config_problem import Problem

__all__ = ["Problem", "ProfileError", "load_files", "load_profiles", "shipped_directory"]
_LISTS = {"metric": "name", "known_issue": "id"}
_OWN = ("schema", "id", "title", "title_zh", "status", "abstract", "extends")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    text: str
    content: dict[str, Any]
    packaged: bool


def shipped_directory() -> Path:
    """Where the profiles are that come with the product."""
    return Path(firmware_profiles.__file__).parent


def load_profiles(further: Path | None = None, *, deep: bool = False) -> tuple[Profile, ...]:
    """The product's profiles and those of a further directory; ProfileError lists all problems.

    Expressions of the product's own are not compiled here (its tests do that), unless ``deep``:
    profiles that no device uses must cost no memory.
    """
    paths = sorted(further.glob("*.toml")) if further else []
    return load_files(paths, deep=deep)


def load_files(paths: list[Path], *, deep: bool = False) -> tuple[Profile, ...]:
    """The product's profiles and these; ProfileError as ``load_profiles``."""
    problems: list[Problem] = []
    files: list[_File] = []
    shipped = sorted(shipped_directory().glob("*.toml"))
    own = {path.resolve() for path in shipped}
    for path in (*shipped, *(path for path in paths if path.resolve() not in own)):
        file = _read(path, packaged=path.resolve() in own, problems=problems)
        if file is not None:
            files.append(file)
    by_id = _by_id(files, problems)
    profiles = []
    for file in files:
        made = _build(file, by_id, deep=deep or not file.packaged, problems=problems)
        if made is not None:
            profiles.append(made)
    if problems:
        raise ProfileError(problems)
    return tuple(profiles)


def _read(path: Path, *, packaged: bool, problems: list[Problem]) -> _File | None:
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(
            Problem(file=path.name, key="-", wrong="profile_unreadable", values={"why": error})
        )
        return None
    return _File(path=path, text=text, content=content, packaged=packaged)


def _by_id(files: list[_File], problems: list[Problem]) -> Mapping[str, _File]:
    found: dict[str, _File] = {}
    for file in files:
        name = file.content.get("id")
        if not isinstance(name, str):
            continue  # told when the profile is built
        if name in found:
            values = {"found": name, "other": found[name].path.name}
            problem = Problem(
                file=file.path.name, key="id", wrong="profile_id_twice", values=values
            )
            problems.append(_placed(problem, file))
        found.setdefault(name, file)
    return found


def _build(
    file: _File, by_id: Mapping[str, _File], *, deep: bool, problems: list[Problem]
) -> Profile | None:
    own: list[Problem] = []
    content = _extended(file, by_id, own)
    root = Table(content=content, where="", file=file.path.name, problems=own, deep=deep)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode())
    made = build_profile(root, packaged=file.packaged, digest=digest.hexdigest()[:12])
    own.sort(key=lambda problem: line_of(file.text, problem.key) or 0)  # as the author meets them
    problems.extend(_placed(problem, file) for problem in own)
    return None if file.content.get("abstract") else made


def _placed(problem: Problem, file: _File) -> Problem:
    """The problem with the line on which its key stands, where that can be told."""
    line = line_of(file.text, problem.key)
    return replace(problem, file=f"{file.path.name}:{line}") if line else problem


def _extended(file: _File, by_id: Mapping[str, _File], problems: list[Problem]) -> dict[str, Any]:
    """The content over that of the profile it extends, and so on."""
    content, seen = file.content, [file.content.get("id")]
    base = content.get("extends")
    while isinstance(base, str):
        below = by_id.get(base)
        if below is None or base in seen:
            wrong = "profile_base" if below is None else "profile_circle"
            problems.append(
                Problem(file=file.path.name, key="extends", wrong=wrong, values={"found": base})
            )
            return content
        seen.append(base)
        inherited = {key: value for key, value in below.content.items() if key not in _OWN}
        content = _over(inherited, content)
        base = below.content.get("extends")
    return content


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are laid over each other key by key; metrics and issues by their name."""
    made = dict(base)
    for key, value in own.items():
        below = made.get(key)
        if isinstance(value, dict) and isinstance(below, dict) and key != "request":
            made[key] = _over(below, value)
        elif key in _LISTS and isinstance(value, list) and isinstance(below, list):
            made[key] = _merged(below, value, _LISTS[key])
        else:
            made[key] = value
    return made


def _merged(below: list[Any], own: list[Any], name: str) -> list[Any]:
    names = [one.get(name) for one in own if isinstance(one, dict)]
    kept = [one for one in below if not (isinstance(one, dict) and one.get(name) in names)]
    return [*kept, *own]
