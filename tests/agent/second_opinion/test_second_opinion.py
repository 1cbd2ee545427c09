"""A second ONVIF client beside ours: what it says, what it may cost, and that nothing leaks."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("onvif", reason="onvif-zeep is not installed")
pytest.importorskip("simulator.camera", reason="the simulator is not here")

from agent.camera.port import Credentials, LoginKind, Target
from agent.cli import parse
from agent.probes.probe import good
from agent.second_opinion.ask import ask_both, ask_child
from agent.second_opinion.compare import Verdict, compare
from agent.second_opinion.question import Opinion, Question
from agent.second_opinion.show import as_json, as_text, differs
from agent.verbs import dispatch
from agent.wrong import Both
from shared.reading import Reading
from simulator.camera import CameraSpec, SimulatedCamera
from tests.agent.camera.certificates import OPENSSL, self_signed
from tests.agent.camera.conftest import utc_now
from tests.agent.camera.fake_device import INFORMATION, PASSWORD, SERIAL, USER, FakeDevice, envelope
from tests.agent.camera.raw_server import Answer, RawServer, Seen, http

SECRET = "zeep-pa55word"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"


def let_in(kind: LoginKind = LoginKind.WSSE) -> list[Reading]:
    """The readings of a visit whose login worked."""
    return [
        good("login.outcome", "accepted", at=utc_now()),
        good("login.accepted", kind.value, at=utc_now()),
    ]


def target_of(address: str, password: str = SECRET, **more: object) -> Target:
    """A target with credentials."""
    return Target(
        address=address,
        credentials=Credentials(user="admin", password=password),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("logins", "kind"),
    [
        (("wsse",), LoginKind.WSSE),
        (("digest-md5",), LoginKind.DIGEST_MD5),
        (("digest-sha256",), LoginKind.DIGEST_SHA256),
    ],
)
async def test_both_agree_on_a_healthy_camera(logins: tuple[str, ...], kind: LoginKind) -> None:
    """Every field, by every kind of login; no attempt is refused and no subscription is left."""
    spec = CameraSpec(serial="SN-2ND-1", password=SECRET, logins=logins, media2=False)
    async with SimulatedCamera(spec) as sim:
        before = sum(sim.requests.logins_refused.values())
        second = await ask_both(target_of(sim.address), visited=let_in(kind))

        assert second.why_not is None
        assert {row.verdict for row in second.rows} == {Verdict.AGREE}
        assert {row.name for row in second.rows} >= {
            *("device.serial", "clock.offset_s", "network.mac", "imaging.ir_cut_filter"),
            *("imaging.ir_cut_modes", "stream.uri", "snapshot.uri", "profile.Profile_1.codec"),
        }
        assert not differs(second)
        assert sim.subscriptions == 0
        assert sim.writes == []
        assert sum(sim.requests.logins_refused.values()) == before


async def test_what_only_one_can_read_is_no_contradiction() -> None:
    """H.265 is in Media2 alone, which the other client does not know."""
    async with SimulatedCamera(CameraSpec(serial="S-265", password=SECRET, codec="h265")) as sim:
        second = await ask_both(target_of(sim.address), visited=let_in())
    verdicts = {row.name: row.verdict for row in second.rows}

    assert verdicts["profile.Profile_1.codec"] is Verdict.ONLY_OURS
    assert verdicts["device.serial"] is Verdict.AGREE
    assert not differs(second)


class TwoFaced(FakeDevice):
    """Tells the second who asks another serial."""

    async def _answer(self, seen: Seen) -> Answer:
        if b"GetDeviceInformation" in seen.body and self.operations["GetDeviceInformation"] == 1:
            self.replies["GetDeviceInformation"] = envelope(INFORMATION.replace(SERIAL, "OTHER"))
        return await super()._answer(seen)


PROFILES = (
    '<trt:GetProfilesResponse xmlns:trt="http://www.onvif.org/ver10/media/wsdl">'
    '<trt:Profiles token="P1" fixed="true"><tt:Name>main</tt:Name></trt:Profiles>'
    "</trt:GetProfilesResponse>"
)


def with_media(device: FakeDevice, scheme: str = "http") -> None:
    """The least that a question needs: a media service and one profile."""
    services = "".join(
        f"<tds:Service><tds:Namespace>{space}</tds:Namespace>"
        f"<tds:XAddr>{scheme}://127.0.0.1/onvif/{path}</tds:XAddr></tds:Service>"
        for space, path in ((DEVICE, "device_service"), (DEVICE.replace("device", "media"), "m"))
    )
    device.replies["GetServices"] = envelope(
        f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>"
    )
    device.replies["GetProfiles"] = envelope(PROFILES)


async def test_a_difference_is_told_and_counts() -> None:
    """Two serials for one camera: the row says so, in both languages and as JSON."""
    device = TwoFaced()
    with_media(device)
    async with device.server as server:
        second = await ask_both(target_of(server.address, PASSWORD), visited=let_in())
    (row,) = [row for row in second.rows if row.verdict is Verdict.DIFFER]

    assert (row.name, row.ours, row.theirs) == ("device.serial", SERIAL, "OTHER")
    assert differs(second)
    assert "DIFFER" in as_text(second, "en")
    assert "不同" in as_text(second, "zh")
    assert as_json(second)["differs"] is True


async def test_a_login_in_an_address_is_shown_by_nobody() -> None:
    """A camera that states its stream with the login in it: neither column repeats it."""
    device = FakeDevice()
    with_media(device)
    device.replies["GetStreamUri"] = envelope(
        '<trt:GetStreamUriResponse xmlns:trt="http://www.onvif.org/ver10/media/wsdl"><trt:MediaUri>'
        f"<tt:Uri>rtsp://127.0.0.1/user={USER}_password=tlJwpbo6_channel=1?{PASSWORD}</tt:Uri>"
        "</trt:MediaUri></trt:GetStreamUriResponse>"
    )
    async with device.server as server:
        second = await ask_both(target_of(server.address, PASSWORD), visited=let_in())
    (row,) = [row for row in second.rows if row.name == "stream.uri"]
    shown = as_text(second, "en") + json.dumps(as_json(second))

    assert row.verdict is Verdict.AGREE
    assert "_password=***_channel" in shown
    assert "tlJwpbo6" not in shown
    assert PASSWORD not in shown


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
async def test_the_other_client_keeps_to_the_pin(tmp_path: Path) -> None:
    """Over HTTPS with the pinned certificate it is asked; with another one it hears nothing."""
    pair, other = self_signed(tmp_path), self_signed(tmp_path, "other")
    device = FakeDevice(tls=pair.server())
    with_media(device, "https")
    async with device.server as server:
        target = target_of(server.address, PASSWORD, tls=True, tls_fingerprints=(pair.pin,))
        second = await ask_both(target, visited=let_in())
        heard = len(server.seen)
        wrong = await ask_child(replace(question(server.address, "https"), fingerprint=other.pin))

        assert [row.verdict for row in second.rows if row.name == "device.serial"] == [
            Verdict.AGREE
        ]
        assert isinstance(wrong, Opinion)
        assert wrong.values == {}
        assert len(server.seen) == heard


def question(address: str, scheme: str = "http") -> Question:
    """A question about one service."""
    return Question(
        services={DEVICE: f"{scheme}://{address}/onvif/device_service"},
        user=USER,
        password=PASSWORD,
        kind="wsse",
        offset_s=0.0,
        fingerprint="",
        ca="",
        profile="P1",
        video_source="V1",
    )


async def test_without_a_login_of_ours_nothing_is_asked() -> None:
    """A refused login is not tried again by another client."""
    async with FakeDevice(password="another").server as server:
        refused = [good("login.outcome", "refused", at=utc_now())]
        second = await ask_both(target_of(server.address), visited=refused)

        assert second.why_not is not None
        assert server.seen == []


async def test_the_first_refusal_ends_it() -> None:
    """Eight questions with a wrong password would lock the account: one is asked."""
    async with FakeDevice(password="another").server as server:
        said = await ask_child(question(server.address))

        assert isinstance(said, Opinion)
        assert (said.refusals, len(server.seen)) == (1, 1)


@pytest.fixture
async def elsewhere() -> AsyncIterator[RawServer]:
    """Another host's server, which must hear nothing."""

    async def answer(_: Seen) -> Answer:
        return http("")

    async with RawServer(answer) as server:
        yield server


async def test_replies_are_capped_and_nobody_is_followed(elsewhere: RawServer) -> None:
    """Endless, compressed and redirecting replies cost the child one question each."""

    async def endless() -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n"
        while True:
            yield bytes(100_000)

    async def answer(seen: Seen) -> Answer:
        if b"GetDeviceInformation" in seen.body:
            return endless()
        if b"GetSystemDateAndTime" in seen.body:
            where = f"Location: http://{elsewhere.address}/x"
            return http("", status=307, headers=(where,))
        return http(b"\x1f\x8b" + bytes(64), headers=("Content-Encoding: gzip",))

    async with RawServer(answer) as server:
        said = await ask_child(question(server.address))

    assert isinstance(said, Opinion)
    assert said.values == {}
    assert {"GetDeviceInformation", "GetSystemDateAndTime", "GetNetworkInterfaces"} <= set(
        said.errors
    )
    assert "1 MiB" in said.errors["GetDeviceInformation"]
    assert elsewhere.seen == []
    assert PASSWORD not in repr(said)


def command_lines() -> list[str]:
    """What anybody on this machine may read of its processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return found


async def test_a_child_that_hangs_is_ended_and_its_arguments_bear_no_password() -> None:
    """Within its deadline, and whoever lists the processes meanwhile learns nothing."""
    listed: list[str] = []

    async def answer(_: Seen) -> Answer:
        listed.extend(await asyncio.to_thread(command_lines))
        await asyncio.sleep(60)
        return http("")

    async with RawServer(answer) as server:
        said = await ask_child(question(server.address), deadline_s=12.0)

    assert isinstance(said, Both)
    assert any("agent.second_opinion.child" in one for one in listed)
    assert not any(PASSWORD in one for one in listed)


def test_numbers_agree_however_written_and_serials_only_letter_by_letter() -> None:
    """50 and 50.0 are one brightness; 007 and 7 are two devices."""
    ours = {"imaging.brightness": "50", "device.serial": "007", "clock.offset_s": "1.0", "a": "x"}
    theirs = {"imaging.brightness": "50.0", "device.serial": "7", "clock.offset_s": "3.5", "b": "y"}

    assert {row.name: row.verdict for row in compare(ours, theirs)} == {
        "imaging.brightness": Verdict.AGREE,
        "device.serial": Verdict.DIFFER,
        "clock.offset_s": Verdict.AGREE,
        "a": Verdict.ONLY_OURS,
        "b": Verdict.ONLY_THEIRS,
    }


async def test_the_verb_says_by_its_exit_code_whether_they_differ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when they agree; 2 with the remedy where the other client is not installed."""
    monkeypatch.setenv("CAMERA_PASSWORD", SECRET)
    async with SimulatedCamera(CameraSpec(serial="S-EXIT", password=SECRET)) as sim:
        words = ["probe", sim.address, "--user", "admin", "--password-env", "CAMERA_PASSWORD"]
        words += ["--second-opinion", "--watch-seconds", "0.5"]
        out = io.StringIO()
        agreed = await asyncio.to_thread(dispatch, parse([*words, "--json"]), out)
        said = json.loads(out.getvalue())
        monkeypatch.setattr("agent.on_site.is_installed", lambda: False)
        absent = await asyncio.to_thread(dispatch, parse(words), out)

    assert agreed == 0
    assert said["second_opinion"]["differs"] is False
    assert said["second_opinion"]["refusals"] == 0
    assert absent == 2
    assert "preclaim[second-opinion]" in capsys.readouterr().err
    assert SECRET not in json.dumps(said)
