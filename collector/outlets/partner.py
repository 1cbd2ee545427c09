"""A partner's collector: signed answers to the claims that it sent."""

from __future__ import annotations

from collector.notify.letter import Letter
from collector.outlets.answer import Answer, Outcome, answer
from collector.outlets.post import Reply, judge_status, post
from collector.outlets.settings import HookSettings


async def send(hook: HookSettings, letter: Letter) -> Answer:
    """Deliver the answer; its text is the signed file, and the signature is all that it needs.

    What the partner does not take is tried again: mostly its ``[[partners]]`` lack an entry yet,
    and a decision that nobody hears of is lost to the claimant.
    """
    headers = {"Content-Type": "application/json"}
    reply = await post(hook, letter.text.encode(), headers=headers)
    said = judge_status(reply.status) if isinstance(reply, Reply) else reply
    return answer(Outcome.LATER, said.why) if said.outcome is Outcome.REFUSED else said
