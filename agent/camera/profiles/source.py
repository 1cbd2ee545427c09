"""The ``[session.NAME]`` and ``[source.NAME]`` of a profile, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.camera.profiles import keys
from agent.camera.profiles.fill import SECRET
from agent.camera.profiles.profile import (
    Expect,
    Format,
    Gate,
    Refusal,
    Session,
    SessionKind,
    Source,
)
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport_kind import TransportKind


def build_session(name: str, table: Table, root: Mapping[str, Any]) -> Session | None:
    """A session; ``root`` brings the error codes of all. None when something is wrong with it."""
    before = len(table.problems)
    content = table.read(keys.SESSION)
    send = table.inner("send").read(keys.SEND)
    if len(table.problems) > before:
        return None
    kind = SessionKind(content["kind"])
    if kind is SessionKind.LOGIN_TOKEN and not (content.get("token") and send):
        table.complain("token", "profile_no_token")
        return None
    header = send.get("header")
    return Session(
        name=name,
        kind=kind,
        request=content.get("request", {}),
        format=Format(content.get("format", "json")),
        token=content.get("token", ""),
        lease=content.get("lease", ""),
        send_query=send.get("query", ""),
        send_header=(header, send.get("value", "{token}")) if header else None,
        logout=content.get("logout", {}),
        error_path=content.get("error_path", root.get("error_path", "")),
        errors=_errors(content, root),
    )


def _errors(content: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Refusal]:
    own = {**root.get("errors", {}), **content.get("errors", {})}
    return {code: Refusal(word) for code, word in own.items()}


def build_source(
    name: str, table: Table, root: Mapping[str, Any], *, packaged: bool
) -> Source | None:
    """A source; only a packaged profile may run a command. None when something is wrong."""
    before = len(table.problems)
    content = table.read(keys.SOURCE)
    expect = table.inner("expect").read(keys.EXPECT) if "expect" in content else None
    gate = table.inner("only_if").read(keys.ONLY_IF) if "only_if" in content else None
    if len(table.problems) > before:
        return None
    kind = TransportKind(content["transport"])
    if kind is TransportKind.COMMAND and not packaged:
        table.complain("transport", "profile_command")
        return None
    if table.deep:
        _check_request(table, kind)
    auth = tuple(content.get("auth", ("none",) if content.get("session") else ("digest",)))
    if SECRET.search(str(content["request"])) and auth != ("url",):
        table.complain("request", "profile_secret_path")
    return Source(
        name=name,
        transport=kind,
        request=content["request"],
        format=Format(content["format"]),
        session=content.get("session", ""),
        auth=auth,
        expect=Expect(path=expect["path"], equals=tuple(expect["equals"])) if expect else None,
        error_path=content.get("error_path", root.get("error_path", "")),
        errors=_errors(content, root),
        only_if=Gate(metric=gate["metric"], equals=gate["equals"]) if gate else None,
        timeout_s=content.get("timeout_s"),
    )


def _check_request(table: Table, kind: TransportKind) -> None:
    from agent.camera.profiles.transport import request_check  # noqa: PLC0415

    try:
        check = request_check(kind)
    except ImportError:
        table.complain("transport", "profile_transport", found=kind.value)
        return
    check(table.inner("request"))
