"""What each verb of the command line does; the exit code is the answer.

0: done and nothing wrong; 1: a fault or an error that the text explains; 2: the command line or
the configuration cannot be used.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import getpass
import json
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from agent import app, once, show, show_test, tuned
from agent.accept import Accepted, Ending, accept_all
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.onvif.discovery import discover
from agent.camera.port import Credentials, Target
from agent.camera.profile import Profile
from agent.camera.profile_file import ProfileError, load_profiles
from agent.config import Config, Device, load_config
from agent.config_problem import ConfigError
from agent.delivery import eviction, losses, restore_store, write_log
from agent.delivery.database import open_for_reading
from agent.delivery.keys import make_key, public_path
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.salvage import open_or_salvage
from agent.delivery.uplink import Uplink
from agent.diagnosis import RULES
from agent.diagnosis.rule import Verdict
from agent.experiment.consent import NotAllowedError
from agent.experiment.restorer import Restorer
from agent.export import export_outbox
from agent.filter_test import run_once
from agent.host import EVERY as HOST_EVERY
from agent.life import live
from agent.overlay import Source, read_source
from agent.probes import PROBES
from agent.show_acceptance import print_acceptance, say_acceptance
from agent.show_baselines import baselines_table
from agent.show_picture import picture
from agent.show_uplink import uplink_line
from agent.show_visit import found_as_json, print_visit, visit_as_json
from shared import signing
from shared.frame import Lane

_LOG = logging.getLogger(__name__)
DONE: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2


def dispatch(arguments: argparse.Namespace, out: TextIO) -> int:
    """Carry out the verb; the exit code."""
    verbs: dict[str, Callable[[argparse.Namespace, TextIO], int]] = {
        "run": run,
        "probe": probe,
        "discover": find,
        "check-config": check_config,
        "show-config": show_config,
        "config": reset_config,
        "outbox": show_outbox,
        "keygen": keygen,
        "accept": accept,
        "show": show_baselines,
        "picture": picture,
        "ir-cut-test": judge_ir_cut,
        "writes": show_writes,
    }
    return verbs[arguments.verb](arguments, out)


def _complain(text: str) -> None:
    """What went wrong, why and what to do: on the error stream, beside any output."""
    sys.stderr.write(text + "\n")


def packaged_profiles() -> Path:
    """The firmware profiles that ship with the product."""
    return Path(__file__).resolve().parent.parent / "firmware_profiles"


def read_profiles(further: Path | None) -> tuple[Profile, ...]:
    """Profiles of the product and of a further directory; ProfileError lists all problems."""
    profiles = load_profiles(packaged_profiles())
    return profiles + (load_profiles(further) if further else ())


def read_all(path: Path) -> tuple[Source, tuple[Profile, ...]]:
    """The configuration and its profiles, checked against each other."""
    paces = {probe.name: probe.every for probe in PROBES} | {"host": HOST_EVERY}
    source = read_source(path, probe_paces=paces)
    profiles = read_profiles(source.local.profiles_dir)
    if any(device.profile for device in source.local.devices):
        ids = [profile.id for profile in profiles]
        source = read_source(path, probe_paces=paces, profile_ids=ids)
    return source, profiles


def _explain(error: ConfigError | ProfileError, lang: str) -> int:
    for problem in error.problems:
        _complain(problem.line(lang))
    return UNUSABLE


def check_config(arguments: argparse.Namespace, out: TextIO) -> int:
    """List every problem; silence and 0 would say too little, so a good file is summed up."""
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return _explain(error, arguments.lang)
    config, lang = source.local, arguments.lang
    print(
        f"{arguments.config}: {show.word('config good', lang)}: "
        f"{show.word('agent', lang)} {config.agent_id}, "
        f"{len(config.devices)} {show.word('devices', lang)}, "
        f"{len(profiles)} {show.word('profiles', lang)}",
        file=out,
    )
    return DONE


def show_config(arguments: argparse.Namespace, out: TextIO) -> int:
    """What can be tuned, its value, and who says so."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return _explain(error, arguments.lang)
    path = app.data_file(source.local)
    try:
        shown = tuned.show_tuned(source, path, arguments.lang)
    except sqlite3.Error as error:
        _complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    print(shown.text, file=out)
    return DONE if shown.fits else FOUND


def reset_config(arguments: argparse.Namespace, out: TextIO) -> int:
    """Drop what the collector ordered; not beside a running agent, whose file has one writer."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return _explain(error, arguments.lang)
    folder = source.local.data_dir
    try:
        with only_one(source.local):
            tuned.forget_order(
                app.data_file(source.local),
                outbox_mib=source.local.outbox_mib,
                now=app.clock(),
            )
    except BlockingIOError:
        _complain(show.say("agent runs", arguments.lang, folder=folder))
        return FOUND
    except (OSError, sqlite3.Error) as error:
        _complain(show.say("no reset", arguments.lang, path=folder, why=error))
        return FOUND
    print(show.say("order dropped", arguments.lang, file=arguments.config), file=out)
    return DONE


def show_baselines(arguments: argparse.Namespace, out: TextIO) -> int:
    """Age and support of the baselines, also beside a running agent."""
    try:
        config = load_config(Path(arguments.config))
    except ConfigError as error:
        return _explain(error, arguments.lang)
    path = app.data_file(config)
    levels, _ = app.judgement_of(config, RULES)
    try:
        table = baselines_table(config, path, needed=levels.baseline_pictures, lang=arguments.lang)
    except sqlite3.Error as error:
        _complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    print(table, file=out)
    return DONE


def accept(arguments: argparse.Namespace, out: TextIO) -> int:
    """Take pictures now, check them, keep the references; not beside a running agent."""
    lang = arguments.lang
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return _explain(error, lang)
    config = source.local
    known = {device.device_id: device for device in config.devices}
    strange = [name for name in arguments.devices if name not in known]
    if strange or (arguments.again is not None and not arguments.again.strip()):
        key = "no device" if strange else "no reason"
        names, all_names = ", ".join(strange), ", ".join(known) or "-"
        _complain(say_acceptance(key, lang, names=names, known=all_names))
        return UNUSABLE
    devices = [known[name] for name in arguments.devices] or list(known.values())
    try:
        with only_one(config):
            accepted = asyncio.run(_accept(config, profiles, devices, arguments.again or ""))
    except BlockingIOError:
        _complain(show.say("agent runs", lang, folder=config.data_dir))
        return FOUND
    except (OSError, sqlite3.Error) as error:
        _complain(show.say("cannot start", lang, why=error))
        return FOUND
    print_acceptance(accepted, lang, out)
    if arguments.pictures:
        return _write_pictures(Path(arguments.pictures), accepted, lang)
    return DONE if all(one.ending is Ending.ACCEPTED for one in accepted) else FOUND


async def _accept(
    config: Config, profiles: tuple[Profile, ...], devices: Sequence[Device], again: str
) -> tuple[Accepted, ...]:
    edge = app.network_edge(config, profiles)
    database, _ = open_or_salvage(app.data_file(config), now=app.clock())
    levels, _ = app.judgement_of(config, RULES)
    restorer = Restorer(
        {device.device_id: device for device in config.devices},
        database=database,
        camera_for=edge.camera_for,
        clock=app.clock,
    )
    try:
        for device in devices:
            await restorer.settle(device.device_id)
        return await accept_all(devices, edge, database, levels=levels, again=again)
    finally:
        await edge.close()
        database.close()


def _write_pictures(folder: Path, accepted: Sequence[Accepted], lang: str) -> int:
    """One JPEG a device, for the fitter's own eyes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in accepted:
            if one.picture is not None:
                (folder / f"{one.device.device_id}.jpg").write_bytes(one.picture.jpeg)
    except OSError as error:
        _complain(show.say("no export", lang, path=folder, why=error))
        return FOUND
    return DONE if all(one.ending is Ending.ACCEPTED for one in accepted) else FOUND


def run(arguments: argparse.Namespace, out: TextIO) -> int:
    """Run until SIGTERM or Ctrl-C."""
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return _explain(error, arguments.lang)
    try:
        with only_one(source.local):
            return asyncio.run(_run(source, profiles))
    except BlockingIOError:
        _complain(show.say("already runs", arguments.lang, folder=source.local.data_dir))
        return FOUND
    except (OSError, sqlite3.Error, signing.KeyFileError) as error:
        _complain(show.say("cannot start", arguments.lang, why=error))
        return FOUND


@contextlib.contextmanager
def only_one(config: Config) -> Iterator[None]:
    """Hold a lock on the data directory: the database has one writer; BlockingIOError."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    with (config.data_dir / "agent.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


async def _run(source: Source, profiles: tuple[Profile, ...]) -> int:
    config = source.local
    work = asyncio.create_task(live(source, lambda config: app.network_edge(config, profiles)))
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


def probe(arguments: argparse.Namespace, out: TextIO) -> int:
    """Read one camera now."""
    try:
        profiles = read_profiles(Path(arguments.profiles) if arguments.profiles else None)
        credentials = _credentials(arguments)
    except ProfileError as error:
        return _explain(error, arguments.lang)
    except (OSError, UnicodeDecodeError, KeyError) as error:
        _complain(show.say("no password", arguments.lang, why=error))
        return UNUSABLE
    target = Target(
        address=arguments.address, credentials=credentials, rtsp_port=arguments.rtsp_port
    )
    visit = asyncio.run(_visit(target, profiles, arguments.watch_seconds))
    if arguments.json:
        json.dump(visit_as_json(target, visit), out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print_visit(visit, arguments.lang, out)
    is_bad = visit.failed_layer is not None or any(
        finding.verdict is Verdict.FAULT for finding in visit.findings
    )
    return FOUND if is_bad else DONE


def _credentials(arguments: argparse.Namespace) -> Credentials | None:
    """The login; the password comes from a file, the environment or a prompt, never from argv."""
    if arguments.user is None:
        return None
    if arguments.password_file:
        password = Path(arguments.password_file).read_text(encoding="utf-8").rstrip("\r\n")
    elif arguments.password_env:
        password = os.environ[arguments.password_env]
    else:
        password = getpass.getpass(
            show.say("password", arguments.lang, user=arguments.user, address=arguments.address)
        )
    return Credentials(user=arguments.user, password=password)


async def _visit(target: Target, profiles: tuple[Profile, ...], seconds: float) -> once.Visit:
    http, decoder = CameraHttp(), Decoder()
    try:
        camera = NetworkCamera(
            target, http=http, decoder=decoder, profiles=profiles, clock=app.clock
        )
        return await once.visit_once(
            camera, probes=PROBES, rules=RULES, clock=app.clock, watch_seconds=seconds
        )
    finally:
        await decoder.close()
        await http.close()


def find(arguments: argparse.Namespace, out: TextIO) -> int:
    """Ask the network who speaks ONVIF."""
    found = asyncio.run(
        discover(
            seconds=arguments.seconds,
            multicast=not arguments.ask,
            interface=arguments.interface,
            addresses=arguments.ask,
        )
    )
    if arguments.json:
        json.dump([found_as_json(one) for one in found], out, ensure_ascii=False, indent=1)
        out.write("\n")
    elif found:
        rows = [[one.address, one.name or "-", one.hardware or "-", one.endpoint] for one in found]
        keys = ("address", "name", "hardware", "endpoint")
        head = [show.word(key, arguments.lang) for key in keys]
        print(show.show_table(head, rows), file=out)
    else:
        _complain(show.say("nobody answered", arguments.lang))
    return DONE if found else FOUND


def show_outbox(arguments: argparse.Namespace, out: TextIO) -> int:
    """Look into the outbox beside a running agent, or write it into a file to carry."""
    try:
        config = load_config(Path(arguments.config))
    except ConfigError as error:
        return _explain(error, arguments.lang)
    path = app.data_file(config)
    if arguments.action == "export":
        if not arguments.file:
            _complain(show.say("no file", arguments.lang))
            return UNUSABLE
        return export_outbox(arguments, config, path, out)
    try:
        database = open_for_reading(path)
        depths = [Outbox(database).depth(lane) for lane in STORED_LANES]
        gave_way, untold = eviction.counts(database.connection), losses.untold(database.connection)
        spend = Uplink(config.plan, database=database, clock=app.clock).spend()
    except sqlite3.Error as error:
        _complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    keys = ("lane", "waiting", "sent", "bytes", "oldest", "kept")
    rows = [
        [
            depth.lane.name.lower(),
            str(depth.waiting_rows),
            str(depth.sent_rows),
            str(depth.unreceipted_bytes),
            "-" if depth.oldest_at is None else f"{depth.oldest_at:%Y-%m-%d %H:%M:%SZ}",
            f"{depth.kept_rows} ({depth.kept_bytes} B)",
        ]
        for depth in depths
    ]
    print(show.show_table([show.word(key, arguments.lang) for key in keys], rows), file=out)
    print(uplink_line(spend, arguments.lang), file=out)
    if gave_way:
        _show_gave_way(gave_way, arguments.lang, out)
    if untold:
        print(show.say("untold gaps", arguments.lang, count=untold), file=out)
    database.close()
    return DONE


def _show_gave_way(
    found: Sequence[tuple[Lane, str, eviction.Evicted]], lang: str, out: TextIO
) -> None:
    """What was evicted or refused, by lane and reason."""
    rows = [
        [lane.name.lower(), str(what.rows), str(what.bytes), show.WORDS[lang].get(reason, reason)]
        for lane, reason, what in found
    ]
    print(f"\n{show.say('gave way', lang)}", file=out)
    head = [show.word(key, lang) for key in ("lane", "rows", "bytes", "why")]
    print(show.show_table(head, rows), file=out)


def judge_ir_cut(arguments: argparse.Namespace, out: TextIO) -> int:
    """Test one camera's filter now; not beside a running agent, which takes such an order."""
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return _explain(error, arguments.lang)
    (device_id,) = arguments.device
    try:
        with only_one(source.local):
            judged = asyncio.run(run_once(source, profiles, device_id))
    except BlockingIOError:
        _complain(show_test.say("agent runs", arguments.lang, folder=source.local.data_dir))
        return FOUND
    except NotAllowedError as error:
        _complain(show_test.say("not begun", arguments.lang, why=error.reason.text(arguments.lang)))
        return FOUND
    except (OSError, sqlite3.Error, signing.KeyFileError) as error:
        _complain(show.say("cannot start", arguments.lang, why=error))
        return FOUND
    if arguments.json:
        json.dump(show_test.judged_as_json(device_id, judged), out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print(show_test.judged_lines(device_id, judged, arguments.lang), file=out)
    return DONE if judged.verdict in show_test.WELL else FOUND


def show_writes(arguments: argparse.Namespace, out: TextIO) -> int:
    """The audit log and the restore journal, beside a running agent."""
    try:
        config = load_config(Path(arguments.config))
    except ConfigError as error:
        return _explain(error, arguments.lang)
    path = app.data_file(config)
    try:
        database = open_for_reading(path)
        writes = write_log.read(database.connection, arguments.device)
        owed = restore_store.every(database.connection)
    except sqlite3.Error as error:
        _complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    database.close()
    if arguments.json:
        json.dump(show_test.writes_as_json(writes, owed), out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print(show_test.writes_lines(writes, owed, arguments.lang), file=out)
    return FOUND if owed else DONE


def keygen(arguments: argparse.Namespace, out: TextIO) -> int:
    """Make a key pair; an existing file is never overwritten."""
    path = Path(arguments.file)
    try:
        key = make_key(path)
    except OSError as error:
        _complain(show.say("no key", arguments.lang, why=error))
        return FOUND
    name = signing.key_id(key.public_key())
    print(
        show.say("key made", arguments.lang, private=path, public=public_path(path), name=name),
        file=out,
    )
    return DONE
