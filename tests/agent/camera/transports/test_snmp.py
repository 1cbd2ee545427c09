"""SNMP against Debian's snmpd, which tells what a Teltonika router would."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.profile import Format
from agent.camera.profiles.transport import Reach, TransportKind
from agent.camera.profiles.transports.snmp import fetch
from tests.agent.camera.transports.conftest import reach_of, source_of

pytest.importorskip("pysnmp", reason="pysnmp is not installed")
SNMPD = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TABLE = "1.3.6.1.4.1.48690.2.2.1"
needs_snmpd = pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed")


def free_udp_port() -> int:
    """A port that nobody has right now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def router(folder: Path) -> AsyncIterator[int]:
    """The port of an snmpd with the community "s3cret-community" and a v3 user."""
    lines = [
        "rocommunity s3cret-community",
        "createUser watcher SHA long-enough-pass AES long-enough-pass",
        "rouser watcher priv",
        f'override {TABLE}.20.1 octet_str "-83"',
        f"override {TABLE}.19.1 integer 9",
        'override 1.3.6.1.4.1.48690.1.6.0 octet_str "RUTX_R_00.07.17.3"',
    ]
    (folder / "snmpd.conf").write_text("\n".join(lines) + "\n")
    port = free_udp_port()
    assert SNMPD is not None
    process = await asyncio.create_subprocess_exec(
        SNMPD,
        *("-f", "-Lf", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf")),
        *("-I", "-smux", f"udp:127.0.0.1:{port}"),
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.sleep(0.5)
        yield port
    finally:
        process.kill()
        await process.wait()


async def ask(reach: Reach, *, version: str = "2c", timeout_s: float = 15.0) -> dict[str, object]:
    """What a profile would read."""
    source = source_of(
        TransportKind.SNMP,
        form=Format.JSON,
        timeout_s=timeout_s,
        version=version,
        get={"firmware": "1.3.6.1.4.1.48690.1.6.0", "absent": "1.3.6.1.4.1.48690.9.9.0"},
        walk={"rsrp": f"{TABLE}.20", "sinr": f"{TABLE}.19", "none": f"{TABLE}.99"},
    )
    body = (await fetch(source, reach)).body
    found: dict[str, object] = json.loads(body)
    return found


EXPECTED = {"firmware": "RUTX_R_00.07.17.3", "rsrp": ["-83"], "sinr": ["9"], "none": []}


@needs_snmpd
async def test_reads_objects_and_tables(tmp_path: Path) -> None:
    """Scalars and rows come as texts under the profile's names; what is absent is left out."""
    async with router(tmp_path) as port:
        found = await ask(reach_of("127.0.0.1", vendor_port=port, password="s3cret-community"))

    assert found == EXPECTED


@needs_snmpd
async def test_reads_by_version_3(tmp_path: Path) -> None:
    """User and password of version 3 authenticate and encrypt."""
    async with router(tmp_path) as port:
        reach = reach_of("127.0.0.1", vendor_port=port, user="watcher", password="long-enough-pass")
        found = await ask(reach, version="3")
        wrong = reach_of("127.0.0.1", vendor_port=port, user="watcher", password="another-password")
        with pytest.raises(CameraError) as caught:
            await ask(wrong, version="3")

    assert found == EXPECTED
    assert caught.value.cause is Cause.LOGIN_REFUSED
    assert wrong.door.login.vendor_refusals == wrong.door.transcript.tally.login_attempts == 1


async def test_silence_is_named(tmp_path: Path) -> None:
    """Nobody there, or a wrong community: both are silence, and both are said."""
    port = free_udp_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", port))
        with pytest.raises(CameraError) as caught:
            await ask(reach_of("127.0.0.1", vendor_port=port))

    assert caught.value.cause is Cause.DEADLINE
    assert "community" in caught.value.detail
    assert "s3cret" not in caught.value.detail
