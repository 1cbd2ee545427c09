"""How a device's aliases lie in a text column: JSON ``[[kind, value], ...]``."""

from __future__ import annotations

import json

from shared.device import Alias, AliasKind


def read(text: str) -> tuple[Alias, ...]:
    """The aliases of a column."""
    return tuple(Alias(AliasKind(kind), value) for kind, value in json.loads(text))


def write(found: tuple[Alias, ...]) -> str:
    """The column of these aliases."""
    return json.dumps([[alias.kind.value, alias.value] for alias in found])
