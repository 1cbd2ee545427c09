"""Makes a request of a template's step: fields become values, what is empty is left out. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from collector.erp.facts import Fact
from collector.erp.template import FIELD, Step, Template, fields_in

_NOTHING: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, but for the key, which stands in no text of ours."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]
    body: bytes | None = None  # JSON
    form: Mapping[str, str] = field(default_factory=dict)
    file: str = ""  # the name of the pack in the form


def is_askable(step: Step, known: Mapping[str, Fact]) -> bool:
    """Whether every field of a look-up has a value: nothing is looked up by nothing."""
    parts = (step.path, step.query, step.body, step.form)
    return all(known.get(name) is not None for part in parts for name, _ in fields_in(part))


def make(template: Template, step: Step, known: Mapping[str, Fact]) -> Request:
    """The request with these values."""

    def fill(value: object) -> object:
        return _fill(value, known, template.maps)

    path = FIELD.sub(lambda m: quote(str(known.get(m[1]) or ""), safe=""), step.path)
    query = {
        name: filled if isinstance(filled, str) else json.dumps(filled, ensure_ascii=False)
        for name, value in step.query.items()
        if (filled := fill(value)) is not _NOTHING
    }
    headers = {
        name: str(filled)
        for name, value in template.headers.items()
        if (filled := fill(value)) is not _NOTHING
    }
    body = None
    if step.body is not None:
        body = json.dumps(fill(step.body), ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json; charset=utf-8"
    return Request(
        method=step.method,
        target=path + (f"?{urlencode(query)}" if query else ""),
        headers={"Accept": "application/json", **headers},
        body=body,
        form={
            name: str(filled)
            for name, value in step.form.items()
            if (filled := fill(value)) is not _NOTHING
        },
        file=str(fill(step.file)) if step.file else "",
    )


def take(step: Step, answer: object) -> dict[str, Fact]:
    """What the step keeps of an answer; None where the answer has no such thing."""
    return {name: _at(answer, path) for name, path in step.take.items()}


def is_ambiguous(step: Step, answer: object) -> bool:
    """True when a look-up found several records where one was meant: nobody may guess which."""
    return any(_several(answer, path) for path in step.take.values())


def has_none(step: Step, answer: object) -> bool:
    """True when a look-up says that there is nothing: its list is there, and has no such place.
    An answer of another form, as from a changed server, says nothing of the kind."""
    return any(_is_short(answer, path) for path in step.take.values())


def _is_short(answer: object, path: str) -> bool:
    for part in path.split("."):
        if isinstance(answer, list) and part.isdecimal():
            if int(part) >= len(answer):
                return True
            answer = answer[int(part)]
        else:
            answer = answer.get(part) if isinstance(answer, dict) else None
    return False


def _several(answer: object, path: str) -> bool:
    for part in path.split("."):
        if isinstance(answer, list):
            return len(answer) > 1
        answer = answer.get(part) if isinstance(answer, dict) else None
    return False


def _at(answer: object, path: str) -> Fact:
    here: object = answer
    for part in path.split("."):
        if isinstance(here, list) and part.isdecimal():
            here = here[int(part)] if int(part) < len(here) else None
        else:
            here = here.get(part) if isinstance(here, dict) else None
    return here if isinstance(here, str | int) and not isinstance(here, bool) else None


def _fill(
    value: object, known: Mapping[str, Fact], maps: Mapping[str, Mapping[str, str]]
) -> object:
    if isinstance(value, str):
        whole = FIELD.fullmatch(value)
        if whole:
            found = _one(whole[1], whole[2], known, maps)
            return _NOTHING if found is None else found
        return FIELD.sub(lambda m: str(_one(m[1], m[2], known, maps) or ""), value).strip()
    if isinstance(value, dict):
        made = {key: _fill(one, known, maps) for key, one in value.items()}
        return {key: one for key, one in made.items() if one is not _NOTHING}
    if isinstance(value, list):
        return [one for item in value if (one := _fill(item, known, maps)) is not _NOTHING]
    return value


def _one(
    name: str, chosen: str | None, known: Mapping[str, Fact], maps: Mapping[str, Mapping[str, str]]
) -> Fact:
    found = known.get(name)
    return maps[chosen].get(str(found)) if chosen and found is not None else found
