"""One source of a profile: asked, its answer checked, its metrics extracted, secrets kept out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.camera.door import Door
from agent.camera.port import CameraError, Cause, VendorValue
from agent.camera.profiles.documents import UnreadableError, find, parse
from agent.camera.profiles.profile import Metric, Source
from agent.camera.profiles.refusals import TokenExpiredError, check_answer
from agent.camera.profiles.steps import extract
from agent.camera.profiles.transport import Fetched, Reach, fetch_of


async def ask(source: Source, metrics: list[Metric], reach: Reach) -> dict[str, VendorValue]:
    """One source's metrics; a token that has expired is fetched anew once."""
    try:
        document = await _fetch(source, reach)
    except TokenExpiredError:
        held = reach.held.pop(source.session, None)
        if held is None:
            raise
        document = await _fetch(source, reach)
    places = {"{channel}": str(reach.channel), "{channel1}": str(reach.channel + 1)}
    values = {m.name: extract(_placed(m, places), document, source.format) for m in metrics}
    return {name: _without_secrets(value, reach.door) for name, value in values.items()}


def _without_secrets(value: VendorValue, door: Door) -> VendorValue:
    """A value in which the device echoes what we logged in with is none."""
    told = value.value if isinstance(value.value, str) else ""
    raw = door.transcript.masked(value.raw)
    if door.transcript.masked(told) == told and raw == value.raw:
        return value
    return replace(value, value=None, quality="invalid", raw=raw)


def _placed(metric: Metric, places: Mapping[str, str]) -> Metric:
    """The metric of this channel."""
    path = metric.path
    for place, number in places.items():
        path = path.replace(place, number)
    return metric if path == metric.path else replace(metric, path=path)


async def _fetch(source: Source, reach: Reach) -> Any:
    own = replace(reach, session=reach.profile.sessions.get(source.session))
    request = str(source.request.get("path") or source.name)
    method = str(source.request.get("method", "GET" if "path" in source.request else ""))
    with reach.door.transcript.record(kind="vendor", request=f"{method} {request}".strip()) as note:
        fetched = await _heard(source, own)
        note.reply, note.detail = fetched.body, fetched.detail
        try:
            document = parse(fetched.body, source.format, fetched.registers)
        except UnreadableError as error:
            raise CameraError(
                Cause.VENDOR_UNPARSABLE, f"'{source.name}': {error}", raw=fetched.body
            ) from error
        check_answer(
            document,
            source.format,
            error_path=source.error_path,
            errors=source.errors,
            door=reach.door,
            raw=fetched.body,
        )
        _expect(source, document, fetched.body)
        return document


async def _heard(source: Source, reach: Reach) -> Fetched:
    """What was fetched, told to whoever listens."""
    listener = reach.listener or (lambda _, __: None)
    try:
        fetched = await _within(source, reach)
    except CameraError as error:
        listener(source.name, error)
        raise
    listener(source.name, fetched)
    return fetched


async def _within(source: Source, reach: Reach) -> Fetched:
    try:
        fetch = fetch_of(source.transport)
    except ImportError as error:
        raise CameraError(
            Cause.VENDOR_UNSUPPORTED,
            f"this agent is installed without what '{source.transport.value}' needs",
        ) from error
    if source.timeout_s is None:
        return await fetch(source, reach)
    try:
        async with asyncio.timeout(source.timeout_s):
            return await fetch(source, reach)
    except TimeoutError as error:
        raise CameraError(
            Cause.DEADLINE, f"no complete reply within {source.timeout_s:g} s"
        ) from error


def _expect(source: Source, document: Any, raw: bytes) -> None:
    if source.expect is None:
        return
    found = find(document, source.format, source.expect.path)
    if not any(_equal(found, wanted) for wanted in source.expect.equals):
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, f"'{source.name}' is answered by something else", raw=raw
        )


def _equal(found: object, wanted: object) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return found == wanted or str(found) == str(wanted)
