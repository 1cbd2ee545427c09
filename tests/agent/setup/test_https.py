"""A camera that speaks HTTPS alone gets no login before a person has compared its certificate."""

from __future__ import annotations

import shutil

import pytest
import tomlkit

from agent.config_file import load_config
from agent.exit_code import DONE, FOUND, UNUSABLE
from tests.agent.camera.certificates import self_signed
from tests.agent.camera.fake_device import PASSWORD, SERIAL, USER, FakeDevice
from tests.agent.camera.test_tls import heard_logins
from tests.agent.setup.conftest import Bench


async def test_a_login_waits_for_the_fingerprint_to_be_compared(bench: Bench) -> None:
    """First run: written with tls, no login sent, fingerprint named. With the pin: let in."""
    pair = self_signed(bench.folder)
    (bench.folder / "pw").write_text(PASSWORD)
    device = FakeDevice(tls=pair.server())
    login = ("--user", USER, "--password-file", str(bench.folder / "pw"), "--consent", "all")
    async with device.server as server:
        order = ("setup", "--yes", "--no-accept", *login, "--at", server.address)
        code, text = await bench.call(*order)

        assert code == FOUND
        assert pair.pin in text
        assert heard_logins(device) == 0
        (written,) = load_config(bench.config).devices
        assert written.target.tls
        assert written.target.credentials is None

        document = tomlkit.parse(bench.config.read_text())
        document["devices"][0]["tls_fingerprint"] = pair.pin  # type: ignore[index]  # an array
        bench.config.write_text(tomlkit.dumps(document))
        await bench.call(*order)

    (known,) = load_config(bench.config).devices
    assert known.target.credentials is not None
    assert known.target.tls_fingerprints == (pair.pin,)
    assert heard_logins(device) > 0


async def test_a_pin_of_the_command_line_or_the_list_lets_in(bench: Bench) -> None:
    """Compared by a person and given as --pin: one run; a first run without it is mended by one
    with the list; a swap asks for the new device's; another certificate gets no byte of a login."""
    (bench.folder / "other").mkdir()
    pair, other = self_signed(bench.folder), self_signed(bench.folder / "other")
    (bench.folder / "pw").write_text(PASSWORD)
    login = ("--user", USER, "--password-file", str(bench.folder / "pw"), "--consent", "all")
    device = FakeDevice(tls=pair.server())
    async with device.server as server:
        order = ("setup", "--yes", "--no-accept", *login, "--at", server.address)
        await bench.call(*order, "--pin", other.pin)
        assert not bench.config.exists() or not load_config(bench.config).devices
        assert heard_logins(device) == 0

        await bench.call(*order)  # written with tls, without login
        (bench.folder / "sites.csv").write_text(
            "address,user,password_file,tls_fingerprint\n"
            f"{server.address},{USER},pw,{pair.pin.upper().replace('SHA256', 'sha256')}\n"
        )
        await bench.call("setup", "--yes", "--sites", str(bench.folder / "sites.csv"))
        (known,) = load_config(bench.config).devices
        assert known.target.credentials is not None
        assert known.target.tls_fingerprints == (pair.pin,)

        bench.config.unlink()
        await bench.call(*order, "--pin", pair.pin)
        (known,) = load_config(bench.config).devices
        assert known.target.tls
        assert known.target.credentials is not None
        assert known.target.tls_fingerprints == (pair.pin,)

    new = FakeDevice(tls=other.server())
    async with new.server as server:
        swap = ("device", "swap", known.device_id, "--yes", "--address", server.address)
        shutil.rmtree(bench.folder / "agent-data")  # nobody knows the old one's serial
        await bench.call(*swap, "--serial", SERIAL)
        assert heard_logins(new) == 0
        code, text = await bench.call(*swap, "--serial", SERIAL, "--pin", other.pin)
        assert code == DONE, text
        (now,) = load_config(bench.config).devices
        assert now.target.tls_fingerprints == (other.pin,)


async def test_a_pin_is_of_one_device(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """A pin for a range, for a search, or one that is none, is refused before anybody is asked."""
    pin = "sha256:" + 32 * "ab"
    for more, told in (
        (("--at", "192.0.2.1-4", "--pin", pin), "a pin is of one device"),
        (("--pin", pin), "a pin is of one device"),
        (("--at", "192.0.2.1", "--pin", "ab:cd"), "is no fingerprint"),
    ):
        code, _ = await bench.call("setup", "--yes", *more)
        assert code == UNUSABLE
        assert told in capsys.readouterr().err
    path = bench.folder / "sites.csv"
    path.write_text(f"address,tls_fingerprint\n192.0.2.1-4,{pin}\n192.0.2.9,xy\n")
    code, _ = await bench.call("setup", "--yes", "--sites", str(path))
    assert code == UNUSABLE
    text = capsys.readouterr().err
    assert "row 2, tls_fingerprint" in text
    assert "row 3, tls_fingerprint" in text
