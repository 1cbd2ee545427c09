"""What an ERP is told of a claim reads well there, whoever said it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from collector.erp.facts import facts_of
from tests.collector.house import House
from tests.collector.pack import seed


def test_a_person_s_own_words_go_along_line_by_line(tmp_path: Path) -> None:
    """Lines of the description stay lines in HTML, words are escaped, and an unknown serial
    leaves no gap."""
    house = House(tmp_path)
    seed.open_line(house)
    claim = seed.facts_of(house).claim
    (fault,) = claim.faults
    words = type(fault.summary)(en="pink & <pale>", zh="pink & <pale>")
    told = facts_of(
        msgspec.structs.replace(
            claim,
            unit=msgspec.structs.replace(claim.unit, serial=""),
            description=type(claim.description)(en="Device S.\nTried: cleaned.", zh="设备 S。"),
            faults=(msgspec.structs.replace(fault, by="person", summary=words),),
        ),
        base_url="",
        pack_name="",
    )
    house.engine.dispose()

    assert told["description_en"] == "Device S.\nTried: cleaned.\nAs reported: pink & <pale>"
    assert str(told["description_zh"]).endswith("\n申报原文：pink & <pale>")
    html = str(told["description_html"])
    assert html.startswith(f"<p>{claim.number}-{claim.line} · {claim.unit.model}</p>")
    assert "<p>Device S.<br>Tried: cleaned.<br>As reported: pink &amp; &lt;pale&gt;</p>" in html
