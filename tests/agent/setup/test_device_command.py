"""``device swap`` and ``device password``: confirmed, one attempt each, and nothing half done."""

from __future__ import annotations

import pytest

from agent import app
from agent.config_file import load_config
from agent.delivery import keepsake_store
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND
from tests.agent.setup.conftest import PASSWORD, Bench
from tests.agent.setup.test_setup import refusals


def password_of(bench: Bench, address: str) -> str:
    """What the configuration now logs in with at an address."""
    for device in load_config(bench.config).devices:
        if device.target.address == address and device.target.credentials:
            return device.target.credentials.password
    return ""


async def test_passwords_change_after_one_login_at_one_device(bench: Bench) -> None:
    """The cameras have the new password: the first is asked once, then each of the others once."""
    sims = [await bench.camera() for _ in range(3)]
    await bench.setup(*sims)
    for sim in sims:
        sim.inject("wrong_password")  # its password is another one now
    (bench.folder / "new").write_text(f"{PASSWORD}-changed\n")

    code, text = await bench.call(
        *("device", "password", "--user", "admin"),
        *("--password-file", str(bench.folder / "new")),
    )

    assert code == DONE, text
    assert {password_of(bench, sim.address) for sim in sims} == {f"{PASSWORD}-changed"}
    assert [refusals(sim) for sim in sims] == [0, 0, 0]
    assert "Restart the agent" in text


async def test_a_wrong_new_password_touches_one_device_once(bench: Bench) -> None:
    """A typing error: one refusal at the first device, the others are not asked, all is kept."""
    sims = [await bench.camera() for _ in range(3)]
    await bench.setup(*sims)
    before = bench.config.read_text()
    (bench.folder / "new").write_text("typo\n")

    code, text = await bench.call(
        *("device", "password", "--user", "admin"),
        *("--password-file", str(bench.folder / "new")),
    )

    assert code == FOUND
    assert sum(refusals(sim) for sim in sims) == 1
    assert "2 further device(s) were not touched" in text
    assert bench.config.read_text() == before
    assert {password_of(bench, sim.address) for sim in sims} == {PASSWORD}


async def test_a_silent_first_device_lets_nobody_pay_for_a_wrong_password(bench: Bench) -> None:
    """The first one is off: the second one refuses, and the third is not asked."""
    sims = [await bench.camera() for _ in range(3)]
    await bench.setup(*sims)
    sims[0].inject("refuses_tcp")
    (bench.folder / "new").write_text("typo\n")

    code, text = await bench.call(
        *("device", "password", "--user", "admin"),
        *("--password-file", str(bench.folder / "new")),
    )

    assert code == FOUND
    assert [refusals(sim) for sim in sims] == [0, 1, 0]
    assert "1 further device(s) were not touched" in text


async def test_who_refuses_keeps_its_old_login(bench: Bench) -> None:
    """One camera was forgotten: the others change, it stays, and the exit code says so."""
    sims = [await bench.camera() for _ in range(3)]
    await bench.setup(*sims)
    for sim in (sims[0], sims[2]):
        sim.inject("wrong_password")
    (bench.folder / "new").write_text(f"{PASSWORD}-changed\n")

    code, _ = await bench.call(
        *("device", "password", "--user", "admin"),
        *("--password-file", str(bench.folder / "new")),
    )

    assert code == FOUND
    changed = f"{PASSWORD}-changed"
    told = [password_of(bench, sim.address) for sim in sims]
    assert told == [changed, PASSWORD, changed]
    assert refusals(sims[1]) == 1


async def test_a_swapped_device_is_confirmed_and_history_follows_the_position(
    bench: Bench,
) -> None:
    """Another serial at the position: the old one's facts are left behind, the position stays."""
    old = await bench.camera()
    await bench.setup(old)
    (device,) = load_config(bench.config).devices
    new = await bench.camera(serial="NEW-0001", mac="02:00:00:00:09:09")
    swap = ("device", "swap", device.device_id, "--yes", "--address", new.address)

    code, _ = await bench.call(*swap, "--serial", "ANOTHER")
    assert code == FOUND
    code, _ = await bench.call(*swap)
    assert code == FOUND  # nobody confirmed
    assert load_config(bench.config).devices == (device,)

    code, text = await bench.call(*swap, "--serial", "NEW-0001", "--label-serial", "SC26010009")

    assert code == DONE, text
    (now,) = load_config(bench.config).devices
    assert (now.device_id, now.target.address) == (device.device_id, new.address)
    assert now.label_serial == "SC26010009"
    database = open_for_reading(app.data_file(load_config(bench.config)))
    facts = keepsake_store.read_facts(database.connection, now.device_id)
    assert facts is not None
    assert "NEW-0001" in {alias.value for alias in facts.aliases}
    assert old.spec.serial not in {alias.value for alias in facts.aliases}
    database.close()


async def test_the_same_device_is_no_swap(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Who names the old device's own serial is told so, and nothing is forgotten."""
    sim = await bench.camera()
    await bench.setup(sim)
    (device,) = load_config(bench.config).devices

    code, _ = await bench.call(
        "device", "swap", device.device_id, "--yes", "--serial", sim.spec.serial
    )

    assert code == FOUND
    assert "the same device hangs there as before" in capsys.readouterr().err
