"""Answers of agents to orders are told in Chinese too, whichever the agent can give."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select

from agent.budget import Resource
from agent.config_problem import WRONGS, Problem
from agent.config_table import Table
from agent.overlay_bounds import FILE
from collector.store import tables as t
from collector.web.answers import LONGEST, tell_answer
from tests.collector.web.conftest import NOW, Console, Signed

_FIELD = re.compile(r"\{(\w+)(?:![rsa])?(?::[^}]*)?\}")


def zh(detail: str) -> str:
    """The answer in Chinese, its lines joined."""
    return "\n".join(tell_answer(detail, "zh"))


@pytest.mark.parametrize("wrong", sorted(WRONGS))
def test_every_refused_configuration_is_explained(wrong: str) -> None:
    """Whatever the agent's check finds wrong comes out as the agent itself says it in Chinese."""
    texts = (*WRONGS[wrong].reason, *WRONGS[wrong].remedy)
    fields = {name for text in texts for name in _FIELD.findall(text)}
    problem = Problem(
        file="the order", key="pace.health_s", wrong=wrong, values=dict.fromkeys(fields, 7)
    )
    assert zh(problem.line("en")) == problem.line("zh")


@pytest.mark.parametrize("found", [True, 7, 0.5, "text", [], NOW, NOW.date(), NOW.time()])
def test_the_words_within_a_refusal_are_chinese_too(found: object) -> None:
    """Neither the order's own name nor what stood there instead of a table stays English."""
    problems: list[Problem] = []
    Table({"schedule": found}, "", FILE, problems).table("schedule")
    Table({"concurrency": {}}, "schedule", FILE, problems).text("concurrency")
    assert len(problems) == 2
    for problem in problems:
        assert zh(problem.line("en")) == problem.line("zh").replace(FILE, "命令", 1)


@pytest.mark.parametrize("resource", [resource.value for resource in Resource])
def test_what_a_budget_counts_is_chinese(resource: str) -> None:
    """A spent budget is named in words."""
    told = zh(f"the day's budget of {resource} is 4, 4 are spent and this would take 2")
    assert resource not in told
    assert told.endswith("预算为 4，已用 4，此操作还需 2")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("configuration 1a2b3c is in force", "配置 1a2b3c 已生效"),
        (
            "rolled back because no receipt for a health message came within 10 min",
            "已回滚，原因：10 分钟内未收到健康消息的回执",
        ),
        (
            "gate: 9 of 12 readings good; yard: 0 of 3 readings good, silent,"
            " no login before 2026-03-01 12:00 UTC: the device refused the password",
            "gate：12 项读数中 9 项有效；yard：3 项读数中 0 项有效，无应答，"
            "2026-03-01 12:00 UTC 之前不再登录：设备拒绝了密码",
        ),
        ("2 picture(s) sent", "已发送 2 张图片"),
        ("cannot connect to 10.0.0.7", "cannot connect to 10.0.0.7"),
        ("", ""),
    ],
)
def test_answers_in_chinese(english: str, chinese: str) -> None:
    """Known ones are translated, several devices one by one; what we do not know stays as it is."""
    assert zh(english) == chinese
    assert "\n".join(tell_answer(english, "en")) == english


def test_an_endless_answer_is_passed_on() -> None:
    """No agent makes the page search for long."""
    line = "2 picture(s) sent" + "!" * LONGEST
    assert zh(line) == line


async def test_the_page_tells_them(console: Console, signed: Signed) -> None:
    """The list of orders on a device's page speaks the visitor's language."""
    with console.engine.begin() as db:
        place = db.execute(select(t.position).where(t.position.c.id == 2)).one()
        db.execute(
            insert(t.command).values(
                id="c1", agent_id=place.agent_id, organisation_id=place.organisation_id,
                verb="take_picture", device_id=place.device_id, arguments_json="{}",
                actor="integrator", issued_at=console.now, not_after=console.now, body=b"",
                signature=b"", key_id="", state="done", detail="2 picture(s) sent",
            )
        )  # fmt: skip
    client = await signed("integrator")
    assert "2 picture(s) sent" in await (await client.get("/devices/2?lang=en")).text()
    assert "已发送 2 张图片" in await (await client.get("/devices/2?lang=zh")).text()
