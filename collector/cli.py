"""What each command of ``preclaim-collector`` does; 0 done, 1 failed, 2 the call is wrong."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
from typing import Final

from collector import keys
from collector.broker import embedded_broker
from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.settings import Config
from shared.command import Verb

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2


def serve(arguments: argparse.Namespace) -> int:
    """Run intake, jobs and pages until a signal."""
    from collector.app import serve  # noqa: PLC0415 the other commands need no web server

    config = read_config(arguments.config)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await serve(config, stop)

    asyncio.run(run())
    return OK


def migrate_store(arguments: argparse.Namespace) -> int:
    """Bring the store to the newest schema."""
    from collector.store.engine import open_engine  # noqa: PLC0415 SQLAlchemy is slow to load
    from collector.store.migrate import migrate  # noqa: PLC0415

    config = read_config(arguments.config)
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lang: str = arguments.lang
    before, after = migrate(open_engine(config.database_url))
    key = "schema_newest" if before == after else "schema_changed"
    print(say(key, lang, before=before or say("no_schema", lang), after=after))
    return OK


def begin_generation(arguments: argparse.Namespace) -> int:
    """Begin another generation after a backup was put back, so that agents send again."""
    from collector.app import open_store, utc_now  # noqa: PLC0415
    from collector.high_water import HighWater  # noqa: PLC0415

    config = read_config(arguments.config)
    stands = HighWater(config.high_water).renew(open_store(config), now=utc_now())
    print(say("generation", arguments.lang, generation=stands.generation))
    return OK


def show_config(arguments: argparse.Namespace) -> int:
    """Print what the configuration means."""
    config = read_config(arguments.config)
    lang: str = arguments.lang
    print(say("config_data", lang, value=config.data_dir))
    print(say("config_store", lang, value=config.database_url))
    print(say("config_broker", lang, value=f"{config.broker.host}:{config.broker.port}"))
    print(say("config_pages", lang, value=f"http://{config.web_host}:{config.web_port}"))
    print(say("config_policy", lang, value=config.policy))
    for agent in config.agents:
        pinned = say("key_pinned" if agent.evidence_key else "no_key", lang)
        owner = agent.organisation_id
        print(
            say(
                "config_agent", lang, agent=agent.id, site=agent.site_id, owner=owner, pinned=pinned
            )
        )
    return OK


def import_registry(arguments: argparse.Namespace) -> int:
    """Import a list, say what that would do, list imports, or undo one."""
    from collector import import_command  # noqa: PLC0415

    config = read_config(arguments.config)
    language: str = arguments.language or config.language
    if arguments.list:
        done = import_command.list_imports(config, language=language)
    elif arguments.undo is not None:
        done = import_command.undo_number(
            config, arguments.undo, confirm=arguments.confirm is not None, language=language
        )
    elif arguments.file is None:
        raise refuse("file", "no_list")
    else:
        done = import_command.import_file(
            config,
            arguments.file,
            confirm=arguments.confirm,
            organisation_id=arguments.organisation,
            language=language,
            sheet=arguments.sheet,
        )
    print("\n".join(done.lines))
    return FAILED if done.held_back else OK


def export_rma(arguments: argparse.Namespace) -> int:
    """Write the master RMA list to a file."""
    from collector.rma_list import export_rma  # noqa: PLC0415

    return export_rma(arguments)


def run_broker(arguments: argparse.Namespace) -> int:
    """Run the embedded broker alone until a signal."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with embedded_broker(host=arguments.host, port=arguments.port) as port:
            text = say("broker_runs", arguments.lang, host=arguments.host, port=port)
            print(text, flush=True)
            await stop.wait()

    asyncio.run(run())
    return OK


def look_at_influx(arguments: argparse.Namespace) -> int:
    """Test the time-series server, say how the sink stands, or send days once more."""
    from collector import influx_command  # noqa: PLC0415

    return influx_command.look_at_influx(arguments)


def look_at_quarantine(arguments: argparse.Namespace) -> int:
    """List, show, replay or drop what was not accepted."""
    from collector.quarantine_command import look_at_quarantine  # noqa: PLC0415

    return look_at_quarantine(arguments)


def ingest_file(arguments: argparse.Namespace) -> int:
    """Take a black box that was carried here by hand."""
    from collector.file_command import ingest_file  # noqa: PLC0415

    return ingest_file(arguments)


def show_gaps(arguments: argparse.Namespace) -> int:
    """Show which rows of which agent never came, and why."""
    from collector.gaps_command import show_gaps  # noqa: PLC0415

    return show_gaps(arguments)


def verify_log(arguments: argparse.Namespace) -> int:
    """Walk the history of every pre-claim."""
    from collector.verify_log_command import verify_log  # noqa: PLC0415

    return verify_log(arguments)


def make_pack(arguments: argparse.Namespace) -> int:
    """Write a claim as one file that proves itself unchanged."""
    from collector.pack_command import make_pack  # noqa: PLC0415

    return make_pack(arguments)


def verify_pack(arguments: argparse.Namespace) -> int:
    """Say whether a claim pack holds."""
    from collector.pack_command import verify_pack  # noqa: PLC0415

    return verify_pack(arguments)


def import_pack(arguments: argparse.Namespace) -> int:
    """Take a claim pack of a partner's collector."""
    from collector.pack_import_command import import_pack  # noqa: PLC0415

    return import_pack(arguments)


def write_answers(arguments: argparse.Namespace) -> int:
    """Write what was decided on a claim for whoever sent its pack, or what its buyer says to it."""
    from collector.answer_command import write_answers  # noqa: PLC0415

    return write_answers(arguments)


def import_answer(arguments: argparse.Namespace) -> int:
    """Take the factory's answer to a claim that was sent there, or a buyer's reply to ours."""
    from collector.answer_command import import_answer  # noqa: PLC0415

    return import_answer(arguments)


def erp(arguments: argparse.Namespace) -> int:
    """Put a claim into an ERP, or show how."""
    from collector.erp_command import erp  # noqa: PLC0415

    return erp(arguments)


def look_after_silences(arguments: argparse.Namespace) -> int:
    """List, add or end silences and maintenance windows."""
    from collector.silence_command import look_after_silences  # noqa: PLC0415

    return look_after_silences(arguments)


def report_faults(arguments: argparse.Namespace) -> int:
    """Take a list of faults that people report."""
    from collector.report_command import report_faults  # noqa: PLC0415

    return report_faults(arguments)


def notify(arguments: argparse.Namespace) -> int:
    """List the channels by which people are told, or try one."""
    from collector.notify_command import notify  # noqa: PLC0415

    return notify(arguments)


def make_token(arguments: argparse.Namespace) -> int:
    """Make a bearer token and print it once."""
    from collector.app import open_store, utc_now  # noqa: PLC0415
    from collector.store import accounts  # noqa: PLC0415
    from collector.store.scope import Role  # noqa: PLC0415

    config = read_config(arguments.config)
    owner = arguments.organisation or config.organisations[0].id
    _check_organisation(config, owner)
    token = f"pc_{secrets.token_urlsafe(32)}"
    with open_store(config).begin() as db:
        accounts.add_token(
            db,
            token=token,
            name=arguments.name,
            role=Role(arguments.role),
            organisation_id=owner,
            now=utc_now(),
        )
    print(token)
    return OK


def give_order(arguments: argparse.Namespace) -> int:
    """Ask an agent for something."""
    from collector.order_command import order_and_wait, read_wanted  # noqa: PLC0415

    config = read_config(arguments.config)
    wanted = read_wanted(
        agent_id=arguments.agent,
        verb=Verb(arguments.verb),
        device_id=arguments.device,
        file=arguments.file,
        base=arguments.base,
    )
    answer = order_and_wait(config, wanted, wait_s=arguments.wait, lang=arguments.lang)
    print(answer.text)
    return OK if answer.well else FAILED


def _check_organisation(config: Config, owner: str) -> None:
    known = [organisation.id for organisation in config.organisations]
    if owner not in known:
        raise refuse("--organisation", "unknown_organisation", found=owner, known=", ".join(known))


def make_keys(arguments: argparse.Namespace) -> int:
    """Make an Ed25519 key pair."""
    keys.make_key(arguments.file)
    public = keys.public_path(arguments.file)
    print(say("keys_made", arguments.lang, private=arguments.file, public=public))
    return OK
