"""Carries out one call of ``preclaim-collector`` and says in words why it could not."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from collector.broker import BrokerMissingError
from collector.cli import FAILED, USAGE
from collector.cli_parser import parse
from collector.cli_words import explain
from collector.config_error import ConfigError
from collector.lock import AlreadyRunningError
from collector.pack.font_error import FontError
from collector.store.cause import cause_of
from collector.store.migrate import NewerStoreError
from collector.store.postgresql import UnfitDatabaseError
from shared.signing import KeyFileError


def run(argv: list[str] | None) -> int:
    """Run one command; 0 done, 1 failed, 2 the configuration or the call is wrong."""
    arguments = parse(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except ConfigError as error:
        for problem in error.problems:
            print(problem.line(arguments.lang), file=sys.stderr)
        return USAGE
    except (
        OSError,
        AlreadyRunningError,
        BrokerMissingError,
        NewerStoreError,
        UnfitDatabaseError,
        KeyFileError,
        FontError,
    ) as error:
        print(explain(error, arguments.lang), file=sys.stderr)
        return FAILED
    except SQLAlchemyError as error:
        print(explain(error, arguments.lang, why=cause_of(error)), file=sys.stderr)
        return FAILED
