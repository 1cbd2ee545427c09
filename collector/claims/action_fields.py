"""Reads the fields that somebody gave with an action: closed names, closed choices. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from collector.claims import action_words as words
from collector.claims.action import Action, Field, Kind
from collector.claims.answer import PATHS
from collector.claims.refusal import IllegalMoveError
from shared.device import half_width

REASON_LONGEST: Final = 2000
MOST_ITEMS: Final = 30
_ITEM: Final = re.compile(r"[a-z][a-z0-9_.]{0,39}")


def read(action: Action, given: Mapping[str, object], *, path: str) -> dict[str, object]:
    """The fields as the event will carry them, empty ones left out.

    ``path`` is that of the line, which says what a fulfilment needs. IllegalMoveError for a field
    that the action does not have, a value it cannot take, or one that is missing; what the
    collector suggests may be.
    """
    known = {one.name: one for one in action.fields}
    if stray := sorted(given.keys() - known.keys()):
        raise IllegalMoveError(words.stray_field(stray[0], tuple(known)))
    found: dict[str, object] = {}
    for one in action.fields_for(PATHS.get(path)):
        value = read_one(one, given.get(one.name))
        if value:
            found[one.name] = value
        elif one.needed:
            raise IllegalMoveError(words.missing_field(one.name))
    return found


def check_reason(action: Action, reason: str) -> str:
    """The words, cut of blanks; IllegalMoveError when they are missing or too long."""
    said = reason.strip()
    if action.needs_reason and not said:
        raise IllegalMoveError(words.NO_REASON)
    if len(said) > REASON_LONGEST:
        raise IllegalMoveError(words.too_long("reason", REASON_LONGEST))
    return said


def read_one(field: Field, value: object) -> str | list[str]:
    """The value as the event will carry it; '' or [] for nothing. IllegalMoveError for what the
    field cannot take."""
    if field.kind is Kind.ITEMS:
        return _items(field, value)
    if value is None or value == "":
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise IllegalMoveError(words.wrong_field(field.name))
    said = str(value).strip()
    if field.kind is Kind.SERIAL:
        said = "".join(half_width(said).split())  # labels are printed in groups
    if field.kind is Kind.CHOICE and said and said not in field.options:
        raise IllegalMoveError(words.wrong_choice(field.name, said, field.options))
    if len(said) > field.longest:
        raise IllegalMoveError(words.too_long(field.name, field.longest))
    return said


def _items(field: Field, value: object) -> list[str]:
    named = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(named, list | tuple) or len(named) > MOST_ITEMS:
        raise IllegalMoveError(words.wrong_field(field.name))
    found = [str(one).strip() for one in named if str(one).strip()]
    if wrong := [one for one in found if not _ITEM.fullmatch(one)]:
        raise IllegalMoveError(words.wrong_choice(field.name, wrong[0][:40], field.options))
    return list(dict.fromkeys(found))
