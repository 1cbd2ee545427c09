"""A pg8000 connection that asks the server once per statement, not three times.

pg8000 sends parse, describe and execute one by one and waits after each. A collector runs the same
few statements for ever: they are parsed once a connection, and then one exchange runs each.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from pg8000.converters import make_params
from pg8000.exceptions import InterfaceError
from pg8000.legacy import Connection

from collector.store.postgresql import UnsendableError

KEPT: Final = 500  # statements of one connection; an IN list of another length is another one

Prepared: TypeAlias = tuple[bytes, Any, Any]  # its name at the server, columns, how to read them


class PreparedConnection(Connection):  # type: ignore[misc]  # pg8000 has no type information
    """Keeps its statements prepared; the least recently used one leaves when there are too many."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        try:
            super().__init__(*arguments, **named)
        except OSError as error:  # a server that dies while it greets us; pg8000 passes it through
            raise InterfaceError("network error") from error

    def execute_unnamed(
        self,
        statement: str,
        vals: Sequence[object] = (),
        oids: Sequence[int] = (),
        stream: object = None,
    ) -> Any:
        """Run one statement; values are made ready before a byte leaves, so that one that cannot
        be sent leaves no answer of the server unread."""
        if stream is not None:
            return super().execute_unnamed(statement, vals=vals, oids=oids, stream=stream)
        if not vals:
            return self.execute_simple(statement)
        try:
            values = make_params(self.py_types, vals)
            for value in values:
                if value is not None:
                    value.encode(self._client_encoding)
        except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
            raise UnsendableError(str(error)) from error
        name, columns, input_funcs = self._prepare(statement, oids)
        return self.execute_named(name, values, columns, input_funcs, statement)

    def handle_messages(self, context: Any) -> None:
        """Read the answers; pg8000 lets a reset of the connection pass as the bare OSError."""
        try:
            super().handle_messages(context)
        except OSError as error:
            raise InterfaceError("network error") from error

    def close(self) -> None:
        """Say goodbye where somebody still listens; the socket is closed in any case."""
        with contextlib.suppress(InterfaceError):
            super().close()

    def _prepare(self, statement: str, oids: Sequence[int]) -> Prepared:
        known = self._prepared.get(statement)
        if known is not None:
            self._prepared.move_to_end(statement)
            return known
        while len(self._prepared) >= KEPT:
            _, (oldest, _, _) = self._prepared.popitem(last=False)
            self.close_prepared_statement(oldest)
        made: Prepared = self.prepare_statement(statement, oids)
        self._prepared[statement] = made
        return made
