"""The event service: pull points with long polling."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from lxml import etree

from simulator.onvif.durations import read_duration, read_lifetime
from simulator.onvif.names import EVENTS, PATHS, WSNT, SoapFault, instant, tag
from simulator.onvif.properties import current_values, notification, topic_set
from simulator.onvif.subscriptions import Subscription
from simulator.state import DeviceState

_E, _W = f"{{{EVENTS}}}", f"{{{WSNT}}}"
_LONGEST_WAIT = timedelta(seconds=60)
_NUMBER = re.compile(r"/sub-(\d+)$")


def answer_properties(_state: DeviceState, _request: etree._Element) -> str:
    """GetEventProperties."""
    return (
        "<tev:GetEventPropertiesResponse>"
        "<tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml"
        f"</tev:TopicNamespaceLocation><wsnt:FixedTopicSet>true</wsnt:FixedTopicSet>{topic_set()}"
        "<wsnt:TopicExpressionDialect>http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
        "</wsnt:TopicExpressionDialect><wsnt:TopicExpressionDialect>"
        "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete"
        "</wsnt:TopicExpressionDialect><tev:MessageContentFilterDialect>"
        "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
        "</tev:MessageContentFilterDialect><tev:MessageContentSchemaLocation>"
        "http://www.onvif.org/onvif/ver10/schema/onvif.xsd"
        "</tev:MessageContentSchemaLocation></tev:GetEventPropertiesResponse>"
    )


def open_subscription(state: DeviceState, request: etree._Element) -> str:
    """CreatePullPointSubscription: a write, and a fault when all places are taken."""
    now = state.device_now()
    lifetime = read_lifetime(request.findtext(f"{_E}InitialTerminationTime"), now=now)
    if lifetime is None:
        raise SoapFault(
            ("wsnt:UnacceptableInitialTerminationTimeFault",), "Termination time not acceptable"
        )
    opened = state.subscriptions.open(now, lifetime)
    if opened is None:
        raise SoapFault(
            ("wsnt:SubscribeCreationFailedFault",), "Unable to create pull point", sender=False
        )
    state.note_write("CreatePullPointSubscription", f"sub-{opened.number}")
    address = f"http://{state.host}{PATHS[EVENTS]}/sub-{opened.number}"
    return (
        "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
        f"{tag('wsa5:Address', address)}</tev:SubscriptionReference>"
        f"{_times(state, opened, 'wsnt')}</tev:CreatePullPointSubscriptionResponse>"
    )


def _times(state: DeviceState, subscription: Subscription, prefix: str) -> str:
    return tag(f"{prefix}:CurrentTime", instant(state.device_now())) + tag(
        f"{prefix}:TerminationTime", instant(subscription.ends_at)
    )


def find_subscription(state: DeviceState, path: str) -> Subscription:
    """The subscription that a request path names; a fault when it is gone."""
    match = _NUMBER.search(path)
    found = state.subscriptions.find(int(match[1]), state.device_now()) if match else None
    if found is None:
        raise SoapFault(("wsnt:ResourceUnknownFault",), "The subscription does not exist")
    return found


async def pull_messages(state: DeviceState, request: etree._Element, path: str) -> str:
    """PullMessages: answers at once when something changed, else after Timeout."""
    subscription = find_subscription(state, path)
    wait = read_duration(request.findtext(f"{_E}Timeout", "")) or timedelta(0)
    try:
        limit = int(request.findtext(f"{_E}MessageLimit", "10"))
    except ValueError as error:
        raise SoapFault(("ter:InvalidArgVal",), "MessageLimit is not a number") from error
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(wait, _LONGEST_WAIT).total_seconds()
    while not (news := _news(state, subscription)) and loop.time() < deadline:
        await state.wait_for_change(deadline - loop.time())
    sent = ""
    for topic, value in news[: max(limit, 1)]:
        operation = "Changed" if topic in subscription.told else "Initialized"
        sent += notification(topic, value, operation=operation, at=state.device_now())
        subscription.told[topic] = value
    return (
        f"<tev:PullMessagesResponse>{_times(state, subscription, 'tev')}{sent}"
        "</tev:PullMessagesResponse>"
    )


def _news(state: DeviceState, subscription: Subscription) -> list[tuple[str, str]]:
    told = subscription.told
    return [(t, value) for t, value in current_values(state).items() if told.get(t) != value]


def renew_subscription(state: DeviceState, request: etree._Element, path: str) -> str:
    """Renew: a write."""
    subscription = find_subscription(state, path)
    now = state.device_now()
    lifetime = read_lifetime(request.findtext(f"{_W}TerminationTime"), now=now)
    if lifetime is None:
        raise SoapFault(("wsnt:UnacceptableTerminationTimeFault",), "Time not acceptable")
    subscription.ends_at = now + lifetime
    state.note_write("Renew", f"sub-{subscription.number}")
    times = tag("wsnt:TerminationTime", instant(subscription.ends_at)) + tag(
        "wsnt:CurrentTime", instant(now)
    )
    return f"<wsnt:RenewResponse>{times}</wsnt:RenewResponse>"


def end_subscription(state: DeviceState, _request: etree._Element, path: str) -> str:
    """Unsubscribe: a write."""
    subscription = find_subscription(state, path)
    state.subscriptions.close(subscription.number)
    state.note_write("Unsubscribe", f"sub-{subscription.number}")
    return "<wsnt:UnsubscribeResponse/>"


def repeat_properties(state: DeviceState, _request: etree._Element, path: str) -> str:
    """SetSynchronizationPoint: every property is reported again."""
    find_subscription(state, path).told.clear()
    return "<tev:SetSynchronizationPointResponse/>"
