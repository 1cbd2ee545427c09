"""Entry point of ``preclaim-agent`` and ``python -m agent``."""

from __future__ import annotations

import logging
import os
import sys

from agent.cli import parse

_PIPE_CLOSED = 141  # as the shell says of a program that SIGPIPE ended


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

    try:
        code = dispatch(arguments, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough ("| head"): no error, but not all was said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = _PIPE_CLOSED
    sys.exit(code)


if __name__ == "__main__":
    main()
