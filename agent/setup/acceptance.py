"""The first acceptance within setup: the existing one, by cameras whose login is known already."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent import app
from agent.accept import Accepted, Ending, accept_all
from agent.camera.device import NetworkCamera
from agent.camera.port import Camera, Cause
from agent.config import Config, Device
from agent.data_lock import only_one
from agent.delivery import keepsake_store
from agent.delivery.database import Database
from agent.delivery.opening import open_for_reading
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import RULES
from agent.edge import Edge, host_reader
from agent.setup.examine import Tools
from shared.device import Alias, DeviceFacts

_AT_ONCE: Final = 4
_TRIES: Final = 2
_LATE: Final = frozenset({Cause.DEADLINE.value, Cause.RTSP_NO_PACKET.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was accepted now, and the pictures of what had been accepted before."""

    now: dict[str, Accepted]
    before: dict[str, bytes]


def known_names(config: Config) -> dict[str, tuple[Alias, ...]]:
    """By position, what its device said it is; empty before the agent's first run."""
    try:
        database = open_for_reading(app.data_file(config))
    except sqlite3.Error:
        return {}
    try:
        found = {
            device.device_id: keepsake_store.read_facts(database.connection, device.device_id)
            for device in config.devices
        }
        return {device_id: facts.aliases for device_id, facts in found.items() if facts}
    except sqlite3.Error:
        return {}
    finally:
        database.close()


async def accept_first(
    config: Config, devices: Sequence[Device], tools: Tools, *, facts: Mapping[str, DeviceFacts]
) -> Looked:
    """Accept what never was; the rest stands. BlockingIOError while an agent runs.

    ``facts`` of devices that the database does not know yet are kept: a later run knows them
    again at another address.
    """
    with only_one(config):
        database, _ = open_or_salvage(app.data_file(config), now=tools.clock())
        levels, _ = app.judgement_of(config, RULES)
        world = Edge(
            camera_for=lambda device: _camera(device, tools),
            read_host=host_reader(config),
            close=_nothing,
            clock=tools.clock,
            profiles=tools.profiles,
        )
        looked = Looked(now={}, before={})
        try:
            _keep(database, facts, now=tools.clock())
            fresh = []
            for device in devices:
                kept = keepsake_store.read_acceptances(database.connection, device.device_id)
                if kept:
                    newest = max(kept.values(), key=lambda one: one.taken_at)
                    looked.before[device.device_id] = newest.jpeg
                else:
                    fresh.append(device)
            for _ in range(_TRIES):
                for group in groups(fresh):
                    for one in await accept_all(group, world, database, levels=levels):
                        looked.now[one.device.device_id] = one
                fresh = [one for one in fresh if _is_worth_a_retry(looked.now[one.device_id])]
        finally:
            database.close()
        return looked


def groups(devices: Sequence[Device]) -> Iterator[list[Device]]:
    """A few at a time, and never two channels of one recorder: they share its account."""
    waiting = list(devices)
    while waiting:
        group: dict[str, Device] = {}
        for device in waiting:
            if len(group) < _AT_ONCE:
                group.setdefault(device.target.address, device)
        taken = {device.device_id for device in group.values()}
        waiting = [device for device in waiting if device.device_id not in taken]
        yield list(group.values())


def _is_worth_a_retry(accepted: Accepted) -> bool:
    """A stream that was late: many cameras start their encoder when somebody asks."""
    failed = accepted.failed
    return accepted.ending is Ending.NO_PICTURE and failed is not None and failed.cause in _LATE


def _keep(database: Database, facts: Mapping[str, DeviceFacts], *, now: datetime) -> None:
    with database.transaction() as db:
        for device_id, found in facts.items():
            if keepsake_store.read_facts(db, device_id) is None:
                keepsake_store.keep_facts(db, found, at=now)


def _camera(device: Device, tools: Tools) -> Camera:
    named = [profile for profile in tools.profiles if profile.id == device.profile]
    return NetworkCamera(
        device.target,
        http=tools.http,
        decoder=tools.decoder,
        profiles=named or tools.profiles,
        clock=tools.clock,
    )


async def _nothing() -> None:
    """What is shared is closed by who made it."""
