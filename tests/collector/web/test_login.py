"""Signing in: sessions, form keys, limits, the first administrator, adding people."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from collector.store import accounts
from collector.store import tables as t
from collector.store.scope import Role
from collector.web.attempts import PER_ACCOUNT, PER_ADDRESS, WINDOW, Attempts
from collector.web.proxies import Proxies
from collector.web.visitor import SESSION_COOKIE
from tests.collector.web.conftest import CSRF, NOW, Browser, Console, Signed
from tests.collector.web.seed import PASSWORD

KEY = re.compile(r'name="csrf" value="([^"]+)"')


async def form_key(client: Browser, path: str = "/login") -> str:
    """The key that the form at this path carries."""
    found = KEY.search(await (await client.get(path)).text())
    assert found is not None
    return found[1]


async def test_right_password_opens_a_new_session(console: Console, signed: Signed) -> None:
    """The cookie is new, HttpOnly and Lax, and lies in the store only as a hash."""
    client = await signed()
    key = await form_key(client)
    client.session.cookie_jar.update_cookies(
        {SESSION_COOKIE: "planted"}, console.server.make_url("/")
    )
    answer = await client.post(
        "/login",
        data={"csrf": key, "name": "admin", "password": PASSWORD, "next": "/trends"},
        allow_redirects=False,
    )
    cookie = answer.cookies[SESSION_COOKIE]
    with console.engine.connect() as db:
        hashes = set(db.execute(select(t.session.c.token_hash)).scalars())

    assert (answer.status, answer.headers["Location"]) == (303, "/trends")
    assert cookie.value != "planted"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert hashes == {accounts.hash_secret(cookie.value)}


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/\\evil.example", "\\evil", "/a\\b"]
)
async def test_login_never_leads_to_another_host(signed: Signed, place: str) -> None:
    """A link with a foreign 'next' ends on the first page."""
    client = await signed()
    key = await form_key(client)
    answer = await client.post(
        "/login",
        data={"csrf": key, "name": "admin", "password": PASSWORD, "next": place},
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "/"


async def test_wrong_password_and_unknown_name_sound_the_same(signed: Signed) -> None:
    """The answer does not tell which names exist."""
    client = await signed()
    key = await form_key(client)
    texts = []
    for name in ("admin", "nobody-here"):
        answer = await client.post(
            "/login", data={"csrf": key, "name": name, "password": "wrong", "next": "/"}
        )
        assert answer.status == 401
        texts.append(await answer.text())
    assert texts[0] == texts[1]


async def test_sixth_attempt_has_to_wait(console: Console, signed: Signed) -> None:
    """After five wrong passwords even the right one waits, until the window has passed."""
    client = await signed()
    key = await form_key(client)
    form = {"csrf": key, "name": "admin", "next": "/"}
    for _ in range(PER_ACCOUNT):
        await client.post("/login", data={**form, "password": "wrong"})
    blocked = await client.post("/login", data={**form, "password": PASSWORD})
    console.now = NOW + WINDOW
    allowed = await client.post(
        "/login", data={**form, "password": PASSWORD}, allow_redirects=False
    )

    assert blocked.status == 429
    assert int(blocked.headers["Retry-After"]) > 0
    assert allowed.status == 303


def test_attempts_are_limited_by_address_over_all_accounts() -> None:
    """One address that tries many names is stopped; another address is not."""
    attempts = Attempts()
    for number in range(PER_ADDRESS):
        attempts.failed(address="a", account=f"n{number}", now=NOW)

    assert attempts.wait_s(address="a", account="fresh", now=NOW) > 0
    assert attempts.wait_s(address="b", account="fresh", now=NOW) == 0
    assert attempts.wait_s(address="a", account="fresh", now=NOW + WINDOW) == 0


async def test_logout_ends_the_session_in_the_store(console: Console, signed: Signed) -> None:
    """A copied cookie is worthless after signing out."""
    client = await signed("admin")
    await client.post("/logout", data={"csrf": CSRF}, allow_redirects=False)

    with console.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(t.session)).scalar_one() == 0


async def test_setup_link_works_once(console: Console, signed: Signed) -> None:
    """The first administrator is made by the link, which then exists no more."""
    with console.engine.begin() as db:
        db.execute(delete(t.person))
        accounts.add_setup_link(db, token="once", expires_at=NOW + timedelta(days=1))
    client = await signed()
    form = {"name": "first", "password": PASSWORD, "organisation": "factory"}
    key = await form_key(client, "/setup/once")
    short = await client.post("/setup/once", data={**form, "csrf": key, "password": "short"})
    made = await client.post("/setup/once", data={**form, "csrf": key}, allow_redirects=False)

    assert short.status == 422
    assert (made.status, made.headers["Location"]) == (303, "/")
    assert (await client.get("/people")).status == 200
    assert (await client.get("/setup/once")).status == 404


async def test_setup_link_is_dead_where_people_exist(console: Console, signed: Signed) -> None:
    """An unused link cannot make a second administrator."""
    with console.engine.begin() as db:
        accounts.add_setup_link(db, token="late", expires_at=NOW + timedelta(days=1))
    assert (await (await signed()).get("/setup/late")).status == 404


async def test_administrator_adds_people_with_a_trace(console: Console, signed: Signed) -> None:
    """The person is there with a hash, and the audit log names who did it."""
    client = await signed("admin")
    form = {"csrf": CSRF, "name": "li", "password": PASSWORD, "role": "factory_engineer",
            "organisation": "factory", "language": "zh"}  # fmt: skip
    assert (await client.post("/people", data=form, allow_redirects=False)).status == 303
    assert (await client.post("/people", data=form)).status == 422
    with console.engine.connect() as db:
        person = accounts.find_person(db, "li")
        trace = db.execute(select(t.audit)).one()

    assert person is not None
    assert PASSWORD not in person.password_hash
    assert (trace.actor, trace.action, PASSWORD in trace.detail) == ("admin", "person.add", False)


@pytest.mark.parametrize(
    "change", [{"role": "root"}, {"organisation": "nowhere"}, {"password": "short"}, {"name": ""}]
)
async def test_impossible_people_are_refused(signed: Signed, change: dict[str, str]) -> None:
    """A form with an unknown role or organisation, a short password or no name adds nobody."""
    form = {"csrf": CSRF, "name": "li", "password": PASSWORD, "role": "integrator",
            "organisation": "fit", "language": "zh"}  # fmt: skip
    client = await signed("admin")
    assert (await client.post("/people", data={**form, **change})).status == 422


async def test_own_password_ends_the_other_sessions(console: Console, signed: Signed) -> None:
    """The new password holds, the old one does not, and whoever else was signed in is out."""
    here, elsewhere = await signed("integrator"), await signed("integrator")
    new = "another long sentence"
    form = {"csrf": CSRF, "old": PASSWORD, "new": new, "again": new}
    assert (await here.post("/account", data={**form, "old": "wrong"})).status == 401
    assert (await here.post("/account", data={**form, "again": "different words"})).status == 422
    answer = await here.post("/account", data=form)
    assert "other sessions have ended" in await answer.text()
    assert (await elsewhere.get("/", allow_redirects=False)).status == 303

    client = await signed()
    for password, status in ((PASSWORD, 401), (new, 303)):
        key = await form_key(client)
        answer = await client.post(
            "/login",
            data={"csrf": key, "name": "integrator", "password": password},
            allow_redirects=False,
        )
        assert answer.status == status


async def test_a_person_without_access_is_out_at_once(console: Console, signed: Signed) -> None:
    """Sessions end, signing in fails, the name is not given away; nobody locks themselves out."""
    admin, other = await signed("admin"), await signed("integrator")
    with console.engine.connect() as db:
        ids = {row.name: row.id for row in db.execute(select(t.person))}
    assert (await admin.post(f"/people/{ids['admin']}/end", data={"csrf": CSRF})).status == 422
    answer = await admin.post(f"/people/{ids['integrator']}/end", data={"csrf": CSRF})
    assert answer.status == 200
    assert "<strong>integrator</strong>" not in await answer.text()
    assert (await other.get("/", allow_redirects=False)).status == 303
    with console.engine.begin() as db:
        assert accounts.find_person(db, "integrator") is None
        assert not accounts.add_person(
            db,
            name="integrator",
            password_hash="",
            role=Role.INTEGRATOR,
            organisation_id="fit",
            language="en",
        )


async def test_a_revoked_token_opens_nothing(console: Console, signed: Signed) -> None:
    """The administrator sees the token by its prefix and takes it away."""
    with console.engine.begin() as db:
        accounts.add_token(
            db,
            token="pc_0123456789abcdef",
            name="erp",
            role=Role.ADMIN,
            organisation_id="fit",
            now=NOW,
        )
    program, admin = await signed(), await signed("admin")
    bearer = {"Authorization": "Bearer pc_0123456789abcdef"}
    assert (await program.get("/api/v1/overview", headers=bearer)).status == 200
    assert "pc_012345678…" in await (await admin.get("/people")).text()
    place = f"/tokens/{accounts.hash_secret('pc_0123456789abcdef')}/revoke"
    assert (await admin.post(place, data={"csrf": CSRF})).status == 200
    assert (await program.get("/api/v1/overview", headers=bearer)).status == 401


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        pytest.param("9.9.9.9", ["1.1.1.1"], "9.9.9.9", id="no proxy of ours says it"),
        pytest.param("127.0.0.1", ["1.1.1.1"], "1.1.1.1", id="our proxy says it"),
        pytest.param("127.0.0.1", ["6.6.6.6, 1.1.1.1"], "1.1.1.1", id="the left is invented"),
        pytest.param("127.0.0.1", ["1.1.1.1, 10.0.0.2"], "1.1.1.1", id="two proxies of ours"),
        pytest.param("127.0.0.1", ["1.1.1.1", "10.0.0.2"], "1.1.1.1", id="two headers"),
        pytest.param("127.0.0.1", ["unknown"], "127.0.0.1", id="no address"),
        pytest.param("127.0.0.1", [], "127.0.0.1", id="the proxy itself"),
    ],
)
def test_only_our_own_proxies_are_believed(remote: str, forwarded: list[str], address: str) -> None:
    """The limiter counts the nearest address that is no proxy of ours."""
    ours = Proxies(tuple(ipaddress.ip_network(n) for n in ("127.0.0.1", "10.0.0.0/8")))
    assert ours.client_of(remote, forwarded) == address
