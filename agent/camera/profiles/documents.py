"""Answers of devices as documents, and what stands at a path of them.

Nothing here is compiled or imported before a device needs it. A value is a text, a number or a
flag; anything else at a path (a table, a list, two elements that differ) is ``AMBIGUOUS``.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from agent.camera.profiles.profile import Format, Scalar
from agent.camera.profiles.registers import read_register

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult
    from lxml import etree

BODY_CAP_BYTES: Final = 64 * 1024


class Several(enum.Enum):
    """What stands there is no single value: more than one that differ, or a table."""

    VALUES = "several"


AMBIGUOUS: Final = Several.VALUES
Found = Scalar | Several | None
_SIMPLE: Final = re.compile(r"(?:[A-Za-z_]\w*|\[\d+\])(?:\.[A-Za-z_]\w*|\[\d+\])*", re.ASCII)
_STEP: Final = re.compile(r"\w+", re.ASCII)
_KV: Final = re.compile(r"[ \t]*([^=\t]{1,200}?)[ \t]*[=\t](.*)")
_DTD: Final = re.compile(rb"<!DOCTYPE|<!ENTITY|\x00", re.IGNORECASE)  # NUL: UTF-16 could hide one
_PAGE: Final = re.compile(r"\s*<(?:!doctype html|html)", re.IGNORECASE)


class UnreadableError(Exception):
    """The answer is not of the format that the profile says; the text holds nothing of it."""


def parse(body: bytes, form: Format, registers: Mapping[int, int] | None = None) -> Any:
    """The answer as a document of its format; UnreadableError when it is none."""
    if len(body) > BODY_CAP_BYTES:
        raise UnreadableError(f"the answer is larger than {BODY_CAP_BYTES} bytes")
    if form is Format.REGISTERS:
        return registers or {}
    if form is Format.XML:
        return _parse_xml(body)
    if form is Format.JSON:
        return _parse_json(body)
    text = body.decode("utf-8", "replace")
    if _PAGE.match(text):
        raise UnreadableError("the answer is a web page")
    return _pairs(text) if form is Format.KV else text


def find(document: Any, form: Format, path: str) -> Found:
    """What stands at a path: a scalar, None when nothing does, or AMBIGUOUS."""
    if form is Format.TEXT:
        return str(document)
    if form is Format.REGISTERS:
        return read_register(document, path)
    if form is Format.KV:
        return _only(document.get(path, ()))
    if form is Format.XML:
        return _find_in_xml(document, path)
    return _scalar(_search(document, path))


def path_error(form: Format, path: str) -> tuple[str, str] | None:
    """Why a path cannot be one: a key of WRONGS and what the library says; None when it can."""
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    try:
        if form is Format.JSON:
            _jmespath(path)
        elif form is Format.XML:
            _xpath(path)
    except JMESPathError as error:
        return "profile_jmespath", type(error).__name__
    except etree.XPathError as error:
        return "profile_xpath", str(error)
    return None


def _parse_json(body: bytes) -> object:
    try:
        return json.loads(
            body.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise UnreadableError("the answer is no valid JSON") from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs) and any(made[name] != value for name, value in pairs):
        raise ValueError("one name stands for two values")
    return made


def _parse_xml(body: bytes) -> etree._Element:
    from lxml import etree  # noqa: PLC0415

    if _DTD.search(body):
        raise UnreadableError("the answer brings a document type or entities: refused")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("the answer is no well-formed XML") from error
    for element in root.iter():
        # One element comes in two namespaces from two firmwares: local names are what counts.
        element.tag = etree.QName(element).localname
    return root


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    """Lines of ``key=value``; one that the answer's end cuts off is left out."""
    made: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines(keepends=True):
        if not line.endswith(("\n", "\r")):
            continue
        if found := _KV.fullmatch(line.rstrip("\r\n")):
            name, value = found.group(1), found.group(2).strip()
            made[name] = (*made.get(name, ()), value)
    return made


def _only(values: Sequence[str]) -> Found:
    if not values:
        return None
    return values[0] if len(set(values)) == 1 else AMBIGUOUS


def _find_in_xml(root: etree._Element, path: str) -> Found:
    from lxml import etree  # noqa: PLC0415

    found = _xpath(path)(root)
    if not isinstance(found, list):
        return found if isinstance(found, str | float | bool) else AMBIGUOUS
    texts: list[str] = []
    for node in found:
        if isinstance(node, str):
            texts.append(node.strip())
        elif isinstance(node, etree._Element) and not len(node):
            texts.append((node.text or "").strip())
        else:
            return AMBIGUOUS
    return _only(texts)


def _search(document: object, path: str) -> object:
    if _SIMPLE.fullmatch(path) is not None:
        return _walk(document, path)
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415

    try:
        return _jmespath(path).search(document)
    except JMESPathError:
        return None


def _walk(document: object, path: str) -> object:
    """A path of names and indexes alone, as JMESPath reads it: most profiles need no more."""
    for step in _STEP.findall(path):
        if step.isdigit():
            is_there = isinstance(document, list) and int(step) < len(document)
            document = document[int(step)] if is_there else None  # type: ignore[index]
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def _scalar(found: object) -> Found:
    return found if found is None or isinstance(found, str | int | float | bool) else AMBIGUOUS


@lru_cache(maxsize=128)
def _jmespath(path: str) -> ParsedResult:
    import jmespath  # noqa: PLC0415

    return jmespath.compile(path)


@lru_cache(maxsize=128)
def _xpath(path: str) -> etree.XPath:
    from lxml import etree  # noqa: PLC0415

    return etree.XPath(path, smart_strings=False, regexp=False)
