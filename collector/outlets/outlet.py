"""One channel that letters leave by, whatever its technology."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, Protocol, assert_never

from collector.notify.letter import Letter
from collector.outlets import dingtalk, partner, webhook, wecom
from collector.outlets.answer import Answer, Outcome, answer
from collector.outlets.mail import MailOutlet
from collector.outlets.settings import (
    MAIL,
    HookKind,
    HookSettings,
    MailSettings,
    NotifySettings,
)

WHOLE_MAIL: Final = 6  # times the timeout of one answer: a server that drips never ends otherwise


class Outlet(Protocol):
    """Delivers letters, one after the other."""

    name: str
    is_paced: bool  # a group of people, whose robot takes few messages a minute

    async def send(self, letter: Letter, *, to: str) -> Answer:
        """Deliver; ``to`` is an address, '' where the channel has but one reader."""

    def close(self) -> None:
        """Let go of what is open."""


class Mail:
    """Mail, by a thread of its own: a server that hangs holds nobody else up."""

    name = MAIL
    is_paced = False

    def __init__(self, settings: MailSettings) -> None:
        self._whole_s = WHOLE_MAIL * settings.timeout_s
        self._mail = MailOutlet(settings)
        self._thread = ThreadPoolExecutor(1, "mail")
        self._closing = asyncio.Event()

    async def send(self, letter: Letter, *, to: str) -> Answer:
        """Deliver within a deadline for the whole conversation."""
        loop = asyncio.get_running_loop()
        talk = loop.run_in_executor(self._thread, lambda: self._mail.send(letter, to=to))
        closing = asyncio.ensure_future(self._closing.wait())
        await asyncio.wait(
            (talk, closing), timeout=self._whole_s, return_when=asyncio.FIRST_COMPLETED
        )
        closing.cancel()
        if talk.done():
            return talk.result()
        self._mail.cut()  # whoever waits for the server's word in that thread gets an error
        return answer(Outcome.TROUBLE, f"no end within {self._whole_s:g} s")

    def close(self) -> None:
        """Cut off what is under way; its letter stays and is sent again."""
        self._closing.set()
        self._mail.close()
        self._thread.shutdown(wait=False, cancel_futures=True)


class Hook:
    """A webhook of any kind."""

    def __init__(self, settings: HookSettings, *, clock: Callable[[], datetime]) -> None:
        self.name = settings.name
        self.is_paced = not settings.is_program
        self._settings = settings
        self._clock = clock

    async def send(self, letter: Letter, *, to: str) -> Answer:
        """Deliver; a webhook has one reader, so ``to`` says nothing."""
        match self._settings.kind:
            case HookKind.STANDARD:
                return await webhook.send(self._settings, letter, now=self._clock())
            case HookKind.WECOM:
                return await wecom.send(self._settings, letter)
            case HookKind.DINGTALK:
                return await dingtalk.send(self._settings, letter, now=self._clock())
            case HookKind.PARTNER:
                return await partner.send(self._settings, letter)
            case _:
                assert_never(self._settings.kind)

    def close(self) -> None:
        """Nothing stays open between two letters."""


def open_outlets(settings: NotifySettings, *, clock: Callable[[], datetime]) -> tuple[Outlet, ...]:
    """Every channel of the configuration."""
    mail: tuple[Outlet, ...] = (Mail(settings.mail),) if settings.mail else ()
    return (*mail, *(Hook(hook, clock=clock) for hook in settings.hooks))
