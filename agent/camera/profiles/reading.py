"""Read a device as its profile says: sources in order, each answer's metrics, sessions closed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from agent.camera.door import Door
from agent.camera.port import CameraError, Cause, DeviceInformation, VendorValue
from agent.camera.profiles.documents import UnreadableError, find, parse
from agent.camera.profiles.profile import Metric, Profile, Source
from agent.camera.profiles.refusals import TokenExpiredError, check_answer
from agent.camera.profiles.steps import extract
from agent.camera.profiles.transport import Fetched, Listener, Reach, fetch_of

_LOGIN: Final = frozenset(
    {Cause.LOGIN_REFUSED, Cause.LOGIN_METHOD, Cause.LOGIN_LOCKED, Cause.LOGIN_NO_CREDENTIALS}
)
# After these the next source would only wait for the same again.
_ENDS: Final = frozenset(
    {
        Cause.TLS_UNPINNED,
        Cause.TLS_CHANGED,
        Cause.DNS,
        Cause.TCP_REFUSED,
        Cause.TCP_TIMEOUT,
        Cause.TCP_UNREACHABLE,
        Cause.TLS,
        Cause.DEADLINE,
        Cause.BUDGET,
    }
)


async def read_vendor_values(
    door: Door,
    profile: Profile,
    *,
    channel: int = 0,
    information: DeviceInformation | None = None,
    may_wake: bool = True,
    listener: Listener | None = None,
) -> Mapping[str, VendorValue]:
    """Ask every source of the profile once and extract its metrics, by canonical name.

    An interface that the device does not have gives ``unsupported`` values; a source that fails
    otherwise gives ``failed`` ones, with the cause. Raises CameraError when a login is refused,
    and when no source answered at all. ``may_wake`` False leaves out what wakes a sleeping camera.
    """
    # A door of its own: a certificate that nobody vouches for on the vendor's port must not shut
    # ONVIF's. Login state, transcript and costs are the pass's.
    reach = Reach(
        door=replace(door),
        target=door.target,
        profile=profile,
        channel=channel,
        session=None,
        packaged=profile.packaged,
        information=information,
        listener=listener,
    )
    try:
        return await _Reading(reach, may_wake=may_wake).read()
    finally:
        for held in reversed(list(reach.held.values())):
            await held.close()


class _Reading:
    """One reading of one device."""

    def __init__(self, reach: Reach, *, may_wake: bool) -> None:
        self._reach = reach
        self._profile = reach.profile
        self._may_wake = may_wake
        self._values: dict[str, VendorValue] = {}  # gates included
        self._answered = False
        self._error: CameraError | None = None

    async def read(self) -> Mapping[str, VendorValue]:
        for source in self._profile.sources.values():
            await self._read_source(source)
        if self._error is not None and not self._answered:
            raise self._error
        gates = {metric.name for metric in self._profile.metrics if metric.is_gate}
        return {name: value for name, value in self._values.items() if name not in gates}

    async def _read_source(self, source: Source) -> None:
        metrics = [m for m in self._profile.metrics if m.source == source.name]
        if not self._is_open(source, metrics):
            return
        if self._error is not None and self._error.cause in _ENDS:
            self._fail(metrics, self._error)
            return
        try:
            self._values.update(await ask(source, metrics, self._reach))
            self._answered = True
        except CameraError as error:
            if error.cause in _LOGIN:
                raise
            if error.cause is Cause.VENDOR_UNSUPPORTED:
                self._answered = True
                self._values.update({m.name: unsupported(m) for m in metrics})
                return
            self._error = error
            self._fail(metrics, error)

    def _is_open(self, source: Source, metrics: list[Metric]) -> bool:
        if not self._may_wake and source.name not in self._profile.power.safe_while_asleep:
            return False
        if source.only_if is None:
            return True
        gate = self._values.get(source.only_if.metric)
        if gate is None or gate.quality != "good":
            return False  # nobody knows whether the device has it: not asked, nothing said
        if gate.value == source.only_if.equals:
            return True
        self._values.update({m.name: unsupported(m) for m in metrics})
        return False

    def _fail(self, metrics: list[Metric], error: CameraError) -> None:
        for metric in metrics:
            self._values[metric.name] = VendorValue(
                value=None,
                quality="failed",
                raw="",
                unit=metric.unit,
                cause=error.cause.value,
                detail=error.detail,
            )


def unsupported(metric: Metric) -> VendorValue:
    """The value of a metric whose interface the device does not have."""
    return VendorValue(value=None, quality="unsupported", raw="", unit=metric.unit)


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
