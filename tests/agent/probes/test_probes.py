"""Probes measure and never judge: qualities and causes, and what a visit shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.camera.port import (
    CameraError,
    Cause,
    ClipLimits,
    DeviceClock,
    DeviceInformation,
    LoginKind,
    VendorProfile,
    VendorValue,
)
from agent.probes import PROBES, clock, identity, imaging, login, reachability, stream, vendor
from agent.probes.failure import LAYER_OF, Layer, lowest_failed_layer
from agent.probes.host import HostPaths, read_host
from agent.probes.probe import Pass
from shared.reading import Quality, Reading

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
INFORMATION = DeviceInformation(
    manufacturer="Maker", model="M", firmware="1.0", serial="0000000000", hardware_id=None
)
CLOCK = DeviceClock(device_at=NOON, offset=timedelta(days=-1), zone=None, source="NTP")


class FakeCamera:
    """Answers from memory, or raises what it was given; counts every question."""

    def __init__(self, error: CameraError | None = None, **answers: object) -> None:
        self._error, self._answers = error, answers
        self.asked: list[str] = []
        self.login = LoginKind.DIGEST_MD5
        self.refused_logins: tuple[LoginKind, ...] = ()
        self.first: list[LoginKind] = []

    def ask_first(self, kind: LoginKind) -> None:
        """Note which kind was to be offered first."""
        self.first.append(kind)

    def __getattr__(self, name: str) -> Any:
        async def ask(**_: object) -> object:
            self.asked.append(name)
            if name not in self._answers and self._error is not None:
                raise self._error
            return self._answers.get(name)

        return ask


async def readings_of(probe: Any, camera: Any, visit: Pass | None = None) -> dict[str, Reading]:
    """What a probe reads, by name."""
    seen = await probe.PROBE.read(camera, visit or Pass(now=NOON))
    return {reading.name: reading for reading in seen.readings}


@pytest.mark.parametrize("cause", list(Cause))
async def test_every_failure_is_a_reading(cause: Cause) -> None:
    """Whatever a camera raises, each probe gives readings, and none of them escapes."""
    for probe in PROBES:
        seen = await probe.read(FakeCamera(CameraError(cause, "no")), Pass(now=NOON))
        assert seen.readings
        for reading in seen.readings:
            assert reading.good or reading.value is None


async def test_reachability_names_the_layer() -> None:
    """A refused connection is a good reading of no answer at the TCP layer."""
    seen = await readings_of(reachability, FakeCamera(CameraError(Cause.TCP_REFUSED, "refused")))
    assert seen["reach.answers"].value is False
    assert seen["reach.layer"].value == "tcp"
    assert seen["reach.replies"].quality is Quality.FAILED


async def test_clock_without_utc_is_missing() -> None:
    """A device that names no UTC time has no offset; it is not zero."""
    none = DeviceClock(device_at=None, offset=None, zone=None, source=None)
    assert (await readings_of(clock, FakeCamera(device_clock=CLOCK)))[
        "clock.offset"
    ].value == -86400
    seen = await readings_of(clock, FakeCamera(device_clock=none))
    assert seen["clock.offset"].quality is Quality.MISSING


async def test_identity_notes_placeholder_and_absence() -> None:
    """All zeros is a placeholder, and an absent hardware id is missing, not empty."""
    camera = FakeCamera(device_information=INFORMATION, mac_addresses=("02:00:00:00:00:01",))
    seen = await readings_of(identity, camera)
    assert seen["identity.placeholder"].value is True
    assert seen["identity.hardware_id"].quality is Quality.MISSING


async def test_one_visit_asks_once() -> None:
    """Identity and login share one answer, so that a visit logs in once for both."""
    camera = FakeCamera(device_information=INFORMATION, mac_addresses=())
    visit = Pass(now=NOON)
    await readings_of(identity, camera, visit)
    seen = await readings_of(login, camera, visit)
    assert camera.asked.count("device_information") == 1
    assert seen["login.accepted"].value == "digest-md5"


async def test_the_recorders_kind_of_login_is_asked_each_time() -> None:
    """A refusal is only ever what this visit saw: the recorder's kind is offered first again."""
    camera = FakeCamera(device_information=INFORMATION)
    visit = Pass(now=NOON, recorder_login=LoginKind.WSSE)
    camera.refused_logins = (LoginKind.WSSE,)
    first = await readings_of(login, camera, visit)
    camera.refused_logins = ()
    later = Pass(now=NOON, recorder_login=LoginKind.WSSE, previous=first)
    second = await readings_of(login, camera, later)
    assert camera.first == [LoginKind.WSSE, LoginKind.WSSE]
    assert (first["login.refused"].value, second["login.refused"].value) == ("wsse", "")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [(Cause.ONVIF_UNPARSABLE, None), (Cause.ONVIF_MISSING, "accepted")],
)
async def test_a_broken_reply_says_nothing_of_the_login(cause: Cause, outcome: str | None) -> None:
    """Who sends garbage may not have looked at the login; who lacks the operation has."""
    read = await readings_of(login, FakeCamera(CameraError(cause, "no")))

    assert read["login.outcome"].value == outcome


async def test_imaging_is_not_asked_twice_for_nothing() -> None:
    """Who does not answer the first question is not asked the second; who lacks it is."""
    hung = FakeCamera(CameraError(Cause.DEADLINE, "hangs"))
    poor = FakeCamera(CameraError(Cause.ONVIF_UNSUPPORTED, "has none"))
    read = await readings_of(imaging, hung)
    await readings_of(imaging, poor)

    assert hung.asked == ["imaging_settings"]
    assert {reading.cause for reading in read.values()} == {"deadline"}
    assert set(read) == set(imaging.NAMES)
    assert poor.asked == ["imaging_settings", "imaging_options"]


def test_no_probe_costs_a_visit_more_than_a_quarter_of_a_minute() -> None:
    """All but the picture's, which decodes, end in 15 s; what is watched longer is added."""
    assert all(probe.deadline_s <= 15 for probe in PROBES if probe.name != "picture")
    assert Pass(now=NOON).longer_s == 0
    assert Pass(now=NOON, watch_seconds=30.0).longer_s == 27
    assert Pass(now=NOON, clip=ClipLimits(seconds=12.0, bytes=1)).longer_s == 9


async def test_stream_of_a_silent_network_is_failed_not_absent() -> None:
    """Only RTSP's own wrong answer says that the stream does not play."""
    wrong = await readings_of(stream, FakeCamera(CameraError(Cause.RTSP_STATUS, "404")))
    assert wrong["stream.plays"].value is False
    cut = await readings_of(stream, FakeCamera(CameraError(Cause.TCP_TIMEOUT, "slow")))
    assert cut["stream.plays"].quality is Quality.FAILED


async def test_vendor_keeps_qualities_and_fails_what_was_known() -> None:
    """A gauge that is not ready is unknown with its raw value; silence fails the known names."""
    gauge = VendorValue(value=None, quality="unknown", raw="255", unit="%")
    seen = await readings_of(vendor, FakeCamera(vendor_values={"battery.charge": gauge}))
    charge = seen["battery.charge"]
    assert (charge.value, charge.quality, charge.raw) == (None, Quality.UNKNOWN, "255")
    silent = FakeCamera(CameraError(Cause.TCP_TIMEOUT, "slow"))
    after = await readings_of(vendor, silent, Pass(now=NOON, previous=seen))
    assert after["battery.charge"].quality is Quality.FAILED


async def test_vendor_says_which_profile_it_used_and_how_well_it_is_proven() -> None:
    """Profile, hash and status stand beside the values; two that fit alike are named instead."""
    gauge = VendorValue(value=80.0, quality="good", raw="80", unit="%")
    used = VendorProfile(id="maker.x", status="documented", hash="0123456789ab")
    seen = await readings_of(
        vendor, FakeCamera(vendor_profile=used, vendor_values={"battery.charge": gauge})
    )
    assert seen["vendor.profile"].value == "maker.x 0123456789ab"
    assert seen["vendor.profile_status"].value == "documented"
    twins = VendorProfile(id="", status="", hash="", ambiguous=("a", "b"))
    refused = await readings_of(vendor, FakeCamera(vendor_profile=twins, vendor_values={}))
    assert refused["vendor.status"].quality is Quality.UNSUPPORTED
    assert refused["vendor.status"].raw == "a, b"
    assert set(refused) == {"vendor.status"}


async def test_a_recording_disk_is_told_apart(tmp_path: Path) -> None:
    """A disk of recordings alone has a reading of its own; one that holds more has not."""
    now, other = datetime.now(UTC), Path("/dev")
    apart = await read_host(HostPaths(disks=(tmp_path,), overwritten=(other,)), now)
    seen = {reading.name: reading for reading in apart}
    assert seen["host.disk_used"].detail == tmp_path.name
    assert seen["recording.disk_used"].detail == "dev"
    shared = await read_host(HostPaths(disks=(tmp_path,), overwritten=(tmp_path,)), now)
    assert "recording.disk_used" not in {reading.name for reading in shared}


async def test_host_reads_recordings(tmp_path: Path) -> None:
    """The newest recording has an age, a host without sensors no temperature, and no error."""
    (tmp_path / "a.mp4").write_bytes(b"x")
    now = datetime.now(UTC)
    found = await read_host(HostPaths(disks=(tmp_path, tmp_path), recordings=tmp_path), now)
    seen = {reading.name: reading for reading in found}
    assert seen["recording.newest_age"].good
    assert seen["host.disk_used"].good
    gone = await read_host(HostPaths(disks=(), recordings=tmp_path / "gone"), now)
    assert {r.name: r for r in gone}["recording.newest_age"].quality is Quality.FAILED


def test_lowest_layer_wins() -> None:
    """Of several failures a person is told the lowest, and every cause has its place."""
    failed = [
        Reading("a", None, "", NOON, Quality.FAILED, cause=Cause.RTSP_STATUS.value),
        Reading("b", None, "", NOON, Quality.FAILED, cause=Cause.LOGIN_REFUSED.value),
    ]
    assert lowest_failed_layer(failed) is Layer.LOGIN
    assert set(LAYER_OF) == set(Cause)
