"""The robot of a DingTalk (钉钉) group, with its signature.

Source: open.dingtalk.com, custom robot: HMAC-SHA256 with the secret over ``timestamp\\nsecret``,
base64, then written into the URL; the timestamp is in ms and good for an hour. 20 messages a
minute, else silence for ten (130101); 310000 is told for a signature or word that does not fit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Final
from urllib.parse import quote

from collector.notify.letter import Letter
from collector.outlets.answer import Answer
from collector.outlets.group_robot import judge, text_of
from collector.outlets.post import Reply, post
from collector.outlets.settings import HookSettings

HOST: Final = "oapi.dingtalk.com"
LONGEST_BYTES: Final = 15_000  # of a body of at most 20,000
PASSING: Final = frozenset({-1, 130101})


async def send(hook: HookSettings, letter: Letter, *, now: datetime) -> Answer:
    """Deliver the letter as text."""
    content = text_of(letter, longest_bytes=LONGEST_BYTES)
    body = json.dumps({"msgtype": "text", "text": {"content": content}}, ensure_ascii=False)
    query = sign(hook.secrets[0], now=now) if hook.secrets else ""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    reply = await post(hook, body.encode(), headers=headers, query=query)
    if not isinstance(reply, Reply):
        return reply
    return judge(reply, passing=PASSING, secrets=(hook.url, *hook.secrets))


def sign(secret: str, *, now: datetime) -> str:
    """What is added to the robot's URL."""
    timestamp = str(int(now.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"&timestamp={timestamp}&sign={quote(base64.b64encode(digest), safe='')}"
