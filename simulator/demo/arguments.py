"""The command line of ``preclaim-demo``, with its help in English and Chinese."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.demo.words import TEXTS, say
from simulator.words import choose


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; ``lang`` is 'en' or 'zh' in the answer."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--lang", choices=sorted(TEXTS))
    known, _ = first.parse_known_args(arguments)
    lang = choose(known.lang).value
    options = build_parser(lang).parse_args(arguments)
    options.lang = lang
    return options


def build_parser(lang: str) -> argparse.ArgumentParser:
    """The parser with its help in a language."""
    folder = Path("demo-data")
    parser = argparse.ArgumentParser(
        prog="preclaim-demo", description=say("help", lang), add_help=False
    )
    parser.add_argument("-h", "--help", action="help", help=say("help_help", lang))
    parser.add_argument(
        "--for",
        dest="for_s",
        type=float,
        default=0,
        metavar="SECONDS",
        help=say("help_for", lang),
    )
    parser.add_argument(
        "--dir",
        type=Path,
        default=folder,
        metavar="FOLDER",
        help=say("help_dir", lang, default=folder),
    )
    parser.add_argument("--lang", choices=sorted(TEXTS), help=say("help_lang", lang))
    parser.add_argument("--report", type=Path, metavar="FILE", help=say("help_report", lang))
    return parser
