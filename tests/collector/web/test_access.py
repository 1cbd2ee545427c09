"""Every route for everybody: anonymous, each role, another organisation."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from collector.settings import DEFAULT_FONT
from collector.store import accounts
from collector.store import tables as t
from collector.store.scope import Role
from collector.web.api.actions import PATTERN as ACT
from collector.web.house import HOUSE
from collector.web.pages.notification_forms import PATTERN
from collector.web.pages.tasks import ACTIONS
from collector.web.routes import ROUTES
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

PEOPLE = {
    "admin": Role.ADMIN,
    "engineer": Role.FACTORY_ENGINEER,
    "distributor": Role.DISTRIBUTOR,
    "integrator": Role.INTEGRATOR,
}
GETS = [
    route
    for route in ROUTES
    if route.method == "GET"
    and "{token}" not in route.path
    # a pack needs its font; deploy/debian-packages installs it where it may
    and (DEFAULT_FONT.is_file() or not route.path.endswith("/pack"))
]


def place(path: str, console: Console) -> str:
    """A URL of the route with something of the integrator's organisation in it."""
    with console.engine.connect() as db:
        found = db.execute(
            select(t.position.c.picture_sha256, t.position.c.agent_id).where(t.position.c.id == 2)
        ).one()
        verdict = db.execute(select(t.passive_verdict.c.decision_id)).scalar_one()
    if path.startswith("/verdicts/"):
        return path.replace(r"{id:\d+}", str(verdict))
    if path.startswith("/tasks/"):
        path = path.replace(r"{id:\d+}", "1").replace(f"{{action:{ACTIONS}}}", "done")
        path = path.replace("{site:[A-Za-z0-9._-]{1,64}}", "quarry")
    path = path.replace(f"{{action:{PATTERN}}}", "test").replace(r"{episode:\d+}", "2")
    path = path.replace("{serial:.{1,64}}", "SL26000002")
    path = path.replace("{kind:csv|xlsx}", "csv").replace(f"{{action:{ACT}}}", "take")
    if path.startswith("/registry/match/"):
        return path.replace(r"{id:\d+}", "8")  # it names no serial
    if "/firmware-cases/" in path:
        return path.replace(r"{id:\d+}", "1").replace("{action:[a-z_]{1,24}}", "report")
    if path.startswith(("/incidents/", "/registry/")):
        return path.replace(r"{id:\d+}", "1")
    path = path.replace("{id:[A-Za-z0-9._-]{1,64}}", found.agent_id)
    if path.endswith("/series"):
        path += "?reading=battery.charge"  # without one there is nothing to show
    return path.replace(r"{id:\d+}", "2").replace("{sha256:[0-9a-f]{64}}", found.picture_sha256)


@pytest.mark.parametrize("who", ["", *PEOPLE])
async def test_every_page_admits_whom_it_declares(
    console: Console, signed: Signed, who: str
) -> None:
    """Each GET route answers 200 to the roles it declares, 403 to others, and sends nobody in."""
    client = await signed(who)
    for route in GETS:
        answer = await client.get(place(route.path, console), allow_redirects=False)
        if route.admits is None or (who and PEOPLE[who] in route.admits):
            expected = 200
        elif who:
            expected = 403
        else:
            expected = 401 if route.api else 303
        assert answer.status == expected, route.path


OWNED = (
    "/devices/2",
    "/preclaims/1",
    "/tasks/1",
    "/tasks/sheet/quarry",
    "/registry/units/SL26000002",
    "/registry/match/8",
    "/api/v1/devices/2",
    "/api/v1/preclaims/1",
)


@pytest.mark.parametrize("path", OWNED)
async def test_other_organisation_sees_nothing(signed: Signed, path: str) -> None:
    """What belongs to another organisation does not exist: 404, not 403."""
    assert (await (await signed("integrator")).get(path)).status == 200
    assert (await (await signed("stranger")).get(path)).status == 404


async def test_lists_hold_only_the_own_slice(signed: Signed) -> None:
    """No list page or API list of a stranger names a device, site or serial of others."""
    client = await signed("stranger")
    for route in GETS:
        if "{" in route.path or route.admits is None or Role.INTEGRATOR not in route.admits:
            continue
        text = await (await client.get(route.path)).text()
        for foreign in ("Quarry", "Crusher", "SL26000002", "nvr-quarry", "PC-2026-000001"):
            assert foreign not in text, (route.path, foreign)


async def test_evidence_needs_a_manifest_in_the_slice(console: Console, signed: Signed) -> None:
    """A picture is served to its keeper as PNG without sniffing, and to nobody else."""
    path = place("/evidence/{sha256:[0-9a-f]{64}}", console)
    answer = await (await signed("integrator")).get(path)
    content = await answer.read()

    assert hashlib.sha256(content).hexdigest() == path.rsplit("/", 1)[1]
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert (await (await signed("stranger")).get(path)).status == 404
    assert (await (await signed("distributor")).get(path)).status == 403


async def test_evidence_is_never_a_page(console: Console, signed: Signed) -> None:
    """A file that calls itself a picture but holds HTML comes as a download."""
    html = b"<svg onload=alert(1)>"
    sha256 = hashlib.sha256(html).hexdigest()
    with console.engine.begin() as db:
        db.execute(t.manifest_item.insert().values(
            manifest_id=1, number=9, organisation_id="fit", sha256=sha256, kind="picture",
            media_type="image/svg+xml", name="x.svg", size=len(html), taken_at=NOW, note="",
        ))  # fmt: skip
        db.execute(t.evidence_file.insert().values(
            sha256=sha256, organisation_id="fit", size=len(html), received_bytes=len(html),
            complete=True,
        ))  # fmt: skip
    folder = console.server.app[HOUSE].evidence_dir / sha256[:2]
    folder.mkdir(exist_ok=True)
    (folder / sha256).write_bytes(html)
    answer = await (await signed("integrator")).get(f"/evidence/{sha256}")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_incomplete_evidence_is_not_served(console: Console, signed: Signed) -> None:
    """A file whose chunks have not all come does not exist yet."""
    with console.engine.connect() as db:
        sha256 = db.execute(
            select(t.evidence_file.c.sha256).where(t.evidence_file.c.complete.is_(False))
        ).scalar_one()

    assert (await (await signed("integrator")).get(f"/evidence/{sha256}")).status == 404


async def test_bearer_token_opens_the_api_for_its_slice(console: Console, signed: Signed) -> None:
    """A token sees its organisation's pre-claims and no other's; a wrong one sees nothing."""
    with console.engine.begin() as db:
        accounts.add_token(
            db,
            token="pc_secret",
            name="erp",
            role=Role.INTEGRATOR,
            organisation_id="other",
            now=NOW,
        )
    client = await signed()
    told = await (
        await client.get("/api/v1/preclaims", headers={"Authorization": "Bearer pc_secret"})
    ).json()
    refused = await client.get("/api/v1/preclaims", headers={"Authorization": "Bearer wrong"})

    assert [item["number"] for item in told["items"]] == ["PC-2026-000004"]
    assert refused.status == 401
    assert refused.headers["Content-Type"].startswith("application/problem+json")


async def test_unassigned_quarantine_is_for_administrators(signed: Signed) -> None:
    """Rows of unknown agents belong to no organisation: only an administrator sees them."""
    assert "unassigned" in await (await (await signed("admin")).get("/agents")).text()
    assert "unassigned" not in await (await (await signed("integrator")).get("/agents")).text()


async def test_expired_session_is_nobody(console: Console, signed: Signed) -> None:
    """After its end a session opens nothing."""
    client = await signed("admin")
    console.now = NOW.replace(year=2027)

    answer = await client.get("/devices?site=quarry", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (
        303, "/login?next=%2Fdevices%3Fsite%3Dquarry"
    )  # fmt: skip


async def test_posts_without_the_form_key_change_nothing(console: Console, signed: Signed) -> None:
    """Every POST route refuses a form without the key, and one with a wrong key."""
    client = await signed("admin")
    for route in ROUTES:
        if route.method != "POST":
            continue
        for form in ({}, {"csrf": "wrong"}, {"csrf": "é"}):
            answer = await client.post(
                place(route.path, console)
                .replace("{token}", "x")
                .replace("{hash:[0-9a-f]{64}}", "0" * 64),
                data=form,
            )
            assert answer.status == 403, route.path
    assert CSRF != "wrong"
