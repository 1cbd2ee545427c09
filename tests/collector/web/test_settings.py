"""The page that orders an agent's configuration: who may, what is kept, what is shown."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from collector.store import commands
from collector.store import tables as t
from collector.store.views.words import Words
from collector.web.house import HOUSE
from shared import signing, wire
from shared.command import CommandResult, Outcome, Verb
from tests.collector.house import COMMAND_KEY
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

ORDER = "[schedule]\r\nhealth_every_s = 600\r\n"  # as a form sends it
KEPT = ORDER.replace("\r\n", "\n")


@pytest.fixture
def armed(console: Console) -> Console:
    """A console that may sign commands."""
    object.__setattr__(console.server.app[HOUSE], "command_key", COMMAND_KEY)
    return console


def agent_of(console: Console, device: int = 2) -> str:
    """The agent of a seeded device, which the integrator keeps."""
    with console.engine.begin() as db:
        found = db.execute(select(t.position.c.agent_id).where(t.position.c.id == device))
        return str(found.scalar_one())


async def test_an_order_is_signed_kept_audited_and_answered(armed: Console, signed: Signed) -> None:
    """What was typed is what is signed; its digest is in the audit; each problem is shown."""
    url = f"/agents/{agent_of(armed)}/settings"
    client = await signed("integrator")
    answer = await client.post(url, data={"csrf": CSRF, "config": ORDER})
    assert answer.status == 200
    assert "every 2s" in await answer.text()

    with armed.engine.begin() as db:
        (row,) = db.execute(select(t.command)).all()
        audit = db.execute(select(t.audit).where(t.audit.c.action == "command.set_config")).one()
    order = wire.decode_command(bytes(row.body))
    assert signing.holds(
        COMMAND_KEY.public_key(), signing.COMMAND, bytes(row.body), bytes(row.signature)
    )
    assert (order.verb, order.device_id, order.arguments) == (
        Verb.SET_CONFIG,
        "",
        {"config": KEPT},
    )
    assert order.not_after == NOW + timedelta(days=1)
    assert audit.actor == "integrator"
    assert hashlib.sha256(KEPT.encode()).hexdigest() in audit.detail

    again = await client.post(url, data={"csrf": CSRF, "config": ORDER})
    assert again.status == 409
    assert "still waits" in await again.text()

    report = "order: broker: may not be set\norder: keys: may not be set"
    result = CommandResult(row.id, Outcome.REFUSED, NOW, report[:20], report)
    with armed.engine.begin() as db:
        commands.note_result(db, agent_id=row.agent_id, result=result, now=NOW)
    text = await (await client.get(url)).text()
    assert "order: broker: may not be set" in text
    assert "order: keys: may not be set" in text
    assert "every 2s" not in text


async def test_the_form_begins_with_what_was_done_last(armed: Console, signed: Signed) -> None:
    """A refused order is history; the one that is in force is what the next one changes."""
    url = f"/agents/{agent_of(armed)}/settings"
    client = await signed("integrator")
    for config, outcome in (("# good\n", Outcome.DONE), ("# bad\n", Outcome.REFUSED)):
        await client.post(url, data={"csrf": CSRF, "config": config})
        with armed.engine.begin() as db:
            row = db.execute(select(t.command).where(t.command.c.state == "waiting")).one()
            result = CommandResult(row.id, outcome, NOW, "so")
            assert commands.note_result(db, agent_id=row.agent_id, result=result, now=NOW)
    text = await (await client.get(url)).text()
    assert "# good" in text
    assert "# bad" not in text


@pytest.mark.parametrize(
    ("config", "says"),
    [("[schedule", "It is not TOML"), ("#" * 4097, "4097 bytes"), ("界" * 1400, "4200 bytes")],
)
async def test_what_no_agent_could_read_is_not_sent(
    armed: Console, signed: Signed, config: str, says: str
) -> None:
    """The reason stands above the form, and the text is still in it."""
    client = await signed("integrator")
    url = f"/agents/{agent_of(armed)}/settings"
    answer = await client.post(url, data={"csrf": CSRF, "config": config})
    text = await answer.text()

    assert answer.status == 422
    assert says in text
    assert config[:9] in text
    with armed.engine.begin() as db:
        assert db.execute(select(t.command)).all() == []


async def test_only_keepers_of_its_organisation_may(armed: Console, signed: Signed) -> None:
    """An engineer reads, a distributor does not, a stranger's agent is none; forms need a key."""
    url = f"/agents/{agent_of(armed)}/settings"
    form = {"csrf": CSRF, "config": ORDER}
    engineer, stranger = await signed("engineer"), await signed("stranger")
    assert "<textarea" not in await (await engineer.get(url)).text()
    assert (await engineer.post(url, data=form)).status == 403
    for path in (url, f"{url}/orders"):
        assert (await stranger.get(path)).status == 404
    assert (await stranger.post(url, data=form)).status == 404
    keeper = await signed("integrator")
    assert (await keeper.post(url, data={"csrf": "x", "config": ORDER})).status == 403
    assert (await keeper.get("/agents/nobody/settings")).status == 404
    with armed.engine.begin() as db:
        assert db.execute(select(t.command)).all() == []


async def test_the_page_speaks_both_languages(armed: Console, signed: Signed) -> None:
    """The agents' list leads there, and it reads in Chinese."""
    url = f"/agents/{agent_of(armed)}/settings"
    client = await signed("integrator")
    assert url in await (await client.get("/agents")).text()
    assert "可设置的内容" in await (await client.get(f"{url}?lang=zh")).text()


async def test_an_answer_that_comes_late_is_believed(armed: Console, signed: Signed) -> None:
    """Our clock ended the order; the agent did it in time and could tell only later."""
    url = f"/agents/{agent_of(armed)}/settings"
    client = await signed("integrator")
    await client.post(url, data={"csrf": CSRF, "config": ORDER})
    later = NOW + timedelta(days=2)
    with armed.engine.begin() as db:
        assert commands.expire(db, now=later) == 1
        row = db.execute(select(t.command)).one()
        done = CommandResult(row.id, Outcome.DONE, NOW, "in force")
        assert commands.note_result(db, agent_id=row.agent_id, result=done, now=later)
        assert not commands.note_result(db, agent_id=row.agent_id, result=done, now=later)
        assert commands.state_of(db, command_id=row.id) == (
            "done",
            Words(en="in force", zh="in force"),
        )


async def test_an_order_is_sent_ever_more_rarely(armed: Console, signed: Signed) -> None:
    """While an agent is off-line or tries a configuration, copies do not eat its data plan."""
    url = f"/agents/{agent_of(armed)}/settings"
    await (await signed("integrator")).post(url, data={"csrf": CSRF, "config": ORDER})
    sent: list[int] = []
    for second in range(0, 3600, 5):
        now = NOW + timedelta(seconds=second)
        with armed.engine.begin() as db:
            before = now - timedelta(seconds=30)
            for command_id, _, _ in commands.waiting(db, sent_before=before, now=now):
                commands.note_sent(db, command_id=command_id, now=now)
                sent.append(second)

    assert sent == [0, 30, 60, 120, 240, 480, 960, 1560, 2160, 2760, 3360]
