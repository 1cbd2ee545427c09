"""What each verb of the command line does; the exit code is the answer."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import signal
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TextIO

from agent import app, edge, show, tuned
from agent.camera.heap import spare_heap
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import ProfileError
from agent.config_problem import ConfigError
from agent.data_lock import only_one
from agent.delivery.keys import make_key, public_path
from agent.exit_code import DONE, FOUND, complain, explain
from agent.life import live
from agent.overlay import Source
from agent.resident import give_back_pages
from agent.sources import read_all
from shared import signing

_LOG = logging.getLogger(__name__)
Verb = Callable[[argparse.Namespace, TextIO], int]


ELSEWHERE: Final[Mapping[str, tuple[str, str]]] = {
    "probe": ("agent.on_site", "probe"),
    "login": ("agent.login_command", "login"),
    "channels": ("agent.channels_command", "channels"),
    "discover": ("agent.on_site", "find"),
    "outbox": ("agent.show_outbox", "show_outbox"),
    "accept": ("agent.accept_command", "accept"),
    "show": ("agent.show_baselines", "show_baselines"),
    "picture": ("agent.show_picture", "picture"),
    "ir-cut-test": ("agent.ir_cut_command", "judge_ir_cut"),
    "writes": ("agent.ir_cut_command", "show_writes"),
    "profile": ("agent.profile_command", "profile"),
    "budget": ("agent.show_budget", "show_budget"),
    "recorder": ("agent.recorder.command", "show_recorder"),
    "radio": ("agent.show_radio", "show_radio"),
    "energy": ("agent.show_energy", "show_energy"),
    "setup": ("agent.setup.command", "setup"),
    "device": ("agent.setup.device_command", "change_device"),
}
"""Verbs in files of their own: an agent that runs for months does not hold them in memory."""


def dispatch(arguments: argparse.Namespace, out: TextIO) -> int:
    """Carry out the verb; the exit code."""
    here: dict[str, Verb] = {
        "run": run,
        "check-config": check_config,
        "show-config": show_config,
        "config": reset_config,
        "keygen": keygen,
    }
    verb = here.get(arguments.verb) or load(*ELSEWHERE[arguments.verb])
    return verb(arguments, out)


def load(module: str, name: str) -> Verb:
    """A verb of ``ELSEWHERE``."""
    verb: Verb = getattr(importlib.import_module(module), name)
    return verb


def check_config(arguments: argparse.Namespace, out: TextIO) -> int:
    """List every problem; silence and 0 would say too little, so a good file is summed up."""
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    config, lang = source.local, arguments.lang
    print(
        f"{arguments.config}: {show.word('config good', lang)}: "
        f"{show.word('agent', lang)} {config.agent_id}, "
        f"{len(config.devices)} {show.word('devices', lang)}, "
        f"{len(profiles)} {show.word('profiles', lang)}",
        file=out,
    )
    if arguments.diagnosable:
        told = importlib.import_module("agent.diagnosable.command").told
        print("\n".join(told(config, lang)), file=out)
    return DONE


def show_config(arguments: argparse.Namespace, out: TextIO) -> int:
    """What can be tuned, its value, and who says so."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    path = app.data_file(source.local)
    try:
        shown = tuned.show_tuned(source, path, arguments.lang)
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    print(shown.text, file=out)
    return DONE if shown.fits else FOUND


def reset_config(arguments: argparse.Namespace, out: TextIO) -> int:
    """Drop what the collector ordered; not beside a running agent, whose file has one writer."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    folder = source.local.data_dir
    try:
        with only_one(source.local):
            tuned.forget_order(
                app.data_file(source.local),
                outbox_mib=source.local.outbox_mib,
                now=edge.clock(),
            )
    except BlockingIOError:
        complain(show.say("agent runs", arguments.lang, folder=folder))
        return FOUND
    except (OSError, sqlite3.Error) as error:
        complain(show.say("no reset", arguments.lang, path=folder, why=error))
        return FOUND
    print(show.say("order dropped", arguments.lang, file=arguments.config), file=out)
    return DONE


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Run until SIGTERM or Ctrl-C."""
    spare_heap()
    give_back_pages()
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    try:
        with only_one(source.local):
            return asyncio.run(_run(source, profiles))
    except BlockingIOError:
        complain(show.say("already runs", arguments.lang, folder=source.local.data_dir))
        return FOUND
    except (OSError, sqlite3.Error, signing.KeyFileError) as error:
        complain(show.say("cannot start", arguments.lang, why=error))
        return FOUND


async def _run(source: Source, profiles: tuple[Profile, ...]) -> int:
    config = source.local
    work = asyncio.create_task(live(source, lambda config: edge.network_edge(config, profiles)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    _LOG.info("agent %s watches %d devices", config.agent_id, len(config.devices))
    try:
        await work
    except asyncio.CancelledError:
        return DONE
    except ExceptionGroup as group:
        damaged, other = group.split(sqlite3.DatabaseError)
        if other is not None or damaged is None:
            raise
        # Started again, the agent sets the file aside and salvages what can be read.
        _LOG.critical("the agent database failed: %s", damaged.exceptions[0])
        return FOUND
    return DONE


def keygen(arguments: argparse.Namespace, out: TextIO) -> int:
    """Make a key pair; an existing file is never overwritten."""
    path = Path(arguments.file)
    try:
        key = make_key(path)
    except OSError as error:
        complain(show.say("no key", arguments.lang, why=error))
        return FOUND
    name = signing.key_id(key.public_key())
    print(
        show.say("key made", arguments.lang, private=path, public=public_path(path), name=name),
        file=out,
    )
    return DONE
