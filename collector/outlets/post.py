"""One POST to a webhook: HTTPS to the configured host, no redirect, a deadline, little read."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from collector.outlets.answer import SENT, Answer, Outcome, answer
from collector.outlets.settings import HookSettings

MOST_READ: Final = 4096
_WAIT: Final = frozenset({408, 425, 429})  # try again, says the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server said, as far as it is read."""

    status: int
    content: bytes


async def post(
    hook: HookSettings, body: bytes, *, headers: Mapping[str, str], query: str = ""
) -> Reply | Answer:
    """The reply, or why there is none. ``query`` is added to the URL as it is written.

    The URL itself is a secret and is in no answer; its host was compared with the configured one
    when the file was read.
    """
    context = ssl.create_default_context(cafile=hook.ca)
    try:
        url = URL(hook.url + query, encoded=True)
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=hook.timeout_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,  # no proxy that the environment names learns of it
            ) as session,
            session.post(
                url, data=body, headers=headers, ssl=context, allow_redirects=False
            ) as reply,
        ):
            content = await reply.content.read(MOST_READ)
            return Reply(status=reply.status, content=content)
    except TimeoutError:
        return answer(Outcome.TROUBLE, f"no answer within {hook.timeout_s:g} s")
    except aiohttp.ClientConnectorCertificateError as error:
        why = getattr(error.certificate_error, "verify_message", "") or "not trusted"
        return answer(Outcome.TROUBLE, f"certificate: {why}")
    except aiohttp.ClientConnectorError as error:
        why = error.os_error.strerror or type(error.os_error).__name__
        return answer(Outcome.TROUBLE, f"no connection: {why}")
    except (aiohttp.InvalidURL, ValueError):
        return answer(Outcome.REFUSED, "the URL cannot be used")
    except (aiohttp.ClientError, OSError) as error:  # its text may hold the URL
        return answer(Outcome.TROUBLE, type(error).__name__)


def judge_status(status: int) -> Answer:
    """What an HTTP status means for the letter."""
    if 200 <= status < 300:
        return SENT
    if 300 <= status < 400:
        return answer(Outcome.REFUSED, f"HTTP {status}: redirects are not followed")
    outcome = Outcome.TROUBLE if status in _WAIT or status >= 500 else Outcome.REFUSED
    return answer(outcome, f"HTTP {status}")
