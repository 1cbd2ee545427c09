"""The Tapo adapter: a library that may be absent, refuse, hang or talk too much."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.profile import Format
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Reach, TransportKind
from agent.camera.profiles.transports.adapter import check_request, fetch
from agent.config_problem import Problem
from tests.agent.camera.transports.conftest import PASSWORD, reach_of, source_of

FAKE = '''
"""Stands for pytapo: the two calls that the adapter makes."""
import json, os, pathlib
MAX_LOGIN_RETRIES = 1
HERE = pathlib.Path(__file__).parent

class Tapo:
    def __init__(self, host, user, password, **options):
        print("libraries print")
        assert options["retryStok"] is False and MAX_LOGIN_RETRIES == 0
        with open(HERE / "logins", "a") as log:
            log.write(user + "\\n")
        said = (HERE / "says").read_text()
        if said:
            raise Exception(said)

    def executeFunction(self, method, parameters):
        if method == "getBattery":
            raise Exception("Error: Method does not exist, Response: {}")
        return {"asked": parameters, "of": method}
'''


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a package of the library's name, first on the path of the child."""
    (tmp_path / "pytapo").mkdir()
    (tmp_path / "pytapo" / "__init__.py").write_text(FAKE)
    (tmp_path / "pytapo" / "says").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "pytapo"


async def ask(reach: Reach) -> dict[str, object]:
    """What a profile would read."""
    source = source_of(
        TransportKind.ADAPTER,
        form=Format.JSON,
        adapter="tapo",
        ask={"getDeviceInfo": {"device_info": {"name": ["basic_info"]}}, "getBattery": {}},
    )
    found: dict[str, object] = json.loads((await fetch(source, reach)).body)
    return found


async def test_answers_come_by_method(library: Path) -> None:
    """What the camera knows comes under the method's name, by one login; the rest is left out."""
    reach = reach_of("192.0.2.7")

    found = await ask(reach)

    assert found == {
        "getDeviceInfo": {
            "asked": {"device_info": {"name": ["basic_info"]}},
            "of": "getDeviceInfo",
        }
    }
    assert (library / "logins").read_text() == "admin\n"
    assert reach.door.transcript.tally.login_attempts == 1


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        pytest.param("Invalid authentication data", Cause.LOGIN_REFUSED, id="refused"),
        pytest.param("Temporary Suspension: Try again in 1800 s", Cause.LOGIN_LOCKED, id="locked"),
        pytest.param("Failed to detect device type.", Cause.VENDOR_REFUSED, id="other"),
    ],
)
async def test_refusals_have_names(library: Path, says: str, cause: Cause) -> None:
    """A refused and a suspended login count, and the library's words are not passed on."""
    (library / "says").write_text(f"{says} password={PASSWORD}")
    reach = reach_of("192.0.2.7")

    with pytest.raises(CameraError) as caught:
        await ask(reach)

    assert caught.value.cause is cause
    assert PASSWORD not in str(caught.value)
    assert reach.door.login.vendor_refusals == (cause is Cause.LOGIN_REFUSED)
    assert reach.door.login.locked == (cause is Cause.LOGIN_LOCKED)
    assert (library / "logins").read_text().count("\n") == 1


async def test_absent_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library the reading says which package to install, and under which licence."""
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(CameraError) as caught:
        await ask(reach_of("192.0.2.7"))

    assert caught.value.cause is Cause.LOCAL_MISSING
    assert "pip install pytapo" in caught.value.detail
    assert "GPL" in caught.value.detail


def test_only_reading_methods_are_allowed() -> None:
    """A file that would call a method that sets, or an unknown adapter, is refused."""
    problems: list[Problem] = []
    content = {"adapter": "other", "ask": {"setLensMask": {}, "getX; rm": {}, "rebootDevice": {}}}
    check_request(Table(content=content, where="", file="x", problems=problems))

    assert [problem.wrong for problem in problems] == [
        "profile_word",
        *["profile_adapter_method"] * 3,
    ]
