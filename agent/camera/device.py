"""A network camera as probes see it: ONVIF, RTSP, snapshot and vendor values behind one port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from agent.camera.address import pin_http, pin_rtsp, place_of
from agent.camera.channel import (
    UNNAMED,
    channel_names,
    counts_from_zero,
    is_channel,
    order,
)
from agent.camera.decoder import Decoder
from agent.camera.door import Door
from agent.camera.http import SNAPSHOT_CAP_BYTES, CameraHttp, connect_tcp
from agent.camera.login import LoginState
from agent.camera.login_desk import CONFUSED_FOR, LoginDesk
from agent.camera.login_trace import Trace
from agent.camera.onvif import device as device_service
from agent.camera.onvif import events, imaging, media
from agent.camera.onvif.services import MEDIA, find_services
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import (
    CameraError,
    Cause,
    Ceiling,
    Clip,
    ClipLimits,
    Costs,
    DeviceClock,
    DeviceInformation,
    Exchange,
    FilterMode,
    ImagingOptions,
    ImagingSettings,
    LoginKind,
    Picture,
    Recording,
    Snapshot,
    StreamHealth,
    StreamProfile,
    Target,
    VendorProfile,
    VendorValue,
)
from agent.camera.profiles.match import Choice, choose
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.transport_kind import TransportKind
from agent.camera.transcript import ALL_WAKE, Transcript

if TYPE_CHECKING:
    from agent.camera.profiles.transport import Listener

# Below these there is no device to talk to; above them its clock may simply be unreadable.
_NO_DEVICE = (
    Cause.DNS,
    Cause.TCP_REFUSED,
    Cause.TCP_TIMEOUT,
    Cause.TCP_UNREACHABLE,
    Cause.TCP_RESET,
    Cause.TLS,
    Cause.DEADLINE,
)
_OTHER_MEDIA = (Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_FAULT, Cause.ONVIF_MISSING)
_OK = 200
_IDENTITY = {
    "device.serial": "serial",
    "device.model": "model",
    "device.firmware": "firmware",
    "device.hardware": "hardware_id",
}


class NetworkCamera:
    """One device; cheap to build, and what is worth keeping between passes lives in ``http``.

    A pass begins with construction or ``start_pass``; transcript, costs and refused logins
    belong to the pass.
    """

    def __init__(
        self,
        target: Target,
        *,
        http: CameraHttp,
        decoder: Decoder,
        profiles: Sequence[Profile],
        clock: Callable[[], datetime],
        named_profile: bool = False,
    ) -> None:
        """``named_profile``: the one of ``profiles`` holds, whatever the device says it is."""
        self._target = target
        self._http = http
        self._decoder = decoder
        self._firmware_profiles = profiles
        self._named_profile = named_profile and len(profiles) == 1
        self._clock = clock
        self.listener: Listener | None = None  # of what vendor sources answer
        self.start_pass()

    def start_pass(self) -> None:
        """Forget transcript, costs and refusals of the last pass."""
        memory = self._http.memory_of(self._target)
        self._transcript = Transcript(clock=self._clock, credentials=self._target.credentials)
        self._login = LoginState(
            credentials=self._target.credentials,
            tally=self._transcript.tally,
            soap=memory.login,
            refused_before=memory.refused,
            single_use=memory.single_use,
            confused=frozenset(
                confused
                for confused, since in memory.confused.items()
                if timedelta(0) <= self._clock() - since < CONFUSED_FOR
            ),
            trace=Trace(offers=memory.offers),
        )
        door = Door(
            target=self._target,
            http=self._http,
            transcript=self._transcript,
            login=self._login,
            memory=memory,
        )
        self._door = door
        self._soap = SoapClient(door, clock=self._clock)
        self.desk = LoginDesk(self._soap, clock=self._clock, known_paths=self._known_paths)
        self._media: tuple[StreamProfile, ...] | None = None
        self._information: DeviceInformation | None = None
        self._may_wake = True

    async def close(self) -> None:
        """Nothing stays open between calls; the session belongs to ``CameraHttp``."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered in this pass; secrets are masked."""
        return self._transcript.exchanges

    @property
    def costs(self) -> Costs:
        """What this pass has cost so far."""
        return self._transcript.tally.costs()

    def stay_asleep(self) -> None:
        """Only what the profile calls safe while asleep is asked from now on in this pass."""
        self._may_wake = False

    def keep_within(self, ceiling: Ceiling) -> None:
        """From now on nothing is asked that would cost more than this."""
        self._transcript.tally.ceiling = ceiling

    @property
    def login(self) -> LoginKind:
        """The kind of login that ONVIF accepts, else the one that worked last; NONE before any."""
        return self._login.last_worked

    @property
    def refused_logins(self) -> tuple[LoginKind, ...]:
        """Kinds that this device refused in this pass."""
        return tuple(self._login.refused)

    @property
    def logins_shut(self) -> bool:
        """True when this pass has seen so many refusals that it logs in no more."""
        return self._login.shut or self._login.soap_shut

    def ask_first(self, kind: LoginKind) -> None:
        """Offer this kind of login first in this pass; no kind is offered twice."""
        if kind not in self._login.refused:
            self._login.soap = kind

    async def connect_tcp(self) -> None:
        """Open and close one connection to the ONVIF port: DNS and TCP only."""
        place = place_of(self._target)
        with self._transcript.record(kind="tcp", request="connect"):
            self._transcript.tally.begin_request(0)
            await connect_tcp(place.host, place.port)

    async def device_clock(self) -> DeviceClock:
        """GetSystemDateAndTime, without credentials."""
        return await device_service.read_clock(self._soap, clock=self._clock)

    async def device_information(self) -> DeviceInformation:
        """GetDeviceInformation; of a channel what is known of its camera, never the recorder's."""
        await self._learn_clock()
        self._information = await device_service.read_information(self._soap)
        self._door.memory.information = self._information
        return await self._of_channel() if is_channel(self._target) else self._information

    async def _of_channel(self) -> DeviceInformation:
        """What the firmware profile asks of the camera on this channel."""
        profile = await self.firmware_profile()
        if profile is None or not channel_names(profile) & _IDENTITY.keys():
            return UNNAMED
        try:
            values = await self.vendor_values()
        except CameraError:
            return UNNAMED
        said = {
            field: str(values[name].value)
            for name, field in _IDENTITY.items()
            if name in values and values[name].quality == "good"
        }
        return replace(UNNAMED, **said)

    async def mac_addresses(self) -> tuple[str, ...]:
        """GetNetworkInterfaces; empty when the device names none, and for a recorder's channel."""
        if is_channel(self._target):
            return ()
        await self._learn_clock()
        return await device_service.read_mac_addresses(self._soap)

    async def profiles(self) -> tuple[StreamProfile, ...]:
        """GetProfiles of Media2, falling back to Media; those of the channel, ours first."""
        if self._media is None:
            await self._learn_clock()
            listed, memory = await media.read_profiles(self._soap), self._door.memory
            memory.from_zero = memory.from_zero or counts_from_zero(listed)
            self._media = order(listed, self._target, from_zero=memory.from_zero)
        return self._media

    async def video_sources(self) -> tuple[str, ...]:
        """Tokens of all video sources of the device; empty when it cannot list them."""
        await self._learn_clock()
        try:
            return await media.read_video_sources(self._soap)
        except CameraError as error:
            if error.cause not in _OTHER_MEDIA:
                raise
            return ()

    async def imaging_settings(self) -> ImagingSettings:
        """GetImagingSettings of the first video source."""
        return await imaging.read_settings(self._soap, source=await self._video_source())

    async def imaging_options(self) -> ImagingOptions:
        """GetOptions of the first video source."""
        return await imaging.read_options(self._soap, source=await self._video_source())

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        """SetImagingSettings of the first video source: a write, which no probe makes."""
        source = await self._video_source()
        await imaging.set_filter_mode(self._soap, source=source, mode=mode)

    @asynccontextmanager
    async def events(self, *, seconds: int = 60) -> AsyncIterator[events.Subscription]:
        """A pull point, unsubscribed at the end; BUDGET unless the target allows events."""
        if self._target.allow_events:
            await self._learn_clock()
        async with events.subscribe(self._soap, seconds=seconds) as subscription:
            yield subscription

    async def system_log(self) -> str:
        """GetSystemLog; ONVIF_MISSING when the device answers with nothing."""
        await self._learn_clock()
        return await device_service.read_system_log(self._soap)

    async def snapshot(self) -> Snapshot:
        """The picture behind GetSnapshotUri; bytes as sent, nothing is decoded here."""
        stated = await self._ask_uri(media.read_snapshot_uri)
        pinned = pin_http(stated, self._target)
        with self._transcript.record(kind="onvif", request="snapshot") as note:
            note.detail = f"address rewritten from {pinned.foreign}" if pinned.foreign else ""
            reply = await self._door.send_with_digest(
                method="GET", url=pinned.url, cap_bytes=SNAPSHOT_CAP_BYTES
            )
            if reply.status != _OK:
                raise CameraError(
                    Cause.HTTP_STATUS,
                    f"the device answers HTTP {reply.status} instead of a picture",
                    raw=reply.body,
                )
            if not reply.body or reply.media_type.startswith("text/"):
                raise CameraError(
                    Cause.HTTP_NOT_XML, "the device sends no picture, but a page", raw=reply.body
                )
            note.detail += f" {len(reply.body)} bytes of {reply.media_type}"
            return Snapshot(body=reply.body, media_type=reply.media_type)

    async def stream_path(self) -> str:
        """Path and query of the first profile's stream, as GetStreamUri states them."""
        return self.desk.learn_stream(await self._ask_uri(media.read_stream_uri))

    async def stated_address(self, what: Literal["stream", "snapshot"]) -> str:
        """The address as the device states it, for people: nothing may be sent there."""
        ask = media.read_stream_uri if what == "stream" else media.read_snapshot_uri
        return await self._ask_uri(ask)

    async def services(self) -> Mapping[str, str]:
        """URLs of its services by namespace, on the device itself."""
        return await find_services(self._soap)

    async def watch_stream(self, *, seconds: float, clip: ClipLimits | None = None) -> StreamHealth:
        """Play the first profile for so long; RTSP causes name the layer that failed."""
        from agent.camera.rtsp.watch import watch  # noqa: PLC0415  # rarely needed

        stated = await self._ask_uri(media.read_stream_uri)
        place, url, _ = pin_rtsp(stated, self._target)
        self.desk.learn_stream(stated)
        return await watch(
            place,
            url,
            target=self._target,
            login=self._login,
            transcript=self._transcript,
            seconds=seconds,
            clip=clip,
        )

    async def make_clip(self, recording: Recording) -> Clip:
        """The recording as MP4; nothing is coded anew."""
        return await self._decoder.make_clip(recording, taken_at=self._clock())

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        references: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Picture:
        """Decode one key frame (or JPEG) in the child; ``previous`` gives the change figure."""
        return await self._decoder.decode(
            key_frame,
            codec=codec,
            previous=previous,
            taken_at=self._clock(),
            references=references,
        )

    async def firmware_profile(self) -> Profile | None:
        """The firmware profile that fits what the device says it is; None when none does."""
        return (await self._choice()).profile

    async def _known_paths(self) -> tuple[str, ...]:
        profile = await self.firmware_profile()
        return profile.rtsp_paths if profile else ()

    async def vendor_profile(self) -> VendorProfile | None:
        """Which one that is, or which fit equally well; None when none does."""
        choice = await self._choice()
        if choice.ambiguous:
            return VendorProfile(id="", status="", hash="", ambiguous=choice.ambiguous)
        found = choice.profile
        if found is None:
            return None
        kinds = {source.transport for source in found.sources.values()}
        return VendorProfile(
            id=found.id,
            status=found.proven.value,
            hash=found.hash,
            is_modem_here=TransportKind.SERIAL_AT in kinds,
        )

    async def vendor_values(self) -> Mapping[str, VendorValue]:
        """Values by canonical name as the firmware profile extracts them; may be empty."""
        profile = await self.firmware_profile()
        if profile is None or not profile.sources:
            return {}
        if is_channel(self._target) and not self._target.channel:
            return {}  # vendors count their channels, and know nothing of ONVIF's tokens
        from agent.camera.profiles.reading import read_vendor_values  # noqa: PLC0415  # may be none

        if not self._may_wake and not profile.power.safe_while_asleep:
            raise CameraError(Cause.BUDGET, ALL_WAKE)
        values = await read_vendor_values(
            self._door,
            profile,
            channel=max(0, self._target.channel - 1),
            information=self._information,
            may_wake=self._may_wake,
            listener=self.listener,
        )
        if not is_channel(self._target):
            return values
        own = channel_names(profile)
        return {name: value for name, value in values.items() if name in own}

    async def _choice(self) -> Choice:
        """A profile that the operator named stands alone, whatever the device says it is."""
        if self._named_profile:
            return Choice(profile=self._firmware_profiles[0])
        return choose(self._firmware_profiles, await self._told())

    async def _told(self) -> DeviceInformation:
        """What the device says it is; of one that sleeps, what an earlier pass heard."""
        memory = self._door.memory
        if self._information is None and not self._may_wake:
            if memory.information is None:
                raise CameraError(Cause.BUDGET, ALL_WAKE)
            return memory.information
        if self._information is None:
            await self._learn_clock()
            self._information = await device_service.read_information(self._soap)
            memory.information = self._information
        return self._information

    async def _learn_clock(self) -> None:
        """Ask the device's time before the first login by WS-UsernameToken of a pass."""
        signs = self._login.soap in (LoginKind.NONE, LoginKind.WSSE)
        if self._soap.clock_asked or self._target.credentials is None or not signs:
            return
        self._soap.clock_asked = True
        try:
            await device_service.read_clock(self._soap, clock=self._clock)
        except CameraError as error:
            if error.cause in _NO_DEVICE:
                self._soap.clock_asked = False
                raise

    async def _video_source(self) -> str:
        for profile in await self.profiles():
            if profile.video_source:
                return profile.video_source
        if is_channel(self._target):
            raise CameraError(Cause.ONVIF_MISSING, "the channel names no video source")
        return await media.read_video_source(self._soap)

    async def _ask_uri(self, ask: Callable[[SoapClient, StreamProfile], Awaitable[str]]) -> str:
        """Ask Media2 for an address of the first profile, else Media (tokens are shared)."""
        profile = (await self.profiles())[0]
        try:
            return await ask(self._soap, profile)
        except CameraError as error:
            if error.cause not in _OTHER_MEDIA or not profile.media2:
                raise
            if MEDIA not in await find_services(self._soap):
                raise
        return await ask(self._soap, replace(profile, media2=False))
