"""Entry point of ``preclaim-agent`` and ``python -m agent``."""

from __future__ import annotations

import logging
import sys

from agent.cli import parse


def main() -> None:
    """Read the command line, carry it out, and exit with its code."""
    arguments = parse()
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    if arguments.verb != "run" and not arguments.verbose:
        logging.getLogger().setLevel(logging.ERROR)
    from agent.verbs import dispatch  # noqa: PLC0415 - help and usage errors need no imports

    sys.exit(dispatch(arguments, sys.stdout))


if __name__ == "__main__":
    main()
