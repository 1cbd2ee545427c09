"""The command line of ``preclaim-collector``: its commands and options, in both languages."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from collector import cli
from collector.cli_words import LANGUAGES, language_of, say


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; ``lang`` is 'en' or 'zh' in the answer."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument("--lang", choices=LANGUAGES)
    known, _ = first.parse_known_args(arguments)
    lang = language_of(known.lang)
    namespace = build_parser(lang).parse_args(arguments)
    namespace.lang = lang
    return namespace


def build_parser(lang: str) -> argparse.ArgumentParser:
    """The parser with help in a language."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=LANGUAGES, help=say("help_lang", lang))
    parser = argparse.ArgumentParser(
        prog="preclaim-collector", description=say("prog", lang), parents=[common]
    )
    commands = parser.add_subparsers(required=True)

    def add(
        name: str,
        run: Callable[[argparse.Namespace], int],
        *,
        config: bool = True,
        also: tuple[str, ...] = (),
    ) -> argparse.ArgumentParser:
        text = say(name, lang)
        made = commands.add_parser(
            name, aliases=also, help=text, description=text, parents=[common]
        )
        made.set_defaults(command=run)
        if config:
            made.add_argument(
                "-c", "--config", type=Path, required=True, help=say("help_config", lang)
            )
        return made

    add("serve", cli.serve)
    add("migrate", cli.migrate_store)
    add("restored", cli.begin_generation)
    add("show-config", cli.show_config)
    _import(add("import-registry", cli.import_registry, also=("import",)), lang)
    _export(add("export-rma", cli.export_rma), lang)
    broker = add("broker", cli.run_broker, config=False)
    broker.add_argument("--host", default="127.0.0.1", help=say("help_host", lang))
    broker.add_argument("--port", type=int, default=1883, help=say("help_port", lang))
    _quarantine(add("quarantine", cli.look_at_quarantine), lang)
    ingest_file = add("ingest-file", cli.ingest_file)
    ingest_file.add_argument("file", type=Path, help=say("help_box", lang))
    add("verify-log", cli.verify_log)
    gaps = add("gaps", cli.show_gaps)
    gaps.add_argument("agent", nargs="?", default="", help=say("help_agent", lang))
    _report(add("report", cli.report_faults), lang)
    _notify(add("notify", cli.notify), lang)
    _token(add("token", cli.make_token), lang)
    _order(add("command", cli.give_order), lang)
    _silence(add("silence", cli.look_after_silences), lang)
    _influx(add("influx", cli.look_at_influx), lang)
    _packs(add, lang)
    _erp(add("erp", cli.erp, config=False), lang)
    keygen = add("keygen", cli.make_keys, config=False)
    keygen.add_argument("file", type=Path, help=say("help_key", lang))
    return parser


def _packs(add: Callable[..., argparse.ArgumentParser], lang: str) -> None:
    pack = add("pack", cli.make_pack)
    pack.add_argument("line", help=say("help_line", lang))
    pack.add_argument("-o", "--output", type=Path, metavar="FILE", help=say("help_output", lang))
    verify = add("verify", cli.verify_pack, config=False)
    verify.add_argument("file", type=Path, metavar="PACK", help=say("help_pack", lang))
    taken = add("import-pack", cli.import_pack)
    taken.add_argument("file", type=Path, metavar="PACK", help=say("help_pack", lang))
    taken.add_argument(
        "--from", dest="partner", required=True, metavar="NAME", help=say("help_from", lang)
    )
    for kind in ("answer", "reply"):
        made = add(kind, cli.write_answers)
        made.set_defaults(kind=kind)
        made.add_argument("line", help=say("help_line", lang))
        made.add_argument(
            "-o",
            "--output",
            type=Path,
            default=Path(),
            metavar="DIR",
            help=say("help_answers", lang),
        )
        took = add(f"import-{kind}", cli.import_answer)
        took.set_defaults(kind=kind)
        took.add_argument("file", type=Path, metavar=kind.upper(), help=say(f"help_{kind}", lang))
    whose = verify.add_mutually_exclusive_group()
    whose.add_argument("-c", "--config", type=Path, help=say("help_partners", lang))
    whose.add_argument("--fingerprint", default="", help=say("help_fingerprint", lang))


def _erp(erp: argparse.ArgumentParser, lang: str) -> None:
    erp.add_argument("template_name", metavar="TEMPLATE", help=say("help_erp_template", lang))
    erp.add_argument("line", nargs="?", default="", metavar="LINE", help=say("help_line", lang))
    erp.add_argument("-c", "--config", type=Path, help=say("help_config", lang))
    erp.add_argument("--template", type=Path, metavar="FILE", help=say("help_erp_file", lang))
    erp.add_argument("--print", action="store_true", help=say("help_erp_print", lang))
    erp.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help=say("help_erp_set", lang)
    )
    erp.add_argument("--url", default="", help=say("help_erp_url", lang))
    erp.add_argument("--key-file", type=Path, metavar="FILE", help=say("help_erp_key", lang))
    erp.add_argument("--ca", type=Path, metavar="FILE", help=say("help_erp_ca", lang))
    erp.add_argument("--send", action="store_true", help=say("help_erp_send", lang))
    erp.add_argument("--no-pack", action="store_true", help=say("help_erp_no_pack", lang))


def _quarantine(quarantine: argparse.ArgumentParser, lang: str) -> None:
    actions = ["list", "show", "replay", "drop"]
    quarantine.add_argument("action", choices=actions, help=say("help_action", lang))
    which = quarantine.add_mutually_exclusive_group()
    which.add_argument(
        "number", nargs="?", type=int, metavar="ID", help=say("help_quarantine_id", lang)
    )
    which.add_argument("--id", type=int, help=say("help_quarantine_id", lang))
    which.add_argument("--reason", default="", help=say("help_reason", lang))
    quarantine.add_argument("--confirm", action="store_true", help=say("help_drop", lang))


def _silence(silence: argparse.ArgumentParser, lang: str) -> None:
    silence.add_argument("action", choices=["list", "add", "end"], help=say("help_action", lang))
    silence.add_argument("target", nargs="?", default="", help=say("help_silence_target", lang))
    silence.add_argument("--reason", default="", help=say("help_silence_reason", lang))
    silence.add_argument("--hours", type=float, default=0.0, help=say("help_silence_hours", lang))
    silence.add_argument("--start", default="", help=say("help_silence_start", lang))
    silence.add_argument("--code", default="", help=say("help_silence_code", lang))
    kinds = ["silence", "maintenance"]
    silence.add_argument("--kind", choices=kinds, default=kinds[0], help=say("help_kind", lang))


def _influx(influx: argparse.ArgumentParser, lang: str) -> None:
    actions = ["test", "status", "backfill"]
    influx.add_argument("action", choices=actions, help=say("help_influx", lang))
    influx.add_argument("--since", type=date.fromisoformat, help=say("help_since", lang))


def _import(lists: argparse.ArgumentParser, lang: str) -> None:
    lists.add_argument("file", type=Path, nargs="?", help=say("help_list", lang))
    lists.add_argument(
        "--confirm", nargs="?", const="", metavar="PLAN", help=say("help_confirm", lang)
    )
    lists.add_argument("--sheet", default="", metavar="NAME", help=say("help_sheet", lang))
    lists.add_argument("--list", action="store_true", help=say("help_imports", lang))
    lists.add_argument("--undo", type=int, metavar="ID", help=say("help_undo", lang))
    lists.add_argument("--organisation", default="", help=say("help_owner", lang))
    lists.add_argument("--language", choices=LANGUAGES, help=say("help_language", lang))


def _report(report: argparse.ArgumentParser, lang: str) -> None:
    report.add_argument("file", type=Path, help=say("help_report", lang))
    report.add_argument("--confirm", action="store_true", help=say("help_report_confirm", lang))
    report.add_argument("--organisation", default="", help=say("help_report_organisation", lang))


def _export(export: argparse.ArgumentParser, lang: str) -> None:
    export.add_argument("file", type=Path, help=say("help_rma_file", lang))
    export.add_argument("--maker", default="", help=say("help_maker", lang))
    export.add_argument("--buyer", default="", help=say("help_buyer", lang))
    export.add_argument("--since", type=date.fromisoformat, help=say("help_rma_since", lang))
    export.add_argument("--until", type=date.fromisoformat, help=say("help_rma_until", lang))


def _notify(notify: argparse.ArgumentParser, lang: str) -> None:
    notify.add_argument("action", choices=["list", "test"], help=say("help_action", lang))
    notify.add_argument("name", nargs="?", default="mail", help=say("help_channel", lang))
    notify.add_argument("--to", default="", metavar="ADDRESS", help=say("help_to", lang))


def _token(token: argparse.ArgumentParser, lang: str) -> None:
    roles = ["admin", "factory_engineer", "distributor", "integrator"]
    token.add_argument("--name", required=True, help=say("help_name", lang))
    token.add_argument("--role", required=True, choices=roles, help=say("help_role", lang))
    token.add_argument("--organisation", default="", help=say("help_organisation", lang))


def _order(order: argparse.ArgumentParser, lang: str) -> None:
    verbs = ["probe_now", "take_picture", "fetch_log", "test_ir_cut", "set_config"]
    order.add_argument("agent", help=say("help_agent", lang))
    order.add_argument("verb", choices=verbs, help=say("help_verb", lang))
    order.add_argument("device", nargs="?", default="", help=say("help_device", lang))
    order.add_argument("--file", type=Path, help=say("help_config_file", lang))
    order.add_argument("--base", default="", help=say("help_base", lang))
    order.add_argument("--wait", type=float, default=0.0, metavar="S", help=say("help_wait", lang))
