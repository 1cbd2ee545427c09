"""Mail against a real server: what it takes, what it refuses, and what our log may hold."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.notify.letter import Letter
from collector.outlets.answer import Outcome
from collector.outlets.mail import MailOutlet
from collector.outlets.outlet import Mail
from collector.outlets.settings import MailSettings
from tests.collector.notify.far_ends import PASSWORD, Mailbox, dumb_server, free_port, mail_server

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LETTER = Letter(
    id="msg_1",
    language="zh",
    subject="现场故障：Farm",
    text="64 台中 40 台不可达\n",
    made_at=AT,
    settings_url="https://pc.example/account/notifications",
)


def test_a_letter_arrives_as_it_was_written(tmp_path: Path) -> None:
    """Over STARTTLS with a login: subject and text whole, and the headers that mail programs
    look at."""
    box = Mailbox()
    with mail_server(box, tmp_path) as settings:
        assert MailOutlet(settings).send(LETTER, to="fitter@example.com").is_sent

    (mail,) = box.taken
    assert (mail["To"], mail["Subject"]) == ("fitter@example.com", "现场故障：Farm")
    assert mail.get_content().replace("\r\n", "\n") == LETTER.text
    assert mail["Message-ID"] == "<msg_1@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://pc.example/account/notifications>"
    assert mail["Date"].datetime == AT


@pytest.mark.parametrize(
    ("rcpt", "data", "outcome", "why"),
    [
        ("550 5.1.1 no such user", "250 OK", Outcome.REFUSED, "550: 5.1.1 no such user"),
        ("450 4.2.0 greylisted", "250 OK", Outcome.LATER, "450: 4.2.0 greylisted"),
        ("250 OK", "554 5.7.1 spam", Outcome.REFUSED, "554: 5.7.1 spam"),
        ("250 OK", "452 4.3.1 full", Outcome.LATER, "452: 4.3.1 full"),
    ],
)
def test_what_the_server_says_is_understood(
    rcpt: str, data: str, outcome: Outcome, why: str
) -> None:
    """5xx is for good, 4xx for now, and its words are passed on."""
    box = Mailbox(says=lambda address: rcpt, after_data=data)
    with mail_server(box) as settings:
        said = MailOutlet(settings).send(LETTER, to="fitter@example.com")

    assert (said.outcome, said.why) == (outcome, why)


def test_a_wrong_password_is_trouble_of_the_channel(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No letter is lost by it, and the password is in no answer, log or text form."""
    caplog.set_level(logging.DEBUG)
    with mail_server(Mailbox(), tmp_path) as settings:
        wrong = replace(settings, password="not-it-4711")
        said = MailOutlet(wrong).send(LETTER, to="fitter@example.com")

    assert said.outcome is Outcome.TROUBLE
    assert said.why.startswith("login refused")
    for text in (said.why, caplog.text, repr(wrong), repr(settings)):
        assert "4711" not in text
        assert PASSWORD not in text


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    """Without the authority's file the login is not given away."""
    box = Mailbox()
    with mail_server(box, tmp_path) as settings:
        said = MailOutlet(replace(settings, ca=None)).send(LETTER, to="a@example.com")

    assert said.outcome is Outcome.TROUBLE
    assert "certificate" in said.why.casefold()
    assert box.taken == []


def test_nobody_there_is_trouble() -> None:
    """A port where nothing listens."""
    said = MailOutlet(plain(free_port())).send(LETTER, to="a@example.com")

    assert said.outcome is Outcome.TROUBLE


async def test_a_server_that_never_speaks_is_left() -> None:
    """The conversation has an end, and the thread is free for the next letter."""
    with dumb_server() as port:
        mail = Mail(replace(plain(port), timeout_s=0.2))
        first = await mail.send(LETTER, to="a@example.com")
        second = await mail.send(LETTER, to="a@example.com")
        mail.close()

    assert (first.outcome, second.outcome) == (Outcome.TROUBLE, Outcome.TROUBLE)


def plain(port: int) -> MailSettings:
    """Settings for a server on this machine."""
    with mail_server(Mailbox()) as settings:
        return replace(settings, port=port)
