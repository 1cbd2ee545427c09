"""The command ``preclaim-collector``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from collector import keys
from collector.broker import BrokerMissingError, embedded_broker
from collector.config import Config, ConfigError, read_config
from collector.import_list import import_list
from collector.lock import AlreadyRunningError
from collector.store.migrate import NewerStoreError
from shared.command import Verb
from shared.signing import KeyFileError

OK, FAILED, USAGE = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 the configuration or the call is wrong."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except ConfigError as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        return USAGE
    except (
        OSError,
        AlreadyRunningError,
        BrokerMissingError,
        NewerStoreError,
        KeyFileError,
        SQLAlchemyError,
    ) as error:
        print(f"preclaim-collector: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="preclaim-collector", description=" ".join((__doc__ or "").split())
    )
    commands = parser.add_subparsers(required=True)

    def add(
        name: str, run: Callable[[argparse.Namespace], int], text: str, *, config: bool = True
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(command=run)
        if config:
            made.add_argument("-c", "--config", type=Path, required=True)
        return made

    add("serve", _serve, "run intake, jobs and pages")
    add("migrate", _migrate, "bring the store to the newest schema")
    add("show-config", _show_config, "check the configuration and print what it means")
    lists = add("import-registry", _import, "import a delivery list; a dry run unless --confirm")
    lists.add_argument("file", type=Path)
    lists.add_argument("--confirm", action="store_true", help="write the rows without errors")
    lists.add_argument("--organisation", default="", help="owner of the rows; default: the factory")
    lists.add_argument("--language", choices=["en", "zh"], help="default: the configuration's")
    broker = add("broker", _broker, "run the embedded broker alone", config=False)
    broker.add_argument("--host", default="127.0.0.1")
    broker.add_argument("--port", type=int, default=1883)
    quarantine = add("quarantine", _quarantine, "list or replay what was not accepted")
    quarantine.add_argument("action", choices=["list", "replay"])
    quarantine.add_argument("--reason", default="unassigned", help="which to replay")
    token = add("token", _token, "make a bearer token and print it once")
    token.add_argument("--name", required=True)
    token.add_argument(
        "--role", required=True, choices=["admin", "factory_engineer", "distributor", "integrator"]
    )
    token.add_argument("--organisation", default="", help="default: the first organisation")
    order = add("command", _order, "ask an agent for something; prints the answer with --wait")
    order.add_argument("agent")
    order.add_argument("verb", choices=["probe_now", "take_picture", "fetch_log"])
    order.add_argument("device", nargs="?", default="", help="device id; default: the agent itself")
    order.add_argument("--wait", type=float, default=0.0, metavar="S", help="wait for the answer")
    keygen = add("keygen", _keygen, "make an Ed25519 key pair", config=False)
    keygen.add_argument("file", type=Path)
    return parser


def _serve(arguments: argparse.Namespace) -> int:
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


def _migrate(arguments: argparse.Namespace) -> int:
    from collector.store.engine import open_engine  # noqa: PLC0415 SQLAlchemy is slow to load
    from collector.store.migrate import migrate  # noqa: PLC0415

    config = read_config(arguments.config)
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    before, after = migrate(open_engine(config.database_url))
    print(f"schema {before or 'none'} -> {after}" if before != after else f"schema {after}, newest")
    return OK


def _show_config(arguments: argparse.Namespace) -> int:
    config = read_config(arguments.config)
    print(f"data      {config.data_dir}")
    print(f"broker    {config.broker.host}:{config.broker.port}")
    print(f"pages     http://{config.web_host}:{config.web_port}")
    print(f"policy    {config.policy}")
    for agent in config.agents:
        pinned = "key pinned" if agent.evidence_key else "no key: its evidence stays unverified"
        print(f"agent     {agent.id} at {agent.site_id} of {agent.organisation_id}, {pinned}")
    return OK


def _import(arguments: argparse.Namespace) -> int:
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


def _broker(arguments: argparse.Namespace) -> int:
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


def _quarantine(arguments: argparse.Namespace) -> int:
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


def _token(arguments: argparse.Namespace) -> int:
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


def _order(arguments: argparse.Namespace) -> int:
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


def _keygen(arguments: argparse.Namespace) -> int:
    keys.make_key(arguments.file)
    print(f"{arguments.file} (keep it), {keys.public_path(arguments.file)} (give it away)")
    return OK


if __name__ == "__main__":
    sys.exit(main())
