"""Whatever the agent answers to an order, it says in English and Chinese."""

from __future__ import annotations

import re
import string

import pytest

from agent.answer_words import Answer
from agent.budget import Refusal, Resource
from agent.camera.port import CameraError, Cause
from agent.config_problem import WRONGS, ConfigError, Problem
from agent.config_table import Table
from agent.experiment.judge import Sides
from agent.experiment.look import Look
from agent.experiment.unmoved import unsure
from agent.experiment.verdict import SETTLE, VERDICTS, WORDS, FilterVerdict, Why
from agent.overlay_bounds import FILE
from agent.probes.failure import failed
from agent.reasons import in_both
from agent.wrong import Both
from tests.agent.fakes import NOON

_HAN = re.compile("[\u4e00-\u9fff]")


def fields(text: str) -> set[str]:
    """The names of what is filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def is_told(said: Both) -> bool:
    """True when the English is English and the Chinese is Chinese."""
    return bool(said.en) and not _HAN.search(said.en) and bool(_HAN.search(said.zh))


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_has_both_languages(answer: Answer) -> None:
    """Neither leaves out what the other tells."""
    assert is_told(answer.value)
    assert fields(answer.value.en) == fields(answer.value.zh)


@pytest.mark.parametrize("wrong", sorted(WRONGS))
def test_every_refused_configuration_is_explained(wrong: str) -> None:
    """Whatever the check of an order finds wrong is told with its remedy, all in both languages."""
    reason, remedy = WRONGS[wrong]
    values = dict.fromkeys(fields("".join((*reason, *remedy))), 7)
    problem = Problem(file=FILE, key="pace.health_s", wrong=wrong, values=values)
    said = ConfigError([problem, problem]).both()

    assert is_told(reason)
    assert is_told(remedy)
    assert said.en.splitlines() == [problem.line("en")] * 2
    assert said.zh.splitlines() == [problem.line("zh")] * 2
    assert problem.line("zh").startswith("命令：pace.health_s：")


@pytest.mark.parametrize("found", [True, 7, 0.5, "text", [], NOON, NOON.date(), NOON.time()])
def test_the_words_within_a_refusal_are_chinese_too(found: object) -> None:
    """What stood there instead of a table is named in the language of the rest."""
    problems: list[Problem] = []
    Table({"schedule": found}, "", FILE, problems).table("schedule")
    (problem,) = problems
    kind = problem.values["kind"]

    assert isinstance(kind, Both)
    assert kind.en in problem.line("en")
    assert kind.zh in problem.line("zh")
    assert kind.en not in problem.line("zh")


@pytest.mark.parametrize("resource", Resource)
def test_a_spent_budget_is_told_in_words(resource: Resource) -> None:
    """What it counts is Chinese in Chinese."""
    said = Refusal(resource=resource, spent=4, wanted=2, limit=5).both()

    assert said.en == (
        f"the day's budget of {resource.value} is 5, 4 are spent and this would take 2"
    )
    assert is_told(said)
    assert resource.value not in said.zh
    assert said.zh.endswith("预算为 5，已用 4，此操作还需 2")


@pytest.mark.parametrize("cause", Cause)
def test_a_device_that_gave_nothing_is_explained(cause: Cause) -> None:
    """The cause is Chinese, and the device's own words stay as they came."""
    said = in_both(failed("picture", CameraError(cause, "status 418"), at=NOON))

    assert said.en == "status 418"
    assert is_told(said)
    assert said.zh.endswith("：status 418")


@pytest.mark.parametrize("verdict", FilterVerdict)
def test_every_verdict_on_a_filter_has_its_name(verdict: FilterVerdict) -> None:
    """In both languages."""
    assert is_told(VERDICTS[verdict])


@pytest.mark.parametrize("why", Why)
def test_every_end_of_a_filter_test_is_explained(why: Why) -> None:
    """Why it ended so, the figures behind it, and what would settle it where anything would."""
    look = Look(**dict.fromkeys(Look.__struct_fields__, 0.5))
    sides = Sides(look_in=look, look_out=look, distance=1.25, least_pattern=0.125)
    said = unsure(why, sides.figures).reason

    assert is_told(WORDS[why])
    assert is_told(SETTLE.get(why, WORDS[why]))
    assert said.en.startswith(f"{WORDS[why].en} (in: magenta +0.500, ")
    assert said.zh.startswith(f"{WORDS[why].zh}（移入：品红 +0.500，")
    assert re.findall(r"[\d.]+", said.en) == re.findall(r"[\d.]+", said.zh)
    assert not re.search("[a-z]", said.zh.removeprefix(WORDS[why].zh))
