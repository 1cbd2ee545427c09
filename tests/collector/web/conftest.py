"""The real application over a seeded SQLite store, and clients signed in as each role."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from collector.claims.policy import DEFAULT
from collector.pack.claim import Maker
from collector.pack.gather import Desk
from collector.pack.room import PackRoom
from collector.pack.seal import fingerprint
from collector.settings import DEFAULT_FONT, PartnerEntry
from collector.store import accounts
from collector.store.engine import open_engine
from collector.web.application import create
from collector.web.passwords import Passwords
from collector.web.visitor import SESSION_COOKIE
from tests.collector.web.seed import PASSWORD, seed
from tests.stores import STORES, Template

Browser: TypeAlias = TestClient[web.Request, web.Application]

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PACK_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
CSRF = "form-key-of-the-test"


@dataclass
class Console:
    """A running console: its store, its clock and its server."""

    engine: Engine
    server: TestServer
    evidence_dir: Path
    now: datetime = NOW

    async def client(self, name: str = "") -> Browser:
        """A browser, signed in as this person; anonymous without a name."""
        client: Browser = TestClient(self.server)
        if name:
            token = secrets.token_urlsafe(16)
            with self.engine.begin() as db:
                person = accounts.find_person(db, name)
                assert person is not None
                accounts.add_session(
                    db,
                    token=token,
                    person_id=person.id,
                    csrf=CSRF,
                    now=self.now,
                    expires_at=self.now + timedelta(hours=1),
                )
            client.session.cookie_jar.update_cookies(
                {SESSION_COOKIE: token}, self.server.make_url("/")
            )
        return client


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD with parameters cheap enough for tests."""
    return CHEAP.hash(PASSWORD)


@dataclass(frozen=True)
class Seeded:
    """What every console begins with."""

    store: Template
    evidence_dir: Path


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> Seeded:
    """The seed, which fills its folder of evidence when the store is asked for."""
    folder = tmp_path_factory.mktemp("seeded") / "evidence"
    return Seeded(Template("seeded", lambda it: seed(it, folder, NOW, password_hash)), folder)


def make_room(evidence_dir: Path) -> PackRoom:
    """Where the console of the tests makes its claim packs."""
    return PackRoom(
        desk=Desk(
            evidence_dir=evidence_dir,
            policy=DEFAULT,
            made_by=Maker(name="Southlight Works", fingerprint=fingerprint(PACK_KEY.public_key())),
        ),
        key=PACK_KEY,
        font=DEFAULT_FONT,
        directory=evidence_dir.parent / "packs",
        partners=(
            PartnerEntry(
                name="shop-collector",
                fingerprint=fingerprint(PACK_KEY.public_key()),
                organisation_id="other",
            ),
        ),
    )


@pytest.fixture
async def console(tmp_path: Path, seeded: Seeded) -> AsyncIterator[Console]:
    """A console over a seeded store in a folder of its own."""
    engine = open_engine(STORES.url(tmp_path, seeded.store))
    evidence_dir = tmp_path / "evidence"
    shutil.copytree(seeded.evidence_dir, evidence_dir)
    app = create(
        engine=engine,
        evidence_dir=evidence_dir,
        now=lambda: found.now,
        passwords=Passwords(CHEAP),
        packs=make_room(evidence_dir),
    )
    server = TestServer(app)
    await server.start_server()
    found = Console(engine=engine, server=server, evidence_dir=evidence_dir)
    yield found
    await server.close()
    engine.dispose()


class Signed(Protocol):
    """Opens a browser, signed in as this person; anonymous without a name."""

    async def __call__(self, name: str = "") -> Browser:
        """The browser."""


@pytest.fixture
async def signed(console: Console) -> AsyncIterator[Signed]:
    """Opens clients and closes them all at the end."""
    opened: list[Browser] = []

    async def sign(name: str = "") -> Browser:
        opened.append(await console.client(name))
        return opened[-1]

    yield sign
    for client in opened:
        await client.session.close()
