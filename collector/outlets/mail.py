"""Sends a letter by mail: RFC 5322 text over SMTP with STARTTLS or TLS."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from collector.notify.letter import Letter
from collector.outlets.answer import SENT, Answer, Outcome, answer
from collector.outlets.settings import MailSettings, Security

_PERMANENT: Final = range(500, 600)  # RFC 5321, 4.2.1
_TOO_LARGE: Final = 552  # RFC 1870, 6.1: the message exceeds what the server takes


class MailOutlet:
    """One connection at a time; ``cut`` ends it from another thread."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._open: smtplib.SMTP | None = None
        self._is_closed = False

    def send(self, letter: Letter, *, to: str) -> Answer:
        """Deliver; blocks for as long as the server takes, each answer within the timeout."""
        message = build(self._settings, letter, to=to)
        try:
            with self._connect() as server:
                return self._deliver(server, letter, message, to)
        except smtplib.SMTPAuthenticationError as error:
            return self._answer(Outcome.TROUBLE, "login refused", error.smtp_error)
        except smtplib.SMTPResponseException as error:
            return self._answer(Outcome.TROUBLE, str(error.smtp_code), error.smtp_error)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return self._answer(Outcome.TROUBLE, type(error).__name__, str(error))
        finally:
            self._open = None

    def cut(self) -> None:
        """End the open connection: who waits for its answer gets an error."""
        server = self._open
        if server is not None and server.sock is not None:
            with suppress(OSError):
                server.sock.shutdown(socket.SHUT_RDWR)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context(cafile=settings.ca)
        server: smtplib.SMTP
        if settings.security is Security.TLS:
            server = _Tls(settings, context, note=self._note)
        else:
            server = _Plain(settings, note=self._note)
        try:
            if settings.security is Security.STARTTLS:
                server.starttls(context=context)
            if settings.username:
                server.login(settings.username, settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def close(self) -> None:
        """End the open connection and let no other begin."""
        self._is_closed = True
        self.cut()

    def _note(self, server: smtplib.SMTP) -> None:
        if self._is_closed:
            raise ConnectionAbortedError("the collector stops")
        self._open = server

    def _deliver(
        self, server: smtplib.SMTP, letter: Letter, message: EmailMessage, to: str
    ) -> Answer:
        """Without the attachments where the server takes nothing so large (RFC 1870)."""
        lean = build(self._settings, as_text(letter), to=to)
        if not letter.attachments:
            return self._hand_over(server, message, to)
        most = server.esmtp_features.get("size", "")
        if most.isdecimal() and 0 < int(most) < len(message.as_bytes()):
            return self._hand_over(server, lean, to)
        try:
            said = self._hand_over(server, message, to)
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code != _TOO_LARGE:
                raise
            return self._hand_over(server, lean, to)
        if said.outcome is Outcome.REFUSED and said.why.startswith(f"{_TOO_LARGE}:"):
            return self._hand_over(server, lean, to)
        return said

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, to: str) -> Answer:
        try:
            server.send_message(message, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            outcome = Outcome.REFUSED if code in _PERMANENT else Outcome.LATER
            return self._answer(outcome, str(code), said)
        except smtplib.SMTPDataError as error:
            permanent = error.smtp_code in _PERMANENT
            outcome = Outcome.REFUSED if permanent else Outcome.LATER
            return self._answer(outcome, str(error.smtp_code), error.smtp_error)
        return SENT

    def _answer(self, outcome: Outcome, what: str, said: bytes | str) -> Answer:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return answer(outcome, f"{what}: {text}", secrets=(self._settings.password,))


class _Plain(smtplib.SMTP):
    """Told before it connects, which the constructor does: a greeting may never come."""

    def __init__(self, settings: MailSettings, *, note: Callable[[smtplib.SMTP], None]) -> None:
        note(self)
        super().__init__(settings.host, settings.port, timeout=settings.timeout_s)


class _Tls(smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""

    def __init__(
        self,
        settings: MailSettings,
        context: ssl.SSLContext,
        *,
        note: Callable[[smtplib.SMTP], None],
    ) -> None:
        note(self)
        super().__init__(settings.host, settings.port, timeout=settings.timeout_s, context=context)


def build(settings: MailSettings, letter: Letter, *, to: str) -> EmailMessage:
    """The message; ``Message-ID`` is the letter's, so that a second copy is known as one.

    ``Auto-Submitted`` (RFC 3834) keeps holiday replies away; ``List-Unsubscribe`` (RFC 2369) leads
    to the settings.
    """
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.made_at or datetime.now(UTC))
    domain = parseaddr(settings.sender)[1].rpartition("@")[2] or "preclaim.invalid"
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN" if letter.language == "zh" else "en"
    if letter.settings_url:
        message["List-Unsubscribe"] = f"<{letter.settings_url}>"
    message.set_content(letter.text)
    for one in letter.attachments:
        message.add_attachment(
            one.content, maintype="application", subtype="zip", filename=one.name
        )
    return message


def as_text(letter: Letter) -> Letter:
    """The letter that says where its attachments are, in place of bringing them."""
    return replace(letter, text=letter.without, attachments=()) if letter.attachments else letter
