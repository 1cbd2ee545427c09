"""The command line: run, inject, faults."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.faults import TEXTS, Fault
from simulator.serve import write_password


@pytest.fixture
def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A simulator with two cameras, and what it printed."""
    command = [sys.executable, "-m", "simulator", "--lang", "en", "run", "--cameras", "2"]
    command += ["--control-port", "0", "--fault", "SIM-0002=blurred"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = ""
    assert process.stdout is not None
    for line in process.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            break
    yield process, printed
    process.kill()
    process.wait(timeout=10)
    process.stdout.close()


def test_run_inject_and_stop(running: tuple[subprocess.Popen[str], str]) -> None:
    """The printed addresses work, a fault is injected by the printed command, SIGINT ends it."""
    process, printed = running
    control = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert control is not None
    url = control[0]

    done = main(["inject", "SIM-0001", "frozen", "--control", url])
    with urllib.request.urlopen(f"{url}/control/cameras", timeout=10) as reply:
        body = reply.read().decode()
    process.send_signal(signal.SIGINT)

    assert done == 0
    assert '"faults": ["frozen"]' in body
    assert '"faults": ["blurred"]' in body
    assert process.wait(timeout=10) == 0


def test_password_is_in_a_file_and_not_printed(
    running: tuple[subprocess.Popen[str], str],
) -> None:
    """The generated password is never shown; the probe command names its file."""
    _, printed = running
    named = re.search(r"--password-file (\S+)", printed)
    assert named is not None
    path = Path(named[1])
    password = path.read_text().strip()

    assert len(password) >= 16
    assert password not in printed
    assert path.stat().st_mode & 0o777 == 0o600


def test_bad_scenario_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem is printed with its remedy, nothing starts, exit code 2."""
    path = tmp_path / "fleet.toml"
    path.write_text('[fleet]\nx = 1\n[[sites]]\nid = "s"\n[[sites.cameras]]\ncodec = "vp9"\n')

    code = main(["--lang", "en", "run", "-c", str(path)])

    said = capsys.readouterr().err
    assert code == 2
    assert "fleet.x: is not a known key" in said
    assert "codec: is 'vp9'" in said
    assert said.count("remedy:") >= 3


@pytest.mark.parametrize("fault", ["SIM-9=blurred", "SIM-0001=sulks", "SIM-0001"])
def test_bad_fault_at_start_ends_with_two(fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault for nobody, or one that does not exist, is refused before anything starts."""
    assert main(["run", "--cameras", "1", "--control-port", "0", "--fault", fault]) == 2
    assert fault in capsys.readouterr().err


def test_inject_without_simulator_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no simulator runs, inject says which address it asked and what to do."""
    assert main(["--lang", "zh", "inject", "S", "black", "--control", "http://127.0.0.1:1"]) == 1
    assert "preclaim-sim run" in capsys.readouterr().err


def test_faults_are_listed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault has one line with its English and its Chinese text."""
    assert main(["faults"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert set(TEXTS) == set(Fault)
    for fault, text in TEXTS.items():
        (line,) = [line for line in lines if line.split()[0] == fault.value]
        assert text.en in line
        assert text.zh in line
        assert re.search(r"[\u4e00-\u9fff]", text.zh)


def test_password_file_is_private(tmp_path: Path) -> None:
    """The file is made with mode 0600 from the start and never overwrites another."""
    path = write_password(tmp_path, "secret")

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_password(tmp_path, "secret")


async def test_taken_port_is_an_error() -> None:
    """A control port that is taken ends with 1 and the remedy."""
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    command = ["--lang", "en", "run", "--cameras", "1", "--control-port", str(port)]

    code = await asyncio.to_thread(run_quietly, command)
    server.close()

    assert code.returncode == 1
    assert "--control-port 0" in code.stderr


def run_quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the simulator in a process of its own."""
    whole = [sys.executable, "-m", "simulator", *command]
    return subprocess.run(whole, capture_output=True, text=True, timeout=20, check=False)
