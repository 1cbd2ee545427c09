"""The zoo: no animal crashes, delays, fattens, diverts or deceives a probe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.camera.port import Cause
from shared.catalogue import CATALOGUE
from tests.zoo.behaviours import BEHAVIOURS, HONEST, named
from tests.zoo.judge import Kind, complaints
from tests.zoo.roam import may_own_the_world, roam
from tests.zoo.sighting import Report, Seen, Sighting, Tour

ROOT = Path(__file__).parents[2]
# One or two of each family, and none that makes a probe wait for its deadline.
FEW = (
    "entity_bomb", "external_address", "latin1_in_utf8", "two_serials", "elements_2m",
    "html_login_page", "length_too_long", "two_lengths", "redirect_307", "gzip_unasked",
    "services_at_metadata", "services_on_mapped_ipv6", "services_on_another_port_of_loopback",
    "stream_on_another_host", "snapshot_on_another_host", "subscription_on_another_host",
    "basic_only", "stale_for_ever", "not_authorized_with_200", "realm_injection",
    "describes_audio_only", "redirects_its_stream", "session_with_a_header_in_it",
    "empty_packets", "udp_from_another_host", "dvrip_length_of_4_gb", "tls_changed", "tls_unproven",
    "claims_to_be_reolink", "stamps_go_backwards", "playlist_behind_snapshot",
    "h264_sets_flipped", "set_of_another_size", "json_nan", "json_number_of_9000_digits",
)  # fmt: skip


def assert_holds(names: tuple[str, ...]) -> None:
    """Visit these and find nothing wrong."""
    behaviours = [HONEST, *(named(name) for name in names)]
    report = roam(behaviours)
    met = {sighting.animal for sighting in report.tour.sightings}

    assert complaints(behaviours, report) == []
    assert met == {one.name for one in behaviours}
    assert (report.strangers, report.login_bytes, report.foreign_bytes) == ([], 0, 0)
    assert (report.shown, report.injected) == ([], [])
    assert _reads_in_full(report)


def _reads_in_full(report: Report) -> bool:
    """Whether the honest camera was read: a visit that reads nothing finds nothing wrong."""
    good = {
        one.name
        for sighting in report.tour.sightings
        if sighting.animal == HONEST.name
        for one in sighting.readings
        if one.quality == "good"
    }
    wanted = {
        "identity.serial", "clock.offset", "imaging.ir_cut_filter", "battery.charge",
        "stream.fps", "picture.luma_mean", "login.accepted", "zoo.events", "zoo.snapshot",
    }  # fmt: skip
    return wanted <= good


def test_a_few_of_each_family() -> None:
    """What every run of the suite visits."""
    assert_holds(FEW)


@pytest.mark.laboratory
def test_all_of_them() -> None:
    """Every behaviour at every probe; minutes."""
    assert_holds(tuple(one.name for one in BEHAVIOURS))


def test_the_list_is_whole() -> None:
    """At least 45 behaviours, each with its own name, what it does and what it stands for."""
    names = [one.name for one in BEHAVIOURS]

    assert len(names) >= 45
    assert len(set(names)) == len(names)
    assert all(one.does and one.stands_for for one in BEHAVIOURS)
    assert {cause for one in BEHAVIOURS for cause in one.causes} <= {c.value for c in Cause}
    assert {code for one in BEHAVIOURS for code in one.faults} <= set(CATALOGUE)


def _report(*sightings: Sighting, growth_mb: float = 0.0) -> Report:
    tour = Tour(sightings=list(sightings), growth_mb={"": growth_mb}, child_mb=0.0, children_lost=0)
    return Report(
        tour=tour, strangers=[], foreign_bytes=0, login_bytes=0, shown=[], injected=[],
        sees_all=True,
    )  # fmt: skip


def _seen(name: str, value: str | bool, *, cause: str = "") -> Seen:
    return Seen(name=name, value=value, quality="good", cause=cause, detail="")


def _sighting(*readings: Seen, seconds: float = 1.0, escaped: str = "") -> Sighting:
    return Sighting(
        animal="two_serials", probe="identity", seconds=seconds, escaped=escaped,
        readings=list(readings), login_attempts=9,
    )  # fmt: skip


def test_the_judge_sees_each_kind_of_wrong() -> None:
    """A half serial, a good one from a broken answer, a guess, a crash, and what costs too much."""
    behaviour = named("two_serials")
    report = _report(
        _sighting(_seen("identity.serial", "SN-24"), seconds=16.0, escaped="ValueError()"),
        _sighting(_seen("identity.model", "SC-4G"), _seen("stream.plays", False, cause="x.y")),
        growth_mb=65.0,
    )

    assert {one.kind for one in complaints([behaviour], report)} == set(Kind)


_NAIVE = """
import asyncio, json, socket, urllib.request
from tests.zoo import keeper
from tests.zoo.watchman import Watchman, carries_login

async def main():
    keeper.own_the_world()
    watchman = Watchman(sees_all=True)
    await watchman.start()
    def ask(url):
        try:
            urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "x"}),
                                   timeout=1)
        except OSError:
            pass
    for url in ("http://169.254.169.254/latest", "http://203.0.113.9:81/", "http://[2001:db8::1]/"):
        await asyncio.to_thread(ask, url)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.51.100.1", 53))
    await asyncio.sleep(0.2)
    watchman.stop()
    print(json.dumps([watchman.strangers(set()), any(map(carries_login, watchman.heard))]))

asyncio.run(main())
"""


@pytest.mark.skipif(not may_own_the_world(), reason="no right to open a network namespace")
def test_the_watchman_sees_who_goes_elsewhere() -> None:
    """A naive client is seen at metadata, at any host, over IPv6 and by datagram."""
    done = subprocess.run(
        ["unshare", "-n", sys.executable, "-c", _NAIVE],
        capture_output=True, text=True, check=True, cwd=ROOT, timeout=30,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )  # fmt: skip

    assert '["169.254.169.254", 80]' in done.stdout
    assert '["203.0.113.9", 81]' in done.stdout
    assert '["2001:db8::1", 80]' in done.stdout
    assert '["198.51.100.1", 53]' in done.stdout
    assert done.stdout.strip().endswith("true]")
