"""Cut replies are never half a truth, and an independent client reads what ours reads."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest
from lxml import etree

from agent.camera.onvif import device, parse
from agent.camera.port import DeviceInformation
from tests.zoo.cuts import ASK, WAYS, cut, cut_on_paper
from tests.zoo.dialects import OPERATIONS, simulator_replies, zeep_replies
from tests.zoo.second_reader import CASTS, Comparison, compare, compare_all

_KEPT: dict[str, Mapping[str, bytes]] = {}


async def dialect(name: str) -> Mapping[str, bytes]:
    """The replies of one dialect, made once."""
    if not _KEPT:
        _KEPT["simulator"] = await simulator_replies()
        _KEPT["zeep"] = zeep_replies(_KEPT["simulator"])
    return _KEPT[name]


@pytest.mark.parametrize("name", ["simulator", "zeep"])
async def test_every_cut_of_who_it_is(name: str) -> None:
    """Identity and addresses cut at every byte: an error, and never half a serial number."""
    replies = await dialect(name)
    tally = await cut_on_paper(replies, names=("GetDeviceInformation", "GetNetworkInterfaces"))

    assert tally.half == []
    assert tally.failed > 1300


@pytest.mark.parametrize("name", ["simulator", "zeep"])
async def test_cuts_of_every_operation_over_tcp(name: str) -> None:
    """Each operation, under a length that fits, one that does not, none, and in chunks."""
    replies = await dialect(name)
    tally = await cut(replies, names=replies, every=499)

    assert tally.half == []
    assert tally.failed >= len(replies) * len(WAYS) * 8


@pytest.mark.laboratory
@pytest.mark.parametrize("name", ["simulator", "zeep"])
async def test_every_cut_of_everything(name: str) -> None:
    """Every operation at every byte."""
    replies = await dialect(name)
    assert (await cut_on_paper(replies, names=replies)).half == []


async def test_a_forgiving_parser_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a parser that mends what is cut, serial numbers are halved, and the cuts show it."""
    forgiving = functools.partial(etree.XMLParser, encoding="utf-8")
    monkeypatch.setattr(
        parse.etree, "XMLParser", lambda **options: forgiving(**(options | {"recover": True}))
    )
    tally = await cut_on_paper(await dialect("zeep"), names=("GetDeviceInformation",), begin=250)

    assert tally.half


def test_every_operation_is_cut() -> None:
    """What is asked of cameras for readings is in the list, with a question of ours for each."""
    assert set(ASK) == set(OPERATIONS)


async def test_both_readers_agree_on_a_plain_camera() -> None:
    """Ten operations, a subscription and the setter, value by value."""
    into = Comparison()
    await compare(CASTS[0], into)

    assert into.differences == []
    assert len(into.operations) >= 16


@pytest.mark.laboratory
async def test_both_readers_agree_on_all_cameras() -> None:
    """Every operation, Media2 too, on cameras that differ."""
    into = await compare_all()
    assert (into.differences, len(into.operations)) == ([], 20)


async def test_a_misread_value_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that loses a serial number's last digit is told by the other one."""
    read = device.read_information

    async def misread(soap: object) -> DeviceInformation:
        whole = await read(soap)  # type: ignore[arg-type]
        return DeviceInformation(
            manufacturer=whole.manufacturer, model=whole.model, firmware=whole.firmware,
            serial=(whole.serial or "")[:-1], hardware_id=whole.hardware_id,
        )  # fmt: skip

    monkeypatch.setattr(device, "read_information", misread)
    into = Comparison()
    await compare(CASTS[0], into)

    assert [one for one in into.differences if "SerialNumber" in one]
