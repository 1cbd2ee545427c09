"""A modem, router or charge controller as probes see it: its firmware profile and nothing else."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

from agent.camera.address import place_of
from agent.camera.device import NetworkCamera
from agent.camera.http import connect_tcp
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, Cause, DeviceClock, Snapshot
from agent.camera.profiles.transport_kind import TransportKind
from agent.camera.profiles.transports.local import ADDRESS

_TCP_PORTS = {TransportKind.DVRIP: 34567, TransportKind.MODBUS: 502}


class NetworkGateway(NetworkCamera):
    """Asks what the profile says; ONVIF is never spoken, and there is no picture."""

    def start_pass(self) -> None:
        """As a camera's; whoever speaks ONVIF here is refused before anything leaves."""
        super().start_pass()
        self._soap = _NoSoap(self._door, clock=self._clock)

    async def connect_tcp(self) -> None:
        """Open and close one connection to the port that the profile asks.

        VENDOR_UNSUPPORTED where there is no connection to open: on this machine, and over UDP.
        """
        port = self._tcp_port()
        if port is None:
            raise CameraError(
                Cause.VENDOR_UNSUPPORTED, "there is no connection to try: only reading it can tell"
            )
        with self._transcript.record(kind="tcp", request="connect"):
            self._transcript.tally.begin_request(0)
            await connect_tcp(place_of(self._target).host, port)

    async def device_clock(self) -> DeviceClock:
        """ONVIF_UNSUPPORTED: a gateway is not asked the time."""
        raise _no_onvif()

    async def snapshot(self) -> Snapshot:
        """ONVIF_UNSUPPORTED."""
        raise _no_onvif()

    def _tcp_port(self) -> int | None:
        if self._target.address == ADDRESS or not self._named_profile:
            return None
        profile = self._firmware_profiles[0]
        kinds = {source.transport for source in profile.sources.values()}
        if TransportKind.HTTP in kinds:
            from agent.camera.profiles.transports.http import base_of  # noqa: PLC0415  # rarely

            return urlsplit(base_of(profile, self._target)).port
        for kind, port in _TCP_PORTS.items():
            if kind in kinds:
                return self._target.vendor_port or port
        return None


class _NoSoap(SoapClient):
    """Stands where the SOAP client would."""

    async def call(self, *_: object, **__: object) -> NoReturn:
        raise _no_onvif()


def _no_onvif() -> CameraError:
    return CameraError(Cause.ONVIF_UNSUPPORTED, "a gateway speaks no ONVIF")
