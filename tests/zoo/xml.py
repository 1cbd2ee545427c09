"""Replies whose XML is an attack, is damaged, or says two things at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any, Final

from tests.zoo.behaviour import (
    BEHIND_SOAP,
    MISBEHAVES,
    Asked,
    Behaviour,
    body_of,
    http_reply,
    on_operation,
    on_soap,
)
from tests.zoo.honest import TRUTH, envelope

_UNPARSABLE: Final = frozenset({"onvif.unparsable"})
_TOO_LARGE: Final = frozenset({"http.too_large"})
_BROKEN: Final = frozenset({MISBEHAVES})
_SERIAL: Final = str(TRUTH["identity.serial"]).encode()
_RESPONSE_ENDS: Final = re.compile(rb"</\w+:\w+Response>")
_FIRST_TEXT: Final = re.compile(rb">([^<>]{2,})<")


def _with_dtd(subset: str, entity: str) -> Any:
    """A document type in front, and the entity in the first text of the reply."""

    def change(body: bytes) -> bytes:
        head, tail = body.split(b"?>", 1)
        used = _FIRST_TEXT.sub(f">{entity}<".encode(), tail, count=1)
        return head + b"?>" + subset.encode() + used

    return change


def _inside(piece: bytes) -> Any:
    """Something more at the end of the response element."""
    return lambda body: _RESPONSE_ENDS.sub(lambda m: piece + m.group(0), body, count=1)


def _first_text(change: Any) -> Any:
    """Something else in the first text of the reply."""
    return lambda body: _FIRST_TEXT.sub(lambda m: b">" + change(m.group(1)) + b"<", body, count=1)


_LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)
_QUADRATIC = f"<!DOCTYPE q [<!ENTITY a '{'A' * 50_000}'>]>"


def _attack(name: str, does: str, stands_for: str, change: Any, **more: Any) -> Behaviour:
    known: dict[str, Any] = {
        "http": on_soap(body_of(change)),
        "spoils": BEHIND_SOAP,
        "causes": _UNPARSABLE,
        "faults": _BROKEN,
    }
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


async def _long_text(body: bytes) -> AsyncIterator[bytes]:
    """The honest reply with 60 million letters in its first text."""
    first = _FIRST_TEXT.search(body)
    at = first.start() + 1 if first else 0
    length = b"Content-Length: %d\r\n\r\n" % (len(body) + 60_000_000)
    yield b"HTTP/1.1 200 OK\r\n" + length + body[:at]
    for _ in range(600):
        yield b"A" * 100_000
    yield body[at:]


def _information(change: Any) -> Any:
    return on_operation("GetDeviceInformation", body_of(change))


def _serial(new: bytes) -> Any:
    return _information(lambda body: body.replace(_SERIAL, new))


def _other_answer(asked: Asked) -> bytes:
    return http_reply(envelope("<tds:GetUsersResponse><tds:User/></tds:GetUsersResponse>"))


def _twice(body: bytes) -> bytes:
    one = b"<tds:SerialNumber>" + _SERIAL + b"</tds:SerialNumber>"
    return body.replace(one, one + one.replace(_SERIAL, b"SN-9999-0001"))


def _two_bodies(body: bytes) -> bytes:
    return body.replace(
        b"</s:Body>",
        b"</s:Body><s:Body><tds:GetDeviceInformationResponse><tds:SerialNumber>SN-9999-0002"
        b"</tds:SerialNumber></tds:GetDeviceInformationResponse></s:Body>",
    )


def _other_prefixes(body: bytes) -> bytes:
    """Every element of the reply in a namespace of the maker's own."""
    return re.sub(rb'xmlns:t(\w+)="[^"]*"', rb'xmlns:t\1="urn:example:firmware"', body)


BEHAVIOURS: Final = (
    _attack(
        "entity_bomb", "expands ten entities nine times over", "billion laughs",
        _with_dtd(_LAUGHS, "&a9;"), is_heavy=True,
    ),
    _attack(
        "quadratic_bomb", "repeats one long entity ten thousand times", "quadratic blow-up",
        _with_dtd(_QUADRATIC, "&a;" * 10_000), is_heavy=True,
    ),
    _attack(
        "external_file", "names a file of the agent's host as an entity", "XXE",
        _with_dtd("<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>", "&f;"),
    ),
    _attack(
        "external_address", "names an address as an entity", "XXE, server-side requests",
        _with_dtd("<!DOCTYPE x [<!ENTITY f SYSTEM 'http://127.66.66.66:8066/x'>]>", "&f;"),
    ),
    _attack(
        "external_dtd", "names a document type elsewhere", "XXE by parameter entities",
        _with_dtd("<!DOCTYPE x SYSTEM 'http://127.66.66.66:8066/x.dtd'>", "text"),
    ),
    _attack(
        "xinclude", "asks to include a file of the agent's host", "XInclude injection",
        _first_text(
            lambda _: b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude"'
            b' href="file:///etc/passwd" parse="text"/>'
        ),
        http=_information(
            _first_text(
                lambda _: b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude"'
                b' href="file:///etc/passwd" parse="text"/>'
            )
        ),
        spoils=("identity.manufacturer", "identity.serial"),
        faults=frozenset({MISBEHAVES}),
    ),
    _attack(
        "nested_300", "nests 300 elements", "a stack overflow in the parser",
        _inside(b"<x>" * 300 + b"</x>" * 300),
    ),
    _attack(
        "nested_200k", "nests 60,000 elements within the cap", "a stack overflow in the parser",
        _inside(b"<x>" * 60_000 + b"</x>" * 60_000), is_heavy=True,
    ),
    _attack(
        "text_60_mb", "states a manufacturer of 60 million letters", "memory exhaustion",
        None, http=on_soap(lambda asked: _long_text(asked.content)), causes=_TOO_LARGE,
        is_heavy=True,
    ),
    _attack(
        "elements_2m", "sends two million elements", "memory exhaustion",
        _inside(b"<x/>" * 2_000_000), causes=_TOO_LARGE, is_heavy=True,
    ),
    _attack(
        "elements_within_the_cap", "sends as many elements as one MiB holds",
        "memory exhaustion below the cap", _inside(b"<x/>" * 255_000), is_heavy=True,
    ),
    _attack(
        "attributes_40k", "gives one element 40,000 attributes", "a slow attribute table",
        _inside(b"<x " + b" ".join(b'a%d="1"' % n for n in range(40_000)) + b"/>"),
        spoils=(), causes=frozenset(), faults=frozenset(), is_heavy=True,
    ),
    _attack(
        "nul_byte", "has a NUL byte in a text", "a C string printed too far",
        _first_text(lambda text: text[:1] + b"\x00" + text[1:]),
    ),
    _attack(
        "latin1_in_utf8", "writes latin-1 into a document declared UTF-8", "firmware in a rush",
        _first_text(lambda text: text + b"\xe9"),
    ),
    _attack(
        "utf16", "sends UTF-16", "a Windows-made recorder",
        lambda body: body.decode().encode("utf-16"), causes=frozenset({"http.not_xml"}),
    ),
    _attack(
        "replacement_characters", "sends characters that it has damaged itself",
        "a name in another character set", _first_text(lambda text: text + "\ufffd".encode()),
    ),
    _attack(
        "cut_with_agreeing_length", "ends in the middle, with a length that agrees",
        "a fixed reply buffer in firmware", lambda body: body[: len(body) * 3 // 4],
    ),
    _attack(
        "two_serials", "states two serial numbers", "duplicate elements",
        None, http=_information(_twice), spoils=("identity.serial", "identity.placeholder"),
    ),
    _attack(
        "two_bodies", "sends two SOAP bodies, each with a serial number", "response splitting",
        None, http=_information(_two_bodies), spoils=("identity.serial",),
    ),
    _attack(
        "no_serial", "leaves the serial number out", "firmware without one",
        None,
        http=_information(
            lambda body: body.replace(
                b"<tds:SerialNumber>" + _SERIAL + b"</tds:SerialNumber>", b""
            )
        ),
        spoils=("identity.serial", "identity.placeholder"), causes=frozenset(),
        faults=frozenset(),
    ),
    _attack(
        "serial_of_5000", "states a serial number of 5,000 characters", "an overflow",
        None, http=_serial(b"9" * 5000), spoils=("identity.serial",),
    ),
    _attack(
        "serial_of_elements", "states a serial number made of elements", "markup injection",
        None, http=_serial(b"<b>" + _SERIAL + b"</b>"), spoils=("identity.serial",),
    ),
    _attack(
        "serial_written_backwards", "hides direction marks in the serial number",
        "a serial that people read differently from machines",
        None, http=_serial("SN-\u202e4200\u200b-2401".encode()), spoils=("identity.serial",),
    ),
    _attack(
        "other_namespaces", "uses namespaces of its own", "firmware, documented by many",
        _other_prefixes, spoils=(), causes=frozenset(), faults=frozenset(),
    ),
    _attack(
        "answer_to_another_question", "answers each question with the list of users",
        "replies mixed up between connections", None, http=on_soap(_other_answer),
    ),
    _attack(
        "empty_success", "answers with an empty response element", "unimplemented operations",
        None,
        http=on_soap(
            lambda asked: http_reply(
                envelope(f"<tds:{asked.operation}Response></tds:{asked.operation}Response>")
            )
        ),
        spoils=("identity.serial", "clock.", "imaging.", "stream.", "picture.", "battery."),
        causes=frozenset({"onvif.missing"}), faults=frozenset(),
    ),
    _attack(
        "fault_of_a_megabyte", "explains a fault in a megabyte of text", "a stack trace as reason",
        None,
        http=on_soap(
            lambda asked: http_reply(
                envelope(
                    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason>"
                    f"<s:Text>{'java.lang.Error ' * 60_000}</s:Text></s:Reason></s:Fault>"
                ),
                status="500 No",
            )
        ),
        causes=frozenset({"onvif.fault"}), faults=frozenset(), is_heavy=True,
    ),
)  # fmt: skip
