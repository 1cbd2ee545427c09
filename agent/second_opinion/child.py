"""The child: asks a camera through onvif-zeep and prints what that made of the replies.

Reads its question from standard input. It makes no ``ONVIFCamera``: that would leave a pull point
behind at each construction, of which cameras and recorders have about eight.
"""

from __future__ import annotations

import logging
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from agent.second_opinion.compare import CLOCK
from agent.second_opinion.question import MOST_PROFILES, Opinion, Question, read_question, text_of
from agent.second_opinion.session import TIMEOUT_S, CappedSession

_MEMORY_BYTES: Final = 1024 * 1024 * 1024
_CPU_S: Final = 30
_DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
_MEDIA: Final = "http://www.onvif.org/ver10/media/wsdl"
_IMAGING: Final = "http://www.onvif.org/ver20/imaging/wsdl"
_FILES: Final = {
    _DEVICE: ("devicemgmt.wsdl", "DeviceBinding"),
    _MEDIA: ("media.wsdl", "MediaBinding"),
    _IMAGING: ("imaging.wsdl", "ImagingBinding"),
}


class Reader:
    """Asks one operation after the other; each failure costs that operation alone."""

    def __init__(self, question: Question) -> None:
        self._question = question
        places = frozenset(urlsplit(url).netloc for url in question.services.values())
        self.session = CappedSession(places, fingerprint=question.fingerprint, ca=question.ca)
        self._services: dict[str, Any] = {}
        self.values: dict[str, str] = {}
        self.errors: dict[str, str] = {}

    def read(self) -> Opinion:
        """Everything, until a login is refused."""
        asks: tuple[tuple[str, Callable[[], None]], ...] = (
            ("GetDeviceInformation", self._information),
            ("GetSystemDateAndTime", self._clock),
            ("GetNetworkInterfaces", self._network),
            ("GetProfiles", self._profiles),
            ("GetImagingSettings", self._imaging),
            ("GetOptions", self._options),
            ("GetStreamUri", self._stream),
            ("GetSnapshotUri", self._snapshot),
        )
        for operation, ask in asks:
            try:
                ask()
            # A library of others in a process of its own: whatever it raises is what it says.
            except Exception as error:  # noqa: BLE001
                self.errors[operation] = self._masked(f"{type(error).__name__}: {error}")[:200]
            if self.session.refusals:
                break
        return Opinion(
            values=self.values,
            errors=self.errors,
            requests=self.session.asked,
            refusals=self.session.refusals,
        )

    def _masked(self, text: str) -> str:
        password = self._question.password
        return text.replace(password, "***") if password else text

    def _service(self, namespace: str) -> Any:
        """An ``ONVIFService`` of onvif-zeep, with our limits, time stamps in Z, and no time-out
        left to it.
        """
        if namespace not in self._services:
            self._services[namespace] = self._make(namespace)
        return self._services[namespace]

    def _make(self, namespace: str) -> Any:
        import onvif.client  # noqa: PLC0415  # sets up logging, which main() has silenced

        zeep: Any = onvif.client.zeep  # it has no types
        question = self._question
        url = question.services.get(namespace)
        if url is None:
            raise LookupError("the device lists no such service")
        file, binding = _FILES[namespace]
        path = str(Path(onvif.client.__file__).parent.parent / "wsdl" / file)
        wsse = None
        if question.kind == "wsse":
            wsse = onvif.client.UsernameDigestTokenDtDiff(
                question.user,
                question.password,
                dt_diff=timedelta(seconds=question.offset_s),
                use_digest=True,
                zulu_timestamp=True,
            )
        client = zeep.Client(
            path,
            wsse=wsse,
            transport=zeep.Transport(
                session=self.session, timeout=TIMEOUT_S, operation_timeout=TIMEOUT_S
            ),
            settings=zeep.Settings(
                strict=False, xml_huge_tree=False, xsd_ignore_sequence_order=True
            ),
        )
        return onvif.client.ONVIFService(
            url, None, None, path, zeep_client=client, binding_name=f"{{{namespace}}}{binding}"
        )

    def _keep(self, name: str, value: object) -> None:
        said = text_of(value)
        if said is not None:
            self.values[name] = said

    def _information(self) -> None:
        said = self._service(_DEVICE).GetDeviceInformation()
        self._keep("device.manufacturer", said.Manufacturer)
        self._keep("device.model", said.Model)
        self._keep("device.firmware", said.FirmwareVersion)
        self._keep("device.serial", said.SerialNumber)
        self._keep("device.hardware_id", said.HardwareId)

    def _clock(self) -> None:
        said = self._service(_DEVICE).GetSystemDateAndTime()
        self._keep("clock.source", said.DateTimeType)
        if said.UTCDateTime is not None:
            date, time = said.UTCDateTime.Date, said.UTCDateTime.Time
            at = datetime(date.Year, date.Month, date.Day, time.Hour, time.Minute, tzinfo=UTC)
            offset = at + timedelta(seconds=time.Second) - datetime.now(UTC)
            self._keep(CLOCK, round(offset.total_seconds(), 1))

    def _network(self) -> None:
        said = self._service(_DEVICE).GetNetworkInterfaces()
        found = [one.Info.HwAddress for one in said if one.Info and one.Info.HwAddress]
        self._keep("network.mac", ",".join(sorted(address.strip().lower() for address in found)))

    def _profiles(self) -> None:
        for one in self._service(_MEDIA).GetProfiles()[:MOST_PROFILES]:
            place, source = f"profile.{one.token}", one.VideoSourceConfiguration
            self._keep(f"{place}.video_source", source.SourceToken if source else None)
            encoder = one.VideoEncoderConfiguration
            if encoder is None:
                continue
            self._keep(f"{place}.codec", encoder.Encoding)
            if encoder.Resolution:
                self._keep(f"{place}.width", encoder.Resolution.Width)
                self._keep(f"{place}.height", encoder.Resolution.Height)
            if encoder.RateControl:
                self._keep(f"{place}.fps_limit", encoder.RateControl.FrameRateLimit)

    def _imaging(self) -> None:
        source = {"VideoSourceToken": self._question.video_source}
        said = self._service(_IMAGING).GetImagingSettings(source)
        filter_mode = said.IrCutFilter
        self._keep("imaging.ir_cut_filter", filter_mode.upper() if filter_mode else None)
        self._keep("imaging.brightness", said.Brightness)
        self._keep("imaging.colour_saturation", said.ColorSaturation)
        self._keep("imaging.contrast", said.Contrast)
        self._keep("imaging.sharpness", said.Sharpness)

    def _options(self) -> None:
        source = {"VideoSourceToken": self._question.video_source}
        said = self._service(_IMAGING).GetOptions(source)
        modes = sorted(mode.upper() for mode in said.IrCutFilterModes or ())
        self._keep("imaging.ir_cut_modes", ",".join(modes))

    def _stream(self) -> None:
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        asked = {"StreamSetup": setup, "ProfileToken": self._question.profile}
        self._keep("stream.uri", self._service(_MEDIA).GetStreamUri(asked).Uri)

    def _snapshot(self) -> None:
        asked = {"ProfileToken": self._question.profile}
        self._keep("snapshot.uri", self._service(_MEDIA).GetSnapshotUri(asked).Uri)


def main() -> None:
    """Limits first, then the question, then one JSON object on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the password
    logging.disable(logging.CRITICAL)
    reader = Reader(read_question(sys.stdin.buffer.read()))
    question = reader._question
    if question.kind.startswith("digest"):
        from requests.auth import HTTPDigestAuth  # noqa: PLC0415  # one kind of login of several

        reader.session.auth = HTTPDigestAuth(question.user, question.password)
    sys.stdout.buffer.write(msgspec.json.encode(reader.read()))


if __name__ == "__main__":
    main()
