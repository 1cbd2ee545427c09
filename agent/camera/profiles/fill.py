"""Placeholders of a request: {channel}, {channel1}, {user}, {password} and {token}."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

_PLACE: Final = re.compile(r"\{(user|password|channel|channel1|token)\}")
SECRET: Final = re.compile(r"\{(?:user|password)\}")


def places(*, channel: int, user: str = "", password: str = "", token: str = "") -> dict[str, str]:
    """What placeholders stand for; ``channel1`` counts from 1."""
    return {
        "channel": str(channel),
        "channel1": str(channel + 1),
        "user": user,
        "password": password,
        "token": token,
    }


def fill_path(path: str, values: Mapping[str, str]) -> str:
    """A path; what is filled in is quoted, so that it cannot add a parameter or a host."""
    return _fill(path, values, lambda text: quote(text, safe=""))


def fill_any(content: Any, values: Mapping[str, str]) -> Any:
    """A JSON body or headers; a text that is {channel} alone becomes a number."""
    if isinstance(content, dict):
        return {key: fill_any(value, values) for key, value in content.items()}
    if isinstance(content, list):
        return [fill_any(value, values) for value in content]
    if content in ("{channel}", "{channel1}"):
        return int(values[content.strip("{}")])
    return _fill(content, values, str) if isinstance(content, str) else content


def _fill(text: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda found: write(values[found.group(1)]), text)
