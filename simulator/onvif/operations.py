"""Every operation that a simulated device knows, by XML name."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lxml import etree

from simulator.onvif import clock, device, events, imaging, media, services
from simulator.onvif.names import DEVICE, EVENTS, IMAGING, MEDIA, MEDIA2, WSNT
from simulator.state import DeviceState

Answer = Callable[[DeviceState, etree._Element, str], "str | Awaitable[str]"]


@dataclass(frozen=True, slots=True)
class Operation:
    """How to answer; ``open`` operations are answered without a login (ONVIF: PRE_AUTH).

    ``any_user``: to the lowest level of user too.
    """

    answer: Answer
    open: bool = False
    any_user: bool = False


def _plain(answer: Callable[[DeviceState, etree._Element], str]) -> Answer:
    return lambda state, request, _path: answer(state, request)


def _open(answer: Callable[[DeviceState, etree._Element], str]) -> Operation:
    return Operation(_plain(answer), open=True, any_user=True)


def _closed(answer: Callable[[DeviceState, etree._Element], str]) -> Operation:
    return Operation(_plain(answer))


def _low(answer: Callable[[DeviceState, etree._Element], str]) -> Operation:
    return Operation(_plain(answer), any_user=True)


_CAPABILITIES = _open(services.answer_service_capabilities)

OPERATIONS: dict[str, Operation] = {
    f"{{{DEVICE}}}GetSystemDateAndTime": _open(clock.answer_clock),
    f"{{{DEVICE}}}GetServices": _open(services.answer_services),
    f"{{{DEVICE}}}GetCapabilities": _open(services.answer_capabilities),
    f"{{{DEVICE}}}GetServiceCapabilities": _CAPABILITIES,
    f"{{{DEVICE}}}GetDeviceInformation": _low(device.answer_information),
    f"{{{DEVICE}}}SetSystemDateAndTime": _closed(clock.set_clock),
    f"{{{DEVICE}}}GetScopes": _low(device.answer_scopes),
    f"{{{DEVICE}}}GetHostname": _low(device.answer_hostname),
    f"{{{DEVICE}}}GetNetworkInterfaces": _low(device.answer_network),
    f"{{{DEVICE}}}GetUsers": _closed(device.answer_users),
    f"{{{DEVICE}}}GetSystemLog": _closed(device.answer_system_log),
    f"{{{MEDIA}}}GetServiceCapabilities": _CAPABILITIES,
    f"{{{MEDIA}}}GetProfiles": _closed(media.answer_profiles),
    f"{{{MEDIA}}}GetVideoSources": _closed(media.answer_video_sources),
    f"{{{MEDIA}}}GetStreamUri": _closed(media.answer_stream_uri),
    f"{{{MEDIA}}}GetSnapshotUri": _closed(media.answer_snapshot_uri),
    f"{{{MEDIA2}}}GetServiceCapabilities": _CAPABILITIES,
    f"{{{MEDIA2}}}GetProfiles": _closed(media.answer_profiles2),
    f"{{{MEDIA2}}}GetStreamUri": _closed(media.answer_stream_uri),
    f"{{{MEDIA2}}}GetSnapshotUri": _closed(media.answer_snapshot_uri),
    f"{{{IMAGING}}}GetServiceCapabilities": _CAPABILITIES,
    f"{{{IMAGING}}}GetImagingSettings": _closed(imaging.answer_settings),
    f"{{{IMAGING}}}SetImagingSettings": _closed(imaging.set_settings),
    f"{{{IMAGING}}}GetOptions": _closed(imaging.answer_options),
    f"{{{IMAGING}}}GetStatus": _closed(imaging.answer_status),
    f"{{{EVENTS}}}GetServiceCapabilities": _CAPABILITIES,
    f"{{{EVENTS}}}GetEventProperties": _closed(events.answer_properties),
    f"{{{EVENTS}}}CreatePullPointSubscription": _closed(events.open_subscription),
    f"{{{EVENTS}}}PullMessages": Operation(events.pull_messages),
    f"{{{EVENTS}}}SetSynchronizationPoint": Operation(events.repeat_properties),
    f"{{{WSNT}}}Renew": Operation(events.renew_subscription),
    f"{{{WSNT}}}Unsubscribe": Operation(events.end_subscription),
}


def find_operation(state: DeviceState, name: str) -> Operation | None:
    """The operation with this XML name; None when this device does not have it."""
    if name.startswith(f"{{{MEDIA2}}}") and not state.spec.media2:
        return None
    return OPERATIONS.get(name)


async def perform(
    operation: Operation, state: DeviceState, request: etree._Element, path: str
) -> str:
    """Answer a request with the body of the reply; raises SoapFault."""
    answered = operation.answer(state, request, path)
    return await answered if inspect.isawaitable(answered) else str(answered)
