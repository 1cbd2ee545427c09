"""PullPoint events: a subscription that is always ended, and only where the operator allows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lxml import etree

from agent.camera.address import pin_http
from agent.camera.onvif.envelope import Addressing
from agent.camera.onvif.parse import child, children, local_name, text, unparsable
from agent.camera.onvif.services import EVENTS, service_url
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, Cause

_WSNT = "http://docs.oasis-open.org/wsn/b-2"
_SUBSCRIPTION_ACTION = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"
_MAX_EVENTS = 200
_MAX_ITEMS = 32
_MAX_PARAMETER_CHARS = 4096
_END_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent:
    """One notification as the device worded it."""

    topic: str  # as sent, e.g. "tns1:VideoSource/ImageTooDark/ImagingService"
    stated_at: str | None  # the device's own time stamp, as text
    operation: str | None  # "Initialized", "Changed", "Deleted"
    source: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Subscription:
    """An open pull point."""

    soap: SoapClient
    url: str
    stated_url: str  # as the device named it: WS-Addressing To must repeat it
    parameters: str

    async def pull(self, *, wait_s: int = 2, limit: int = 50) -> tuple[DeviceEvent, ...]:
        """PullMessages: waits up to ``wait_s`` for something to report."""
        response = await self.soap.call(
            self.url,
            "PullMessages",
            f'<PullMessages xmlns="{EVENTS}"><Timeout>PT{wait_s}S</Timeout>'
            f"<MessageLimit>{limit}</MessageLimit></PullMessages>",
            addressing=self._addressing(f"{EVENTS}/PullPointSubscription/PullMessagesRequest"),
        )
        messages = children(response, "NotificationMessage")[:_MAX_EVENTS]
        return tuple(_event(message) for message in messages)

    async def renew(self, *, seconds: int = 60) -> None:
        """Renew: lets the subscription live longer; counts as a write."""
        self.soap.door.transcript.tally.writes += 1
        await self.soap.call(
            self.url,
            "Renew",
            f'<Renew xmlns="{_WSNT}"><TerminationTime>PT{seconds}S</TerminationTime></Renew>',
            addressing=self._addressing(f"{_SUBSCRIPTION_ACTION}/RenewRequest"),
            may_be_empty=True,
        )

    async def end(self) -> None:
        """Unsubscribe; devices have as few as eight places, and the recorder needs them."""
        self.soap.door.transcript.tally.writes += 1
        await self.soap.call(
            self.url,
            "Unsubscribe",
            f'<Unsubscribe xmlns="{_WSNT}"/>',
            addressing=self._addressing(f"{_SUBSCRIPTION_ACTION}/UnsubscribeRequest"),
            may_be_empty=True,
        )

    def _addressing(self, action: str) -> Addressing:
        return Addressing(action=action, to=self.stated_url, parameters=self.parameters)


@asynccontextmanager
async def subscribe(soap: SoapClient, *, seconds: int = 60) -> AsyncIterator[Subscription]:
    """Open a pull point that is unsubscribed on the way out, whatever happened inside.

    Raises CameraError(BUDGET) without asking when the operator does not allow it.
    """
    if not soap.door.target.allow_events:
        raise CameraError(
            Cause.BUDGET, "an event subscription is a write; allow_events is off for this device"
        )
    url = await service_url(soap, EVENTS)
    soap.door.transcript.tally.writes += 1
    response = await soap.call(
        url,
        "CreatePullPointSubscription",
        f'<CreatePullPointSubscription xmlns="{EVENTS}">'
        f"<InitialTerminationTime>PT{seconds}S</InitialTerminationTime>"
        "</CreatePullPointSubscription>",
        addressing=Addressing(
            action=f"{EVENTS}/EventPortType/CreatePullPointSubscriptionRequest", to=url
        ),
    )
    subscription = _subscription(soap, response, fallback=url)
    try:
        yield subscription
    finally:
        await _end(subscription)


async def _end(subscription: Subscription) -> None:
    """End the subscription even while we are being cancelled; it expires by itself otherwise."""
    ending = asyncio.ensure_future(subscription.end())
    try:
        async with asyncio.timeout(_END_S):
            await asyncio.shield(ending)
    except asyncio.CancelledError:
        await asyncio.wait({ending}, timeout=_END_S)
        raise
    except TimeoutError:
        ending.cancel()
    except CameraError:
        return  # kept in the transcript; the termination time ends it


def _subscription(soap: SoapClient, response: etree._Element, *, fallback: str) -> Subscription:
    reference = child(response, "SubscriptionReference")
    stated = text(reference, "Address")
    parameters = child(reference, "ReferenceParameters")
    echoed = "" if parameters is None else "".join(_as_xml(p) for p in parameters)
    if len(echoed) > _MAX_PARAMETER_CHARS:
        raise unparsable("the subscription's reference parameters are too long")
    return Subscription(
        soap=soap,
        url=pin_http(stated, soap.door.target).url if stated else fallback,
        stated_url=stated or fallback,
        parameters=echoed,
    )


def _as_xml(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _event(message: etree._Element) -> DeviceEvent:
    inner = child(message, "Message", "Message")
    return DeviceEvent(
        topic=text(message, "Topic") or "",
        stated_at=None if inner is None else inner.get("UtcTime"),
        operation=None if inner is None else inner.get("PropertyOperation"),
        source=_items(child(inner, "Source")),
        values=_items(child(inner, "Data")),
    )


def _items(group: etree._Element | None) -> tuple[tuple[str, str], ...]:
    if group is None:
        return ()
    items = [item for item in group.iter() if local_name(item) == "SimpleItem"][:_MAX_ITEMS]
    return tuple((item.get("Name", "")[:256], item.get("Value", "")[:256]) for item in items)
