"""The configuration as setup writes it: repeatable, comments stay, and it is never half written."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.port import Credentials, DeviceInformation
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.setup import file
from agent.setup.entry import Consent, Entry, Offer
from agent.setup.examine import Examined, Login
from agent.setup.file import Basics
from agent.setup.plan import Change, Planned, plan
from agent.sun import Site
from shared.device import Alias, AliasKind

BASICS = Basics(agent_id="agent", consent_by="Li Wei", today="2026-11-26")
words = st.text(max_size=12)


@st.composite
def examined(draw: st.DrawFn) -> Examined:
    """A device that somebody found: any names, logins and powers."""
    number = draw(st.integers(1, 5))
    address = f"192.0.2.{draw(st.integers(1, 5))}"
    login = draw(st.sampled_from(list(Login)))
    offer = Offer(credentials=Credentials(user=draw(st.sampled_from("ab")), password="pw"))
    site = draw(st.sampled_from(["", "quay", "码头"]))
    return Examined(
        address=address,
        entry=Entry(
            addresses=(address,),
            site=site,
            place=Site(latitude_deg=1.0, longitude_deg=2.0) if site == "quay" else None,
            name=draw(words),
            power=draw(st.sampled_from(["", "battery", "mains"])),
            link=draw(st.sampled_from(["", "metered", "wired"])),
        ),
        is_there=draw(st.booleans()),
        login=login,
        offer=offer if login is Login.ACCEPTED else None,
        information=DeviceInformation(
            manufacturer=draw(words), model="m", firmware="1", serial=f"S{number}", hardware_id=""
        ),
        aliases=(Alias(AliasKind.ONVIF_SERIAL, f"S{number}"),),
        has_stream=True,
    )


def run(path: Path, seen: list[Examined], consent: Consent) -> tuple[Planned, ...]:
    """One run of setup over these, without the network."""
    known = load_config(path).devices if path.exists() else ()
    names = {one.device_id: () for one in known}
    planned = plan(seen, known, names=names, consent=consent)
    made = file.draft(path, planned, BASICS)
    file.write(made)
    return planned


consents = st.builds(
    Consent, ir_cut_test=st.booleans(), wake_ups=st.booleans(), pictures=st.booleans()
)


@settings(max_examples=60)
@given(runs=st.lists(st.lists(examined(), max_size=4), min_size=1, max_size=3), consent=consents)
def test_whatever_was_found_the_file_can_be_read_and_a_second_run_changes_nothing(
    runs: list[list[Examined]], consent: Consent
) -> None:
    """Any devices in any order: a valid file, every watched device once, no secret in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "agent.toml"
        for seen in runs:
            before = load_config(path).devices if path.exists() else ()
            planned = run(path, seen, consent)
            text = path.read_text(encoding="utf-8")
            after = load_config(path).devices
            ids = [device.device_id for device in after]

            assert len(ids) == len(set(ids))
            assert {one.device_id for one in planned if one.is_watched} <= set(ids)
            assert {device.device_id for device in before} <= set(ids)
            assert '"pw"' not in text
            same = [one for one in planned if one.change is Change.NEW]
            assert len(after) == len(before) + len({one.device_id for one in same})

        silent = [one for one in runs[-1] if one.is_there]
        run(path, silent, consent)
        once = path.read_text(encoding="utf-8")
        run(path, silent, consent)
        assert path.read_text(encoding="utf-8") == once


OWN = """\
# the cameras of the quay
[agent]
id = "agent"   # do not rename

[[devices]]
id = "gate"    # position 7
address = "192.0.2.1"
min_poll_interval_s = 900  # the owner's word
[devices.budget]
logins_per_day = 3

# the end
"""


def test_comments_and_a_persons_words_stay(tmp_path: Path) -> None:
    """A login is added to a known device and a new one appended: every old line is still there."""
    path = tmp_path / "agent.toml"
    path.write_text(OWN)
    offer = Offer(credentials=Credentials(user="admin", password="pw"))

    def seen(address: str) -> Examined:
        return Examined(
            address=address,
            entry=Entry(addresses=(address,)),
            is_there=True,
            login=Login.ACCEPTED,
            offer=offer,
        )

    run(path, [seen("192.0.2.1"), seen("192.0.2.2")], Consent(pictures=True))

    text = path.read_text()
    assert [line for line in OWN.splitlines() if line not in text.splitlines()] == []
    gate, new = load_config(path).devices
    assert gate.target.credentials == new.target.credentials == offer.credentials
    assert gate.budget == {"logins_per_day": 3}


def test_what_the_reader_would_refuse_is_not_put_in_place(tmp_path: Path) -> None:
    """The old file stands, and no part of the new one lies about."""
    path = tmp_path / "agent.toml"
    path.write_text(OWN)
    made = file.edit(path, "gate", {"address": "http://no/address"})

    with pytest.raises(ConfigError):
        file.write(made)

    assert path.read_text() == OWN
    assert [one.name for one in tmp_path.iterdir()] == ["agent.toml"]


def test_what_is_refused_leaves_the_old_password(tmp_path: Path) -> None:
    """A secret of the file that stands is put back, and one that nobody names goes."""
    path = tmp_path / "agent.toml"
    path.write_text(OWN)
    file.write_secret(tmp_path / "secrets" / "gate", "old\n")
    made = replace(
        file.edit(path, "gate", {"address": "http://no/address"}),
        secrets={"secrets/gate": "new\n", "secrets/yard": "new\n"},
    )

    with pytest.raises(ConfigError):
        file.write(made)

    kept = {one.name: one.read_text() for one in (tmp_path / "secrets").iterdir()}
    assert kept == {"gate": "old\n"}


@pytest.mark.parametrize("broken", ["write", "fsync", "rename"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Whatever step fails, the file is the old one or the new one, and whole."""
    path = tmp_path / "agent.toml"
    path.write_text(OWN)
    made = file.edit(path, "gate", {"address": "192.0.2.9"})

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    if broken == "rename":
        monkeypatch.setattr(Path, "rename", fail)
    else:
        monkeypatch.setattr(file.os, "fdopen" if broken == "write" else "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        file.write(made)
    monkeypatch.undo()

    assert path.read_text() == OWN
    assert tomllib.loads(path.read_text())["devices"][0]["address"] == "192.0.2.1"
    assert [one.name for one in tmp_path.iterdir()] == ["agent.toml"]
