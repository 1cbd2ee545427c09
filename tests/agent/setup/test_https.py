"""A camera that speaks HTTPS alone gets no login before a person has compared its certificate."""

from __future__ import annotations

import tomlkit

from agent.config_file import load_config
from agent.exit_code import FOUND
from tests.agent.camera.certificates import self_signed
from tests.agent.camera.fake_device import PASSWORD, USER, FakeDevice
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
