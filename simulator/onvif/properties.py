"""The event properties of a device, derived from its faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import quoteattr

from simulator.faults import Fault
from simulator.onvif.names import instant
from simulator.state import DeviceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property topic; its value is true while one of ``faults`` is active."""

    topic: str
    item: str
    faults: frozenset[Fault]


PROPERTIES = (
    Property(
        topic="tns1:VideoSource/ImageTooBlurry/ImagingService",
        item="State",
        faults=frozenset({Fault.BLURRED}),
    ),
    Property(
        topic="tns1:VideoSource/ImageTooDark/ImagingService",
        item="State",
        faults=frozenset({Fault.BLACK}),
    ),
    Property(
        topic="tns1:VideoSource/ImageTooBright/ImagingService",
        item="State",
        faults=frozenset({Fault.WHITE}),
    ),
    Property(
        topic="tns1:Device/HardwareFailure/PowerSupplyFailure",
        item="Failed",
        faults=frozenset({Fault.BATTERY_LOW}),
    ),
    Property(
        topic="tns1:Device/HardwareFailure/StorageFailure",
        item="Failed",
        faults=frozenset({Fault.RECORDING_STOPPED}),
    ),
)


def current_values(state: DeviceState) -> dict[str, str]:
    """Topic to "true" or "false", as it is now."""
    active = frozenset(state.faults)
    return {one.topic: "true" if one.faults & active else "false" for one in PROPERTIES}


def notification(topic: str, value: str, *, operation: str, at: datetime) -> str:
    """One wsnt:NotificationMessage."""
    item = next(one.item for one in PROPERTIES if one.topic == topic)
    dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
    return (
        f'<wsnt:NotificationMessage><wsnt:Topic Dialect="{dialect}">{topic}</wsnt:Topic>'
        f'<wsnt:Message><tt:Message UtcTime="{instant(at)}" PropertyOperation="{operation}">'
        '<tt:Source><tt:SimpleItem Name="VideoSourceConfigurationToken"'
        ' Value="VideoSourceConfig_1"/></tt:Source>'
        f"<tt:Data><tt:SimpleItem Name={quoteattr(item)} Value={quoteattr(value)}/></tt:Data>"
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


def topic_set() -> str:
    """The wstop:TopicSet with every topic of PROPERTIES."""
    roots: dict[str, dict[str, list[Property]]] = {}
    for one in PROPERTIES:
        root, middle, _leaf = one.topic.split("/")
        roots.setdefault(root, {}).setdefault(middle, []).append(one)
    inside = ""
    for root, middles in roots.items():
        inside += f"<{root}>"
        for middle, leaves in middles.items():
            inside += f"<{middle}>{''.join(_leaf_xml(leaf) for leaf in leaves)}</{middle}>"
        inside += f"</{root}>"
    return f"<wstop:TopicSet>{inside}</wstop:TopicSet>"


def _leaf_xml(one: Property) -> str:
    name = one.topic.split("/")[2]
    return (
        f'<{name} wstop:topic="true"><tt:MessageDescription IsProperty="true"><tt:Source>'
        '<tt:SimpleItemDescription Name="VideoSourceConfigurationToken"'
        ' Type="tt:ReferenceToken"/></tt:Source><tt:Data>'
        f'<tt:SimpleItemDescription Name="{one.item}" Type="xs:boolean"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema"/></tt:Data></tt:MessageDescription>'
        f"</{name}>"
    )
