"""Read a device as its profile says: sources in order, each answer's metrics, sessions closed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from agent.camera.door import Door
from agent.camera.port import CameraError, Cause, DeviceInformation, VendorValue
from agent.camera.profiles.answer import ask
from agent.camera.profiles.profile import Metric, Profile, Source
from agent.camera.profiles.transport import Listener, Reach

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
# Nothing of a login has left: asking again locks no account.
_NOT_UP_YET: Final = frozenset({Cause.TCP_REFUSED, Cause.TCP_TIMEOUT, Cause.TCP_UNREACHABLE})


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
        self._waited = False
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
            self._values.update(await self._ask(source, metrics))
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

    async def _ask(self, source: Source, metrics: list[Metric]) -> dict[str, VendorValue]:
        """Ask; a camera that is just waking up refuses for some seconds, and is asked once more."""
        grace_s = self._profile.power.wake_grace_s if self._may_wake else 0.0
        try:
            return await ask(source, metrics, self._reach)
        except CameraError as error:
            if not grace_s or self._answered or self._waited or error.cause not in _NOT_UP_YET:
                raise
        self._waited = True
        await asyncio.sleep(grace_s)
        return await ask(source, metrics, self._reach)

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
