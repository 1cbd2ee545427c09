"""Reads SNMP objects in a process of its own: pysnmp costs 17 MB, more than 60 cameras.

A question as JSON on the input, an answer as JSON on the output; see ``python_child``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, Final

_MOST: Final = 64  # rows of one walk
_TIMEOUT_S: Final = 3.0


async def read(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question."""
    try:
        from pysnmp.hlapi.v3arch import asyncio as api  # noqa: PLC0415  # an optional package
    except ImportError:
        return {
            "cause": "local.missing",
            "detail": "the Python package 'pysnmp' is not installed: pip install 'preclaim[snmp]'",
        }
    ask = await _asker(api, question)
    answer: dict[str, Any] = {}
    for name, oid in question["get"].items():
        status, names, pairs = await ask(api.get_cmd, oid)
        if status or names:
            return _explain(status or names)
        value = pairs[0][1] if pairs else None
        if value is not None and not _is_absent(value):
            answer[name] = _text(value)
    for name, oid in question["walk"].items():
        rows: list[str] = []
        at = oid
        while len(rows) < _MOST:
            status, names, pairs = await ask(api.next_cmd, at)
            if status:
                return _explain(status)
            found = str(pairs[0][0]) if pairs else ""
            is_under = found.startswith(oid.strip(".") + ".") and found != at.strip(".")
            if names or not is_under or _is_absent(pairs[0][1]):
                break
            rows.append(_text(pairs[0][1]))
            at = found
        answer[name] = rows
    return {"answer": answer}


async def _asker(api: Any, question: dict[str, Any]) -> Any:
    engine = api.SnmpEngine()
    kind = api.Udp6TransportTarget if ":" in question["host"] else api.UdpTransportTarget
    place = (question["host"], question["port"])
    target = await kind.create(place, timeout=_TIMEOUT_S, retries=1)
    if question["version"] == "3":
        login = api.UsmUserData(
            question["user"],
            question["secret"],
            question["secret"],
            authProtocol=api.usmHMACSHAAuthProtocol,
            privProtocol=api.usmAesCfb128Protocol,
        )
    else:
        login = api.CommunityData(question["secret"], mpModel=1)

    async def ask(command: Any, oid: str) -> tuple[Any, Any, Any]:
        thing = api.ObjectType(api.ObjectIdentity(oid.strip(".")))
        status, number, _, pairs = await command(
            engine, login, target, api.ContextData(), thing, lookupMib=False
        )
        return status, int(number or 0), pairs

    return ask


def _is_absent(value: Any) -> bool:
    return type(value).__name__ in ("NoSuchObject", "NoSuchInstance", "EndOfMibView")


def _text(value: Any) -> str:
    return str(value.prettyPrint() if hasattr(value, "prettyPrint") else value).strip()


def _explain(problem: Any) -> dict[str, Any]:
    words = type(problem).__name__
    if "TimedOut" in words:  # that nobody is there cannot be told from a wrong community
        return {
            "cause": "deadline",
            "detail": "no SNMP answer: host, port or community is wrong",
        }
    if words in ("WrongDigest", "UnknownUserName", "UnknownSecurityName", "DecryptionError"):
        return {
            "cause": "login.refused",
            "detail": "the router refuses the SNMP v3 user or password",
        }
    return {"cause": "vendor.refused", "detail": f"the router answers an SNMP error ({words})"}


def main() -> None:
    """One question, one answer."""
    answer = asyncio.run(read(json.load(sys.stdin)))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
