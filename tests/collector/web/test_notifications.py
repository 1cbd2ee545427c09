"""My notifications: an address proven by a code, rules, and what administrators see of failures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from collector.notify.topics import Delivery, Topic
from collector.outlets.settings import NotifySettings
from collector.store import letters, wishes
from collector.store import tables as t
from collector.store.wishes import Settings
from collector.web.house import HOUSE
from tests.collector.jobs.test_tell import BY_MAIL
from tests.collector.web.conftest import CSRF, NOW, Browser, Console, Signed

PAGE = "/account/notifications"
INTEGRATOR = 4


@pytest.fixture(autouse=True)
def mail(console: Console) -> None:
    """A console whose collector sends mail."""
    object.__setattr__(console.server.app[HOUSE], "notify", BY_MAIL)


async def send(client: Browser, action: str, **form: object) -> int:
    """Post a form; the status after redirects."""
    answer = await client.post(f"{PAGE}/{action}", data={"csrf": CSRF, **form})
    return answer.status


def mine(console: Console) -> Settings:
    """The integrator's settings in the store."""
    with console.engine.connect() as db:
        found = wishes.find(db, INTEGRATOR)
    assert found is not None
    return found


async def test_an_address_is_used_only_after_its_code(console: Console, signed: Signed) -> None:
    """A code goes to the address and nowhere else; five wrong ones spoil it; the right one makes
    it the person's."""
    client = await signed("integrator")
    assert await send(client, "address", email="me@example.com") == 200
    with console.engine.connect() as db:
        code = wishes.code_of(db, INTEGRATOR).code
        kinds = db.execute(select(t.letter.c.kind)).scalars().all()
    assert (mine(console).email, mine(console).wanted_email, kinds) == (
        "", "me@example.com", ["code"]
    )  # fmt: skip
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        assert await send(client, "code", code=wrong) == 422
    assert await send(client, "code", code=code) == 422

    assert await send(client, "address", email="me@example.com") == 200
    with console.engine.connect() as db:
        code = wishes.code_of(db, INTEGRATOR).code
    assert await send(client, "code", code=code) == 200
    assert mine(console).email == "me@example.com"
    assert await send(client, "forget") == 200
    assert mine(console).email == ""


async def test_nobody_can_be_flooded(console: Console, signed: Signed) -> None:
    """Five codes a day, whoever's address it is; an address that is none takes none."""
    client = await signed("integrator")
    assert await send(client, "address", email="a@b\nBcc: c@d") == 422
    for _ in range(5):
        assert await send(client, "address", email="you@example.com") == 200
    assert await send(client, "address", email="you@example.com") == 422
    console.now = NOW + timedelta(minutes=50)
    assert await send(client, "test") == 422  # nowhere to send it


async def test_wishes_are_kept_by_site_and_topic(console: Console, signed: Signed) -> None:
    """For all sites and for one; a site's own rule is taken back by 'as for all sites'."""
    client = await signed("integrator")
    general = {
        "language": "zh", "zone": "Europe/Berlin", "digest_hour": "6", "day": ["0", "4"],
        "daily_cap": "5", "quiet": "on", "begins": "22", "ends": "6", "closings": "on",
    }  # fmt: skip
    assert await send(client, "general", **general) == 200
    rules = {topic.value: "digest" for topic in Topic}
    assert await send(client, "rules", site="", **rules) == 200
    at_quarry = {topic.value: "everywhere" for topic in Topic} | {"incident": "never"}
    assert await send(client, "rules", site="quarry", **at_quarry) == 200

    kept = mine(console)
    wanted = kept.wishes
    assert (kept.language, wanted.zone, wanted.daily_cap, wanted.closings) == (
        "zh", "Europe/Berlin", 5, True
    )  # fmt: skip
    assert (wanted.digest_days, wanted.digest_hour) == (frozenset({0, 4}), 6)
    for site, topic, delivery in (
        ("quarry", Topic.INCIDENT, Delivery.NEVER),
        ("quarry", Topic.STORM, Delivery.DIGEST),
        ("depot", Topic.INCIDENT, Delivery.DIGEST),
    ):
        assert wanted.delivery(topic, site_id=site, role=kept.role) is delivery
    back = {topic.value: "everywhere" for topic in Topic}
    await send(client, "rules", site="quarry", **back)
    assert {site for site, _ in mine(console).wishes.rules} == {""}


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("general", {"zone": "Mars/Base"}),
        ("general", {"day": []}),
        ("general", {"daily_cap": "0"}),
        ("general", {"quiet": "on", "begins": "7", "ends": "7"}),
        ("rules", {"site": "shop", "incident": "now"}),
        ("rules", {"site": "", "incident": "sometimes"}),
    ],
)
async def test_what_cannot_be_is_refused(
    console: Console, signed: Signed, action: str, form: dict[str, object]
) -> None:
    """An unknown zone, no day, no messages, no hours, a stranger's site, no such delivery."""
    client = await signed("integrator")
    good = {"language": "en", "zone": "UTC", "digest_hour": "6", "day": ["0"], "daily_cap": "5"}

    assert await send(client, action, **{**good, **form}) == 422
    assert mine(console).wishes == wishes.DEFAULT


async def test_an_administrator_sees_what_failed(console: Console, signed: Signed) -> None:
    """On the list and on the first page, with the far end's words; others have no such page."""
    with console.engine.begin() as db:
        number = letters.add(
            db, organisation_id="fit", recipient="person:4", person_id=INTEGRATOR, channel="mail",
            kind="test", local_day=NOW.date(), now=NOW - timedelta(hours=1),
        )  # fmt: skip
        letters.end(db, letter_id=number, state="refused", why="550: no such user", now=NOW)
    admin, person = await signed("admin"), await signed("integrator")

    text = await (await admin.get("/letters?only=failed")).text()
    assert "550: no such user" in text
    assert "integrator" in text
    assert "undelivered" in await (await admin.get("/today/rows")).text()
    assert "550: no such user" in await (await person.get(PAGE)).text()
    assert (await person.get("/letters")).status == 403
    assert "undelivered" not in await (await person.get("/today/rows")).text()


async def test_without_a_mail_server_the_page_says_so(console: Console, signed: Signed) -> None:
    """Nobody is asked for an address that nothing can be sent to."""
    object.__setattr__(console.server.app[HOUSE], "notify", NotifySettings())
    client = await signed("integrator")

    assert "sends no mail" in await (await client.get(PAGE)).text()
    assert await send(client, "address", email="me@example.com") == 422
