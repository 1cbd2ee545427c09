"""JSON over HTTP on loopback: the collector's API and the simulator's control port."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


class CallFailed(RuntimeError):
    """A call was refused or not answered; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Http:
    """One server; ``token`` is sent as a bearer token and shown nowhere."""

    base: str
    token: str = ""

    def get(self, path: str) -> Any:  # JSON of the server's own making
        """GET and read JSON."""
        return self._call("GET", path, None)

    def post(self, path: str, body: dict[str, object]) -> Any:  # as above
        """POST JSON and read JSON."""
        return self._call("POST", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(f"{self.base}{path}", data=body, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            text = error.read(300).decode(errors="replace")
            raise CallFailed(f"{method} {path}: {error.code} {text}") from error
        except (OSError, ValueError) as error:
            raise CallFailed(f"{method} {path}: {error}") from error

    def items(self, path: str) -> list[dict[str, Any]]:
        """All items of a cursor-paged list."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"{path}?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            found += page["items"]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return found
