"""Far ends for letters: a mail server by aiosmtpd, a webhook by aiohttp, both real."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from collector.notify.wishes import Wishes
from collector.outlets.settings import HookKind, HookSettings, MailSettings, Security
from collector.roles import Role
from tests.collector.certificates import Authority

USER, PASSWORD = "preclaim", "mail-secret-77"


@dataclass
class Mailbox:
    """Takes what comes; ``says`` refuses by the answer it names."""

    says: Callable[[str], str] = field(default=lambda address: "250 OK")
    after_data: str = "250 OK"
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether there is such a mailbox."""
        said = self.says(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The message itself."""
        if self.after_data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            made = message_from_bytes(content, policy=policy.default)
            assert isinstance(made, EmailMessage)
            self.taken.append(made)
        return self.after_data


@contextmanager
def mail_server(box: Mailbox, directory: Path | None = None) -> Iterator[MailSettings]:
    """A mail server; with a directory it demands STARTTLS and a login."""
    more: dict[str, object] = {}
    if directory is not None:
        authority = Authority(directory)
        authority.issue("server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / "server.pem", directory / "server.key")

        def check(
            server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
        ) -> AuthResult:
            good = isinstance(data, LoginPassword) and (data.login, data.password) == (
                USER.encode(),
                PASSWORD.encode(),
            )
            return AuthResult(success=good, handled=False)

        more = {
            "tls_context": context,
            "require_starttls": True,
            "authenticator": check,
            "auth_required": True,
        }
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield MailSettings(
            host="127.0.0.1",
            port=port,
            security=Security.STARTTLS if directory else Security.NONE,
            username=USER if directory else "",
            password=PASSWORD if directory else "",
            sender="Preclaim <preclaim@example.com>",
            ca=directory / "ca.pem" if directory else None,
            timeout_s=5.0,
        )
    finally:
        controller.stop()


@contextmanager
def dumb_server() -> Iterator[int]:
    """Takes connections and never says a word; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        for one in held:
            one.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Arrived:
    """One request that a webhook got."""

    body: bytes
    headers: dict[str, str]
    query: dict[str, str]


@dataclass
class Receiver:
    """A webhook on TLS; answers what it is told to."""

    directory: Path
    status: int = 200
    answer: str = '{"errcode": 0, "errmsg": "ok"}'
    location: str = ""
    got: list[Arrived] = field(default_factory=list)
    server: TestServer | None = None

    async def start(self) -> None:
        """Listen on 127.0.0.1 with a certificate of the test's authority."""
        authority = Authority(self.directory)
        authority.issue("server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "server.pem", self.directory / "server.key")
        app = web.Application()
        app.router.add_post("/{tail:.*}", self._take)
        self.server = TestServer(app, scheme="https", host="127.0.0.1")
        await self.server.start_server(ssl=context)

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append(
            Arrived(
                body=await request.read(),
                headers={key.lower(): value for key, value in request.headers.items()},
                query=dict(request.query),
            )
        )
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=self.status, text=self.answer, headers=headers)

    def hook(
        self, kind: HookKind, *, secrets: tuple[str, ...] = (), **more: object
    ) -> HookSettings:
        """The settings that lead here."""
        assert self.server is not None
        values: dict[str, object] = {
            "name": "ops",
            "kind": kind,
            "url": f"https://127.0.0.1:{self.server.port}/robot/send?access_token=tok-SECRET",
            "host": "127.0.0.1",
            "secrets": secrets,
            "ca": self.directory / "ca.pem",
            "organisation_id": "north",
            "person": "",
            "role": Role.INTEGRATOR,
            "language": "zh",
            "wishes": Wishes(),
            "timeout_s": 5.0,
            **more,
        }
        return HookSettings(**values)  # type: ignore[arg-type]
