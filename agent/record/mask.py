"""Masking what a device answered: JSON, XML, key=value and plain lines; pure but for its key.

Each answer is masked twice: the first pass over all of them finds what is private by the names of
fields and by its own form, the second removes the same values from wherever else they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from lxml import etree

from agent.record.fields import Private, says_nothing, what_is
from agent.record.pseudonyms import Pseudonyms

_NAME_KEYS: Final = frozenset({"name", "key", "param", "parameter", "id", "option", "field"})
_VALUE_KEYS: Final = frozenset({"value", "val", "content", "data", "text"})
_HEX2: Final = "[0-9A-Fa-f]{2}"
_FORMS: Final[tuple[tuple[Private, re.Pattern[str]], ...]] = (
    (Private.SECRET, re.compile(r"(?<=://)[^/@\s<>\"']+(?=@)")),
    (
        Private.MAC,
        re.compile(
            rf"(?<![0-9A-Fa-f:.-])(?:{_HEX2}([:-]))(?:{_HEX2}\1){{4}}{_HEX2}(?![0-9A-Fa-f:-])"
        ),
    ),
    # IMEI, IMSI: 15 digits (GSMA TS.06, ITU-T E.212); ICCID: 19 or 20 (ITU-T E.118).
    (Private.SUBSCRIBER, re.compile(r"(?<![\d.])\d{14,22}F?(?![\d.])")),
    (Private.SUBSCRIBER, re.compile(r"(?<![\w+])\+\d[\d -]{6,16}\d(?!\d)")),
    (Private.PERSON, re.compile(r"[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}")),
    (
        Private.PLACE,
        re.compile(r"-?\d{1,3}\.\d{3,}\s*[,;]\s*-?\d{1,3}\.\d{3,}"),
    ),
)
# Cell and area code stand between commas in Quectel's +QENG and in +CREG (3GPP TS 27.007).
_CELLS: Final = (
    re.compile(r'(?<="[FT]DD",)(\d{3},\d{2,3},)([0-9A-Fa-f]+)(,(?:\d+,){5})([0-9A-Fa-f]+)(?=,)'),
    re.compile(r'((?:^|REG: )(?:\d,){1,2}")([0-9A-Fa-f]{4,6})(",")([0-9A-Fa-f]{4,10})(?=")'),
)
_LINE: Final = re.compile(r"^(\s*[+#]?)([A-Za-z][\w.\[\]#/ -]{0,80}?)(\s*[:=\t]\s*)(\S.*)$")
_PAIR: Final = re.compile(
    r"([A-Za-z_][\w.-]{0,60}#?)([\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s&;,\"'<>]+)"
)


class Masker:
    """Masks answer after answer, and remembers what it has masked."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """``known``: the password, and whatever else must not be left."""
        self.names = Pseudonyms(known)

    def mask(self, body: str) -> str:
        """The body without what its names and forms give away; '' when it cannot be read.

        What looks like JSON or XML and is none is not kept: nobody could tell where a value ends.
        """
        start = body.lstrip("\ufeff \t\r\n")[:1]
        if start and start in "{[":
            try:
                return json.dumps(self._tree(json.loads(body.lstrip("\ufeff"))), ensure_ascii=False)
            except (ValueError, RecursionError):
                return ""
        if start == "<":
            return self._xml(body)
        return self._lines(body)

    def _tree(self, node: Any, kind: Private | None = None) -> Any:
        if isinstance(node, dict):
            kinds = _kinds_of_pairs(node)
            return {
                self._text(str(key)): self._tree(
                    value, kind or (kinds[key] if key in kinds else what_is(str(key)))
                )
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self._tree(value, kind) for value in node]
        return self._leaf(node, kind)

    def _leaf(self, node: Any, kind: Private | None) -> Any:
        if node is None or isinstance(node, bool):
            return node
        if isinstance(node, int | float):
            text = json.dumps(node)
            made = self._value(text, kind)
            return node if made == text else _as_number(made)
        nested = self._nested(node) if kind is None else None
        return self._value(node, kind) if nested is None else nested

    def _nested(self, text: str) -> str | None:
        """A text that is JSON itself, masked; None when it is none."""
        if text.lstrip()[:1] not in ("{", "["):
            return None
        try:
            return json.dumps(self._tree(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return None

    def _value(self, text: str, kind: Private | None) -> str:
        if kind is None:
            return self._text(text)
        if says_nothing(text, kind) or (kind is Private.ADDRESS and not _is_address(text)):
            return self._text(text) if kind is Private.ADDRESS else text
        if kind is Private.MAC and len(re.sub(r"[^0-9A-Fa-f]", "", text)) != 12:
            return self._text(text)
        return self.names.replace(kind, text)

    def _text(self, text: str) -> str:
        """A text whose name says nothing: pairs inside it, and forms that speak for themselves."""
        text = _PAIR.sub(self._pair, text)
        for pattern in _CELLS:
            text = pattern.sub(self._cell, text)
        for kind, pattern in _FORMS:
            text = pattern.sub(self._by_form(kind), text)
        return self.names.replace_everywhere(text)

    def _by_form(self, kind: Private) -> Callable[[re.Match[str]], str]:
        def replace(found: re.Match[str]) -> str:
            whole = found.group()
            return whole if says_nothing(whole, kind) else self.names.replace(kind, whole)

        return replace

    def _cell(self, found: re.Match[str]) -> str:
        before, one, between, other = found.groups()
        cell, area = (self._value(text, Private.CELL) for text in (one, other))
        return f"{before}{cell}{between}{area}"

    def _pair(self, found: re.Match[str]) -> str:
        name, between, value = found.groups()
        kind = what_is(name.rpartition(".")[2])
        bare = value.strip("\"'")
        if kind is None or says_nothing(bare, kind):
            return found.group()
        quotes = value[0] if value[0] in "\"'" else ""
        return f"{name}{between}{quotes}{self._value(bare, kind)}{quotes}"

    def _lines(self, body: str) -> str:
        ends = body.splitlines(keepends=True)
        return "".join(
            self._line(line.rstrip("\r\n")) + line[len(line.rstrip("\r\n")) :] for line in ends
        )

    def _line(self, line: str) -> str:
        found = _LINE.match(line)
        if found is None:
            return self._text(line)
        before, name, between, value = found.groups()
        kind = what_is(re.split(r"[.\]/]", name.strip(".]/ "))[-1])
        return f"{before}{name}{between}{self._value(value.strip(), kind)}"

    def _xml(self, body: str) -> str:
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(body.lstrip("\ufeff \t\r\n").encode(), parser)
        except (etree.XMLSyntaxError, ValueError):
            return ""
        if "<!DOCTYPE" in body.upper():
            return ""
        for element in root.iter():
            self._element(element)
        return etree.tostring(root, encoding="unicode")

    def _element(self, element: etree._Element) -> None:
        own = _xml_kind(element)
        for name, value in list(element.items()):
            local = etree.QName(str(name)).localname
            kind = what_is(local) or (own if local.lower() in _VALUE_KEYS else None)
            element.set(name, self._value(str(value), kind))
        if element.text and element.text.strip():
            element.text = self._value(element.text, own)
        if element.tail and element.tail.strip():
            element.tail = self._text(element.tail)


def _xml_kind(element: etree._Element) -> Private | None:
    """What an element holds: by its name, its ``name`` attribute, or the one that names it."""
    local = etree.QName(element).localname
    named = [element.get(key, "") for key in ("name", "Name", "key", "id")]
    parent = element.getparent()
    if parent is not None:
        if local.lower() in _VALUE_KEYS:
            named += [
                (one.text or "")
                for one in parent
                if etree.QName(one).localname.lower() in _NAME_KEYS
            ]
        named.append(etree.QName(parent).localname)  # <Password><Value>..</Value></Password>
    return next((kind for name in (local, *named) if (kind := what_is(name))), None)


def _kinds_of_pairs(node: dict[Any, Any]) -> dict[Any, Private | None]:
    """Of ``{"name": "password", "value": "..."}``: the name is no secret, and the value is one."""
    names = [key for key, value in node.items() if _is_name(key) and isinstance(value, str)]
    values = [key for key in node if str(key).lower() in _VALUE_KEYS]
    if not names or not values:
        return {}
    kinds = (what_is(node[key]) for key in names)
    kind = next((one for one in kinds if one is not None), None)
    return {**dict.fromkeys(names), **dict.fromkeys(values, kind)}


def _is_name(key: object) -> bool:
    return str(key).lower() in _NAME_KEYS


def _is_address(text: str) -> bool:
    return (
        re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.%\w]*", text)
        is not None
    )


def _as_number(text: str) -> int:
    return int(text) if text.isdigit() and not text.startswith("0") else 0
