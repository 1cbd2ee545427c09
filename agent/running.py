"""The running agent: its parts side by side until one fails, or the configuration changes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from agent.commands import Commander
from agent.config import Config
from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.outbox import Outbox
from agent.experiment.desk import FilterDesk
from agent.experiment.restorer import Restorer
from agent.host import HostWatch
from agent.recorder.watch import RecorderWatch
from agent.reports import Reporter
from agent.rounds import Rounds
from agent.standing import Standings
from agent.trial import TrialDesk

_LOOK_EVERY_S: Final = 0.25


class Runs(Protocol):
    """A part that is there only where the configuration asks for it."""

    async def run(self) -> None:
        """Run until cancelled."""


class Changed(Exception):
    """The configuration changed: the parts end in order and are built anew."""


@dataclass(slots=True)
class Agent:
    """The running parts of one agent."""

    config: Config
    database: Database
    outbox: Outbox
    dispatcher: Dispatcher
    rounds: Rounds
    reporter: Reporter
    commander: Commander
    host: HostWatch
    standings: Standings
    settings: TrialDesk
    restorer: Restorer
    desk: FilterDesk
    close_edge: Callable[[], Awaitable[None]]
    inbox: Runs | None = None  # None: nothing listens
    recorder: RecorderWatch | None = None  # None: nobody looks at the host

    async def run(self) -> None:
        """Run all parts until cancelled or one of them fails; then close everything.

        Returns when the configuration has changed and the parts are to be built anew.
        """
        changed = False
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.restorer.run(self.rounds.alone))
                group.create_task(self._until_changed())
                group.create_task(self.dispatcher.run())
                group.create_task(self.host.run())
                group.create_task(self.rounds.run())
                group.create_task(self.reporter.run())
                group.create_task(self.commander.run())
                if self.inbox is not None:
                    group.create_task(self.inbox.run())
                if self.recorder is not None:
                    group.create_task(self.recorder.run())
        except* Changed:
            changed = True
        finally:
            if self.recorder is not None and (changed or _is_told_to_end()):
                self.recorder.note_end()
            with contextlib.suppress(asyncio.CancelledError):
                await self.close_edge()
            self.database.close()

    async def _until_changed(self) -> None:
        """End all parts by an error of its own: a task group knows no other way."""
        while True:
            if self.commander.is_idle and self.settings.look():
                raise Changed
            await asyncio.sleep(_LOOK_EVERY_S)


def _is_told_to_end() -> bool:
    """Whether somebody outside cancels us; a part that fails ends its task group by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
