"""Two collectors on real processes: pack, approval, the buyer's word, the shipment, a bad night."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collector import keys
from collector.pack.seal import fingerprint
from simulator.demo.processes import Processes, free_port, wait_for_port
from tests.collector.pack import needs
from tests.stores import STORES

pytestmark = needs.FONT
WITHIN_S = 120.0
ADDRESS = "Li Wei\nHof 3\n12345 Feld"
CONFIG = """
[collector]
data_dir = "."
database_url = "{url}"
[broker]
port = {broker}
embedded = true
[web]
port = {web}
[policy]
file = "policy.toml"
[[organisations]]
id = "{own}"
name = "{own}"
kind = "{kind}"
{more}
"""


@dataclass
class End:
    """One collector: its folder, its port, and tokens by role."""

    name: str
    folder: Path
    web: int
    processes: Processes
    tokens: dict[str, str]

    @property
    def config(self) -> str:
        """Its configuration file."""
        return str(self.folder / "collector.toml")

    def start(self) -> None:
        """Let it serve."""
        self.processes.start(self.name, ["preclaim-collector", "serve", "-c", self.config])
        wait_for_port(self.web, timeout_s=WITHIN_S, processes=self.processes)

    def run(self, *words: str) -> str:
        """One of its commands."""
        named = ["preclaim-collector", *words, "-c", self.config, "--lang", "en"]
        return self.processes.run(named)

    def token(self, role: str, organisation: str) -> None:
        """Somebody who may act by the API."""
        words = ("token", "--name", role, "--role", role, "--organisation", organisation)
        self.tokens[role] = self.run(*words).strip()

    def call(self, role: str, path: str, body: dict[str, object] | None = None) -> Any:
        """One call of the API, with a key of its own where it changes something."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.web}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.tokens[role]}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"{path} {time.monotonic_ns()}",
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def act(self, role: str, action: str, reason: str = "as told", **fields: object) -> None:
        """A person's program acts on the only line."""
        body: dict[str, object] = {"reason": reason, "fields": fields}
        self.call(role, f"preclaims/1/actions/{action}", body)

    def claim(self, role: str) -> dict[str, Any]:
        """The only line as this role reads it."""
        found: dict[str, Any] = self.call(role, "preclaims/1")
        return found


def until(truth: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + WITHIN_S
    while not truth():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


@pytest.fixture
def ends(tmp_path: Path, processes: Processes) -> tuple[End, End]:
    """The integrator's collector and the factory's, which know each other's keys."""
    found: dict[str, End] = {}
    for name in ("sender", "factory"):
        (tmp_path / name).mkdir()
        found[name] = End(name, tmp_path / name, free_port(), processes, {})
    prints = {
        name: fingerprint(keys.load_or_make(end.folder / "keys" / "pack.pem").public_key())
        for name, end in found.items()
    }
    sender, factory = found["sender"], found["factory"]
    north = '[[organisations]]\nid = "north"\nname = "North"\nparent = "works"\n'
    partners = {
        "sender": f"""
[[partners]]
name = "works"
fingerprint = "{prints["factory"]}"
organisation = "fit"
decides_for = "*"
replies_to = "http://127.0.0.1:{factory.web}"
""",
        "factory": f"""{north}
[[partners]]
name = "fitters"
fingerprint = "{prints["sender"]}"
organisation = "north"
answers_to = "http://127.0.0.1:{sender.web}"
""",
    }
    for end, own, kind in ((sender, "fit", "integrator"), (factory, "works", "factory")):
        (end.folder / "policy.toml").write_text("tick_s = 0.1\n")
        Path(end.config).write_text(
            CONFIG.format(
                url=STORES.named(end.folder), broker=free_port(), web=end.web, own=own, kind=kind,
                more=partners[end.name],
            )
        )  # fmt: skip
    sender.token("integrator", "fit")
    factory.token("factory_engineer", "works")
    return sender, factory


def test_a_claim_goes_there_and_back(ends: tuple[End, End]) -> None:
    """Sent as a pack; taken up and approved there; accepted with an address here, while the
    factory is killed; fulfilled there. In the end both say the same, each word in its place once,
    and both logs hold."""
    sender, factory = ends
    sender.start()
    report = {
        "serial": "SC26017701", "model": "SC-4G-20", "code": "ircut.stuck_open",
        "description": "pink picture by day", "since": "2026-03-01",
    }  # fmt: skip
    sender.call("integrator", "preclaims", report)
    sender.act("integrator", "ready")
    sender.act("integrator", "submit")
    pack = sender.folder / "claim.zip"
    sender.run("pack", "1", "-o", str(pack))
    factory.run("import-pack", str(pack), "--from", "fitters")
    factory.start()

    factory.act("factory_engineer", "take")
    factory.act(
        "factory_engineer", "approve", path="replace_unit", origin="factory", rma_number="RMA-7"
    )
    until(lambda: sender.claim("integrator")["answer"]["path"] == "replace_unit")
    assert sender.claim("integrator")["answer"]["rma_number"] == "RMA-7"

    factory.processes.kill("factory")
    sender.act("integrator", "accept_path")
    sender.act("integrator", "confirm_ship_to", ship_to=ADDRESS)
    factory.start()
    until(lambda: factory.claim("factory_engineer")["answer"]["ship_to"] == ADDRESS)
    assert factory.claim("factory_engineer")["answer"]["path_said"] == "accepted"

    factory.act("factory_engineer", "begin")
    factory.act(
        "factory_engineer", "fulfil", tracking="SF-1", carrier="SF", new_serial="SC26017799"
    )
    until(lambda: sender.claim("integrator")["state"] == "fulfilled")
    told = [end.claim(role)["answer"] for end, role in zip(
        ends, ("integrator", "factory_engineer"), strict=True)]  # fmt: skip
    same = ("path", "path_said", "rma_number", "ship_to", "tracking", "new_serial", "origin")
    assert [told[0].get(key) for key in same] == [told[1].get(key) for key in same]
    for end in ends:
        end.run("verify-log")  # ends with an error where a chain is broken
