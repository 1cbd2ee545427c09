"""One filter test from the command line, with the agent's own parts."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import signal

from agent import app
from agent.camera.profiles.profile import Profile
from agent.config_problem import ConfigError
from agent.delivery import overlay_store
from agent.delivery.salvage import open_or_salvage
from agent.edge import clock, network_edge
from agent.experiment.verdict import Judged
from agent.overlay import Source


async def run_once(source: Source, profiles: tuple[Profile, ...], device_id: str) -> Judged:
    """Test a device and keep the outcome for the agent to send; NotAllowedError.

    Ctrl-C and SIGTERM end the test, and the camera gets its own mode back first. The caller
    holds the data directory to itself.
    """
    source.local.data_dir.mkdir(parents=True, exist_ok=True)
    database, _ = open_or_salvage(app.data_file(source.local), now=clock())
    try:
        config = source.read(overlay_store.in_force(database))
    except ConfigError:  # the file has changed since: it is the word of whoever owns the devices
        config = source.local
    edge = network_edge(config, profiles)
    agent = app.build(config, edge, source=source, database=database)
    work = asyncio.ensure_future(agent.desk.test(device_id, ordered_by=f"terminal: {_user()}"))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        return await work
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await edge.close()
        database.close()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user id on this host
        return "?"
