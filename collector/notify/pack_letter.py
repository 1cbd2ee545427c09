"""The mail with a submitted claim for the maker's account manager: what it is, how to check it.

Pure. The pack travels along while it is small enough; else a link leads to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from collector.claims.problem import Both
from collector.notify.letter import Attachment, Letter, one_line
from collector.notify.words import fault_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The claim that is sent, and its pack; ``content`` is None where it lies here only."""

    line_id: int
    number: str
    buyer: str
    maker: str
    serial: str
    model: str
    batch: str
    codes: tuple[str, ...]
    quantity: int
    warranty_reason: Both
    warranty_until: date | None
    submitted_at: datetime
    filename: str
    sha256: str  # of the pack; '' while there is none
    size: int
    content: bytes | None


_SUBJECT: Final = Both(
    "Claim {number}: {fault}, serial {serial}", "索赔 {number}：{fault}，序列号 {serial}"
)
_GREETING: Final = Both("For {name}", "{name}：")
_INTRO: Final = Both(
    "{buyer} submits this warranty claim{maker}. The technical review is due within the time that"
    " the warranty policy gives.",
    "{buyer} 提交以下保修索赔{maker}。请在保修政策规定的时限内完成技术评审。",
)
_TO_MAKER: Final = Both(" to {maker}", "（致 {maker}）")
_FACTS: Final = (
    Both("Claim: {number}", "索赔编号：{number}"),
    Both("Serial number: {serial}", "序列号：{serial}"),
    Both("Model: {model}", "型号：{model}"),
    Both("Batch: {batch}", "批次：{batch}"),
    Both("Pieces: {quantity}", "数量：{quantity}"),
    Both("Fault: {fault}", "故障：{fault}"),
    Both("Warranty: {warranty}", "保修：{warranty}"),
    Both("Submitted: {submitted} UTC", "提交时间：{submitted} UTC"),
)  # fmt: skip
_ATTACHED: Final = Both(
    "Attached: {filename}, with claim.pdf (English and Chinese) and what is here of pictures and"
    " measurements. VERIFY.txt in it says what device agents and the collector have signed, and how"
    " to check it with sha256sum and openssl.",
    "附件：{filename}，内含 claim.pdf（中英文）以及现有的图片和测量数据。"
    "其中的 VERIFY.txt 说明设备代理和采集端各签署了什么，以及如何用 sha256sum 和 openssl 核验。",
)
_LINKED: Final = Both(
    "The claim pack {filename} ({mib:.1f} MiB) is too large for this mail. Fetch it after signing"
    " in, or ask {buyer} for the file: {url}",
    "索赔包 {filename}（{mib:.1f} MiB）过大，无法随邮件发送。"
    "请登录后下载，或向 {buyer} 索取：{url}",
)
_NO_PACK: Final = Both(
    "The claim pack could not be made yet. It will be here after signing in: {url}",
    "索赔包尚未生成。生成后登录即可下载：{url}",
)
_DIGEST: Final = Both("SHA-256 of the pack: {sha256}", "索赔包的 SHA-256：{sha256}")
_KEY: Final = Both("Fingerprint to compare with: {url}", "用于比对的密钥指纹：{url}")
_ANSWER: Final = Both("The claim on-line: {url}", "在线查看索赔：{url}")


def write_pack(
    letter_id: str,
    claim: Submitted,
    *,
    name: str,
    language: str,
    base_url: str,
    made_at: datetime,
) -> Letter:
    """The letter; ``without`` is its text for a server that takes no such attachment."""

    def say(words: Both, **more: object) -> str:
        return words.text(language).format(**values, **more)

    joined = "、" if language == "zh" else ", "
    faults = joined.join(fault_name(code).text(language) for code in claim.codes) or "–"
    values: dict[str, object] = {
        "number": claim.number,
        "buyer": claim.buyer or "–",
        "serial": claim.serial or "–",
        "model": claim.model or "–",
        "batch": claim.batch or "–",
        "quantity": claim.quantity,
        "fault": faults,
        "warranty": claim.warranty_reason.text(language) or "–",
        "submitted": f"{claim.submitted_at:%Y-%m-%d %H:%M}",
        "filename": claim.filename,
        "sha256": claim.sha256,
        "mib": claim.size / 2**20,
    }
    to_maker = _TO_MAKER.text(language).format(maker=claim.maker) if claim.maker else ""
    page = f"{base_url}/preclaims/{claim.line_id}"
    head = [say(_GREETING, name=name), "", say(_INTRO, maker=to_maker), ""]
    facts = [say(one) for one in _FACTS]
    digest = [say(_DIGEST)] if claim.sha256 else []
    foot = [*digest, say(_KEY, url=f"{base_url}/pack-key"), say(_ANSWER, url=page)]
    pack = say(_LINKED if claim.sha256 else _NO_PACK, url=f"{page}/pack")
    lean = "\n".join([*head, *facts, "", pack, *foot]) + "\n"
    whole = "\n".join([*head, *facts, "", say(_ATTACHED), *foot]) + "\n"
    goes_along = claim.content is not None
    return Letter(
        id=letter_id,
        language=language,
        subject=one_line(say(_SUBJECT)),
        text=whole if goes_along else lean,
        without=lean,
        attachments=(Attachment(name=claim.filename, content=claim.content),)
        if claim.content is not None
        else (),
        made_at=made_at,
        base_url=base_url,
    )
