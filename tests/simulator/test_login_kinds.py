"""The login failures that the simulator makes are failures to clients that are not ours."""

from __future__ import annotations

import asyncio
import shutil
from urllib.parse import quote

import aiohttp
import pytest
import requests

from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from simulator.streams import MOVED_PATH
from tests.simulator.specs import PASSWORD, camera_spec
from tests.simulator.web import digest, get, information, post, token

FFMPEG = shutil.which("ffmpeg")
_LIMIT_S = 15
PAGE = "/vendor/status.json"


async def _ffmpeg(camera: SimulatedCamera, *, password: str = PASSWORD, path: str = "/stream1"):  # type: ignore[no-untyped-def]
    """Exit code of ffmpeg, which speaks Digest by MD5 alone, and what it said."""
    url = f"rtsp://admin:{quote(password, safe='')}@127.0.0.1:{camera.rtsp_port}{path}"
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-fpsprobesize", "0"),
        *("-analyzeduration", "300000", "-timeout", "8000000", "-i", url),
        *("-frames:v", "1", "-f", "null", "-"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), _LIMIT_S)
    return process.returncode, said.decode()


@pytest.fixture
async def camera():  # type: ignore[no-untyped-def]
    """A camera that is well."""
    async with SimulatedCamera(camera_spec()) as made:
        yield made


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
async def test_sha256_alone_shuts_ffmpeg_out_and_lets_requests_in(camera: SimulatedCamera) -> None:
    """requests speaks SHA-256 and reads the page; ffmpeg does not and ends with 401."""
    camera.inject(Fault.LOGIN_SHA256_ONLY)

    assert (await get(camera, PAGE, auth=digest())).status_code == 200
    code, said = await _ffmpeg(camera)
    assert code != 0
    assert "401" in said


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
async def test_confused_algorithms_shut_out_who_takes_the_first(camera: SimulatedCamera) -> None:
    """aiohttp takes SHA-256, which stands first, and is refused; MD5 (ffmpeg, requests) is not."""
    camera.inject(Fault.LOGIN_DIGEST_CONFUSED)
    by_aiohttp = aiohttp.DigestAuthMiddleware(login="admin", password=PASSWORD)
    async with (
        aiohttp.ClientSession(middlewares=(by_aiohttp,)) as session,
        session.get(f"http://{camera.address}{PAGE}") as reply,
    ):
        assert reply.status == 401

    assert (await get(camera, PAGE, auth=digest())).status_code == 200
    assert (await _ffmpeg(camera))[0] == 0


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
async def test_a_challenge_without_an_algorithm_is_md5(camera: SimulatedCamera) -> None:
    """Over HTTP requests takes an absent algorithm for MD5 (RFC 2617) and is let in."""
    camera.inject(Fault.LOGIN_NO_ALGORITHM)
    bare = await get(camera, PAGE)

    assert "algorithm" not in bare.headers["WWW-Authenticate"]
    assert (await get(camera, PAGE, auth=digest())).status_code == 200


async def test_onvif_has_accounts_of_its_own(camera: SimulatedCamera) -> None:
    """The page takes the password, ONVIF refuses it by both kinds."""
    camera.inject(Fault.ONVIF_ACCOUNT)

    assert (await get(camera, PAGE, auth=digest())).status_code == 200
    assert (await post(camera, information(), auth=digest())).status_code == 401
    assert (await post(camera, information(security=token()))).status_code == 400


async def test_onvif_is_off_while_the_page_works(camera: SimulatedCamera) -> None:
    """404 where ONVIF was, the vendor's page as before."""
    camera.inject(Fault.ONVIF_OFF)

    assert (await post(camera, information(security=token()))).status_code == 404
    assert (await get(camera, PAGE, auth=digest())).status_code == 200


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
async def test_http_sends_its_callers_to_https(camera: SimulatedCamera) -> None:
    """The redirect leads to a port on the same host that speaks TLS with its own certificate."""
    camera.inject(Fault.HTTPS_ONLY)
    await camera.settle()
    sent = await get(camera, PAGE)
    there = sent.headers["Location"]

    assert sent.status_code == 307
    with pytest.raises(requests.exceptions.SSLError):
        await asyncio.to_thread(requests.get, there, timeout=5)
    seen = await asyncio.to_thread(requests.get, there, timeout=5, verify=False, auth=digest())
    assert seen.status_code == 200


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
async def test_a_moved_stream_is_found_by_its_new_path(camera: SimulatedCamera) -> None:
    """ffmpeg finds nothing where ONVIF says, and a picture at the new path."""
    camera.inject(Fault.RTSP_PATH_CHANGED)

    assert "404" in (await _ffmpeg(camera))[1]
    assert (await _ffmpeg(camera, path=MOVED_PATH))[0] == 0


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
async def test_a_special_password_is_cut_by_rtsp_alone() -> None:
    """Escaped as it must be, the password works for the page and not for the stream."""
    password = "Sim#Pass 1!"
    async with SimulatedCamera(camera_spec(password=password)) as camera:
        assert (await _ffmpeg(camera, password=password))[0] == 0
        camera.inject(Fault.PASSWORD_CHARACTERS)
        assert (await get(camera, PAGE, auth=digest(password))).status_code == 200
        assert "401" in (await _ffmpeg(camera, password=password))[1]


async def test_a_lock_says_how_long(camera: SimulatedCamera) -> None:
    """The text of a locked camera names the seconds that are left."""
    camera.inject(Fault.LOCKED_OUT)

    assert "1800 seconds left" in (await get(camera, PAGE, auth=digest())).text
