"""One message in words: a subject and plain text, in the recipient's language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from collector.claims.problem import Both
from collector.notify.claim_step import ClaimStep
from collector.notify.wishes import Wishes

SUBJECT_CHARS: Final = 150
MOST_LISTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that happened, in words of both languages, and where to read more."""

    id: int
    topic: str
    step: str
    thing: str  # incident | task | claim | trust | test
    thing_id: int
    site_id: str
    site_name: str
    title: Both
    text: Both
    path: str
    at: datetime
    is_over: bool = False  # by the time it is told
    entry: ClaimStep | None = None  # of a claim's log, for programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A ZIP file that goes along with a mail."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is delivered. ``id`` is the same at each try, so that a receiver knows it again."""

    id: str
    language: str
    subject: str
    text: str
    notices: tuple[Notice, ...] = ()
    made_at: datetime | None = None
    base_url: str = ""
    settings_url: str = ""  # '' where nobody can set anything: a webhook's rules are in a file
    attachments: tuple[Attachment, ...] = ()
    without: str = ""  # the text in its place where the attachments are too large to travel


_MANY: Final = Both("{n} things: {title}, ...", "{n} 项：{title} 等")
_IS_OVER: Final = Both("{title} (over by now)", "{title}（现已结束）")
_NOTHING: Final = Both("nothing new", "无新消息")
_OVER: Final = Both(
    "{n} of these came beyond your limit of {cap} messages a day.",
    "其中 {n} 项超出每日 {cap} 条消息的上限。",
)
_MORE: Final = Both("... and {n} more: {url}", "……另有 {n} 项：{url}")
_SETTINGS: Final = Both("What you are told, and how: {url}", "通知设置：{url}")
_TEST: Final = Both("Test message", "测试消息")
_TEST_TEXT: Final = Both(
    "This channel works. Nothing has happened.", "此通道可用。没有发生任何事件。"
)
_CODE: Final = Both("Your code: {code}", "验证码：{code}")
_CODE_TEXT: Final = Both(
    "Somebody, probably you, wants Preclaim's messages sent to this address. Enter the code {code}"
    " on the page of your notifications within 24 hours. If it was not you, do nothing.",
    "有人（可能是您本人）希望将 Preclaim 的消息发送到此地址。请在 24 小时内于“我的通知”页面输入"
    "验证码 {code}。如非本人操作，请忽略。",
)


def write(
    letter_id: str,
    notices: Sequence[Notice],
    *,
    language: str,
    wishes: Wishes,
    over_cap: int,
    base_url: str,
    settings_url: str,
    made_at: datetime,
) -> Letter:
    """Put the notices into one letter, oldest first; times are by the reader's clock."""

    def say(words: Both, **values: object) -> str:
        return words.text(language).format(**values)

    def title_of(notice: Notice) -> str:
        title = notice.title.text(language)
        return say(_IS_OVER, title=title) if notice.is_over else title

    if not notices:
        subject = say(_NOTHING)
    elif len(notices) == 1:
        subject = title_of(notices[0])
    else:
        subject = say(_MANY, n=len(notices), title=title_of(notices[0]))
    lines: list[str] = []
    for notice in notices[:MOST_LISTED]:
        at = wishes.local(notice.at)
        lines += [
            title_of(notice),
            f"{at:%Y-%m-%d %H:%M} {wishes.zone}",
            *filter(None, (notice.text.text(language), f"{base_url}{notice.path}")),
            "",
        ]
    if len(notices) > MOST_LISTED:
        lines += [say(_MORE, n=len(notices) - MOST_LISTED, url=f"{base_url}/"), ""]
    if over_cap:
        lines += [say(_OVER, n=over_cap, cap=wishes.daily_cap), ""]
    if settings_url:
        lines.append(say(_SETTINGS, url=settings_url))
    return Letter(
        id=letter_id,
        language=language,
        subject=one_line(subject),
        text="\n".join(lines).rstrip() + "\n",
        notices=tuple(notices),
        made_at=made_at,
        base_url=base_url,
        settings_url=settings_url,
    )


def write_test(letter_id: str, *, language: str, made_at: datetime, base_url: str) -> Letter:
    """A message that says that the channel works."""
    return Letter(
        id=letter_id,
        language=language,
        subject=_TEST.text(language),
        text=_TEST_TEXT.text(language) + "\n",
        made_at=made_at,
        base_url=base_url,
    )


def write_code(letter_id: str, *, code: str, language: str, made_at: datetime) -> Letter:
    """The message that proves that an address is the person's own."""
    return Letter(
        id=letter_id,
        language=language,
        subject=_CODE.text(language).format(code=code),
        text=_CODE_TEXT.text(language).format(code=code) + "\n",
        made_at=made_at,
    )


def one_line(text: str) -> str:
    """A subject has no line ends, whatever a device is called."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= SUBJECT_CHARS else flat[: SUBJECT_CHARS - 1] + "…"
