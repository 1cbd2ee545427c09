"""Who hangs at a position: one device's names never ride with another's."""

from __future__ import annotations

import pytest

from agent.facts import MAC, MODEL, SERIAL, facts_of
from agent.probes.probe import good
from shared.device import Alias, AliasKind, is_exchanged
from shared.reading import Reading
from tests.agent.fakes import NOON
from tests.agent.test_cycle import DEVICE

MAC_1, MAC_2 = "02:00:00:00:00:01", "02:00:00:00:00:02"


def said(**values: str) -> dict[str, Reading]:
    """Good identity readings."""
    names = {"serial": SERIAL, "mac": MAC, "model": MODEL}
    return {names[key]: good(names[key], value, at=NOON) for key, value in values.items()}


def test_another_serial_brings_nothing_of_the_old_device() -> None:
    """Neither the old MAC nor the old model is reported beside the new serial."""
    old = facts_of(DEVICE, None, said(serial="SN-A-0001", mac=MAC_1, model="Old"))
    new = facts_of(DEVICE, old, said(serial="SN-B-0002"))

    assert [alias.value for alias in new.aliases] == ["SN-B-0002"]
    assert new.model == ""


def test_what_was_not_read_this_time_stays_known() -> None:
    """A pass that read the serial alone does not forget the same device's MAC."""
    old = facts_of(DEVICE, None, said(serial="SN-A-0001", mac=MAC_1, model="M"))
    new = facts_of(DEVICE, old, said(serial="SN-A-0001"))

    assert (set(new.aliases), new.model) == (set(old.aliases), "M")


@pytest.mark.parametrize(
    ("before", "named", "is_other"),
    [
        pytest.param(("SN-A-0001", MAC_1), ("SN-B-0002", MAC_2), True, id="another device"),
        pytest.param(("SN-A-0001", MAC_1), ("SN-A-0001", MAC_2), False, id="moved to radio"),
        pytest.param(("SN-A-0001", MAC_1), ("SN-B-0002", MAC_1), True, id="serial outranks MAC"),
        pytest.param(("", MAC_1), ("", MAC_2), True, id="no serial: the MAC decides"),
        pytest.param(("SN-A-0001", ""), ("", MAC_2), False, id="nothing to compare"),
        pytest.param(("SN-A-0001", MAC_1), ("", ""), False, id="it said nothing"),
    ],
)
def test_who_is_another(before: tuple[str, str], named: tuple[str, str], is_other: bool) -> None:
    """Only a name of the same kind that differs proves an exchange."""

    def aliases(pair: tuple[str, str]) -> tuple[Alias, ...]:
        kinds = (AliasKind.ONVIF_SERIAL, AliasKind.MAC)
        return tuple(Alias(k, v) for k, v in zip(kinds, pair, strict=True) if v)

    assert is_exchanged(aliases(before), aliases(named)) is is_other


def _said(**values: str) -> dict[str, Reading]:
    """Good readings of one pass."""
    return {
        (full := name.replace("_", ".", 1)): good(full, value, at=NOON)
        for name, value in values.items()
    }


def test_what_lets_in_is_a_fact_of_the_device() -> None:
    """Kinds and cause travel with the device's facts; a lock says nothing of firmware."""
    refused = _said(login_accepted="digest-md5", login_refused="wsse", login_cause="wsse_refused")
    first = facts_of(DEVICE, None, refused)
    locked = facts_of(DEVICE, first, _said(login_cause="locked_out", login_refused="wsse"))
    works = facts_of(
        DEVICE, locked, _said(login_accepted="wsse", login_refused="", login_cause="none")
    )

    assert first.login == "digest-md5|wsse|login.firmware_refuses_method"
    assert locked.login == first.login
    assert works.login == "wsse||none"
    assert facts_of(DEVICE, None, {}).login == ""
