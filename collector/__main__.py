"""The command ``preclaim-collector``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from collector import cli
from collector.broker import BrokerMissingError
from collector.cli import FAILED, USAGE
from collector.config import ConfigError
from collector.lock import AlreadyRunningError
from collector.store.migrate import NewerStoreError
from shared.signing import KeyFileError


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

    add("serve", cli.serve, "run intake, jobs and pages")
    add("migrate", cli.migrate_store, "bring the store to the newest schema")
    add("show-config", cli.show_config, "check the configuration and print what it means")
    lists = add(
        "import-registry", cli.import_registry, "import a delivery list; a dry run unless --confirm"
    )
    lists.add_argument("file", type=Path)
    lists.add_argument("--confirm", action="store_true", help="write the rows without errors")
    lists.add_argument("--organisation", default="", help="owner of the rows; default: the factory")
    lists.add_argument("--language", choices=["en", "zh"], help="default: the configuration's")
    broker = add("broker", cli.run_broker, "run the embedded broker alone", config=False)
    broker.add_argument("--host", default="127.0.0.1")
    broker.add_argument("--port", type=int, default=1883)
    quarantine = add("quarantine", cli.look_at_quarantine, "list or replay what was not accepted")
    quarantine.add_argument("action", choices=["list", "replay"])
    quarantine.add_argument("--reason", default="unassigned", help="which to replay")
    token = add("token", cli.make_token, "make a bearer token and print it once")
    token.add_argument("--name", required=True)
    token.add_argument(
        "--role", required=True, choices=["admin", "factory_engineer", "distributor", "integrator"]
    )
    token.add_argument("--organisation", default="", help="default: the first organisation")
    order = add(
        "command", cli.give_order, "ask an agent for something; prints the answer with --wait"
    )
    order.add_argument("agent")
    order.add_argument("verb", choices=["probe_now", "take_picture", "fetch_log"])
    order.add_argument("device", nargs="?", default="", help="device id; default: the agent itself")
    order.add_argument("--wait", type=float, default=0.0, metavar="S", help="wait for the answer")
    keygen = add("keygen", cli.make_keys, "make an Ed25519 key pair", config=False)
    keygen.add_argument("file", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
