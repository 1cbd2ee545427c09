"""One look at one device: is it there, which login does it take (one attempt each), what is it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from agent.camera.channel import numbered
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import (
    CameraError,
    Cause,
    Ceiling,
    DeviceInformation,
    LoginKind,
    Target,
)
from agent.camera.profiles.profile import Profile
from agent.facts import aliases_of
from agent.setup.entry import Entry, Offer
from agent.setup.refused import MOST_REFUSALS, Refusals
from shared.device import Alias, DeviceFacts

_REQUESTS: Final = 60
_BYTES: Final = 4 * 1024 * 1024
_LATER_LOGINS: Final = 3
"""With a login that works: a stream or a vendor interface may want another kind of it."""
_PERHAPS_HTTPS: Final = frozenset(
    cause.value
    for cause in (Cause.TCP_REFUSED, Cause.TCP_RESET, Cause.HTTP_REDIRECT, Cause.HTTP_NOT_XML)
)
_SWITCHES: Final = {"ON", "OFF", "AUTO"}


class Login(enum.Enum):
    """What became of the logins that were offered."""

    OPEN = "open"  # the device wants none
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RESTING = "resting"  # it refused this login less than an hour ago
    LOCKED = "locked"
    OTHER = "other"  # the device wants a login that we refuse to give, or a defect stopped it
    NONE_GIVEN = "none given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One camera of a recorder."""

    number: int  # from 1; 0 when the tokens do not say which is which
    video_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What one device showed."""

    address: str
    entry: Entry
    is_there: bool
    reach: Target = field(default=Target(address=""), repr=False)  # how it is reached, bare
    why: str = ""  # why not, or what stopped the login; in English
    cause: str = ""
    login: Login = Login.NONE_GIVEN
    offer: Offer | None = field(default=None, repr=False)  # the login that was accepted
    information: DeviceInformation | None = None
    aliases: tuple[Alias, ...] = ()
    channels: tuple[str, ...] = ()  # tokens of its video sources
    profile: Profile | None = None
    vendor_values: tuple[str, ...] = ()  # canonical names that it tells
    switches_filter: bool = False
    has_stream: bool = False
    clock_offset: timedelta | None = None
    channel: Channel | None = None  # None: the device at the address itself
    attempts: int = 0
    refusals: int = 0

    @property
    def serial(self) -> str:
        """What the device states; '' when it states none, or states its recorder's."""
        if self.channel is not None or self.information is None:
            return ""
        return self.information.serial or ""

    def by_channel(self) -> tuple[Examined, ...]:
        """The cameras behind a recorder; itself when it is none.

        What the recorder says of itself is never said of a camera that hangs on it, nor what a
        list says of its label.
        """
        if len(self.channels) < 2:
            return (self,)
        numbers = {token: number for number, token in numbered(self.channels).items()}
        return tuple(
            replace(
                self,
                entry=replace(self.entry, label_serial=""),
                channel=Channel(number=numbers.get(token, 0), video_source=token),
                aliases=(),
                vendor_values=(),
                profile=None,
            )
            for token in self.channels
        )

    def facts(self, device_id: str, *, name: str = "", label_serial: str = "") -> DeviceFacts:
        """What is known of it, as the device at a position."""
        told = self.information if self.channel is None else None
        return DeviceFacts(
            device_id,
            label_serial=label_serial,
            aliases=self.aliases,
            manufacturer=_short(told.manufacturer if told else None),
            model=_short(told.model if told else None),
            firmware=_short(told.firmware if told else None),
            hardware_id=_short(told.hardware_id if told else None),
            name=name,
        )

    @property
    def is_on_battery(self) -> bool:
        """By word of the list, else by its firmware profile, else because it tells a charge."""
        if self.entry.power:
            return self.entry.power == "battery"
        by_profile = self.profile is not None and self.profile.power.battery_powered
        return by_profile or "battery.charge" in self.vendor_values

    @property
    def link(self) -> str:
        """By word of the list, else metered where it tells of a modem of its own; '' unknown."""
        has_modem = any(name.startswith("cellular.") for name in self.vendor_values)
        return self.entry.link or ("metered" if has_modem else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What examining needs; shared by all devices, so that a login that worked is remembered."""

    http: CameraHttp
    decoder: Decoder
    profiles: Sequence[Profile]
    clock: Callable[[], datetime]
    refusals: Refusals


async def examine(
    address: str, entry: Entry, tools: Tools, *, base: Target | None = None
) -> Examined:
    """Look at one device. Reads only; at most one attempt a login, none after a lock.

    ``base`` is how its table reaches it (HTTPS, pinned certificate); without one HTTPS is tried
    where nobody speaks HTTP. A certificate that nobody has vouched for gets no login.
    """
    plain = replace(base or Target(address=address), address=address, channel=0, video_source="")
    found = await _knock(Examined(address=address, entry=entry, is_there=False, reach=plain), tools)
    if not found.is_there and base is None and found.cause in _PERHAPS_HTTPS:
        over_tls = await _knock(replace(found, reach=replace(plain, tls=True)), tools)
        found = over_tls if over_tls.is_there else found
    if not found.is_there:
        return found
    bare = _camera(found, None, tools)
    bare.keep_within(_ceiling(bare, logins=0))
    try:
        await bare.device_information()
    except CameraError as error:
        if error.cause is not Cause.LOGIN_NO_CREDENTIALS:
            return replace(found, login=Login.OTHER, why=error.detail, cause=error.cause.value)
    else:
        return await _read(bare, replace(found, login=Login.OPEN), tools.profiles)
    return await _log_in(found, tools)


def _short(text: str | None) -> str:
    return (text or "")[:80]


async def _knock(found: Examined, tools: Tools) -> Examined:
    """Whether it tells the time, which needs no login."""
    bare = _camera(found, None, tools)
    bare.keep_within(_ceiling(bare, logins=0))
    try:
        clock = await bare.device_clock()
    except CameraError as error:
        return replace(found, why=error.detail, cause=error.cause.value)
    return replace(found, is_there=True, clock_offset=clock.offset, why="", cause="")


async def _log_in(found: Examined, tools: Tools) -> Examined:
    for offer in found.entry.offers:
        rests = tools.refusals.rests_until(found.address, offer.credentials, now=tools.clock())
        if rests is not None:
            why = f"refused lately; not tried again before {rests:%Y-%m-%d %H:%M} UTC"
            found = replace(found, login=Login.RESTING, why=why)
            continue
        if tools.refusals.is_spent(found.address, now=tools.clock()):
            why = f"refused {MOST_REFUSALS} logins within an hour; another one only with --again"
            return replace(found, login=Login.RESTING, why=why)
        camera, error = await _attempt(found, offer, tools, LoginKind.DIGEST_MD5)
        if error and error.cause is Cause.LOGIN_METHOD and not camera.costs.login_attempts:
            # It refused without saying what it wants: no attempt was made, so a token may be.
            camera, error = await _attempt(found, offer, tools, LoginKind.WSSE)
        if error is not None:
            found = _refused(found, camera, error)
            if found.login in (Login.REFUSED, Login.LOCKED):
                tools.refusals.note(found.address, offer.credentials, now=tools.clock())
            if found.login in (Login.LOCKED, Login.OTHER):
                return found
            continue
        found = replace(found, login=Login.ACCEPTED, offer=offer, why="", cause="")
        return await _read(camera, _counted(found, camera), tools.profiles)
    return found


async def _attempt(
    found: Examined, offer: Offer, tools: Tools, first: LoginKind
) -> tuple[NetworkCamera, CameraError | None]:
    """One attempt, by the kind that the device itself asks for; None when it was let in.

    With Digest first a device that answers with a challenge gets that, any other a token: so a
    right password is not refused once for its kind.
    """
    camera = _camera(found, offer, tools)
    camera.keep_within(_ceiling(camera, logins=1))
    camera.ask_first(first)
    try:
        await camera.device_clock()  # a token is signed with the device's own time
        await camera.device_information()
    except CameraError as error:
        return camera, error
    return camera, None


def _refused(found: Examined, camera: NetworkCamera, error: CameraError) -> Examined:
    found = replace(_counted(found, camera), why=error.detail, cause=error.cause.value)
    if error.cause is Cause.LOGIN_LOCKED:
        return replace(found, login=Login.LOCKED)
    if camera.refused_logins or error.cause is Cause.LOGIN_REFUSED:
        why = "the device refuses user and password"
        return replace(found, login=Login.REFUSED, why=why, cause=Cause.LOGIN_REFUSED.value)
    return replace(found, login=Login.OTHER)


def _counted(found: Examined, camera: NetworkCamera) -> Examined:
    return replace(
        found,
        attempts=found.attempts + camera.costs.login_attempts,
        refusals=found.refusals + len(camera.refused_logins),
    )


async def _read(camera: NetworkCamera, found: Examined, profiles: Sequence[Profile]) -> Examined:
    """What it is; a question that fails leaves its part empty."""
    camera.keep_within(_ceiling(camera, logins=_LATER_LOGINS))
    information, macs = None, ""
    channels: tuple[str, ...] = ()
    try:
        information = await camera.device_information()
        macs = ",".join(await camera.mac_addresses())
    except CameraError as error:
        found = replace(found, why=error.detail, cause=error.cause.value)
    profile = None
    vendor: tuple[str, ...] = ()
    switches = has_stream = False
    try:
        streams = await camera.profiles()
        has_stream = bool(streams)
        channels = tuple(dict.fromkeys(one.video_source for one in streams if one.video_source))
        switches = set((await camera.imaging_options()).ir_cut_filter_modes) >= _SWITCHES
    except CameraError as error:
        found = replace(found, why=error.detail, cause=error.cause.value)
    if information is not None:
        try:
            chosen = await camera.vendor_profile()
            named = chosen.id if chosen else ""
            profile = next((one for one in profiles if one.id == named), None)
            told = await camera.vendor_values()
            vendor = tuple(n for n, v in told.items() if v.quality == "good")
        except CameraError as error:
            found = replace(found, why=error.detail, cause=error.cause.value)
    serial = (information.serial or "") if information else ""
    return replace(
        found,
        information=information,
        aliases=aliases_of(serial, macs),
        channels=channels,
        profile=profile,
        vendor_values=vendor,
        switches_filter=switches,
        has_stream=has_stream,
    )


def _camera(found: Examined, offer: Offer | None, tools: Tools) -> NetworkCamera:
    return NetworkCamera(
        replace(found.reach, credentials=offer.credentials if offer else None),
        http=tools.http,
        decoder=tools.decoder,
        profiles=tools.profiles,
        clock=tools.clock,
    )


def _ceiling(camera: NetworkCamera, *, logins: int) -> Ceiling:
    costs = camera.costs
    return Ceiling(
        requests=costs.requests + _REQUESTS,
        bytes=costs.bytes_sent + costs.bytes_received + _BYTES,
        logins=costs.login_attempts + logins,
    )
