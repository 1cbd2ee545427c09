"""The robot of a WeCom (企业微信) group.

Source: developer.work.weixin.qq.com/document/path/91770: text of at most 2048 bytes, 20 messages a
minute; 45009 is told beyond that, 93000 for a URL that is no robot's.
"""

from __future__ import annotations

import json
from typing import Final

from collector.notify.letter import Letter
from collector.outlets.answer import Answer
from collector.outlets.group_robot import judge, text_of
from collector.outlets.post import Reply, post
from collector.outlets.settings import HookSettings

HOST: Final = "qyapi.weixin.qq.com"
LONGEST_BYTES: Final = 2048
PASSING: Final = frozenset({-1, 45009})  # busy; too many in this minute


async def send(hook: HookSettings, letter: Letter) -> Answer:
    """Deliver the letter as text."""
    content = text_of(letter, longest_bytes=LONGEST_BYTES)
    body = json.dumps({"msgtype": "text", "text": {"content": content}}, ensure_ascii=False)
    reply = await post(hook, body.encode(), headers={"Content-Type": "application/json"})
    if not isinstance(reply, Reply):
        return reply
    return judge(reply, passing=PASSING, secrets=(hook.url,))
