"""Where the sun stands, and where the configuration says that the cameras are."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.config import Mates
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.sun import Site, sun_elevation_deg

GATE = '[[devices]]\nid = "gate"\naddress = "192.0.2.8"\n'
GREENWICH = Site(latitude_deg=51.4769, longitude_deg=0.0)


@pytest.mark.parametrize(
    ("at", "elevation_deg"),
    [
        # Almanac: at the solstice's noon the sun stands 90 - latitude + 23.44 high.
        (datetime(2026, 6, 21, 12, 2, tzinfo=UTC), 90 - 51.4769 + 23.44),
        (datetime(2026, 12, 21, 12, 0, tzinfo=UTC), 90 - 51.4769 - 23.44),
        (datetime(2026, 6, 21, 0, 2, tzinfo=UTC), 51.4769 - 90 + 23.44),
    ],
)
def test_the_sun_is_where_an_almanac_says(at: datetime, elevation_deg: float) -> None:
    """Noon and midnight at Greenwich, to half a degree."""
    found = sun_elevation_deg(GREENWICH, at)
    assert found == pytest.approx(elevation_deg, abs=0.5)


def test_without_a_site_nobody_knows() -> None:
    """Unknown is not night."""
    assert sun_elevation_deg(None, datetime(2026, 6, 21, tzinfo=UTC)) is None


def test_an_agent_without_a_site_never_loads_astral() -> None:
    """It costs memory only where it is used."""
    code = "import agent.app, sys; sys.exit('astral' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def config(folder: Path, place: str) -> Path:
    """A small configuration with these lines in [agent]."""
    path = folder / "agent.toml"
    path.write_text(f'[agent]\nid = "agent-north"\n{place}\n')
    return path


def test_coordinates_are_read(tmp_path: Path) -> None:
    """Degrees, south and west negative; none where none are written."""
    (gate,) = load_config(config(tmp_path, f"latitude = -33.9\nlongitude = 151.2\n{GATE}")).devices
    assert gate.place == Site(latitude_deg=-33.9, longitude_deg=151.2)
    (gate,) = load_config(config(tmp_path, GATE)).devices
    assert gate.place is None


HUB = """latitude = 47.4
longitude = 8.5
[[sites]]
name = "quay"
latitude = 31.2
longitude = 121.5
[[sites]]
name = "mine"
"""


def test_each_camera_has_the_place_of_its_site(tmp_path: Path) -> None:
    """A hub over VPN: only cameras of the same site are mates, and each site has its own sun."""
    named = {"gate": "", "crane": "quay", "belt": "mine", "boom": "quay", "barn": ""}
    devices = "".join(
        f'[[devices]]\nid = "{name}"\naddress = "192.0.2.9"\nsite = "{site}"\n'
        for name, site in named.items()
    )
    read = load_config(config(tmp_path, HUB + devices)).devices
    places = {one.device_id: one.place for one in read}
    assert places["gate"] == Site(latitude_deg=47.4, longitude_deg=8.5)
    assert places["crane"] == Site(latitude_deg=31.2, longitude_deg=121.5)
    assert places["belt"] is None
    assert dict(Mates(read)) == {
        "gate": ("barn",),
        "crane": ("boom",),
        "belt": (),
        "boom": ("crane",),
        "barn": ("gate",),
    }


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('[[sites]]\nname = "quay"\nlatitude = 31.2', "sites[0].longitude"),
        ('[[sites]]\nname = "quay"\n[[sites]]\nname = "quay"', "sites[1].name"),
        ("[[sites]]\nlatitude = 31.2\nlongitude = 1.0", "sites[0].name"),
        (f'{GATE}site = "quai"', "devices[0].site"),
    ],
)
def test_a_site_that_is_wrong_is_complained_of(tmp_path: Path, lines: str, key: str) -> None:
    """Half a place, a name twice or none, one that no table has: place and remedy are named."""
    with pytest.raises(ConfigError) as caught:
        load_config(config(tmp_path, lines))
    assert [problem.key for problem in caught.value.problems] == [key]
    assert caught.value.problems[0].line("zh")


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("latitude = 47.4", "agent.longitude"),
        ("longitude = 8.5", "agent.latitude"),
        ("latitude = 95\nlongitude = 8.5", "agent.latitude"),
        ('latitude = "47 N"\nlongitude = 8.5', "agent.latitude"),
    ],
)
def test_half_a_place_is_complained_of(tmp_path: Path, place: str, key: str) -> None:
    """One without the other, off the globe, or a text: place and remedy are named."""
    with pytest.raises(ConfigError) as caught:
        load_config(config(tmp_path, place))
    assert [problem.key for problem in caught.value.problems] == [key]
    assert caught.value.problems[0].line("zh")


def test_the_span_factor_is_read(tmp_path: Path) -> None:
    """A demo makes hours of nothing; the default leaves them."""
    path = config(tmp_path, "")
    assert load_config(path).judgement.span_factor == 1.0
    path.write_text(path.read_text() + "[diagnosis]\nspan_factor = 0\n")
    assert load_config(path).judgement.span_factor == 0.0
