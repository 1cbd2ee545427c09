"""What the store holds as a word of ours, a page says in the reader's language."""

from __future__ import annotations

import enum
import re
from pathlib import Path

import pytest

import firmware_profiles
from agent.diagnosis import RULES
from collector.claims.answer import Path as Resolution
from collector.claims.answer import RejectCode
from collector.claims.brought import FileKind
from collector.claims.field_proof import ProofKind
from collector.claims.firmware_case import Side
from collector.claims.firmware_device import Stands
from collector.claims.lifecycle import LineState
from collector.claims.no_fault import BenchFinding
from collector.claims.origin.kinds import Origin, Payer
from collector.claims.outage_words import Cause
from collector.claims.report import Tried, Via
from collector.claims.requests import NotNow
from collector.claims.silence import SilenceKind
from collector.claims.story_parts import PauseReason
from collector.claims.trust import Ruling, Standing
from collector.claims.warranty import WarrantyVerdict
from collector.notify.topics import Delivery, Topic
from collector.roles import Role
from collector.web.voice import LANGUAGES, load_texts
from shared.catalogue_entry import Component, Proof
from shared.command import Outcome, Verb
from shared.device import AliasKind, Product, SerialSource
from shared.reading import Quality

STORED: tuple[tuple[str, type[enum.Enum]], ...] = (
    ("line_state", LineState),
    ("path", Resolution),
    ("reject", RejectCode),
    ("origin", Origin),
    ("payer", Payer),
    ("warranty", WarrantyVerdict),
    ("component", Component),
    ("product", Product),
    ("alias", AliasKind),
    ("serial_source", SerialSource),
    ("quality", Quality),
    ("verb_of", Verb),
    ("order_state", Outcome),
    ("role", Role),
    ("topic", Topic),
    ("delivery", Delivery),
    ("tried", Tried),
    ("via", Via),
    ("file_kind", FileKind),
    ("must", ProofKind),
    ("not_now", NotNow),
    ("silence_kind", SilenceKind),
    ("clocks.pause", PauseReason),
    ("ruling", Ruling),
    ("trust_standing", Standing),
    ("trust_proof", Proof),
    ("firmware_side", Side),
    ("firmware_stands", Stands),
    ("finding", BenchFinding),
    ("cause", Cause),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("family", "words"), STORED, ids=[family for family, _ in STORED])
def test_every_stored_word_has_a_name(family: str, words: type[enum.Enum], language: str) -> None:
    """A word without a name would be shown as the store spells it."""
    texts = load_texts(language)
    assert [one.value for one in words if f"{family}.{one.value}" not in texts] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_family_of_readings_has_a_name(language: str) -> None:
    """What rules ask for and what firmware profiles extract."""
    names = {name for rule in RULES for name in rule.needs}
    for profile in Path(firmware_profiles.__file__).parent.glob("*.toml"):
        names |= set(re.findall(r'^name = "([a-z]+\.\w+)"', profile.read_text("utf-8"), re.M))
    families = {name.partition(".")[0] for name in names}

    assert len(families) > 15
    assert sorted(one for one in families if f"family.{one}" not in load_texts(language)) == []
