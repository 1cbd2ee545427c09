"""Programs of this machine: on the list, without a shell, within deadline and cap."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

import psutil
import pytest

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import TransportKind
from agent.camera.profiles.transports.child import run
from agent.camera.profiles.transports.command import check_request, fetch
from agent.config_problem import Problem
from tests.agent.camera.transports.conftest import reach_of, source_of

SIGNAL = ["mmcli", "-m", "any", "--signal-get", "-J"]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of fake programs, the first on the path."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def write(folder: Path, name: str, script: str) -> None:
    """A program of a few lines of shell."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def alive(group: int) -> list[int]:
    """Processes of a group that still run; dead ones may wait to be collected."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


async def test_returns_what_the_program_writes(program: Path) -> None:
    """The output of mmcli is the answer, and its arguments arrive as they stand in the profile."""
    write(program, "mmcli", 'echo "$@"')

    fetched = await fetch(source_of(TransportKind.COMMAND, argv=SIGNAL), reach_of())

    assert fetched.body == b"-m any --signal-get -J\n"


async def test_device_file_comes_from_the_configuration(program: Path) -> None:
    """{serial_port} is the device's own port, and nothing that is no device file."""
    write(program, "uqmi", 'echo "$@"')
    argv = ["uqmi", "-d", "{serial_port}", "-t", "5000", "--get-signal-info"]

    fetched = await fetch(
        source_of(TransportKind.COMMAND, argv=argv), reach_of(serial_port="/dev/cdc-wdm0")
    )

    assert fetched.body == b"-d /dev/cdc-wdm0 -t 5000 --get-signal-info\n"
    for bad in ("", "/etc/passwd", "/dev/../etc/shadow", "--set-device-operating-mode"):
        with pytest.raises(CameraError):
            await fetch(source_of(TransportKind.COMMAND, argv=argv), reach_of(serial_port=bad))


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(["rm", "-rf", "/"], id="another program"),
        pytest.param(["/tmp/mmcli", "-J"], id="a path"),
        pytest.param(["mmcli", "-m", "any", "--signal-setup=30"], id="a setting"),
        pytest.param(["mmcli", "-m", "any", "--messaging-list-sms"], id="private"),
        pytest.param(["mmcli", "-m", "any;reboot"], id="shell"),
        pytest.param(["uqmi", "--set-device-operating-mode", "reset"], id="reset"),
        pytest.param([], id="nothing"),
    ],
)
async def test_other_commands_never_run(program: Path, argv: list[str]) -> None:
    """A command with one word that is not on the list is refused by the file and at run time."""
    for name in ("mmcli", "uqmi", "rm"):
        write(program, name, f"touch {program}/ran")
    problems: list[Problem] = []
    check_request(Table(content={"argv": argv}, where="", file="x", problems=problems))

    with pytest.raises(CameraError) as caught:
        await fetch(source_of(TransportKind.COMMAND, argv=argv), reach_of())

    assert caught.value.cause is Cause.VENDOR_UNSUPPORTED
    assert not argv or [problem.wrong for problem in problems] == ["profile_command_words"]
    assert not (program / "ran").exists()


@pytest.mark.parametrize(
    ("address", "packaged"),
    [pytest.param("192.0.2.7", True, id="a camera"), pytest.param("local", False, id="own file")],
)
async def test_only_for_this_machine_and_own_profiles(
    program: Path, address: str, packaged: bool
) -> None:
    """This machine's modem is never read in a camera's name, nor for a file from elsewhere."""
    write(program, "mmcli", f"touch {program}/ran")

    with pytest.raises(CameraError) as caught:
        await fetch(
            source_of(TransportKind.COMMAND, argv=SIGNAL), reach_of(address, packaged=packaged)
        )

    assert caught.value.cause is Cause.VENDOR_UNSUPPORTED
    assert not (program / "ran").exists()


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        pytest.param("sleep 60 & sleep 60", Cause.DEADLINE, id="hangs with a child"),
        pytest.param("yes modem", Cause.HTTP_TOO_LARGE, id="endless"),
        pytest.param("echo 'no modems' >&2; exit 1", Cause.LOCAL_FAILED, id="fails"),
    ],
)
async def test_failures_have_names_and_leave_nothing(
    program: Path, script: str, cause: Cause
) -> None:
    """A program that hangs, floods or fails is named so, and no process of it is left."""
    write(program, "mmcli", f"echo $$ > {program}/pid\n{script}")

    with pytest.raises(CameraError) as caught:
        await fetch(source_of(TransportKind.COMMAND, argv=SIGNAL, timeout_s=1.0), reach_of())

    assert caught.value.cause is cause
    group = int((program / "pid").read_text())
    for _ in range(200):  # dying takes a moment
        if not alive(group):
            break
        await asyncio.sleep(0.02)
    assert alive(group) == []


async def test_absent_program_says_so() -> None:
    """A machine without ModemManager says which program is missing."""
    with pytest.raises(CameraError) as caught:
        await run(["preclaim-no-such-program"], timeout_s=1.0)

    assert caught.value.cause is Cause.LOCAL_MISSING
    assert "preclaim-no-such-program" in caught.value.detail
