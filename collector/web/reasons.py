"""The reasons that agents and the collector state in English, told in the visitor's language.

An agent says why a device stands as it does in one short English text that begins with one of a
few phrases; what follows is a fault code, an outcome or an error of the network.
"""

from __future__ import annotations

from typing import Final

from collector.store.views.words import fault_name
from collector.web.voice import Voice

# Phrase at the beginning -> key of the texts.
_PHRASES: Final = (
    ("not asked yet since the agent started", "standing_why.unasked"),
    ("does not answer: ", "standing_why.no_answer"),
    ("may be asleep: ", "standing_why.asleep"),
    ("login: ", "standing_why.login"),
    ("suspected: ", "standing_why.suspected"),
    ("no good reading: ", "standing_why.no_good"),
    ("sent nothing: ", "standing_why.no_push"),
    ("the agent is silent since ", "standing_why.silent"),
    ("the agent is closed at its data cap until ", "standing_why.quiet"),
    ("not told before the data plan's next month", "standing_why.unseen"),
)


def explain(voice: Voice, reason: str) -> str:
    """The reason in words; a phrase that we do not know is passed on as it came."""
    for phrase, key in _PHRASES:
        if not reason.startswith(phrase):
            continue
        rest = reason.removeprefix(phrase)
        if key == "standing_why.suspected":
            names = (voice.say(fault_name(code)) for code in rest.split(", "))
            rest = voice.t("list.comma").join(names)
        if key == "standing_why.login":
            rest = voice.name("login_outcome", rest)
        return voice.t(key, rest=rest)
    return reason
