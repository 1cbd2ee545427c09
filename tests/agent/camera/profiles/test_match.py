"""Which profile is for which device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.camera.profiles.firmware import Firmware, Version, read_bound
from agent.camera.profiles.match import choose, known_issues
from agent.camera.profiles.profile import Match, Profile
from agent.camera.profiles.profile_file import load_profiles
from tests.agent.camera.profiles.making import information, made


def profile(name: str, **match: Any) -> Profile:
    """A profile without sources."""
    return Profile(id=name, match=Match(**match))


def bounds(*texts: str) -> Any:
    """A firmware range."""
    return tuple(read_bound(text) for text in texts)


# The form of each is from public recordings, release notes and manuals of the makers.
@pytest.mark.parametrize(
    ("pattern", "build", "text", "version"),
    [
        (r"^V(\d+)\.(\d+)\.(\d+)", r"build (\d{6})", "V5.7.13 build 230706", ((5, 7, 13), 230706)),
        (r"^v(\d+)\.(\d+)\.(\d+)\.(\d+)", r"_(\d+)$", "v3.0.0.494_21073002",
         ((3, 0, 0, 494), 21073002)),
        (r"_v(\d+)\.(\d+)\.(\d+)\.(\d+)$", "", "1388_22100600_v1.0.0.30", ((1, 0, 0, 30), None)),
        (r"^(\d+)\.(\d+)\.(\d+)", r"build:\s*([\d-]+)", "2.800.0000016.0.R,build:2020-06-05",
         ((2, 800, 16), 20200605)),
        (r"^(\d+)\.(\d+)\.(\d+)", r"Build (\d+)", "1.2.0 Build 250910 Rel.70120n",
         ((1, 2, 0), 250910)),
        (r"_(\d+)\.(\d+)\.(\d+)$", "", "RUTX_R_00.07.17.3", None),
        (r"_R_(\d+)\.(\d+)\.(\d+)\.?(\d+)?", "", "RUTX_R_00.07.17.3", ((0, 7, 17, 3), None)),
        (r"\.R(\d+)\.", r"\.(\d{5})\.", "V4.03.R11.C6380178.12201.142300.0000000", ((11,), 12201)),
        (r"^(\d+)\.(\d+)\.?(\d+)?", "", "11.11.73", ((11, 11, 73), None)),
    ],
)  # fmt: skip
def test_versions_as_makers_write_them(
    pattern: str, build: str, text: str, version: tuple[tuple[int, ...], int | None] | None
) -> None:
    """The profile's own expression reads what packaging.Version refuses."""
    found = Firmware(pattern=pattern, build=build).read(text)

    assert found == (Version(parts=version[0], build=version[1]) if version else None)


@pytest.mark.parametrize(
    ("firmware", "fits"),
    [
        ("V5.7.13 build 230706", True),
        ("V5.7.13", True),
        ("V5.7.2 build 220101", False),
        ("V5.10.0", True),
        ("V6.0.0", False),
        ("unreadable", False),
        ("", False),
        (None, False),
    ],
)
def test_firmware_is_compared_as_numbers(firmware: str | None, fits: bool) -> None:
    """5.10 is newer than 5.7.13, and what the expression cannot read does not fit."""
    own = Firmware(pattern=r"V(\d+)\.(\d+)\.(\d+)", range=bounds(">=5.7.13", "<6"))

    assert own.fits(firmware) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [("V5.5.0 build 170515", True), ("V5.5.0 build 160101", False), ("V5.5.0", False),
     ("V5.5.1 build 100101", True)],
)  # fmt: skip
def test_build_date_decides_within_one_version(text: str, fits: bool) -> None:
    """The same version number came out twice: the build tells them apart, untold is no match."""
    own = Firmware(build=r"build (\d+)", range=bounds(">=5.5.0 build 170101"))

    assert own.fits(text) is fits


def test_most_specific_profile_wins_and_twins_are_refused_and_named() -> None:
    """Priority, then more of the model, hardware, firmware; two equals give none, and are named."""
    general, special = profile("g", model="SC"), profile("s", model="SC-4G")
    device = information("A", "SC-4G-20", "1.0.0", hardware="HW-3")
    narrow = profile("n", model="SC-4G", firmware=Firmware(range=bounds(">=1")))
    board = profile("h", model="SC-4G", hardware="HW-3")

    assert choose([general, special], device).profile is special
    assert choose([special, narrow], device).profile is narrow
    assert choose([special, narrow, board], device).profile is board
    assert choose([profile("p", priority=1), board], device).profile is not board
    twins = choose([special, profile("t", model="-4G-2")], device)
    assert (twins.profile, twins.ambiguous) == (None, ("s", "t"))
    assert choose([], device).profile is None


def test_a_device_that_does_not_say_who_made_it_is_known_by_its_model() -> None:
    """A hint stands in for an absent manufacturer, never for another one."""
    own = profile("hik", manufacturer="(?i)^hikvision", model="^DS-2", hint="^DS-2")

    for unsaid in (None, "", " "):
        assert choose([own], information(unsaid, "DS-2CD2", "V5.7.1")).profile is own
    assert choose([own], information("Another", "DS-2CD2", "V5.7.1")).profile is None
    assert choose([own], information("HIKVISION", "DS-2CD2", "V5.7.1")).profile is own


def test_known_issues_are_those_of_the_firmware(tmp_path: Path) -> None:
    """An issue with a range needs a firmware that can be read; one without is of all."""
    both = made(
        tmp_path,
        '[[known_issue]]\nid = "old"\nfirmware = ["<5.7.13"]\nsymptom = "a"\ncause = "b"\n'
        'action = "c"\ncause_zh = "乙"\naction_zh = "丙"\nreference = "d"\n'
        '[[known_issue]]\nid = "all"\nsymptom = "a"\ncause = "b"\n'
        'action = "c"\ncause_zh = "乙"\naction_zh = "丙"\nreference = "d"\n',
    )

    assert [issue.id for issue in known_issues(both, "V5.7.2")] == ["old", "all"]
    assert [issue.id for issue in known_issues(both, "V5.7.13")] == ["all"]
    assert [issue.id for issue in known_issues(both, None)] == ["all"]


def test_shipped_profiles_do_not_contend() -> None:
    """The example is known by its maker; an unknown maker gets the generic profile."""
    shipped = load_profiles()

    example = choose(shipped, information("Camhi Example", "SC-4G-20", "1.4.2")).profile
    other = choose(shipped, information("Another Maker", "X", "9")).profile
    assert example is not None
    assert example.id == "example.vendor"
    assert other is not None
    assert (other.id, dict(other.sources)) == ("generic.onvif", {})
