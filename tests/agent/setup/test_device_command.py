"""``device swap`` and ``device password``: confirmed, one attempt each, and nothing half done."""

from __future__ import annotations

import pytest

from agent import app
from agent.config_file import load_config
from agent.data_lock import only_one
from agent.delivery import keepsake_store
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND, UNUSABLE
from simulator.spec import Kind
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


async def test_a_camera_at_a_channel_is_swapped_by_its_label_alone(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The recorder's serial is never the channel's, and what was accepted was the old camera's."""
    recorder = await bench.camera(kind=Kind.RECORDER, channels=2)
    await bench.setup(recorder, accept=True)
    device = load_config(bench.config).devices[0]
    swap = ("device", "swap", device.device_id, "--yes")

    code, _ = await bench.call(*swap, "--serial", recorder.spec.serial)
    assert code == FOUND
    assert "--label-serial" in capsys.readouterr().err

    with only_one(load_config(bench.config)):
        code, _ = await bench.call(*swap, "--label-serial", "SC26010009")
    assert code == FOUND
    assert load_config(bench.config).devices[0] == device

    code, text = await bench.call(*swap, "--label-serial", "SC26010009")

    assert code == DONE, text
    config = load_config(bench.config)
    assert config.devices[0].label_serial == "SC26010009"
    database = open_for_reading(app.data_file(config))
    facts = keepsake_store.read_facts(database.connection, device.device_id)
    assert facts is not None
    assert (facts.aliases, facts.label_serial) == ((), "SC26010009")
    assert not keepsake_store.read_acceptances(database.connection, device.device_id)
    other = config.devices[1].device_id
    assert keepsake_store.read_acceptances(database.connection, other)
    database.close()


async def test_a_camera_that_only_pushes_is_swapped_by_its_label(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """It cannot be asked; a person's word is taken, and the file says the new label."""
    (bench.folder / "token").write_text("t0ken")
    bench.config.write_text(
        '[agent]\nid = "a"\n[inbox.http]\nbind = "127.0.0.1"\n[[devices]]\nid = "gate"\n'
        'mode = "push"\nlabel_serial = "SC-1"\n[devices.push]\ntoken_file = "token"\n'
    )
    (bench.folder / "agent-data").mkdir()

    code, _ = await bench.call("device", "swap", "gate", "--yes", "--serial", "SC-2")
    assert code == FOUND
    assert "--label-serial" in capsys.readouterr().err
    code, _ = await bench.call("device", "swap", "gate", "--yes", "--label-serial", "SC-2")

    assert code == DONE
    config = load_config(bench.config)
    assert config.devices[0].label_serial == "SC-2"
    database = open_for_reading(app.data_file(config))
    facts = keepsake_store.read_facts(database.connection, "gate")
    database.close()
    assert facts is not None
    assert facts.label_serial == "SC-2"


async def test_a_recorder_takes_no_cameras_place(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """A recorder hangs where a camera hung: its serial would stand for what hangs on it."""
    await bench.setup(await bench.camera())
    (device,) = load_config(bench.config).devices
    recorder = await bench.camera(kind=Kind.RECORDER, channels=2)

    code, _ = await bench.call(
        *("device", "swap", device.device_id, "--yes"),
        *("--address", recorder.address, "--serial", recorder.spec.serial),
    )

    assert code == FOUND
    assert "a recorder" in capsys.readouterr().err
    assert load_config(bench.config).devices == (device,)


async def test_a_swap_that_the_file_refuses_forgets_nothing(bench: Bench) -> None:
    """The label is too long for the configuration: file and database stay of the old device."""
    old = await bench.camera()
    await bench.setup(old, accept=True)
    (device,) = load_config(bench.config).devices
    new = await bench.camera(serial="NEW-0001", mac="02:00:00:00:09:09")

    code, _ = await bench.call(
        *("device", "swap", device.device_id, "--yes", "--address", new.address),
        *("--serial", "NEW-0001", "--label-serial", "S" * 65),
    )

    assert code == UNUSABLE
    assert load_config(bench.config).devices == (device,)
    database = open_for_reading(app.data_file(load_config(bench.config)))
    facts = keepsake_store.read_facts(database.connection, device.device_id)
    assert facts is not None
    assert old.spec.serial in {alias.value for alias in facts.aliases}
    database.close()
