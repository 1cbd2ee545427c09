"""Event subscriptions: the small table, long polling, and what is reported."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from zeep.exceptions import Fault as ZeepFault
from zeep.plugins import HistoryPlugin

from simulator.camera import SimulatedCamera
from simulator.onvif.names import EVENTS, PATHS, SCHEMA, WSNT
from simulator.onvif.subscriptions import PLACES
from tests.simulator.oracle import service
from tests.simulator.specs import PASSWORD


def _at(name: str, url: str) -> Any:
    return service(name, url, user="admin", password=PASSWORD)


async def _subscribe(camera: SimulatedCamera, lifetime: str = "PT60S") -> str:
    url = f"http://{camera.address}{PATHS[EVENTS]}"
    answer = await asyncio.to_thread(
        lambda: _at("events", url).CreatePullPointSubscription(InitialTerminationTime=lifetime)
    )
    reference = answer.SubscriptionReference.Address
    return str(getattr(reference, "_value_1", reference))


async def _pull(url: str, wait: str = "PT1S", limit: int = 50) -> list[tuple[str, str]]:
    history = HistoryPlugin()
    asked = service("pullpoint", url, user="admin", password=PASSWORD, history=history)
    answer = await asyncio.to_thread(lambda: asked.PullMessages(Timeout=wait, MessageLimit=limit))
    # zeep drops the text of mixed content such as Topic: it is read from the XML.
    topics = [t.text for t in history.last_received["envelope"].iter(f"{{{WSNT}}}Topic")]
    items = [
        message.Message._value_1.find(f"{{{SCHEMA}}}Data/{{{SCHEMA}}}SimpleItem")
        for message in answer.NotificationMessage
    ]
    return [(topic, item.get("Value")) for topic, item in zip(topics, items, strict=True)]


async def test_first_pull_states_every_property(camera: SimulatedCamera) -> None:
    """A new subscriber learns the present state of all properties."""
    camera.inject("blurred")
    found = dict(await _pull(await _subscribe(camera)))

    assert found["tns1:VideoSource/ImageTooBlurry/ImagingService"] == "true"
    assert found["tns1:VideoSource/ImageTooDark/ImagingService"] == "false"


async def test_pull_answers_when_something_changes(camera: SimulatedCamera) -> None:
    """A waiting PullMessages returns with the change alone, long before its timeout."""
    url = await _subscribe(camera)
    await _pull(url)

    waiting = asyncio.create_task(_pull(url, wait="PT7S"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    camera.inject("black")

    assert await waiting == [("tns1:VideoSource/ImageTooDark/ImagingService", "true")]


async def test_nothing_new_is_an_empty_answer(camera: SimulatedCamera) -> None:
    """After its timeout PullMessages answers without messages."""
    url = await _subscribe(camera)
    await _pull(url)

    assert await _pull(url, wait="PT0S") == []


async def test_message_limit_holds_the_rest_back(camera: SimulatedCamera) -> None:
    """What does not fit into one answer comes with the next."""
    url = await _subscribe(camera)

    first = await _pull(url, limit=2)
    second = await _pull(url)

    assert len(first) == 2
    assert not {topic for topic, _ in first} & {topic for topic, _ in second}


async def test_synchronisation_point_repeats_the_state(camera: SimulatedCamera) -> None:
    """SetSynchronizationPoint makes the camera state every property again."""
    url = await _subscribe(camera)
    first = await _pull(url)
    await asyncio.to_thread(lambda: _at("pullpoint", url).SetSynchronizationPoint())

    assert await _pull(url) == first


async def test_ninth_subscription_is_refused(camera: SimulatedCamera) -> None:
    """The table has eight places, as in firmware; who leaks them shuts others out."""
    urls = [await _subscribe(camera) for _ in range(PLACES)]
    assert camera.subscriptions == PLACES
    with pytest.raises(ZeepFault, match="Unable to create pull point"):
        await _subscribe(camera)

    await asyncio.to_thread(lambda: _at("subscription", urls[0]).Unsubscribe())
    assert camera.subscriptions == PLACES - 1
    await _subscribe(camera)


async def test_renew_and_unsubscribe_are_writes(camera: SimulatedCamera) -> None:
    """Everything that touches the table is written down; reading messages is not."""
    url = await _subscribe(camera)
    await _pull(url)
    await asyncio.to_thread(lambda: _at("subscription", url).Renew(TerminationTime="PT30S"))
    await asyncio.to_thread(lambda: _at("subscription", url).Unsubscribe())

    operations = [write.operation for write in camera.writes]
    assert operations == ["CreatePullPointSubscription", "Renew", "Unsubscribe"]
    with pytest.raises(ZeepFault, match="does not exist"):
        await _pull(url)


async def test_unacceptable_lifetime_takes_no_place(camera: SimulatedCamera) -> None:
    """A lifetime of nothing is refused and leaves the table empty."""
    with pytest.raises(ZeepFault, match="not acceptable"):
        await _subscribe(camera, lifetime="PT0S")

    assert camera.subscriptions == 0
