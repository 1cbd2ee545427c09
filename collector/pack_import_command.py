"""``preclaim-collector import-pack``: a claim from a partner's collector."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import sys
from typing import Final

from collector.app import open_store, utc_now
from collector.claims.report_check import RefusedReportError
from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.pack.check import PackError
from collector.pack.problem_words import explain
from collector.pack_command import read_pack
from collector.receive_pack import Dock, Received, receive

OK: Final = 0
FAILED: Final = 1


def import_pack(arguments: argparse.Namespace) -> int:
    """Take a pack, and say where the claim is now or why it is not taken."""
    lang: str = arguments.lang
    config = read_config(arguments.config)
    partners = {partner.name: partner for partner in config.partners}
    partner = partners.get(arguments.partner)
    if partner is None:
        known = ", ".join(sorted(partners)) or "-"
        raise refuse("--from", "unknown_partner", found=arguments.partner, known=known)
    content = read_pack(arguments.file)
    dock = Dock(evidence_dir=config.evidence_dir, packs_dir=config.packs_dir, policy=config.policy)
    try:
        received = receive(open_store(config), content, partner, dock=dock, now=utc_now())
    except PackError as error:
        print(explain(error, lang), file=sys.stderr)
        return FAILED
    except RefusedReportError as error:
        for problem in error.problems:
            print(problem.text.text(lang), file=sys.stderr)
        return FAILED
    print("\n".join(tell(received, lang)))
    return OK


def tell(received: Received, lang: str) -> tuple[str, ...]:
    """What came of it, in words."""
    claim = received.claim
    done = say(
        f"taken_{received.how.value}",
        lang,
        number=f"{claim.number}-{claim.line}",
        line=received.line_id,
        serial=claim.unit.serial or claim.unit.batch,
    )
    if received.held_by is None:
        return (done,)
    return done, say("taken_held", lang, why=received.held_by.text(lang))
