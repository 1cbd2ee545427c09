"""What a template can name of a claim: texts and numbers, None for what is not known. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from html import escape
from typing import Final, TypeAlias

from collector.pack.claim import Claim

Fact: TypeAlias = str | int | None
FACTS: Final = (
    "reference",  # PC-2026-000123-7: one line of a case
    "number",
    "line",
    "serial",
    "model",
    "product",
    "batch",
    "component",
    "quantity",
    "firmware",
    "buyer",
    "organisation",
    "state",
    "codes",
    "fault_en",
    "fault_zh",
    "description_en",
    "description_zh",
    "description_html",
    "opened_on",
    "submitted_on",
    "delivered_on",
    "warranty_verdict",
    "warranty_until",
    "warranty_reason_en",
    "warranty_reason_zh",
    "url",
    "pack_name",
    "pack_base64",
)


def facts_of(claim: Claim, *, base_url: str, pack_name: str) -> Mapping[str, Fact]:
    """The facts of one line; the pack's bytes come with the request that needs them."""
    unit, warranty = claim.unit, claim.warranty
    words = "\n".join(one.summary.en for one in claim.faults if one.by == "person")
    described = {
        "en": claim.description.en + (f"\nAs reported: {words}" if words else ""),
        "zh": claim.description.zh + (f"\n申报原文：{words}" if words else ""),
    }
    faults = {
        "en": ", ".join(one.name.en for one in claim.faults),
        "zh": "、".join(one.name.zh for one in claim.faults),
    }
    reference = f"{claim.number}-{claim.line}"
    url = f"{base_url}/preclaims/{claim.line}" if base_url else ""
    named = " · ".join(one for one in (reference, unit.serial, unit.model) if one)
    parts = (named, faults["en"], described["en"],
             faults["zh"], described["zh"], warranty.reason.en, url)  # fmt: skip
    told: dict[str, Fact] = {
        "reference": reference,
        "number": claim.number,
        "line": claim.line,
        "serial": unit.serial,
        "model": unit.model,
        "product": unit.product,
        "batch": unit.batch,
        "component": unit.component,
        "quantity": unit.quantity,
        "firmware": unit.firmware,
        "buyer": claim.buyer,
        "organisation": claim.organisation,
        "state": claim.state,
        "codes": ", ".join(one.code for one in claim.faults),
        "fault_en": faults["en"],
        "fault_zh": faults["zh"],
        "description_en": described["en"],
        "description_zh": described["zh"],
        "description_html": "".join(map(_paragraph, filter(None, parts))),
        "opened_on": _day(claim.opened_at),
        "submitted_on": _day(claim.submitted_at),
        "delivered_on": _day(claim.delivery.on),
        "warranty_verdict": warranty.verdict,
        "warranty_until": _day(warranty.until),
        "warranty_reason_en": warranty.reason.en,
        "warranty_reason_zh": warranty.reason.zh,
        "url": url,
        "pack_name": pack_name,
        "pack_base64": None,
    }
    return {name: told[name] or None for name in FACTS}


def _paragraph(text: str) -> str:
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"


def _day(moment: datetime | date | None) -> str:
    """The calendar day in UTC; '' when there is none."""
    if moment is None:
        return ""
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat()
