"""What is kept of a device between passes: its facts, its reference picture, its baselines."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from agent.delivery.database import from_us, to_us
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.pictures.baseline import PictureBaseline
from shared.device import Alias, DeviceFacts

REFERENCE: Final = "reference"  # JPEG of the view when it was good
CLIP: Final = "clip"  # empty: only when the newest one was told
DIM: Final = "dim"  # the days on which the view was veiled since it was clear last
ANSWERED: Final = "answered"  # empty: only when a camera that may sleep answered last
_HEALTHY: Final = "healthy:"  # with a light behind it: JPEG of the view when it was good
_FACTS: Final = "facts"
_LIGHT: Final = "light:"
_ACCEPTANCE: Final = "acceptance:"
_REFERENCE_OF: Final = "reference:"  # with a light behind it
_MOST_ACCEPTED: Final = 8  # at a position, of all devices that hung there
_facts: Final = msgspec.msgpack.Decoder(DeviceFacts)
_days: Final = msgspec.msgpack.Decoder(tuple[datetime, ...])
_baseline: Final = msgspec.msgpack.Decoder(PictureBaseline)
_acceptance: Final = msgspec.msgpack.Decoder(Acceptance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepsake:
    """A kept blob and when it was taken."""

    taken_at: datetime
    content: bytes


def keep(
    db: sqlite3.Connection, device_id: str, kind: str, content: bytes, *, at: datetime
) -> None:
    """Keep a blob in place of the old one of its kind."""
    db.execute(
        "INSERT OR REPLACE INTO baseline (device_id, kind, at_us, blob) VALUES (?, ?, ?, ?)",
        (device_id, kind, to_us(at), content),
    )


def read(db: sqlite3.Connection, device_id: str, kind: str) -> Keepsake | None:
    """The kept blob; None when there is none."""
    row = db.execute(
        "SELECT at_us, blob FROM baseline WHERE device_id = ? AND kind = ?", (device_id, kind)
    ).fetchone()
    return None if row is None else Keepsake(taken_at=from_us(row[0]), content=row[1])


def keep_facts(db: sqlite3.Connection, facts: DeviceFacts, *, at: datetime) -> None:
    """Keep what the device said of itself: a silent device is still named."""
    keep(db, facts.device_id, _FACTS, msgspec.msgpack.encode(facts), at=at)


def read_facts(db: sqlite3.Connection, device_id: str) -> DeviceFacts | None:
    """The facts that were kept last; None for a device that never answered."""
    kept = read(db, device_id, _FACTS)
    return None if kept is None else _facts.decode(kept.content)


def keep_dim_days(
    db: sqlite3.Connection, device_id: str, days: tuple[datetime, ...], *, at: datetime
) -> None:
    """Keep a moment of each day on which the view was veiled; () after a clear picture."""
    keep(db, device_id, DIM, msgspec.msgpack.encode(days), at=at)


def read_dim_days(db: sqlite3.Connection, device_id: str) -> tuple[datetime, ...]:
    """These moments, oldest first; () while the view is clear, or nothing is legible."""
    kept = read(db, device_id, DIM)
    with contextlib.suppress(msgspec.MsgspecError):
        return () if kept is None else _days.decode(kept.content)
    return ()


def keep_baseline(db: sqlite3.Connection, device_id: str, baseline: PictureBaseline) -> None:
    """Keep the baseline of one light."""
    content = msgspec.msgpack.encode(baseline)
    keep(db, device_id, _LIGHT + baseline.light.value, content, at=baseline.learned_at)


def keep_reference(
    db: sqlite3.Connection, device_id: str, light: str, content: bytes, *, at: datetime
) -> None:
    """Keep a camera's own reference of one light, as the decoder child merged it."""
    keep(db, device_id, _REFERENCE_OF + light, content, at=at)


def read_references(db: sqlite3.Connection, device_id: str) -> dict[str, bytes]:
    """References by light, for the decoder child alone to look into."""
    return dict(_of_each_light(db, device_id, _REFERENCE_OF))


def read_baselines(db: sqlite3.Connection, device_id: str) -> dict[str, PictureBaseline]:
    """Baselines by light; one that cannot be read is none, and is learnt anew."""
    found: dict[str, PictureBaseline] = {}
    for light, blob in _of_each_light(db, device_id, _LIGHT):
        with contextlib.suppress(msgspec.MsgspecError):
            found[light] = _baseline.decode(blob)
    return found


def read_baseline(db: sqlite3.Connection, device_id: str, light: str) -> PictureBaseline | None:
    """The baseline of one light; None without one that can be read."""
    kept = read(db, device_id, _LIGHT + light)
    if kept is None:
        return None
    with contextlib.suppress(msgspec.MsgspecError):
        return _baseline.decode(kept.content)
    return None


def healthy_kind(light: str) -> str:
    """Under which kind the newest good picture of a light is kept."""
    return _HEALTHY + light


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePicture:
    """A JPEG of the view when it was good."""

    taken_at: datetime
    content: bytes
    accepted: Acceptance | None = None  # by a person; None: the newest good one


def reference_picture(
    db: sqlite3.Connection, device_id: str, *, light: str
) -> ReferencePicture | None:
    """The picture to compare with: of this light before another, accepted before newest."""
    accepted = read_acceptances(db, device_id)
    by_light = accepted.get(light)
    healthy = read(db, device_id, healthy_kind(light)) if by_light is None else None
    other = None
    if by_light is None and healthy is None:
        healthy = read(db, device_id, REFERENCE)
        other = next(iter(accepted.values()), None) if healthy is None else None
    if (found := by_light or other) is not None:
        return ReferencePicture(taken_at=found.taken_at, content=found.jpeg, accepted=found)
    if healthy is None:
        return None
    return ReferencePicture(taken_at=healthy.taken_at, content=healthy.content)


def keep_acceptance(db: sqlite3.Connection, device_id: str, accepted: Acceptance) -> None:
    """Keep what a person accepted in place of that device's earlier acceptance in that light."""
    name = accepted.aliases[0].value if accepted.aliases else ""
    kind = f"{_ACCEPTANCE}{accepted.light.value}:{name}"
    keep(db, device_id, kind, msgspec.msgpack.encode(accepted), at=accepted.taken_at)


def read_acceptances(
    db: sqlite3.Connection, device_id: str, *, of: tuple[Alias, ...] | None = None
) -> dict[str, Acceptance]:
    """The newest acceptance by light of the device ``of`` these names; None: the one known here.

    One that cannot be read is left out, its row stays.
    """
    if of is None:
        known = read_facts(db, device_id)
        of = known.aliases if known else ()
    own = [accepted for accepted in _acceptances(db, device_id) if accepted.is_of(of)]
    return {one.light.value: one for one in sorted(own, key=lambda one: one.taken_at)}


def _acceptances(db: sqlite3.Connection, device_id: str) -> tuple[Acceptance, ...]:
    found = []
    for _, blob in _of_each_light(db, device_id, _ACCEPTANCE):
        with contextlib.suppress(msgspec.MsgspecError):
            found.append(_acceptance.decode(blob))
    return tuple(found)


def forget_device(db: sqlite3.Connection, device_id: str, *, of: tuple[Alias, ...]) -> None:
    """Forget everything of a device that is gone but what a person accepted of it.

    Acceptances that name nobody are of the device of these names; the newest few are kept.
    """
    accepted = sorted(_acceptances(db, device_id), key=lambda one: one.taken_at)[-_MOST_ACCEPTED:]
    db.execute("DELETE FROM baseline WHERE device_id = ?", (device_id,))
    for one in accepted:
        named = one if one.aliases else msgspec.structs.replace(one, aliases=of)
        keep_acceptance(db, device_id, named)


def forget_acceptances(db: sqlite3.Connection, device_id: str) -> None:
    """Where nothing tells devices apart (a recorder's channel), the old one's would be the new
    one's."""
    db.execute(
        "DELETE FROM baseline WHERE device_id = ? AND kind LIKE ?", (device_id, _ACCEPTANCE + "%")
    )


def forget_view(db: sqlite3.Connection, device_id: str) -> None:
    """Forget what was learnt of a view that is another one now; acceptances stay."""
    db.execute(
        """
        DELETE FROM baseline WHERE device_id = ?
        AND (kind LIKE ? OR kind LIKE ? OR kind LIKE ? OR kind IN (?, ?))
        """,
        (device_id, _LIGHT + "%", _REFERENCE_OF + "%", _HEALTHY + "%", REFERENCE, DIM),
    )


def _of_each_light(
    db: sqlite3.Connection, device_id: str, kind: str
) -> tuple[tuple[str, bytes], ...]:
    rows = db.execute(
        "SELECT kind, blob FROM baseline WHERE device_id = ? AND kind LIKE ?",
        (device_id, kind + "%"),
    ).fetchall()
    return tuple((found.removeprefix(kind), bytes(blob)) for found, blob in rows)
