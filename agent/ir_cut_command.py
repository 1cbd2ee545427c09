"""The verbs for active tests: ``ir-cut-test`` makes one, ``writes`` shows what it wrote."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
from pathlib import Path
from typing import TextIO

from agent import app, show, show_test
from agent.camera.profiles.profile_file import ProfileError
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.data_lock import only_one
from agent.delivery import restore_store, write_log
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND, complain, explain
from agent.experiment.consent import NotAllowedError
from agent.filter_test import run_once
from agent.sources import read_all
from shared import signing


def judge_ir_cut(arguments: argparse.Namespace, out: TextIO) -> int:
    """Test one camera's filter now; not beside a running agent, which takes such an order."""
    try:
        source, profiles = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    (device_id,) = arguments.device
    try:
        with only_one(source.local):
            judged = asyncio.run(run_once(source, profiles, device_id))
    except BlockingIOError:
        complain(show_test.say("agent runs", arguments.lang, folder=source.local.data_dir))
        return FOUND
    except NotAllowedError as error:
        complain(show_test.say("not begun", arguments.lang, why=error.reason.text(arguments.lang)))
        return FOUND
    except (OSError, sqlite3.Error, signing.KeyFileError) as error:
        complain(show.say("cannot start", arguments.lang, why=error))
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
        return explain(error, arguments.lang)
    path = app.data_file(config)
    try:
        database = open_for_reading(path)
        writes = write_log.read(database.connection, arguments.device)
        owed = restore_store.every(database.connection)
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    database.close()
    if arguments.json:
        json.dump(show_test.writes_as_json(writes, owed), out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print(show_test.writes_lines(writes, owed, arguments.lang), file=out)
    return FOUND if owed else DONE
