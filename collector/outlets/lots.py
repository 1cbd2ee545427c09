"""Lines to a server in lots that it takes; what it will never have is given up and counted."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Final, Protocol

from collector.outlets.sink_error import Cause, SinkError

log = logging.getLogger(__name__)

LINES_AT_ONCE: Final = 5000  # as the servers' own guides say, and the fastest that we measured
_FEWEST: Final = 100  # lines given up together when the server will not have one of them


class Server(Protocol):
    """What takes lines."""

    def write(self, lines: Sequence[str]) -> None:
        """Take them, or raise SinkError."""

    def close(self) -> None:
        """End the connections."""


class Lots:
    """Writes; used by one thread at a time."""

    def __init__(self) -> None:
        self.lines_at_once = LINES_AT_ONCE
        self.refused_lines = 0
        self.refusal = ""  # the server's last word about a line that it refused

    def write(self, server: Server, lines: Sequence[str]) -> None:
        """Write all of them; SinkError when the server is to be asked again later."""
        lots = math.ceil(len(lines) / self.lines_at_once)
        size = (
            math.ceil(len(lines) / lots) if lots else 1
        )  # equal ones: a small last one costs as much
        for begin in range(0, len(lines), size):
            self._write(server, lines[begin : begin + size])

    def _write(self, server: Server, lines: Sequence[str]) -> None:
        try:
            server.write(lines)
        except SinkError as error:
            if error.cause is Cause.TOO_LARGE and len(lines) > 1:
                self.lines_at_once = max(1, len(lines) // 2)
            elif error.cause is not Cause.BAD_LINES:
                raise
            elif len(lines) <= _FEWEST:
                self.refused_lines += len(lines)
                self.refusal = error.detail
                log.warning("time-series server: %d lines refused: %s", len(lines), error.detail)
                return
            middle = len(lines) // 2
            self._write(server, lines[:middle])
            self._write(server, lines[middle:])
