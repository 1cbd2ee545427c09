"""The verb ``preclaim-agent accept``: day-0 acceptance of cameras by who has just fitted them."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from agent import app, show
from agent.accept import Accepted, Ending, accept_all
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Config, Device
from agent.config_problem import ConfigError
from agent.data_lock import only_one
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import RULES
from agent.edge import clock, network_edge
from agent.exit_code import DONE, FOUND, UNUSABLE, complain, explain
from agent.experiment.restorer import Restorer
from agent.gateway import DeviceKind
from agent.show_acceptance import print_acceptance, say_acceptance
from agent.sources import read_all


def accept(arguments: argparse.Namespace, out: TextIO) -> int:
    """Take pictures now, check them, keep the references; not beside a running agent."""
    lang = arguments.lang
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, lang)
    config = source.local
    cameras = [one for one in config.devices if one.kind is DeviceKind.CAMERA and one.is_visited]
    known = {device.device_id: device for device in cameras}
    strange = [name for name in arguments.devices if name not in known]
    if strange or (arguments.again is not None and not arguments.again.strip()):
        key = "no device" if strange else "no reason"
        names, all_names = ", ".join(strange), ", ".join(known) or "-"
        complain(say_acceptance(key, lang, names=names, known=all_names))
        return UNUSABLE
    devices = [known[name] for name in arguments.devices] or list(known.values())
    try:
        with only_one(config):
            accepted = asyncio.run(_accept(config, profiles, devices, arguments.again or ""))
    except BlockingIOError:
        complain(show.say("agent runs", lang, folder=config.data_dir))
        return FOUND
    except (OSError, sqlite3.Error) as error:
        complain(show.say("cannot start", lang, why=error))
        return FOUND
    print_acceptance(accepted, lang, out)
    if arguments.pictures:
        return _write_pictures(Path(arguments.pictures), accepted, lang)
    return DONE if all(one.ending is Ending.ACCEPTED for one in accepted) else FOUND


async def _accept(
    config: Config, profiles: tuple[Profile, ...], devices: Sequence[Device], again: str
) -> tuple[Accepted, ...]:
    world = network_edge(config, profiles)
    database, _ = open_or_salvage(app.data_file(config), now=clock())
    levels, _ = app.judgement_of(config, RULES)
    restorer = Restorer(
        {device.device_id: device for device in config.devices},
        database=database,
        camera_for=world.camera_for,
        clock=clock,
    )
    try:
        for device in devices:
            await restorer.settle(device.device_id)
        return await accept_all(devices, world, database, levels=levels, again=again)
    finally:
        await world.close()
        database.close()


def _write_pictures(folder: Path, accepted: Sequence[Accepted], lang: str) -> int:
    """One JPEG a device, for the fitter's own eyes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in accepted:
            if one.picture is not None:
                (folder / f"{one.device.device_id}.jpg").write_bytes(one.picture.jpeg)
    except OSError as error:
        complain(show.say("no export", lang, path=folder, why=error))
        return FOUND
    return DONE if all(one.ending is Ending.ACCEPTED for one in accepted) else FOUND
