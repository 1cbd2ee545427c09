"""The command ``preclaim-collector``."""

from __future__ import annotations

import sys

from collector.cli_words import language_of, say

USAGE = 2
_OURS = ("collector", "shared")
_EXTRAS = {"pg8000": "postgresql"}  # the others come with "collector"


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 the configuration, the call or the installation is
    wrong."""
    try:
        from collector.run_command import run  # noqa: PLC0415 the packages may not be there

        return run(argv)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in _OURS:
            raise  # a defect of ours, no missing package
        extra = _EXTRAS.get(package, "collector")
        print(say("no_extra", language_of(None), package=package, extra=extra), file=sys.stderr)
        return USAGE


if __name__ == "__main__":
    sys.exit(main())
