"""Setup at a terminal: questions in both languages, answers that count, consent never assumed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import cli, edge
from agent.cli_setup import HELP
from agent.setup import device_words, handover_words, words
from agent.setup.ask import Asker, NobodyThereError
from agent.setup.examine import Login
from agent.setup.order import UnusableError, ask_consent, read_order
from agent.setup.plan import Change
from agent.wrong import Both


def asker(*answers: str, lang: str = "en", terminal: bool = True) -> tuple[Asker, list[str]]:
    """An asker whose person says this, and what was asked."""
    asked: list[str] = []
    said: Iterator[str] = iter(answers)

    def read(question: str) -> str:
        asked.append(question)
        return next(said)

    made = Asker(
        lang=lang,
        assume_defaults=False,
        read=read,
        read_secret=read,
        is_terminal=lambda: terminal,
    )
    return made, asked


def test_a_person_is_asked_what_no_flag_says(tmp_path: Path) -> None:
    """Agent, broker, user and password; Enter takes what stands in brackets."""
    made, asked = asker("agent-north", "", "admin", "s3cret")
    arguments = cli.parse(["setup", "-c", str(tmp_path / "a.toml"), "--at", "192.0.2.1"])

    order = read_order(arguments, made, now=edge.clock())

    assert (order.basics.agent_id, order.basics.broker_port) == ("agent-north", 1883)
    (entry,) = order.entries
    assert entry.offers[0].credentials.password == "s3cret"
    assert len(asked) == 4
    assert "127.0.0.1:1883" in asked[1]


@pytest.mark.parametrize(("lang", "yes"), [("en", "y"), ("zh", "是")])
def test_consent_is_given_word_by_word(tmp_path: Path, lang: str, yes: str) -> None:
    """Three questions and a name; Enter is no. The limits of the visits are named."""
    made, asked = asker("", yes, yes, "Li Wei", lang=lang)
    arguments = cli.parse(
        ["setup", "-c", str(tmp_path / "a.toml"), "--agent-id", "a", "--broker", "b",
         "--sites", str(_list(tmp_path))]
    )  # fmt: skip
    order = ask_consent(read_order(arguments, made, now=edge.clock()), made, has_battery=True)

    assert order.consent.words() == ("wake-ups", "pictures")
    assert order.basics.consent_by == "Li Wei"
    assert "48" in asked[1]
    assert "240" in asked[1]


def _list(folder: Path) -> Path:
    path = folder / "sites.csv"
    path.write_text("address\n192.0.2.1\n")
    return path


def test_nobody_at_the_terminal_is_told_the_flag() -> None:
    """A script that forgot a flag ends with its name, and --yes answers no to every consent."""
    made, _ = asker(terminal=False)
    with pytest.raises(NobodyThereError, match="--consent"):
        made.agrees("pictures")
    assert not Asker(lang="en", assume_defaults=True).agrees("pictures")
    with pytest.raises(NobodyThereError, match="--password-file"):
        Asker(lang="en", assume_defaults=True).secret("password", user="admin")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--at", "192.168.1.300"],
        ["--user", "a", "--user", "b", "--password-file", "x"],
        ["--user", "a", "--password-env", "NOT_SET_ANYWHERE"],
        ["--broker", "http://broker"],
        ["--agent-id", "my agent"],
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_order_that_cannot_be_carried_out_says_why(
    tmp_path: Path, wrong: list[str], lang: str
) -> None:
    """Place and remedy, in the person's language, before anything is asked of a camera."""
    arguments = cli.parse(["setup", "--yes", "-c", str(tmp_path / "a.toml"), *wrong])
    with pytest.raises(UnusableError) as caught:
        read_order(arguments, Asker(lang=lang, assume_defaults=True), now=edge.clock())
    assert bool(re.search(r"[\u4e00-\u9fff]", caught.value.text)) is (lang == "zh")


def test_every_text_is_there_in_both_languages() -> None:
    """Questions, endings, problems, report: the same fields, and Chinese where it says so."""
    tables: list[Both] = [
        *words.SAID.values(),
        *words.QUESTIONS.values(),
        *words.CHANGES.values(),
        *words.LOGINS.values(),
        *device_words.SAID.values(),
        *(both for wrong in words.PROBLEMS.values() for both in wrong),
        *handover_words.WORDS.values(),
        *handover_words.CHECKS.values(),
        *handover_words.RESULTS.values(),
    ]
    for both in tables:
        assert set(re.findall(r"{(\w+)", both.en)) == set(re.findall(r"{(\w+)", both.zh))
        is_same = both.en == both.zh  # commands, a dash, "MAC"
        assert is_same or re.search(r"[\u4e00-\u9fff]", both.zh), both
    assert set(HELP["en"]) == set(HELP["zh"])
    assert set(words.FLAGS) == set(words.QUESTIONS)
    assert set(words.CHANGES) == set(Change)
    assert set(words.LOGINS) == set(Login)
