"""One verb after the other with a wrong password: the account is not locked by it."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import pytest

from agent import cli
from agent.exit_code import DONE, FOUND
from agent.verbs import dispatch
from tests.agent.camera.fake_device import MD5_OFFER, PASSWORD, USER, FakeDevice

TRIAL = ("profile", "try", "example.vendor")
VERBS = (("probe",), ("channels",), ("login",), ("profile", "match"), TRIAL)


def call(*arguments: str) -> tuple[int, str]:
    """Carry out a command line; exit code and output."""
    out = io.StringIO()
    return dispatch(cli.parse([*arguments]), out), out.getvalue()


@pytest.fixture
def wrong(tmp_path: Path) -> tuple[str, ...]:
    """Options that log in with a wrong password."""
    (tmp_path / "wrong").write_text("not-the-password")
    return ("--user", USER, "--password-file", str(tmp_path / "wrong"))


def _device() -> FakeDevice:
    return FakeDevice(kinds=("wsse", "digest-md5"), offered=(MD5_OFFER,))


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
async def test_a_refused_login_is_not_tried_again(
    verb: tuple[str, ...], wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever verb met the refusal, no verb tries this password again; each says why."""
    device = _device()
    async with device.server as server:
        first, _ = await asyncio.to_thread(call, *verb, server.address, *wrong)
        spent = sum(device.logins.values())
        for other in VERBS:
            code, told = await asyncio.to_thread(call, *other, server.address, *wrong)
            assert code == FOUND
            assert "--again" in told + capsys.readouterr().err
            assert "tries each kind once" not in told

    assert first == FOUND
    assert 0 < spent <= 3
    assert sum(device.logins.values()) == spent


async def test_another_password_and_a_persons_will_are_tried_at_once(
    wrong: tuple[str, ...], tmp_path: Path
) -> None:
    """The rest is of the refused password alone, and --again ends it; no file holds a password."""
    device = _device()
    (tmp_path / "right").write_text(PASSWORD)
    async with device.server as server:
        await asyncio.to_thread(call, "channels", server.address, *wrong)
        refused = sum(device.logins.values())
        await asyncio.to_thread(call, "channels", server.address, *wrong, "--again")
        again = sum(device.logins.values())
        right = ("--user", USER, "--password-file", str(tmp_path / "right"))
        code, _ = await asyncio.to_thread(call, "profile", "match", server.address, *right)

    kept = Path(os.environ["XDG_STATE_HOME"]) / "preclaim" / "refused.json"
    assert "not-the-password" not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert again > refused
    assert code in (DONE, FOUND)
    assert sum(device.logins.values()) > again
