"""Hardened parsing of SOAP replies: the whole truth, or CameraError; never a half fact."""

from __future__ import annotations

import math
import re

from lxml import etree

from agent.camera.port import CameraError, Cause

_HTML = re.compile(rb"(?i)\A\s*(?:<!doctype\s+html|<html|<head|<body|<meta|<script)")
_ANY_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_BOM = b"\xef\xbb\xbf"
_RAW_BYTES = 16 * 1024
_TEXT_CAP_CHARS = 256
_SHOWN_CHARS = 40
_MAX_TAGS = 60_000
"""Begin and end tags of one reply: a recorder of 64 channels needs some 20,000; as many as the
body's cap holds cost 60 MB."""
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x7f-\x9f]")
"""Marks of direction and of no width, and controls: what people read is not what is written."""


def parse_envelope(body: bytes) -> etree._Element:
    """Parse a reply and return its SOAP Body element.

    Raises CameraError: HTTP_NOT_XML for pages and empty replies, ONVIF_UNPARSABLE for anything
    cut off, broken, with a DTD, with entities or with characters that are no UTF-8.
    """
    content = body.removeprefix(_BOM).lstrip()
    if not content:
        raise CameraError(Cause.HTTP_NOT_XML, "the reply is empty")
    if _HTML.match(content):
        raise _not_xml("the reply is an HTML page", body)
    if not content.startswith(b"<"):
        raise _not_xml("the reply is not XML", body)
    root = _parse(content)
    if local_name(root) != "Envelope":
        raise _not_xml(f"the reply is XML, but no SOAP: <{local_name(root)[:_SHOWN_CHARS]}>", body)
    bodies = children(root, "Body")
    if len(bodies) != 1:
        raise unparsable(f"the reply has {len(bodies) or 'no'} SOAP Body elements", body)
    return bodies[0]


def _parse(content: bytes) -> etree._Element:
    if _ANY_DTD.search(content):
        raise unparsable("the reply brings a document type or entities: refused", content)
    if content.count(b"<") > _MAX_TAGS:
        raise unparsable("the reply has more elements than any device needs", content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise unparsable("the reply has characters that are no UTF-8", content) from error
    if "\ufffd" in text:
        raise unparsable("the reply has characters that were damaged on the device", content)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise unparsable("the reply is cut off or broken XML", content) from error


def unparsable(detail: str, raw: bytes = b"") -> CameraError:
    """The error for a reply that is no fact."""
    return CameraError(Cause.ONVIF_UNPARSABLE, detail, raw=raw[:_RAW_BYTES])


def _not_xml(detail: str, raw: bytes) -> CameraError:
    return CameraError(Cause.HTTP_NOT_XML, detail, raw=raw[:_RAW_BYTES])


def local_name(element: etree._Element) -> str:
    """Tag without its namespace; firmware disagrees about namespaces."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Direct children of this local name."""
    return [found for found in element if local_name(found) == name]


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Follow local names downwards; None when a step is absent."""
    for name in path:
        if element is None:
            return None
        element = next((found for found in element if local_name(found) == name), None)
    return element


def text(element: etree._Element | None, *path: str) -> str | None:
    """Text of the element at ``path``: None when absent, '' when empty.

    A text longer than 256 characters, with child elements or invisible characters in it, or one
    that the device states twice and differently is no fact: CameraError.
    """
    found = _only(element, path)
    if found is None:
        return None
    if len(found):
        raise unparsable(f"<{local_name(found)}> holds elements where a text belongs")
    content = all_text(found).strip()
    if len(content) > _TEXT_CAP_CHARS:
        raise unparsable(f"<{local_name(found)}> holds {len(content)} characters")
    if _INVISIBLE.search(content):
        raise unparsable(f"<{local_name(found)}> holds characters that nobody can see")
    return content


def _only(element: etree._Element | None, path: tuple[str, ...]) -> etree._Element | None:
    """As ``child``, where what stands there more than once must say the same each time."""
    for name in path:
        if element is None:
            return None
        found = children(element, name)
        if len({all_text(one).strip() for one in found}) > 1:
            raise unparsable(f"the device states <{name}> {len(found)} times, and differently")
        element = found[0] if found else None
    return element


def all_text(element: etree._Element) -> str:
    """All text in an element and below it."""
    return "".join(str(piece) for piece in element.itertext())


def number(element: etree._Element | None, *path: str) -> float | None:
    """Finite number at ``path``; None when absent or empty, CameraError when it is none."""
    content = text(element, *path)
    if not content:
        return None
    try:
        value = float(content)
    except ValueError as error:
        raise unparsable(f"<{path[-1]}> is '{content[:_SHOWN_CHARS]}', not a number") from error
    if not math.isfinite(value):
        raise unparsable(f"<{path[-1]}> is '{content[:_SHOWN_CHARS]}', not a number")
    return value


def whole(element: etree._Element | None, *path: str) -> int | None:
    """Whole number at ``path``; None when absent or empty, CameraError when it is none."""
    value = number(element, *path)
    if value is None:
        return None
    if value != int(value):
        raise unparsable(f"<{path[-1]}> is {value}, not a whole number")
    return int(value)


def folded(element: etree._Element | None, *path: str) -> str | None:
    """Enum text folded to upper case; firmware writes Auto where the schema says AUTO."""
    content = text(element, *path)
    return content.upper() if content else None
