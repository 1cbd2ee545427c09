"""What the robots of WeCom and DingTalk groups have in common: text, and a verdict in the body."""

from __future__ import annotations

import json
from collections.abc import Collection

from collector.notify.letter import Letter
from collector.outlets.answer import SENT, Answer, Outcome, answer
from collector.outlets.post import Reply, judge_status


def text_of(letter: Letter, *, longest_bytes: int) -> str:
    """Subject and text within so many bytes of UTF-8; what is cut off ends in an ellipsis."""
    body = letter.text.strip()
    text = body if body.startswith(letter.subject) else f"{letter.subject}\n{body}"
    raw = text.encode()
    if len(raw) <= longest_bytes:
        return text
    return raw[: longest_bytes - len("…".encode())].decode("utf-8", "ignore") + "…"


def judge(reply: Reply, *, passing: Collection[int], secrets: tuple[str, ...]) -> Answer:
    """The robot answers 200 whatever it thinks; ``errcode`` says what. ``passing`` codes pass."""
    by_status = judge_status(reply.status)
    if not by_status.is_sent:
        return by_status
    try:
        said = json.loads(reply.content)
        code, why = int(said["errcode"]), str(said.get("errmsg", ""))
    except (ValueError, KeyError, TypeError):
        return answer(Outcome.TROUBLE, "the answer is none of this robot's")
    if code == 0:
        return SENT
    outcome = Outcome.TROUBLE if code in passing else Outcome.REFUSED
    return answer(outcome, f"errcode {code}: {why}", secrets=secrets)
