"""The demo's verdict: it must see a wrong diagnosis, a second claim and a stranger's claim."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.demo.calls import Http
from simulator.demo.cast import DEMO, Ending
from simulator.demo.watch import Watch


class FakeApi(Http):
    """Answers from memory."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        super().__init__("http://127.0.0.1:1")
        object.__setattr__(self, "lists", lists)

    __slots__ = ("lists",)

    def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.lists.get(path.rsplit("/", 1)[-1].replace("-", "_"), [])
        return found


def made_as_expected() -> dict[str, list[dict[str, Any]]]:
    """What a collector makes when everything is right."""
    lists: dict[str, list[dict[str, Any]]] = {
        "preclaims": [],
        "decisions": [],
        "tasks": [],
        "incidents": [{"id": "i-1", "site": DEMO.dark_site, "cause": "site.silent"}],
    }
    for number, role in enumerate(DEMO.roles):
        base = {"id": number, "device_id": role.device_id, "code": role.code}
        if role.ending is Ending.CLAIM:
            lists["preclaims"].append(
                {"serial": role.label_serial, "codes": [role.code], "number": f"PC-2026-{number}"}
            )
        elif role.ending is Ending.TASK:
            lists["tasks"].append(base)
        elif role.ending in (Ending.NOT_APPLICABLE, Ending.FIRMWARE_CASE):
            outcome = role.ending.value.replace(" ", "_")
            lists["decisions"].append({**base, "outcome": outcome})
    return lists


def is_complete(lists: dict[str, list[dict[str, Any]]]) -> bool:
    """What the watch says of a collector with these lists."""
    watch = Watch(FakeApi(**lists), DEMO)
    watch.refresh()
    return watch.is_complete()


def test_the_right_endings_are_complete() -> None:
    """Exactly the expected endings, each once, are a good demo."""
    assert is_complete(made_as_expected())


def _wrong_code(lists: dict[str, list[dict[str, Any]]]) -> None:
    lists["preclaims"][0]["codes"] = ["picture.white"]


def _second_code(lists: dict[str, list[dict[str, Any]]]) -> None:
    lists["preclaims"][0]["codes"].append("picture.white")


def _stranger(lists: dict[str, list[dict[str, Any]]]) -> None:
    lists["preclaims"].append({"serial": "XX1", "codes": ["picture.black"], "number": "PC-9"})


def _second_incident(lists: dict[str, list[dict[str, Any]]]) -> None:
    lists["incidents"].append({"id": "i-2", "site": DEMO.dark_site, "cause": "site.unreachable"})


def _claim_of_the_healthy(lists: dict[str, list[dict[str, Any]]]) -> None:
    serial = next(role.label_serial for role in DEMO.roles if role.ending is Ending.HEALTHY)
    lists["preclaims"].append({"serial": serial, "codes": ["picture.black"], "number": "PC-8"})


def _lock_out_instead_of_password(lists: dict[str, list[dict[str, Any]]]) -> None:
    lists["tasks"][0]["code"] = "login.locked_out"


def _missing(lists: dict[str, list[dict[str, Any]]]) -> None:
    lists["decisions"].pop()


@pytest.mark.parametrize(
    "spoil",
    [
        _wrong_code,
        _second_code,
        _stranger,
        _second_incident,
        _claim_of_the_healthy,
        _lock_out_instead_of_password,
        _missing,
    ],
    ids=lambda spoil: spoil.__name__.strip("_"),
)
def test_anything_else_is_not(spoil: Any) -> None:
    """One wrong name, one too many, one too few or a stranger spoils the demo."""
    lists = made_as_expected()
    spoil(lists)
    assert not is_complete(lists)
