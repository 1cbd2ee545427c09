"""Names states of firmware cases: some mean another thing there than of a claim line."""

from __future__ import annotations

from collections.abc import Callable

from collector.web.call import Call


def word_of(call: Call) -> Callable[[str, str], str]:
    """The word for a state, of the visitor's language."""

    def word(family: str, value: str) -> str:
        own = call.voice.name("firmware_state", value)
        return call.voice.name(family, value) if own == value else own

    return word
