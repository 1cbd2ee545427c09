"""Vendor interfaces whose JSON is an attack, or is none."""

from __future__ import annotations

from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import VENDOR, Asked, Behaviour, http_reply

_UNPARSABLE: Final = frozenset({"vendor.unparsable"})


def _animal(name: str, does: str, stands_for: str, text: str | bytes, **more: Any) -> Behaviour:
    def twist(asked: Asked) -> bytes | None:
        if asked.operation != "GET /vendor/status.json" or b" 401 " in asked.honest[:20]:
            return None
        return http_reply(text, headers=("Content-Type: application/json",))

    known: dict[str, Any] = {"http": twist, "spoils": VENDOR, "causes": _UNPARSABLE}
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


def _with(part: str, other: str) -> str:
    assert part in honest.STATUS
    return honest.STATUS.replace(part, other)


BEHAVIOURS: Final = (
    _animal("json_nested_30k", "nests 30,000 lists", "a stack overflow in the parser",
            "[" * 30_000 + "]" * 30_000),
    _animal("json_nan", "states a charge of NaN", "C printing a float",
            _with('"percent": 81', '"percent": NaN')),
    _animal("json_infinity", "states a charge of Infinity", "C printing a float",
            _with('"percent": 81', '"percent": -Infinity')),
    _animal("json_1e400", "states a charge of 1e400", "an overflow",
            _with('"percent": 81', '"percent": 1e400'),
            spoils=("battery.charge",), causes=frozenset()),
    _animal("json_number_of_9000_digits", "states a charge of 9,000 digits", "a slow conversion",
            _with('"percent": 81', f'"percent": {"9" * 9000}'),
            spoils=("battery.charge",), causes=frozenset()),
    _animal("json_says_it_twice", "states two charges", "duplicate keys",
            _with('"percent": 81', '"percent": 81, "percent": 12'), spoils=("battery.charge",)),
    _animal("json_of_another_shape", "answers with a list", "another firmware",
            "[81, 4020]", spoils=("battery.", "cellular."), causes=frozenset()),
    _animal("json_cut_off", "ends in the middle of its JSON", "a fixed buffer",
            honest.STATUS[:70]),
    _animal("json_latin1", "writes latin-1 into its JSON", "firmware in a rush",
            honest.STATUS.replace("Example Mobile", "T\u00e9l\u00e9com").encode("latin-1")),
    _animal("json_of_a_megabyte", "sends a megabyte of JSON", "memory exhaustion",
            '{"battery": {"percent": 81, "x": "' + "A" * 1_000_000 + '"}}',
            causes=frozenset({"http.too_large"})),
    _animal("page_as_json", "answers with a login page", "a session that ended",
            "<!DOCTYPE html><html></html>"),
    _animal("charge_of_255", "states what its gauge says before it knows", "a gauge not ready",
            _with('"percent": 81', '"percent": 255'),
            spoils=("battery.charge",), causes=frozenset()),
    _animal("charge_in_words", "states its charge in words", "another firmware",
            _with('"percent": 81', '"percent": "full"'),
            spoils=("battery.charge",), causes=frozenset()),
)  # fmt: skip
