"""The pages of firmware cases: the list, one with its devices and actions, and the same by API."""

from __future__ import annotations

from tests.collector.web.conftest import CSRF, Signed


async def test_a_case_goes_from_the_site_to_the_factory_and_back(signed: Signed) -> None:
    """Reported, taken, accepted and answered by forms; each sees only what it may do."""
    keeper, engineer = await signed("integrator"), await signed("engineer")
    page = await (await keeper.get("/firmware-cases/1")).text()
    for words in ("FC-", "SL26000007", "Report to the factory", "5.7.13", "Draft"):
        assert words in page, words
    assert "Take into review" not in page

    async def do(who: object, action: str, **form: str) -> int:
        sent = {"csrf": CSRF, "reason": "because", **form}
        answer = await who.post(  # type: ignore[attr-defined]
            f"/firmware-cases/1/{action}", data=sent, allow_redirects=False
        )
        return int(answer.status)

    assert await do(engineer, "report") == 409
    assert await do(keeper, "report") == 303
    assert await do(engineer, "take") == 303
    assert await do(keeper, "approve", path="guidance") == 409
    assert await do(engineer, "approve", path="firmware_fix") == 303
    same = {"csrf": CSRF, "firmware_version": "5.7.13", "fixed_side": "camera"}
    refused = await engineer.post("/firmware-cases/1/fulfil?lang=zh", data=same)
    assert refused.status == 409
    assert "并不比出现故障的" in await refused.text()
    assert await do(engineer, "fulfil", firmware_version="5.8.0", fixed_side="camera") == 303

    page = await (await keeper.get("/firmware-cases/1?lang=en")).text()
    for words in ("Fixed in", "5.8.0", "Old firmware: update it", "Answered", "In time"):
        assert words in page, words
    chinese = await (await keeper.get("/firmware-cases/1?lang=zh")).text()
    for words in ("已修复于", "旧固件：请升级", "已答复", "上报工厂", "受影响设备"):
        assert words in chinese, words
    assert "5.8.0" in await (await keeper.get("/firmware-cases")).text()

    told = await (await engineer.get("/api/v1/firmware-cases/1")).json()
    assert (told["state"], told["fix"]["version"], told["chain_holds"]) == (
        "fulfilled", "5.8.0", True,
    )  # fmt: skip
    assert [one["stands"] for one in told["devices"]] == ["fails_old"]
    assert told["clocks"]["response"][0]["state"] == "met"


async def test_nobody_outside_the_slice_finds_it(signed: Signed) -> None:
    """Another organisation gets 404 from page, form and API."""
    client = await signed("stranger")
    assert (await client.get("/firmware-cases/1")).status == 404
    assert (await client.get("/api/v1/firmware-cases/1")).status == 404
    sent = await client.post("/firmware-cases/1/report", data={"csrf": CSRF})
    assert sent.status == 404
