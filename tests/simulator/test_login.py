"""Logins: which kinds are accepted, when they are refused, and the lock-out."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from requests.auth import HTTPDigestAuth

from simulator.camera import SimulatedCamera
from simulator.digest import answer
from simulator.login import LOCK, LOCK_TEXT, WRONG_ATTEMPTS, WRONG_WITHIN
from simulator.spec import LoginKind
from simulator.wsse import password_digest
from tests.simulator.specs import camera_spec
from tests.simulator.web import digest, envelope, get, information, post, text_of, token


class MovableClock:
    """The world's time, moved by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def test_digest_answers_match_rfc_7616() -> None:
    """The published example of RFC 7616, section 3.9.1, for MD5 and SHA-256."""
    said = {
        "realm": "http-auth@example.org",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    }

    def respond(kind: LoginKind) -> str:
        return answer(said, method="GET", user="Mufasa", password="Circle of Life", kind=kind)

    assert respond(LoginKind.DIGEST_MD5) == "8ca523f5e9506fed4657c9700eebdbec"
    expected = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert respond(LoginKind.DIGEST_SHA256) == expected


def test_password_digest_matches_the_published_vector() -> None:
    """The example of the ONVIF Application Programmer's Guide."""
    shown = password_digest(
        nonce=base64.b64decode("LKqI6G/AikKCQrN0zqZFlg=="),
        created="2010-09-16T07:50:45Z",
        password="userpassword",
    )

    assert shown == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


async def test_clock_needs_no_login(camera: SimulatedCamera) -> None:
    """Who cannot sign yet can read the time; even a wrong signature does not hinder."""
    asked = envelope("GetSystemDateAndTime", security=token(password="wrong"))

    assert (await post(camera, asked)).status_code == 200
    assert camera.requests.logins_refused.total() == 0


async def test_no_login_gets_challenges(camera: SimulatedCamera) -> None:
    """Without a login the camera answers 401, offers SHA-256 before MD5, and says nothing."""
    refused = await post(camera, information())

    offered = refused.headers["WWW-Authenticate"]
    assert refused.status_code == 401
    assert offered.index("SHA-256") < offered.index("MD5")
    assert b"SN-2401" not in refused.content


@pytest.mark.parametrize("kind", ["digest-md5", "digest-sha256"])
async def test_digest_by_an_independent_client(kind: str) -> None:
    """requests logs in with the one Digest algorithm that the camera has."""
    async with SimulatedCamera(camera_spec(logins=(kind,))) as camera:
        picture = await get(camera, "/snapshot.jpg", auth=digest())
        soap = await post(camera, information(), auth=digest())

    assert picture.content[:2] == b"\xff\xd8"
    assert text_of(soap, "SerialNumber") == "SN-2401-0001"
    assert camera.requests.logins_ok == {kind: 2}


async def test_username_token(camera: SimulatedCamera) -> None:
    """A digest token in the camera's time is accepted and counted."""
    accepted = await post(camera, information(security=token()))

    assert accepted.status_code == 200
    assert camera.requests.logins_ok == {"wsse": 1}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({"password": "wrong"}, id="wrong password"),
        pytest.param({"plain": True}, id="password in plain text"),
        pytest.param({"ahead": timedelta(seconds=-900)}, id="made long ago"),
        pytest.param({"ahead": timedelta(seconds=900)}, id="made in the future"),
    ],
)
async def test_bad_token_is_a_fault(camera: SimulatedCamera, made: dict[str, Any]) -> None:
    """A token that does not hold is answered with NotAuthorized, not with data."""
    refused = await post(camera, information(security=token(**made)))

    assert refused.status_code == 400
    assert b"NotAuthorized" in refused.content
    assert camera.requests.logins_refused == {"wsse": 1}


async def test_replayed_token_is_refused(camera: SimulatedCamera) -> None:
    """The same nonce works once."""
    security = token()

    assert (await post(camera, information(security=security))).status_code == 200
    assert (await post(camera, information(security=security))).status_code == 400


async def test_replayed_digest_is_stale(camera: SimulatedCamera) -> None:
    """A repeated nonce count is asked again with stale=true and is no wrong password."""
    first = await get(camera, "/snapshot.jpg", auth=digest())
    header = first.request.headers["Authorization"]

    class Replay(HTTPDigestAuth):
        def __call__(self, request):  # type: ignore[no-untyped-def]
            request.headers["Authorization"] = header
            return request

    again = await get(camera, "/snapshot.jpg", auth=Replay("", ""))
    assert again.status_code == 401
    assert "stale=true" in again.headers["WWW-Authenticate"]


async def test_clock_off_by_a_day(camera: SimulatedCamera) -> None:
    """Signed in true time the login fails; signed in the camera's stated time it works."""
    camera.inject("clock_off_day")

    assert (await post(camera, information(security=token()))).status_code == 400
    behind = token(ahead=timedelta(days=-1))
    assert (await post(camera, information(security=behind))).status_code == 200


async def test_firmware_that_refuses_username_tokens(camera: SimulatedCamera) -> None:
    """It answers a token with a Digest challenge, and Digest then works."""
    camera.inject("login_wsse_refused")
    refused = await post(camera, information(security=token()))

    assert refused.status_code == 401
    assert "Digest" in refused.headers["WWW-Authenticate"]
    assert (await post(camera, information(), auth=digest())).status_code == 200


async def test_token_only_firmware() -> None:
    """SOAP wants a token and offers no Digest; pictures still use Digest MD5."""
    async with SimulatedCamera(camera_spec(logins=("wsse",))) as camera:
        soap = await post(camera, information())
        picture = await get(camera, "/snapshot.jpg", auth=digest())

    assert soap.status_code == 400 and "WWW-Authenticate" not in soap.headers
    assert picture.status_code == 200


async def test_wrong_password_fault(camera: SimulatedCamera) -> None:
    """With a changed password every kind of login is refused, and cleared again it works."""
    camera.inject("wrong_password")
    assert (await post(camera, information(security=token()))).status_code == 400
    assert (await get(camera, "/snapshot.jpg", auth=digest())).status_code == 401

    camera.clear("wrong_password")
    assert (await get(camera, "/snapshot.jpg", auth=digest())).status_code == 200


async def test_lock_out_ends_by_itself() -> None:
    """After five wrong logins even the right one is refused for a minute; then it works."""
    clock = MovableClock()
    async with SimulatedCamera(camera_spec(), clock=clock) as camera:
        for _ in range(WRONG_ATTEMPTS):
            await post(camera, information(security=token(password="wrong")))
        soap = await post(camera, information(security=token()))
        picture = await get(camera, "/snapshot.jpg", auth=digest())
        clock.ahead = LOCK + timedelta(seconds=1)
        later = await post(camera, information(security=token(ahead=clock.ahead)))

    assert LOCK_TEXT in soap.text
    assert picture.status_code == 401
    assert picture.text.startswith(LOCK_TEXT)
    assert later.status_code == 200


async def test_right_login_forgets_wrong_ones(camera: SimulatedCamera) -> None:
    """Wrong attempts add up only without a right one between them."""
    for _ in range(2):
        for _ in range(WRONG_ATTEMPTS - 1):
            await post(camera, information(security=token(password="wrong")))
        right = await post(camera, information(security=token()))

    assert right.status_code == 200


async def test_wrong_attempts_far_apart_never_lock() -> None:
    """Firmware counts wrong attempts within minutes, not for ever."""
    clock = MovableClock()
    async with SimulatedCamera(camera_spec(), clock=clock) as camera:
        for _ in range(WRONG_ATTEMPTS + 1):
            await post(camera, information(security=token(password="wrong")))
            clock.ahead += WRONG_WITHIN / 2
        right = await post(camera, information(security=token(ahead=clock.ahead)))

    assert right.status_code == 200


async def test_asking_without_login_never_locks(camera: SimulatedCamera) -> None:
    """Being challenged is not a wrong attempt."""
    for _ in range(WRONG_ATTEMPTS + 1):
        await post(camera, information())

    assert (await post(camera, information(security=token()))).status_code == 200


async def test_locked_out_fault(camera: SimulatedCamera) -> None:
    """The fault locks at once, with the firmware's words."""
    camera.inject("locked_out")

    assert LOCK_TEXT in (await post(camera, information(security=token()))).text


async def test_failed_logins_stand_in_the_system_log(camera: SimulatedCamera) -> None:
    """GetSystemLog tells of refused logins, without any password."""
    await post(camera, information(security=token(password="wrong-secret")))
    log = text_of(await post(camera, envelope("GetSystemLog"), auth=digest()), "String")

    assert log is not None and "login refused (wsse)" in log
    assert "wrong-secret" not in log


def test_password_is_not_shown() -> None:
    """A spec that lands in a log or an error does not carry the password."""
    assert "Sim-Pass" not in repr(camera_spec())
