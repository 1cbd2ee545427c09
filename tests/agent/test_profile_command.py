"""The verb ``profile``: what an author and a fitter see of firmware profiles."""

from __future__ import annotations

import asyncio
import io
import json
import tomllib
from pathlib import Path

import pytest

from agent import cli, edge
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials, Target
from agent.camera.profiles.profile_file import load_profiles, shipped_directory
from agent.camera.profiles.schema import build_schema
from agent.exit_code import DONE, FOUND, UNUSABLE
from agent.supported_page import build_page
from agent.verbs import dispatch
from tests.agent.camera.fake_device import MD5_OFFER, PASSWORD, USER, FakeDevice
from tests.agent.camera.raw_server import http

DOCS = Path(__file__).parents[2] / "docs"


def call(*arguments: str) -> tuple[int, str]:
    """Carry out a command line; exit code and output."""
    out = io.StringIO()
    return dispatch(cli.parse([*arguments, "--lang", "en"]), out), out.getvalue()


@pytest.fixture
def login(tmp_path: Path) -> tuple[str, ...]:
    """Options that log in."""
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    return ("--user", USER, "--password-file", str(path))


def test_lint_lists_what_is_good() -> None:
    """The product's own profiles stand the deep check, each on a line."""
    code, told = call("profile", "lint")

    assert code == DONE
    assert len(told.splitlines()) == len(load_profiles())


def test_lint_tells_all_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line, what was meant; the exit code is that of a file that cannot be used."""
    path = tmp_path / "mine.toml"
    path.write_text('schema = 2\nid = "mine"\n[mtach]\nmodel = "x"\n')
    code, _ = call("profile", "lint", str(path))

    assert code == UNUSABLE
    assert "mine.toml:3: mtach: is unknown. Did you mean 'match'?\n" in capsys.readouterr().err


async def test_match_names_profile_and_known_issues(login: tuple[str, ...], tmp_path: Path) -> None:
    """What the device says, which profile fits, how well it is proven, what is known."""
    (tmp_path / "more.toml").write_text(
        'schema = 2\nid = "mine"\nextends = "example.vendor"\n[match]\nmodel = "SC-4G"\n'
        'firmware_range = ["<2"]\n[[known_issue]]\nid = "flap"\nsymptom = "a"\ncause = "it flaps"\n'
        'action = "update"\ncause_zh = "乙"\naction_zh = "升级"\nreference = "here"\n'
    )
    device = FakeDevice()
    async with device.server as server:
        options = (*login, "--profiles", str(tmp_path))
        code, told = await asyncio.to_thread(call, "profile", "match", server.address, *options)
        _, as_json = await asyncio.to_thread(
            call, "profile", "match", server.address, *options, "--json"
        )

    assert code == DONE
    assert "Profile: mine" in told
    assert "known issue flap: it flaps" in told
    assert json.loads(as_json)["profile"] == "mine"
    assert [one["id"] for one in json.loads(as_json)["known_issues"]] == ["flap"]


async def test_a_file_of_an_owner_proves_nothing_by_what_it_says(
    login: tuple[str, ...], tmp_path: Path
) -> None:
    """A changed copy that says device-tested counts, and is shown, as documented alone."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'schema = 2\nid = "mine"\nextends = "example.vendor"\nstatus = "device-tested"\n'
        '[match]\nmodel = "SC-4G"\nfirmware_range = ["<2"]\n'
    )
    device = FakeDevice()
    async with device.server as server:
        options = (server.address, *login, "--profiles", str(tmp_path), "--json")
        _, matched = await asyncio.to_thread(call, "profile", "match", *options)
        http_client, decoder = CameraHttp(), Decoder()
        camera = NetworkCamera(
            Target(address=server.address, credentials=Credentials(user=USER, password=PASSWORD)),
            http=http_client,
            decoder=decoder,
            profiles=load_profiles(tmp_path),
            clock=edge.clock,
        )
        stated = await camera.vendor_profile()
        await http_client.close()
        await decoder.close()

    assert json.loads(matched)["profile"] == "mine"
    assert json.loads(matched)["status"] == "documented"
    assert stated is not None
    assert (stated.id, stated.status) == ("mine", "documented")
    assert "OK: mine (documented, " in call("profile", "lint", str(path))[1]


async def test_try_shows_each_value_and_why_there_is_none(login: tuple[str, ...]) -> None:
    """Value, raw, quality and reason stand beside each other; JSON says the same."""
    device = FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))
    device.pages["/vendor/status.json"] = http(
        json.dumps({"battery": {"percent": 255, "millivolts": 3950}})
    )
    async with device.server as server:
        arguments = ("profile", "try", "example.vendor", server.address, *login)
        code, told = await asyncio.to_thread(call, *arguments)
        _, as_json = await asyncio.to_thread(call, *arguments, "--json")

    values = json.loads(as_json)["values"]
    assert code == DONE
    assert values["battery.voltage"]["value"] == 3950.0
    assert values["battery.charge"]["quality"] == "unknown"
    assert values["battery.charge"]["why"] == "the device says it does not know"
    (line,) = [line for line in told.splitlines() if line.startswith("battery.charge ")]
    assert "unknown" in line
    assert "255" in line
    assert PASSWORD not in told + as_json


async def test_a_device_that_refuses_is_tried_once_and_explained(
    login: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """The cause is named on the error stream, and the exit code says that something is wrong."""
    device = FakeDevice(kinds=("digest-md5",), offered=(MD5_OFFER,), password="another")
    async with device.server as server:
        code, _ = await asyncio.to_thread(
            call, "profile", "try", "example.vendor", server.address, *login
        )

    assert code == FOUND
    assert "login.refused" in capsys.readouterr().err
    assert sum(device.logins.values()) == 1


def test_the_published_schema_is_that_of_the_reader() -> None:
    """profile.schema.json is what ``profile schema`` prints."""
    published = (shipped_directory() / "profile.schema.json").read_text(encoding="utf-8")

    assert published == call("profile", "schema")[1]


def test_shipped_profiles_fit_the_schema() -> None:
    """An independent validator agrees with our reader, where one is installed."""
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(build_schema())
    for path in sorted(shipped_directory().glob("*.toml")):
        assert list(validator.iter_errors(tomllib.loads(path.read_text()))) == [], path.name


@pytest.mark.parametrize(("lang", "name"), [("en", "supported.md"), ("zh", "supported.zh.md")])
def test_the_page_of_supported_devices_is_up_to_date(lang: str, name: str) -> None:
    """docs/ say what the profiles and recordings say; preclaim-agent profile supported docs."""
    assert (DOCS / name).read_text(encoding="utf-8") == build_page(lang)


def test_every_profile_speaks_both_languages() -> None:
    """Title and note are there in English and Chinese."""
    for profile in load_profiles():
        assert profile.title, profile.id
        assert profile.title_zh, profile.id
        assert bool(profile.login_note) == bool(profile.login_note_zh), profile.id


def test_the_pages_go_into_a_new_directory_or_it_is_said_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A directory that is not there is made; a file in its place is named."""
    (tmp_path / "file").write_text("")

    assert call("profile", "supported", str(tmp_path / "new"))[0] == DONE
    assert (tmp_path / "new" / "supported.zh.md").exists()
    assert call("profile", "supported", str(tmp_path / "file"))[0] == UNUSABLE
    assert "name another directory" in capsys.readouterr().err
