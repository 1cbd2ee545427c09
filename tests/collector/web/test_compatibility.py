"""The page of compatibility: what lets in and what does not, in the reader's slice."""

from __future__ import annotations

import pytest

from tests.collector.web.conftest import Signed


async def test_what_fails_comes_first_and_leads_to_its_case(signed: Signed) -> None:
    """The refused kind with its remedy and firmware case, then what works with its count."""
    client = await signed("engineer")
    told = (await (await client.get("/api/v1/compatibility")).json())["items"]
    document = await (await client.get("/compatibility")).text()

    assert [(one["works"], one["devices"]) for one in told] == [(False, 1), (True, 2), (True, 1)]
    assert told[0]["cause"] == "login.firmware_refuses_method"
    assert (told[0]["accepted"], told[0]["refused"]) == (["digest-md5"], ["wsse"])
    assert told[0]["firmware_case_id"] == 1
    assert told[1]["firmware_case_id"] is None
    assert 'href="/firmware-cases/1"' in document
    assert "Works together" in document


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("Compatibility", "Digest MD5")), ("zh", ("兼容性", "可正常配合", "接受"))],
)
async def test_it_is_told_in_both_languages(
    signed: Signed, lang: str, words: tuple[str, ...]
) -> None:
    """Headings, findings and remedies are in the reader's language."""
    document = await (await (await signed("engineer")).get(f"/compatibility?lang={lang}")).text()

    assert all(word in document for word in words)


async def test_a_search_narrows_it(signed: Signed) -> None:
    """Maker, model and both firmwares are searched; what fits none says so."""
    client = await signed("engineer")
    found = (await (await client.get("/api/v1/compatibility?q=nvr+5")).json())["items"]

    assert [one["recorder_firmware"] for one in found] == ["NVR 5.0"]
    assert (await (await client.get("/api/v1/compatibility?q=%25")).json())["items"] == []
    assert "Nothing is known yet" in await (await client.get("/compatibility?q=zzz")).text()


async def test_another_organisation_sees_nothing_of_it(signed: Signed) -> None:
    """Facts belong to the organisation whose devices showed them."""
    client = await signed("stranger")

    assert (await (await client.get("/api/v1/compatibility")).json())["items"] == []
    assert "SL-BULLET-5" not in await (await client.get("/compatibility")).text()
