"""Reads ``[origin]`` of the policy file. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collector.claims.origin.kinds import Origin, Payer
from collector.claims.origin.table import BY_ID
from collector.claims.origin.terms import OriginTerms
from collector.claims.toml_reader import TomlReader

_LARGEST_WEIGHT = 100.0
_LARGEST_FEE = 1_000_000.0
_CURRENCY = re.compile(r"[A-Z]{3}")
NO_FAULT = "no_fault_found"


def read_terms(table: TomlReader) -> OriginTerms:
    """The terms; what the table leaves out is as usual, problems stay with the reader."""
    usual = OriginTerms()

    def number(key: str, *, at_least: float, at_most: float) -> float:
        return table.number(key, getattr(usual, key), at_least=at_least, at_most=at_most)

    def whole(key: str, *, at_most: int) -> int:
        return table.whole(key, getattr(usual, key), at_least=1, at_most=at_most)

    shipping = table.table("shipping")
    return OriginTerms(
        margin=number("margin", at_least=0, at_most=1),
        doubt=number("doubt", at_least=0, at_most=_LARGEST_WEIGHT),
        early_days=number("early_days", at_least=0, at_most=3660),
        contact_days=number("contact_days", at_least=0, at_most=3660),
        contact_hours=number("contact_hours", at_least=0, at_most=2160),
        least_peers=whole("least_peers", at_most=1000),
        bump_hours=number("bump_hours", at_least=0, at_most=720),
        update_hours=number("update_hours", at_least=0, at_most=720),
        clear_days=number("clear_days", at_least=0, at_most=60),
        strike_minutes=number("strike_minutes", at_least=0, at_most=1440),
        strike_devices=whole("strike_devices", at_most=1000),
        far_above=number("far_above", at_least=1, at_most=1000),
        confidence=number("confidence", at_least=0.5, at_most=0.9999),
        low_c=number("low_c", at_least=-100, at_most=100),
        high_c=number("high_c", at_least=-100, at_most=200),
        worn_days=number("worn_days", at_least=0, at_most=36_600),
        frost_days=whole("frost_days", at_most=30),
        misty_mornings=whole("misty_mornings", at_most=30),
        outages=whole("outages", at_most=1000),
        renew_hours=number("renew_hours", at_least=0, at_most=720),
        arrival_days=number("arrival_days", at_least=0, at_most=3660),
        weights=_weights(table.table("weights")),
        pays=_pays(shipping, usual.pays),
        no_fault=_no_fault(shipping, usual.no_fault),
        no_fault_fee=_fee(table),
    )


def _weights(table: TomlReader) -> Mapping[str, Mapping[Origin, float]]:
    """Weights by signal; a signal that is named has the classes of the file and no others."""
    return {signal: _classes(table.table(signal)) for signal in table.known_keys(set(BY_ID))}


def _classes(table: TomlReader) -> Mapping[Origin, float]:
    return {
        Origin(name): table.number(name, 0.0, at_least=0, at_most=_LARGEST_WEIGHT)
        for name in table.known_keys({origin.value for origin in Origin})
    }


def _pays(table: TomlReader, usual: Mapping[Origin, Payer]) -> Mapping[Origin, Payer]:
    words = {payer.value for payer in Payer}
    named = table.known_keys({NO_FAULT, *(origin.value for origin in Origin)})
    said = {
        name: table.choice(name, usual[Origin(name)].value, words)
        for name in named
        if name != NO_FAULT
    }
    return {
        origin: Payer(word) if (word := said.get(origin.value)) in words else usual[origin]
        for origin in Origin
    }


def _fee(table: TomlReader) -> str:
    """'25.00 GBP'; the currency is written as ISO 4217 has it."""
    fee = table.number("no_fault_fee", 0.0, at_least=0, at_most=_LARGEST_FEE)
    currency = table.text("no_fault_currency", "USD").upper()
    if not _CURRENCY.fullmatch(currency):
        table.wrong("no_fault_currency", "no_currency", found=currency)
    return f"{fee:.2f} {currency}" if fee else ""


def _no_fault(table: TomlReader, usual: Payer) -> Payer:
    words = {payer.value for payer in Payer}
    word = table.choice(NO_FAULT, usual.value, words)
    return Payer(word) if word in words else usual
