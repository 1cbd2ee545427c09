"""A letter in words: both languages, one line of subject, links, the reader's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from collector.claims.problem import Both
from collector.notify import firmware_words, words
from collector.notify.letter import SUBJECT_CHARS, Notice, write
from collector.notify.topics import FOR_PROGRAMS, IN_WORKING_HOURS, Topic
from collector.notify.wishes import Wishes
from collector.outlets.address import is_address
from collector.outlets.group_robot import text_of

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def notice(number: int = 1, *, title: str = "Outage at Farm") -> Notice:
    """Something that happened."""
    return Notice(
        id=number,
        topic="incident",
        step="opened",
        thing="incident",
        thing_id=number,
        site_id="farm",
        site_name="Farm",
        title=Both(title, "现场中断：Farm"),
        text=Both("40 of 64 devices are unreachable", "64 台中 40 台不可达"),
        path=f"/incidents#incident-{number}",
        at=AT,
    )


def letter(*notices: Notice, language: str = "en", over_cap: int = 0):  # type: ignore[no-untyped-def]
    """These in one letter for somebody in Shanghai."""
    return write(
        "msg_1",
        notices,
        language=language,
        wishes=Wishes(zone="Asia/Shanghai", daily_cap=2),
        over_cap=over_cap,
        base_url="https://pc.example",
        settings_url="https://pc.example/account/notifications",
        made_at=AT,
    )


def test_one_thing_says_what_where_and_when() -> None:
    """Title as subject, the reader's clock, a link to the page and one to the settings."""
    made = letter(notice())

    assert made.subject == "Outage at Farm"
    assert "2026-03-04 20:00 Asia/Shanghai" in made.text
    assert "https://pc.example/incidents#incident-1" in made.text
    assert "https://pc.example/account/notifications" in made.text


def test_a_digest_counts_and_says_what_exceeded_the_limit() -> None:
    """In Chinese for who reads Chinese; each thing is in it."""
    made = letter(notice(1), notice(2), notice(3), language="zh", over_cap=1)

    assert made.subject == "3 项：现场中断：Farm 等"
    assert made.text.count("64 台中 40 台不可达") == 3
    assert "其中 1 项超出每日 2 条消息的上限。" in made.text


def test_what_ended_by_now_says_so() -> None:
    """A digest does not tell an outage of last night as if it went on."""
    ended = replace(notice(), is_over=True)

    assert letter(ended).subject == "Outage at Farm (over by now)"
    assert "现场中断：Farm（现已结束）" in letter(ended, notice(2), language="zh").text


@given(title=st.text(min_size=1))
def test_no_name_of_a_device_ends_a_header(title: str) -> None:
    """Whatever a device is called, the subject is one printable line of bounded length."""
    subject = letter(notice(title=title)).subject

    assert subject.isprintable()
    assert len(subject) <= SUBJECT_CHARS


@given(title=st.text(max_size=2000), longest=st.integers(20, 2048))
def test_robots_get_no_more_bytes_than_they_take(title: str, longest: int) -> None:
    """Cut between characters, never within one."""
    text = text_of(letter(notice(title=title)), longest_bytes=longest)

    assert len(text.encode()) <= longest


def test_every_topic_has_words_in_both_languages() -> None:
    """No title is empty, and the Chinese one is no English one."""
    for topic in Topic:
        if topic is Topic.FIRMWARE_LATE:
            said = firmware_words.of_clock(
                kind="resolution", share=100, number="FC-1", code="login.wrong_password",
                due_at=AT, zone="Asia/Shanghai",
            )  # fmt: skip
        elif topic.value.startswith("firmware"):
            state = "draft" if topic is Topic.FIRMWARE_OPENED else "fulfilled"
            said = firmware_words.of_step(
                state=state, number="FC-1", code="login.wrong_password", combination="1.4 × 4.2",
                words="", fix="1.5",
            )  # fmt: skip
        elif topic.value.startswith("task"):
            said = words.of_task(topic, code="picture.dirty", device="Gate", site="Farm")
        elif topic in IN_WORKING_HOURS:
            said = words.of_clock(
                kind="response", share=100 if topic is Topic.CLAIM_LATE else 50, number="PC-1",
                code="picture.dirty", site="Farm", due_at=AT, zone="Asia/Shanghai",
                provisional=True,
            )  # fmt: skip
        elif topic in FOR_PROGRAMS:
            said = words.of_entry(number="PC-1", name="approved", reason="")
        elif topic.value.startswith("claim"):
            said = words.of_claim(
                topic, number="PC-1", code="picture.dirty", device="Gate", site="Farm",
                state="approved", reason="",
            )  # fmt: skip
        elif topic is Topic.TRUST_STOPPED:
            said = words.of_trust(code="picture.dirty", model="SC-1", reason=Both("", ""))
        else:
            said = words.of_incident(topic, site="Farm", text=Both("a", "b"))
        assert said.title.en and said.title.zh and said.title.en != said.title.zh
        assert "{" not in said.title.en + said.title.zh


def test_addresses_that_could_do_harm_are_none() -> None:
    """One @, ASCII, nothing that ends a header or adds a recipient."""
    assert is_address("fitter@example.com")
    for text in ("", "a", "a@b@c", "a@b\nBcc: x@y", "a@b,c@d", "ä@b.com", "<a@b>", "a b@c", "a@-b"):
        assert not is_address(text)
