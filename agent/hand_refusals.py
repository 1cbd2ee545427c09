"""Logins that the verbs for hand saw refused: one after the other would lock the account.

A probe spends two attempts and the login doctor three, and cameras lock from five on. So a login
that was refused is not tried again for an hour, whichever verb is called; another password is.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from agent import edge
from agent.camera.port import CameraError, Cause, Target
from agent.exit_code import complain
from agent.setup.refused import Refusals
from agent.wrong import Both

_RESTS: Final = Both(
    "{address} refused this user and password within the last hour: nothing was tried, so that it"
    " does not lock the account. Correct user or password (another one is tried at once), ask"
    " preclaim-agent login what can be told without them, or say --again; else wait until {until}",
    "{address} 在一小时内拒绝过该用户名和密码：为避免账户被锁定，本次未尝试登录。"
    "请更正用户名或密码（更正后立即尝试），或运行 preclaim-agent login 了解无需密码即可得知的情况，"
    "或使用 --again 强制再试；否则请等到 {until}",
)


def rests_until(target: Target, arguments: argparse.Namespace) -> datetime | None:
    """Until when this login is left alone; None when it may be tried."""
    if target.credentials is None:
        return None
    known = _known(again=arguments.again)
    return (
        known.rests_until(target.address, target.credentials, now=edge.clock()) if known else None
    )


def may_try(target: Target, arguments: argparse.Namespace) -> bool:
    """Whether the login may be tried; says why not."""
    until = rests_until(target, arguments)
    if until is not None:
        said = _RESTS.filled(address=target.address, until=f"{until:%Y-%m-%d %H:%M}Z")
        complain(said.text(arguments.lang))
    return until is None


def note(target: Target, error: CameraError | None = None) -> None:
    """Remember that this login was refused; without ``error`` the caller has seen it refused."""
    if target.credentials is None or (error and error.cause is not Cause.LOGIN_REFUSED):
        return
    known = _known(again=False)
    if known is not None:
        with contextlib.suppress(OSError):  # a home that cannot be written: nothing is remembered
            known.note(target.address, target.credentials, now=edge.clock())


def _known(*, again: bool) -> Refusals | None:
    from agent.setup.file import write_secret  # noqa: PLC0415  # rarely

    try:
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:
        return None  # a user without a home
    return Refusals(folder / "preclaim" / "refused.json", write=write_secret, again=again)
