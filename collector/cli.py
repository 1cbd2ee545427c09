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
from collector.config import ConfigError, read_config
from collector.import_list import import_list
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
    before, after = migrate(open_engine(config.database_url))
    print(f"schema {before or 'none'} -> {after}" if before != after else f"schema {after}, newest")
    return OK


def show_config(arguments: argparse.Namespace) -> int:
    """Print what the configuration means."""
    config = read_config(arguments.config)
    print(f"data      {config.data_dir}")
    print(f"broker    {config.broker.host}:{config.broker.port}")
    print(f"pages     http://{config.web_host}:{config.web_port}")
    print(f"policy    {config.policy}")
    for agent in config.agents:
        pinned = "key pinned" if agent.evidence_key else "no key: its evidence stays unverified"
        print(f"agent     {agent.id} at {agent.site_id} of {agent.organisation_id}, {pinned}")
    return OK


def import_registry(arguments: argparse.Namespace) -> int:
    """Import a delivery list, or say what that would do."""
    config = read_config(arguments.config)
    done = import_list(
        config,
        arguments.file,
        confirm=arguments.confirm,
        organisation_id=arguments.organisation,
        language=arguments.language or config.language,
    )
    print("\n".join(done.lines))
    return FAILED if done.held_back else OK


def run_broker(arguments: argparse.Namespace) -> int:
    """Run the embedded broker alone until a signal."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with embedded_broker(host=arguments.host, port=arguments.port) as port:
            print(f"broker on {arguments.host}:{port}; Ctrl-C ends it", flush=True)
            await stop.wait()

    asyncio.run(run())
    return OK


def look_at_quarantine(arguments: argparse.Namespace) -> int:
    """List or replay what was not accepted."""
    from collector.app import make_room, open_store, utc_now  # noqa: PLC0415
    from collector.intake.replay import replay  # noqa: PLC0415
    from collector.store import quarantine  # noqa: PLC0415

    config = read_config(arguments.config)
    engine = open_store(config)
    if arguments.action == "replay":
        room = make_room(config)
        accepted, refused = replay(engine, reason=arguments.reason, room=room, now=utc_now())
        print(f"{accepted} accepted, {refused} still refused")
        return OK
    with engine.begin() as db:
        rows = quarantine.newest(db)
    for row in rows:
        agent = row.agent_id or "-"
        print(
            f"{row.last_at:%Y-%m-%d %H:%M:%S}Z {row.count:>5}x {row.reason:<18} {agent:<20} "
            f"{row.size:>6} B  {row.detail}"
        )
    print(f"{len(rows)} rows" if rows else "nothing in quarantine")
    return OK


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
    from collector.order_command import order_and_wait  # noqa: PLC0415

    config = read_config(arguments.config)
    answer = order_and_wait(
        config,
        agent_id=arguments.agent,
        verb=Verb(arguments.verb),
        device_id=arguments.device,
        wait_s=arguments.wait,
    )
    print(answer.text)
    return OK if answer.well else FAILED


def _check_organisation(config: Config, owner: str) -> None:
    known = [organisation.id for organisation in config.organisations]
    if owner not in known:
        raise ConfigError((f"--organisation: {owner!r} is not known; use one of {known}",))


def make_keys(arguments: argparse.Namespace) -> int:
    """Make an Ed25519 key pair."""
    keys.make_key(arguments.file)
    print(f"{arguments.file} (keep it), {keys.public_path(arguments.file)} (give it away)")
    return OK
