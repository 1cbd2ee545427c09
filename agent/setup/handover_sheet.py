"""One device of the handover as lines of words: what text and page both show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent.setup.handover import Sheet
from agent.setup.handover_words import CHECKS, RESULTS, WORDS
from agent.setup.words import CHANGES, LOGINS
from agent.show import plain
from agent.wrong import Both
from shared.device import AliasKind

_COMMA: Final = Both(", ", "、")
_SEMICOLON: Final = Both("; ", "；")
_BECAUSE: Final = Both("{what} ({why})", "{what}（{why}）")


def word(key: str, lang: str) -> str:
    """One word of the report."""
    return WORDS[key].text(lang)


def facts(sheet: Sheet, lang: str) -> Iterable[tuple[str, str]]:
    """Name and value of all that is known of the device; what it said itself is made harmless."""
    planned, seen, device = sheet.planned, sheet.planned.seen, sheet.device
    told = seen.information
    maker = " ".join(filter(None, (told.manufacturer, told.model))) if told else ""
    macs = ", ".join(one.value for one in seen.aliases if one.kind is AliasKind.MAC)
    login = LOGINS[seen.login].text(lang)
    user = seen.offer.credentials.user if seen.offer else ""
    given = [word(name, lang) for name in planned.consent.words()]
    label = device.label_serial if device else seen.entry.label_serial
    channel = seen.channel
    of_channel = f" · {channel.number or '?'} ({plain(channel.video_source)})" if channel else ""
    yield "address", f"{seen.address}{of_channel}"
    if seen.entry.site:
        yield "site", seen.entry.site
    yield "maker", plain(maker)
    yield "serial", plain(seen.serial)
    yield "label", label
    yield "mac", macs
    yield "firmware", plain(told.firmware or "") if told else ""
    yield "profile", seen.profile.id if seen.profile else ""
    yield "login", f"{login} ({plain(user)})" if user else login
    yield "where", sheet.where.text(lang)
    yield "consent", _COMMA.text(lang).join(given) or word("nothing", lang)
    yield "budget", sheet.promised.text(lang)


def heading(sheet: Sheet, lang: str) -> str:
    """The device's name, its id where that is another, and what became of it."""
    planned = sheet.planned
    name = planned.name
    if planned.device_id != name:
        name = f"{name} ({planned.device_id})"
    return f"{name}: {CHANGES[planned.change].text(lang)}"


def can(sheet: Sheet, lang: str) -> str:
    """What can be diagnosed there."""
    found = (one.name.text(lang) for one in sheet.abilities if one.why_not is None)
    return _SEMICOLON.text(lang).join(found) or word("nothing", lang)


def cannot(sheet: Sheet, lang: str) -> str:
    """What cannot, each with why."""
    found = (
        _BECAUSE.filled(what=one.name, why=one.why_not).text(lang)
        for one in sheet.abilities
        if one.why_not is not None
    )
    return _SEMICOLON.text(lang).join(found) or word("nothing", lang)


def checks(sheet: Sheet, lang: str) -> Iterable[tuple[str, str, str]]:
    """Name, result and finding of each check of the picture."""
    for check in sheet.checks:
        said = check.zh if lang == "zh" else check.en
        yield CHECKS[check.name].text(lang), RESULTS[check.result].text(lang), said


def problems(sheet: Sheet, lang: str) -> Iterable[tuple[str, str]]:
    """What is open, and what to do."""
    for one in sheet.problems:
        yield plain(one.reason.text(lang)), plain(one.remedy.text(lang))
