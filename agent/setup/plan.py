"""What setup will write for each device that it looked at, and what stands open; pure."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from agent.camera.port import Cause
from agent.config import Device
from agent.setup.entry import Consent
from agent.setup.examine import Examined, Login
from shared.device import Alias

_ID_CHARS: Final = 64
_TAIL: Final = 8
_CLOCK_OFF: Final = timedelta(minutes=2)


class Change(enum.Enum):
    """What becomes of a device's table."""

    NEW = "new"
    SAME = "same"
    MOVED = "moved"  # the same device answers at another address
    LOGIN = "login"  # it has a login now, or another one
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something that a person must still do; ``key`` is one of ``words.PROBLEMS``."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One device: what was seen of it, and what will be written."""

    seen: Examined
    device_id: str
    name: str
    change: Change
    consent: Consent
    known: Device | None = None  # as the file has it
    open: tuple[Open, ...] = ()

    @property
    def is_watched(self) -> bool:
        """Whether the agent will look at it."""
        return self.change is not Change.LEFT_OUT


def plan(
    seen: Sequence[Examined],
    known: Sequence[Device],
    *,
    names: Mapping[str, tuple[Alias, ...]],
    consent: Consent,
) -> tuple[Planned, ...]:
    """Decide for each device; ``names`` are what the agent's database knows each position by.

    A device is recognised by its address, then by what it says it is: an address may have been
    given anew. Of one that answers at two addresses the first stands.
    """
    planner = _Planner(known, names, consent)
    return tuple(planner.decide(one) for one in seen)


class _Planner:
    def __init__(
        self, known: Sequence[Device], names: Mapping[str, tuple[Alias, ...]], consent: Consent
    ) -> None:
        self._known = known
        self._names = names
        self._consent = consent
        self._ids = {device.device_id for device in known}
        self._claimed: dict[str, str] = {}  # device id to the address that took it
        self._by_name: dict[Alias, str] = {}  # what was seen in this run, to its address

    def decide(self, seen: Examined) -> Planned:
        """One device after the other: earlier ones have their names."""
        known = self._recognise(seen)
        consent = seen.entry.consent or self._consent
        if known is not None:
            consent = _given_for(known)
        twin = next((self._by_name[a] for a in seen.aliases if a in self._by_name), None)
        for alias in seen.aliases:
            self._by_name.setdefault(alias, seen.address)
        if known is None or twin is not None:
            device_id = self._new_id(seen) if known is None else known.device_id
        else:
            device_id = known.device_id
        called = seen.entry.name
        if called and seen.channel is not None:
            called = f"{called} {seen.channel.number or seen.channel.video_source}"
        name = called or (known.name if known else "") or device_id
        planned = Planned(
            seen=seen,
            device_id=device_id,
            name=name[:80],
            change=Change.NEW,
            consent=consent,
            known=known,
        )
        return self._settled(planned, twin=twin)

    def _settled(self, planned: Planned, *, twin: str | None) -> Planned:
        seen, consent = planned.seen, planned.consent
        why_not: Open | None = None
        if twin is not None:
            why_not = Open(key="twin", values={"other": twin})
        elif seen.is_on_battery and not consent.wake_ups:
            why_not = Open(key="no_wake_ups")  # and, where a list said so, it was not called
        elif not seen.is_there and planned.known is None:
            why_not = Open(key="silent", values={"why": seen.why})
        open_points = (why_not,) if why_not else tuple(_open_points(planned))
        change = Change.LEFT_OUT if why_not else _change(planned)
        if change is Change.LEFT_OUT and planned.known is not None:
            change = Change.SAME
        return Planned(
            seen=seen,
            device_id=planned.device_id,
            name=planned.name,
            change=change,
            consent=consent,
            known=planned.known,
            open=open_points,
        )

    def _recognise(self, seen: Examined) -> Device | None:
        free = [one for one in self._known if one.device_id not in self._claimed]
        by_address = [one for one in free if _is_at(one, seen)]
        by_name = [
            one
            for one in free
            if (one.label_serial and one.label_serial == seen.entry.label_serial)
            or set(self._names.get(one.device_id, ())) & set(seen.aliases)
        ]
        found = next(iter(by_address or by_name), None)
        if found is not None:
            self._claimed[found.device_id] = seen.address
        return found

    def _new_id(self, seen: Examined) -> str:
        told = seen.information
        wanted = device_id_of(
            site=seen.entry.site,
            name=seen.entry.name,
            serial=(told.serial or "") if told else "",
            address=seen.address,
        )
        if seen.channel is not None:
            tail = f"-ch{seen.channel.number or slug(seen.channel.video_source)}"[:20]
            wanted = wanted[: _ID_CHARS - len(tail)] + tail
        found, number = wanted, 2
        while found in self._ids:
            tail = f"-{number}"
            found, number = wanted[: _ID_CHARS - len(tail)] + tail, number + 1
        self._ids.add(found)
        return found


def _given_for(known: Device) -> Consent:
    """What the file says was allowed stands: only a person takes it back, or gives more, there."""
    return Consent(
        ir_cut_test=known.ir_cut.allow_test,
        wake_ups=known.consent.wake_ups,
        pictures=known.consent.pictures,
    )


def _is_at(device: Device, seen: Examined) -> bool:
    """Whether the file has this device at this address, or this channel of the recorder there."""
    target, channel = device.target, seen.channel
    if target.address != seen.address or device.is_channel != (channel is not None):
        return False
    if channel is None:
        return True
    if target.video_source:
        return target.video_source == channel.video_source
    return target.channel == channel.number


def _change(planned: Planned) -> Change:
    known, seen = planned.known, planned.seen
    if known is None:
        return Change.NEW
    if seen.is_there and known.target.address != seen.address:
        return Change.MOVED
    offered = seen.offer.credentials if seen.offer else None
    if offered is not None and known.target.credentials != offered:
        return Change.LOGIN
    return Change.SAME


def _open_points(planned: Planned) -> Iterable[Open]:
    seen, consent = planned.seen, planned.consent
    if not seen.is_there:
        yield Open(key="silent_known", values={"why": seen.why})
        return
    values = {"id": planned.device_id, "address": seen.address, "why": seen.why}
    written = planned.known.label_serial if planned.known else ""
    if seen.entry.label_serial and written and written != seen.entry.label_serial:
        told = {"id": planned.device_id, "listed": seen.entry.label_serial, "written": written}
        yield Open(key="label_differs", values=told)
    if seen.login in (Login.REFUSED, Login.LOCKED, Login.RESTING, Login.NONE_GIVEN):
        yield Open(key=f"login_{seen.login.value.replace(' ', '_')}", values=values)
    elif seen.cause == Cause.TLS_UNPINNED.value:
        yield Open(key="unpinned", values=values)
    elif seen.login is Login.OTHER:
        yield Open(key="login_other", values=values)
    if seen.clock_offset is not None and abs(seen.clock_offset) > _CLOCK_OFF:
        yield Open(key="clock", values={"seconds": round(seen.clock_offset.total_seconds())})
    if seen.login in (Login.ACCEPTED, Login.OPEN):
        if seen.channel is not None:
            is_known = bool(planned.known and planned.known.label_serial)
            if not is_known and not seen.entry.label_serial:
                yield Open(key="channel_serial")
        elif not seen.aliases:
            yield Open(key="no_identity")
        if not seen.has_stream:
            yield Open(key="no_stream", values=values)
    if not consent.pictures:
        yield Open(key="pictures_stay")


def device_id_of(*, site: str, name: str, serial: str, address: str) -> str:
    """A position's id from what people call it, else from the device's serial or address."""
    head = slug(site)
    tail = slug(name) or f"camera-{slug(serial)[-_TAIL:].strip('-') or slug(address)}"
    return f"{head}-{tail}"[:_ID_CHARS].strip("-") if head else tail[:_ID_CHARS].strip("-")


def slug(text: str) -> str:
    """ASCII letters, digits and hyphens of a text; '' when it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
