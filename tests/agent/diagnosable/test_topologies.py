"""What the page says of each standpoint is what the code can do, and every example loads."""

from __future__ import annotations

import inspect
import io
import re
from pathlib import Path

import pytest

from agent.cli import parse
from agent.config_file import load_config
from agent.diagnosable import command, page
from agent.diagnosable.source import DETECTED, Source, source_of, ways_of
from agent.diagnosable.standpoint import PUSH, Can, judge
from agent.diagnosis import RULES
from agent.diagnosis.rule import Rule, View
from agent.probes import PROBES
from agent.verbs import dispatch
from shared.catalogue import CATALOGUE
from shared.reading import Quality, Reading
from tests.agent.fakes import NOON

ROOT = Path(__file__).parents[3]
PAGES = {
    lang: ROOT / "docs" / f"topologies{end}" for lang, end in (("en", ".md"), ("zh", ".zh.md"))
}
# Readings that a rule quotes or is helped by, and that its verdict does not rest on.
_HELPS = {
    "picture.blocky": {Source.STREAM},
    "device.misbehaves": {Source.IDENTITY},
    "login.firmware_refuses_method": {Source.IDENTITY},
    "login.certificate_unproven": {Source.IDENTITY},
    "login.certificate_changed": {Source.IDENTITY},
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_has_the_tables_of_the_code(lang: str) -> None:
    """What stands between the marks is what the catalogue, rules, probes and limits say."""
    text = PAGES[lang].read_text(encoding="utf-8")

    assert text.count("<!-- ") == 4
    assert text == page.filled(text, lang), (
        "run: python -m agent.diagnosable docs/topologies.md docs/topologies.zh.md"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_example_loads(tmp_path: Path, lang: str) -> None:
    """Each configuration of the page is accepted as it stands, its secrets given."""
    examples = re.findall(r"```toml\n(.*?)```", PAGES[lang].read_text(encoding="utf-8"), re.S)
    (tmp_path / "secrets").mkdir()
    assert len(examples) == 4
    for example in examples:
        for name in re.findall(r'"(secrets/[a-z-]+)"', example):
            (tmp_path / name).write_text("x")
        path = tmp_path / "agent.toml"
        path.write_text(example, encoding="utf-8")
        assert load_config(path).devices


def test_every_detected_fault_has_a_way() -> None:
    """No rule is forgotten: what docs/faults.md calls detected stands in the tables."""
    assert {rule.code for rule in RULES} <= set(DETECTED)
    assert all(ways_of(code) for code in DETECTED)
    assert set(page.of_cameras()) <= set(CATALOGUE)


def _quoted(rule: Rule) -> set[Source]:
    """Whose readings the judge of a rule names in its own text."""
    text = inspect.getsource(rule.judge)
    module = inspect.getmodule(rule.judge)
    names = set(re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', text))
    for constant in set(re.findall(r"\b_[A-Z_]+\b", text)):
        value = getattr(module, constant, ())
        names |= {value} if isinstance(value, str) else set()
    found = {found for name in names if name not in CATALOGUE and (found := source_of(name))}
    if "filter_mode(" in text:
        found.add(Source.FILTER_MODE)
    if "daylight_falls(" in text:
        found.add(Source.OUTDOOR)
    if "day_is_certain(" in text:
        found.add(Source.DAYLIGHT)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.code))
def test_a_rule_rests_on_what_is_said_of_it(rule: Rule) -> None:
    """Whatever readings the text of a judge names are among the sources of its fault."""
    said = set().union(*ways_of(rule.code)) | _HELPS.get(rule.code, set())

    assert _quoted(rule) - {Source.DAYLIGHT} <= said


def _pushed(at_odds: float) -> dict[str, Reading]:
    """Every reading that a push can give, good, with figures that are as odd as can be."""
    names = {name for probe in PROBES for name in probe.names if name.startswith("picture.")}
    names -= {"picture.change"}  # a single picture has none before it
    texts = {"picture.light": "day", "picture.source": "push", "picture.line_positions": "r9"}
    values = {name: texts.get(name, at_odds) for name in names}
    values |= {"picture.damaged": False, "stream.decode_errors": 5.0, "battery.charge": 1.0}
    return {
        name: Reading(name, value, "", NOON, Quality.GOOD)  # type: ignore[arg-type]
        for name, value in values.items()
    }


@pytest.mark.parametrize("at_odds", [0.0, 0.5, 1.0, 30.0, 255.0])
def test_what_a_push_cannot_tell_is_never_told_of_it(at_odds: float) -> None:
    """Of the faults that the page denies to pushing cameras no rule finds one in what they send."""
    readings = _pushed(at_odds)
    view = View(now=NOON, readings=readings, fresh=frozenset(readings), is_outdoor=True)
    denied = {code for code in DETECTED if judge(ways_of(code), PUSH).can is Can.NO}
    found = {
        rule.code
        for rule in RULES
        if not view.fresh.isdisjoint(rule.needs) and rule.judge(view).verdict.value == "fault"
    }

    assert found.isdisjoint(denied)
    assert "battery.low" in found
    assert denied >= {"ircut.stuck_open", "picture.frozen", "device.unreachable", "stream.none"}


_CONFIG = """
[agent]
id = "a"
[inbox.mqtt]
topics = ["cameras/{device}"]
[[devices]]
id = "gate"
mode = "push"
push = { values = { "battery.charge" = "x" } }
[[devices]]
id = "yard"
address = "192.0.2.1"
[[devices]]
id = "modem"
kind = "gateway"
address = "192.0.2.2"
profile = "teltonika.rut"
"""


def test_a_device_is_told_by_its_own_facts(tmp_path: Path) -> None:
    """Without a user no login is diagnosed; a table of values names what events can tell."""
    path = tmp_path / "agent.toml"
    path.write_text(_CONFIG)
    gate, yard, modem = load_config(path).devices
    said = {one.device_id: "\n".join(command.of_device(one, "en")) for one in (gate, yard, modem)}

    assert "can be diagnosed: Battery capacity lost, Battery low" in said["gate"]
    assert "its table of values does not name it: Battery does not charge" in said["gate"]
    assert "no user is configured: Firmware refuses" in said["yard"]
    assert "there is no such thing" in said["modem"]
    assert "can be diagnosed: Device does not answer" in said["modem"]


@pytest.mark.parametrize(("lang", "word"), [("en", "cannot be diagnosed"), ("zh", "无法诊断")])
def test_the_command_tells_it_in_both_languages(tmp_path: Path, lang: str, word: str) -> None:
    """``check-config --diagnosable`` sums the file up and goes through its devices."""
    path = tmp_path / "agent.toml"
    path.write_text(_CONFIG.partition('[[devices]]\nid = "modem"')[0])
    out = io.StringIO()
    arguments = parse(["check-config", "-c", str(path), "--diagnosable", "--lang", lang])
    assert dispatch(arguments, out) == 0
    told = out.getvalue()

    assert word in told
    assert "gate: " in told
    assert "yard: " in told
