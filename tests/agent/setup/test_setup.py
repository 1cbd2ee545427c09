"""``preclaim-agent setup`` with simulated cameras: watched, none locked, right when repeated."""

from __future__ import annotations

import stat
import tomllib
from typing import Any

import pytest

from agent import app
from agent.config_file import load_config
from agent.data_lock import only_one
from agent.delivery import keepsake_store
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND, UNUSABLE
from agent.topology import Topology
from simulator.camera import SimulatedCamera
from simulator.spec import Kind
from tests.agent.setup.conftest import PASSWORD, Bench


def refusals(sim: SimulatedCamera) -> int:
    """How many logins the camera has refused so far."""
    return sum(sim.state.requests.logins_refused.values())


def devices(bench: Bench) -> dict[str, dict[str, Any]]:
    """The tables of the file by address."""
    content = tomllib.loads(bench.config.read_text())
    return {table["address"]: table for table in content["devices"]}


async def test_from_the_box_to_a_watched_camera(bench: Bench) -> None:
    """Found, let in without a refusal whatever login it speaks, written, accepted, handed over."""
    both = await bench.camera()
    signed = await bench.camera(logins=("wsse",))
    digest = await bench.camera(logins=("digest-sha256",))

    code, text = await bench.setup(
        both, signed, digest, more=("--consent-by", "Li Wei"), accept=True
    )

    assert code == DONE, text
    assert [refusals(sim) for sim in (both, signed, digest)] == [0, 0, 0]
    config = load_config(bench.config)
    assert len(config.devices) == 3
    for device in config.devices:
        assert device.target.credentials is not None
        assert device.target.credentials.password == PASSWORD
        assert device.consent.by == "Li Wei"
        assert device.ir_cut.allow_test
    database = open_for_reading(app.data_file(config))
    for device in config.devices:
        assert keepsake_store.read_acceptances(database.connection, device.device_id)
    database.close()
    page = (bench.folder / "handover.html").read_text()
    for sim in (both, signed, digest):
        assert sim.spec.serial in page
    assert page.count("data:image/jpeg") == 3
    assert (bench.folder / "keys" / "agent.pub.pem").exists()


async def test_secrets_are_private_and_in_no_other_file(bench: Bench) -> None:
    """One file a device with mode 0600; neither configuration, report nor output holds it."""
    sim = await bench.camera()
    _, text = await bench.setup(sim)

    (secret,) = (bench.folder / "secrets").iterdir()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().strip() == PASSWORD
    told = bench.config.read_text() + (bench.folder / "handover.html").read_text() + text
    assert PASSWORD not in told
    report = bench.folder / "handover.html"  # holds what the cameras see
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert [path.name for path in bench.folder.glob(".*")] == []


async def test_a_wrong_password_costs_one_attempt(bench: Bench) -> None:
    """One refusal, no lock; the camera is watched without login, and the remedy is named."""
    good = await bench.camera()
    for logins in (("wsse",), ("digest-md5",), ("wsse", "digest-md5", "digest-sha256")):
        sim = await bench.camera(password="another", logins=logins)
        code, text = await bench.setup(good, sim)

        assert code == FOUND
        assert refusals(sim) == 1
        assert "device password" in text
        assert "user" not in devices(bench)[sim.address]


async def test_a_refused_login_is_left_alone_by_the_next_runs(bench: Bench) -> None:
    """Ten runs with the same mistake are one refusal; another password, or --again, is tried."""
    sim = await bench.camera(password="another")
    for _ in range(3):
        code, text = await bench.setup(sim)
        assert code == FOUND
    assert refusals(sim) == 1
    assert "not tried again before" in text
    kept = bench.folder / "secrets" / "refused.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert PASSWORD not in kept.read_text()

    await bench.setup(sim, more=("--again",))
    assert refusals(sim) == 2
    (bench.folder / "pw").write_text("another")
    await bench.setup(sim)
    assert refusals(sim) == 2
    assert devices(bench)[sim.address]["user"] == "admin"


async def test_a_locked_account_is_not_asked_again(bench: Bench) -> None:
    """Two candidates: the lock shows at the first, and the second is not tried."""
    sim = await bench.camera(faults=("locked_out",))
    (bench.folder / "pw2").write_text("other\n")
    more = ("--user", "viewer", "--password-file", str(bench.folder / "pw2"))

    code, text = await bench.setup(sim, more=more)

    assert code == FOUND
    assert refusals(sim) == 1
    assert "LOCKED" in text


async def test_the_second_candidate_is_let_in(bench: Bench) -> None:
    """Each candidate is tried once, in the order given; the right one is written."""
    sim = await bench.camera(user="viewer", password="second")
    (bench.folder / "pw2").write_text("second\n")
    more = ("--user", "viewer", "--password-file", str(bench.folder / "pw2"))

    code, _ = await bench.setup(sim, more=more, accept=True)

    assert code == DONE
    assert refusals(sim) == 1
    (device,) = load_config(bench.config).devices
    assert device.target.credentials is not None
    assert (device.target.credentials.user, device.target.credentials.password) == (
        "viewer",
        "second",
    )


async def test_a_second_run_changes_nothing_that_is_right(bench: Bench) -> None:
    """The same bytes, no further picture kept, no refusal; a person's comment stays."""
    sim = await bench.camera()
    await bench.setup(sim, accept=True)
    text = bench.config.read_text().replace("[keys]", "# where the keys are\n[keys]")
    bench.config.write_text(text)

    code, told = await bench.setup(sim, accept=True)

    assert code == DONE
    assert bench.config.read_text() == text
    assert "Nothing to change" in told
    assert refusals(sim) == 0


async def test_a_camera_that_moved_is_known_again(bench: Bench) -> None:
    """The address was given anew: the same position gets it, with its comments and its history."""
    sim = await bench.camera()
    await bench.setup(sim)
    (device,) = load_config(bench.config).devices
    text = bench.config.read_text()
    bench.config.write_text(f"# my cameras\n{text}")
    await sim.stop()
    moved = await bench.camera(serial=sim.spec.serial, mac=sim.spec.mac)

    code, text = await bench.setup(moved, accept=True)

    assert code == DONE
    assert "new address" in text
    (now,) = load_config(bench.config).devices
    assert (now.device_id, now.target.address) == (device.device_id, moved.address)
    assert bench.config.read_text().startswith("# my cameras\n")


async def test_a_recorder_is_watched_channel_by_channel(bench: Bench) -> None:
    """Each channel is a device with its token and a channel's limits, never with its serial."""
    recorder = await bench.camera(kind=Kind.RECORDER, serial="NVR-1", channels=3)

    code, text = await bench.setup(recorder)

    assert code == FOUND  # the labels of the cameras are to be written
    assert text.count("does not tell the camera's own serial") == 3
    config = load_config(bench.config)
    assert [device.target.channel for device in config.devices] == [1, 2, 3]
    assert len({device.target.video_source for device in config.devices}) == 3
    assert {device.topology for device in config.devices} == {Topology.CHANNEL}
    assert refusals(recorder) == 0
    written = bench.config.read_text()

    await bench.setup(recorder)
    assert bench.config.read_text() == written


async def test_a_report_that_cannot_be_written_is_not_called_no_change(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The configuration is in place by then: the message does not deny it."""
    sim = await bench.camera()

    code, _ = await bench.setup(sim, more=("--report", str(bench.folder / "pw" / "report.html")))

    assert code == UNUSABLE
    assert load_config(bench.config).devices
    told = capsys.readouterr().err
    assert "nothing further was changed" in told


async def test_a_recorders_label_is_no_cameras(bench: Bench) -> None:
    """A list gives a recorder's row one label and one name: no channel is claimed under it."""
    sim = await bench.camera(kind=Kind.RECORDER, channels=2)
    path = bench.folder / "sites.csv"
    path.write_text(
        f"name,address,user,password_file,label_serial\nKit,{sim.address},admin,pw,NVR9\n"
    )

    code, text = await bench.call("setup", "--yes", "--no-accept", "--sites", str(path))

    assert code == FOUND
    config = load_config(bench.config)
    assert [device.label_serial for device in config.devices] == ["", ""]
    assert [device.name for device in config.devices] == ["Kit 1", "Kit 2"]
    assert text.count("label_serial") >= 2
    await bench.call("setup", "--yes", "--no-accept", "--sites", str(path))
    assert load_config(bench.config).devices == config.devices


async def test_a_label_that_the_list_adds_is_written_and_another_one_is_told(bench: Bench) -> None:
    """None in the file: the list's is written. Another in the file: a person decides."""
    sim = await bench.camera()
    path = bench.folder / "sites.csv"
    for label in ("", "SC-1", "SC-2"):
        path.write_text(
            f"address,user,password_file,label_serial\n{sim.address},admin,pw,{label}\n"
        )
        _, text = await bench.call("setup", "--yes", "--no-accept", "--sites", str(path))
        (device,) = load_config(bench.config).devices
        assert device.label_serial == ("SC-1" if label else "")
        assert ("device swap" in text) is (label == "SC-2")


async def test_two_addresses_of_one_device_are_one(bench: Bench) -> None:
    """A device that answers twice (two interfaces) is watched once, and the report says so."""
    first = await bench.camera(serial="TWIN", mac="02:00:00:00:00:77")
    second = await bench.camera(serial="TWIN", mac="02:00:00:00:00:77")

    code, text = await bench.setup(first, second)

    assert code == FOUND
    assert len(load_config(bench.config).devices) == 1
    assert "is the same device as the one at" in text


async def test_a_dry_run_writes_nothing(bench: Bench) -> None:
    """The diff is shown; no file, no key, no database comes of it."""
    sim = await bench.camera()
    before = sorted(path.name for path in bench.folder.iterdir())

    code, text = await bench.setup(sim, more=("--dry-run",))

    assert code == DONE
    assert "+[[devices]]" in text
    assert sorted(path.name for path in bench.folder.iterdir()) == before


async def test_without_consent_a_battery_is_left_alone_and_pictures_stay(bench: Bench) -> None:
    """Consent is never assumed: the solar camera is not watched, the other's pictures stay."""
    solar = await bench.camera(kind=Kind.SOLAR_4G)
    wired = await bench.camera()

    code, text = await bench.setup(solar, wired, more=("--consent", "none"))

    assert code == FOUND
    (device,) = load_config(bench.config).devices
    assert device.target.address == wired.address
    assert not device.consent.pictures
    assert not device.ir_cut.allow_test
    assert "has not allowed visits to wake it" in text
    assert "its pictures do not leave the site" in text


async def test_a_battery_of_the_list_is_not_called_without_consent(bench: Bench) -> None:
    """The list says battery, and nothing of wake-ups: nobody wakes it to find that out."""
    solar = await bench.camera(kind=Kind.SOLAR_4G)
    path = bench.folder / "sites.csv"
    path.write_text(
        "address,user,password_file,power,consent\n"
        f"{solar.address},admin,pw,battery,pictures\n192.0.2.1,,,battery,none\n"
    )

    code, text = await bench.call("setup", "--yes", "--sites", str(path))

    assert code == FOUND
    assert text.count("has not allowed visits to wake it") == 2
    assert not solar.state.requests.per_operation
    assert "[[devices]]" not in bench.config.read_text()


async def test_a_solar_camera_gets_the_limits_of_its_battery(bench: Bench) -> None:
    """What tells a charge runs on a battery, and what tells a modem is metered."""
    solar = await bench.camera(kind=Kind.SOLAR_4G)

    await bench.setup(solar)

    (device,) = load_config(bench.config).devices
    assert (device.is_battery, device.is_metered) == (True, True)
    assert device.ir_cut.allow_test_on_battery


async def test_a_silent_address_is_told_and_a_range_is_not(bench: Bench) -> None:
    """What was named by itself must answer; within a range nobody need."""
    code, text = await bench.call("setup", "--yes", "--at", "127.0.0.1:9", "--no-accept")
    assert code == FOUND
    assert "nobody answers as a camera" in text

    code, text = await bench.call("setup", "--yes", "--at", "127.0.0.2-3", "--no-accept")
    assert code == FOUND
    assert "No camera was found" in text


async def test_beside_a_running_agent_the_file_is_written_and_the_restart_asked_for(
    bench: Bench,
) -> None:
    """The database has one writer: setup leaves the acceptance out and says what to do."""
    first = await bench.camera()
    await bench.setup(first)
    second = await bench.camera()
    with only_one(load_config(bench.config)):
        code, text = await bench.setup(second)

    assert code == FOUND
    assert "restart it" in text
    assert len(load_config(bench.config).devices) == 2


async def test_a_broken_file_is_not_touched(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be read is explained and stays as it is."""
    bench.config.write_text('[agent]\nid = "a"\ncolour = 1\n')
    sim = await bench.camera()

    code, _ = await bench.setup(sim)

    assert code == UNUSABLE
    assert "agent.colour" in capsys.readouterr().err
    assert bench.config.read_text() == '[agent]\nid = "a"\ncolour = 1\n'


async def test_further_sites_come_from_a_list_by_one_command(bench: Bench) -> None:
    """A row a site and a row a device: three sites with places, names and their own logins."""
    sims = [await bench.camera(password="quay-pw") for _ in range(2)]
    sims += [await bench.camera(), await bench.camera(kind=Kind.SOLAR_4G)]
    (bench.folder / "quay").write_text("quay-pw\n")
    rows = [
        f"quay,,{sims[0].address} {sims[1].address},admin,quay,all,31.2,121.5",
        f"码头,大门,{sims[2].address},admin,pw,pictures,,",
        f"hill,Pump,{sims[3].address},admin,pw,all,47.1,8.2",
    ]
    head = "site,name,address,user,password_file,consent,latitude,longitude"
    (bench.folder / "sites.csv").write_text("\n".join((head, *rows)), encoding="gb18030")

    code, text = await bench.call(
        "setup", "--yes", "--sites", str(bench.folder / "sites.csv"), "--agent-id", "hub"
    )

    assert code == DONE, text
    config = load_config(bench.config)
    assert {device.site for device in config.devices} == {"quay", "码头", "hill"}
    assert {device.name for device in config.devices} >= {"大门", "Pump"}
    place = next(device.place for device in config.devices if device.site == "quay")
    assert place is not None
    assert (place.latitude_deg, place.longitude_deg) == (31.2, 121.5)
    assert [refusals(sim) for sim in sims] == [0, 0, 0, 0]
    assert next(d for d in config.devices if d.name == "大门").ir_cut.allow_test is False

    again, _ = await bench.call("setup", "--yes", "--sites", str(bench.folder / "sites.csv"))
    assert again == DONE
    assert load_config(bench.config).devices == config.devices


async def test_a_list_with_a_mistake_sets_nothing_up(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """Row, column and remedy on the error stream; nobody was asked anything."""
    sim = await bench.camera()
    path = bench.folder / "sites.csv"
    path.write_text(f"address,user,password_file\n{sim.address},admin,pw\n{sim.address},,\n")

    code, _ = await bench.call("setup", "--yes", "--sites", str(path))

    assert code == UNUSABLE
    assert "row 3, address" in capsys.readouterr().err
    assert not bench.config.exists()
    assert sum(sim.state.requests.logins_ok.values()) == 0


async def test_without_a_terminal_the_flag_is_named(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every question has a flag, and the message names it."""
    sim = await bench.camera()
    code, _ = await bench.call("setup", "--at", sim.address)
    assert code == UNUSABLE
    assert "--agent-id" in capsys.readouterr().err


async def test_many_candidates_lock_no_account(bench: Bench) -> None:
    """Six wrong logins: three are tried, however often it runs; --again allows three more."""
    sim = await bench.camera(password="another")
    for number in range(5):
        (bench.folder / f"pw{number}").write_text(f"wrong-{number}\n")
    more = tuple(
        part
        for number in range(5)
        for part in ("--user", "admin", "--password-file", str(bench.folder / f"pw{number}"))
    )

    for _ in range(2):
        code, text = await bench.setup(sim, more=more)
        assert code == FOUND
        assert refusals(sim) == 3
        assert "LOCKED" not in text
        assert "only with --again" in text

    (bench.folder / "pw").write_text("another")
    await bench.setup(sim, more=("--again",))
    assert refusals(sim) == 3
    assert devices(bench)[sim.address]["user"] == "admin"
