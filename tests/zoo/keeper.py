"""The zoo's own process: keeps the animals and the watchman, lets a visitor in, reports.

``python -m tests.zoo.keeper NAME...`` writes a ``Report`` as JSON. With ``--namespace`` it is in
a network namespace of its own, in which every address of the world leads to it.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec

from tests.zoo.animal import Animal
from tests.zoo.behaviour import Behaviour, Tls
from tests.zoo.behaviours import HONEST, named
from tests.zoo.sighting import Goal, Report, Tour
from tests.zoo.watchman import (
    CANARY_PORT,
    FOREIGN,
    METADATA,
    Watchman,
    carries_login,
    shows_password,
)

_SETUP = (
    "ip link set lo up",
    f"ip address add {METADATA}/32 dev lo",
    "ip route add local 0.0.0.0/0 dev lo",
    "ip -6 route add local ::/0 dev lo",
)


# Where a library that follows what a device says would go elsewhere, or swallow what is too much.
_ALSO_BY_ZEEP = frozenset(
    {
        "honest", "services_on_another_host", "services_at_metadata", "services_on_a_name",
        "services_behind_a_login", "redirect_307", "external_address", "external_dtd",
        "endless_body", "tls_changed",
    }
)  # fmt: skip


def own_the_world() -> None:
    """Make this namespace answer for every address; RuntimeError when it may not."""
    for line in _SETUP:
        done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
        if done.returncode != 0 and "-6" not in line:
            raise RuntimeError(f"{line}: {done.stderr.strip()}")


async def report(behaviours: Sequence[Behaviour], *, sees_all: bool) -> Report:
    """Open the zoo for one tour."""
    watchman = Watchman(sees_all=sees_all)
    await watchman.start()
    animals: list[Animal] = []
    async with AsyncExitStack() as stack:
        for number, behaviour in enumerate((HONEST, *behaviours)):
            host = _host(number, behaviour, in_namespace=sees_all)
            animal = Animal(behaviour, host=host, foreign=f"{FOREIGN}:{CANARY_PORT}")
            animals.append(await stack.enter_async_context(animal))
        tour = await _visit(animals)
        await asyncio.sleep(0.2)  # what is on its way
    watchman.stop()
    logins = [heard for heard in watchman.heard if carries_login(heard)]
    return Report(
        tour=tour,
        strangers=watchman.strangers(_own(animals)),
        foreign_bytes=sum(map(len, watchman.heard)),
        login_bytes=sum(map(len, logins)),
        shown=[one.behaviour.name for one in animals if _was_shown(one)],
        injected=[one.behaviour.name for one in animals if _is_injected(bytes(one.heard))],
        sees_all=sees_all,
    )


def _host(number: int, behaviour: Behaviour, *, in_namespace: bool) -> str:
    """An address for each: of a private network where there is one, else of loopback."""
    if in_namespace and not behaviour.on_loopback:
        return f"10.66.{number // 250}.{number % 250 + 1}"
    return f"127.77.{number // 250}.{number % 250 + 1}"


def _own(animals: Sequence[Animal]) -> set[tuple[str, int | None]]:
    """Where visits may go: to a device, on loopback only to the ports that it was given."""
    own: set[tuple[str, int | None]] = set()
    for animal in animals:
        stage = animal.stage
        if stage.host.startswith("127."):
            own |= {(stage.host, stage.http_port), (stage.host, stage.rtsp_port)}
        else:
            own.add((stage.host, None))
    return own


def _was_shown(animal: Animal) -> bool:
    """Whether it learnt what it must not: the password, or any login behind an unproven TLS."""
    heard = bytes(animal.heard)
    if animal.behaviour.tls is not Tls.NONE:
        return carries_login(heard)
    return shows_password(heard)


def _is_injected(heard: bytes) -> bool:
    return any(end + b"X-Evil" in heard for end in (b"\n", b"\r", b"\x0b", b"\x0c"))


async def _visit(animals: Sequence[Animal]) -> Tour:
    goals = [
        Goal(
            name=one.behaviour.name,
            address=one.address,
            rtsp_port=one.stage.rtsp_port if one.behaviour.on_loopback else None,
            is_heavy=one.behaviour.is_heavy,
            dvrip_port=one.stage.dvrip_port,
            second_opinion=one.behaviour.name in _ALSO_BY_ZEEP,
            tls=one.behaviour.tls is not Tls.NONE,
            pin="sha256:" + "ab" * 32 if one.behaviour.tls is Tls.CHANGED else "",
        )
        for one in animals
    ]
    visitor = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.zoo.visitor",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await visitor.communicate(msgspec.json.encode(goals))
    if visitor.returncode != 0:
        raise RuntimeError(f"the visiting process ended with {visitor.returncode}")
    return msgspec.json.decode(said, type=Tour)


def main() -> None:
    """Keep the zoo that the arguments name, for one tour."""
    parser = argparse.ArgumentParser(prog="tests.zoo.keeper")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--namespace", action="store_true")
    chosen = parser.parse_args()
    if chosen.namespace:
        own_the_world()
    behaviours = [named(name) for name in chosen.names]
    made = asyncio.run(report(behaviours, sees_all=chosen.namespace))
    sys.stdout.buffer.write(msgspec.json.encode(made))


if __name__ == "__main__":
    main()
