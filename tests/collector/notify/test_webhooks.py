"""Webhooks against real TLS servers; signatures are checked by openssl, not by our own code."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from collector.claims.problem import Both
from collector.notify.letter import Letter, Notice
from collector.outlets import dingtalk, webhook, wecom
from collector.outlets.answer import Outcome
from collector.outlets.settings import HookKind
from tests.collector.notify.far_ends import Receiver

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOTICE = Notice(
    id=7,
    topic="incident",
    step="opened",
    thing="incident",
    thing_id=12,
    site_id="farm",
    site_name="Farm",
    title=Both("Site lost: Farm", "现场故障：Farm"),
    text=Both("40 of 64", "64 台中 40 台"),
    path="/incidents#incident-12",
    at=AT,
)
LETTER = Letter(
    id="msg_1", language="zh", subject="现场故障：Farm", text="现场故障：Farm\n64 台中 40 台\n",
    notices=(NOTICE,), made_at=AT, base_url="https://pc.example",
)  # fmt: skip


@pytest.fixture
async def far_end(tmp_path: Path) -> AsyncIterator[Receiver]:
    """A webhook that takes everything."""
    made = Receiver(tmp_path)
    await made.start()
    assert made.server is not None
    yield made
    await made.server.close()


def hmac_by_openssl(key: bytes, content: bytes) -> str:
    """HMAC-SHA256 in base64, as the openssl program makes it."""
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"],
        input=content,
        capture_output=True,
        check=True,
    )
    return base64.b64encode(made.stdout).decode()


def test_the_vector_of_the_specification() -> None:
    """Standard Webhooks' own example: id, timestamp, body and secret give this signature."""
    headers = webhook.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        secrets=(SECRET,),
        now=datetime.fromtimestamp(1614265330, UTC),
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


async def test_a_generic_webhook_gets_a_signed_cloud_event(far_end: Receiver) -> None:
    """One signature for each secret, over exactly the bytes that came; the event says what, where,
    when, in both languages, with a link."""
    second = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    hook = far_end.hook(HookKind.STANDARD, secrets=(SECRET, second))
    assert (await webhook.send(hook, LETTER, now=AT)).is_sent

    (got,) = far_end.got
    stamp = str(int(AT.timestamp()))
    signed = b"msg_1." + stamp.encode() + b"." + got.body
    assert got.headers["webhook-signature"].split() == [
        "v1," + hmac_by_openssl(base64.b64decode(secret.removeprefix("whsec_")), signed)
        for secret in (SECRET, second)
    ]
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    event = json.loads(got.body)
    assert {key: event[key] for key in ("specversion", "id", "source", "type", "subject")} == {
        "specversion": "1.0",
        "id": "msg_1",
        "source": "https://pc.example",
        "type": "preclaim.incident.opened",
        "subject": "incident/12",
    }
    assert event["time"] == AT.isoformat()
    assert event["data"]["title_zh"] == "现场故障：Farm"
    assert event["data"]["url"] == "https://pc.example/incidents#incident-12"


async def test_dingtalk_gets_its_signature_in_the_url(far_end: Receiver) -> None:
    """Over timestamp in ms, line end and secret, with the secret as the key; text in the body."""
    hook = far_end.hook(HookKind.DINGTALK, secrets=("SECabc",))
    assert (await dingtalk.send(hook, LETTER, now=AT)).is_sent

    (got,) = far_end.got
    stamp = str(int(AT.timestamp() * 1000))
    assert got.query == {
        "access_token": "tok-SECRET",
        "timestamp": stamp,
        "sign": hmac_by_openssl(b"SECabc", f"{stamp}\nSECabc".encode()),
    }
    assert json.loads(got.body) == {
        "msgtype": "text",
        "text": {"content": "现场故障：Farm\n64 台中 40 台"},
    }


def test_signs_that_a_url_must_not_hold_are_escaped() -> None:
    """Base64's + and / come back as they were."""
    for second in range(50):
        query = dingtalk.sign("SECabc", now=datetime.fromtimestamp(1_700_000_000 + second, UTC))
        sign = parse_qs(query.removeprefix("&"))["sign"][0]
        assert len(base64.b64decode(sign, validate=True)) == 32


async def test_wecom_gets_text_within_its_bound(far_end: Receiver) -> None:
    """At most 2048 bytes of UTF-8, cut between characters."""
    long = replace(LETTER, text="台" * 3000)
    assert (await wecom.send(far_end.hook(HookKind.WECOM), long)).is_sent

    content = json.loads(far_end.got[0].body)["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.startswith("现场故障：Farm")
    assert content.endswith("…")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ('{"errcode": 93000, "errmsg": "invalid webhook url"}', Outcome.REFUSED),
        ('{"errcode": 45009, "errmsg": "api freq out of limit"}', Outcome.TROUBLE),
        ("<html>a proxy's page</html>", Outcome.TROUBLE),
    ],
)
async def test_a_robot_that_says_no_with_200(
    far_end: Receiver, answer: str, outcome: Outcome
) -> None:
    """What counts is errcode: too many passes, a dead URL does not."""
    far_end.answer = answer
    said = await wecom.send(far_end.hook(HookKind.WECOM), LETTER)

    assert said.outcome is outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(204, Outcome.SENT), (400, Outcome.REFUSED), (410, Outcome.REFUSED),
     (429, Outcome.TROUBLE), (503, Outcome.TROUBLE)],
)  # fmt: skip
async def test_what_a_status_means(far_end: Receiver, status: int, outcome: Outcome) -> None:
    """2xx is taken; 4xx is for good, but for those that ask to wait; 5xx is tried again."""
    far_end.status = status
    said = await webhook.send(far_end.hook(HookKind.STANDARD, secrets=(SECRET,)), LETTER, now=AT)

    assert said.outcome is outcome


async def test_a_redirect_is_not_followed(far_end: Receiver, tmp_path: Path) -> None:
    """A webhook cannot send us to another host of its choice."""
    (tmp_path / "other").mkdir()
    elsewhere = Receiver(tmp_path / "other")
    await elsewhere.start()
    assert elsewhere.server is not None
    far_end.status, far_end.location = 307, str(elsewhere.server.make_url("/inside"))
    said = await webhook.send(far_end.hook(HookKind.STANDARD, secrets=(SECRET,)), LETTER, now=AT)
    await elsewhere.server.close()

    assert said.outcome is Outcome.REFUSED
    assert elsewhere.got == []


async def test_no_answer_or_log_names_the_url(
    far_end: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """Not when it is refused, untrusted, unreachable or malformed; nor in a text form."""
    caplog.set_level(logging.DEBUG)
    far_end.status = 404
    hook = far_end.hook(HookKind.DINGTALK, secrets=("SECabc",))
    assert far_end.server is not None
    told = [repr(hook)]
    for one in (
        hook,
        replace(hook, ca=None),
        replace(hook, url=hook.url.replace(str(far_end.server.port), "1")),
        replace(hook, url="https://127.0.0.1:99999/x?access_token=tok-SECRET"),
    ):
        said = await dingtalk.send(one, LETTER, now=AT)
        assert not said.is_sent
        told.append(said.why)
    ours = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    for text in (*told, *ours):  # the far end here keeps an access log of its own
        assert "tok-SECRET" not in text
        assert "SECabc" not in text
