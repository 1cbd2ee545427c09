"""Evidence of a picture fault as an agent sends it: two pictures, a map, a clip, figures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, func, insert, select

from collector.store import tables as t
from shared import figures, wire
from shared.evidence import FIGURES, MAP, EvidenceKind, Manifest, NotTaken
from shared.figures import Figure, Figures
from tests.collector.web.conftest import NOW, Console
from tests.collector.web.pictures import draw_scene

MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(range(200))
AT = NOW - timedelta(hours=50)
DETAIL = Figure("ref_detail", 0.4321, 0.98, 0.03, 0.91, 1.04, 40, below=0.68)
NOISE = Figure("noise", 1.234, 1.2, 0.1, 1.0, 1.5, 40, above=5.2)
SHIFT = Figure("ref_shift_x", 0.1, 0.0, 0.2, -0.4, 0.4, 40, below=-4.0, above=4.0)
DOCUMENT = Figures(
    taken_at=AT,
    light="day",
    wanted=12,
    learnt=40,
    began_at=AT - timedelta(days=9),
    learned_at=AT - timedelta(hours=20),
    reference=23,
    figures=(NOISE, DETAIL, SHIFT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a manifest."""

    name: str
    kind: str
    content: bytes
    here: bool = True
    note: str = ""

    @property
    def sha256(self) -> str:
        """Its name."""
        return hashlib.sha256(self.content).hexdigest()


FAULT = File(name="picture.jpg", kind="picture", content=draw_scene(magenta=True))
REFERENCE = File(
    name="reference.jpg",
    kind="reference",
    content=draw_scene(magenta=False),
    note="the same view when no picture fault stood",
)
DRAWN = File(name=MAP, kind="picture", content=draw_scene(magenta=True, width=64, height=40))
CLIP = File(name="clip.mp4", kind="clip", content=MP4)
TABLE = File(name=FIGURES, kind="readings", content=figures.write(DOCUMENT))
WHOLE = (FAULT, DRAWN, TABLE, REFERENCE, CLIP)


def put(
    console: Console,
    files: Iterable[File],
    *,
    episode: int = 1,
    not_taken: tuple[NotTaken, ...] = (),
) -> None:
    """These files, in a manifest of their own, in place of what the episode had."""
    with console.engine.begin() as db:
        old = select(t.manifest.c.id).where(t.manifest.c.episode_id == episode)
        db.execute(delete(t.manifest_item).where(t.manifest_item.c.manifest_id.in_(old)))
        number = db.execute(select(func.max(t.manifest.c.id))).scalar_one() + 1
        found = db.execute(select(t.episode).where(t.episode.c.id == episode)).one()
        db.execute(
            insert(t.manifest).values(
                id=number, episode_id=episode, position_id=found.position_id,
                organisation_id=found.organisation_id, agent_id=found.agent_id,
                code=found.code, body=_body(found.code, not_taken), signature=b"s" * 64,
                key_id="9f0c1d22ab34cd56", received_at=AT, verdict="verified",
            )
        )  # fmt: skip
        for place, file in enumerate(files):
            _put_file(console, db, file, manifest=number, number=place, owner=found.organisation_id)


def _put_file(
    console: Console, db: Connection, file: File, *, manifest: int, number: int, owner: str
) -> None:
    size = len(file.content)
    db.execute(
        insert(t.manifest_item).values(
            manifest_id=manifest, number=number, organisation_id=owner, sha256=file.sha256,
            size=size, kind=file.kind, name=file.name, media_type="x", taken_at=AT,
            note=file.note,
        )
    )  # fmt: skip
    known = select(t.evidence_file.c.sha256).where(t.evidence_file.c.sha256 == file.sha256)
    if db.execute(known).first() is None:
        db.execute(
            insert(t.evidence_file).values(
                sha256=file.sha256, size=size, organisation_id=owner,
                received_bytes=size if file.here else size // 3, complete=file.here,
            )
        )  # fmt: skip
    if file.here:
        place = console.evidence_dir / file.sha256[:2] / file.sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.content)


def _body(code: str, not_taken: tuple[NotTaken, ...]) -> bytes:
    return wire.encode(
        Manifest(
            agent_id="nvr-quarry",
            device_id="cam-2",
            label_serial="",
            code=code,
            episode=None,
            made_at=AT,
            agent_version="1",
            profile="",
            items=(),
            not_taken=not_taken,
        )
    )


NO_CLIP = NotTaken(EvidenceKind.CLIP, "packets of the stream were lost", "视频流丢包")
