"""What a collector needs to make packs: its desk, its key and its font."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from collector import keys
from collector.pack.claim import Maker
from collector.pack.facts import PackFacts
from collector.pack.gather import Desk, gather
from collector.pack.seal import fingerprint
from collector.settings import Config, PartnerEntry
from collector.store.engine import reader


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePack:
    """A pack and what it is called."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRoom:
    """Makes packs; the key is the countersignature's and signs nothing else."""

    desk: Desk
    key: Ed25519PrivateKey
    font: Path
    directory: Path  # where packs that were given out or taken in are kept
    partners: tuple[PartnerEntry, ...] = ()

    def make(
        self, engine: Engine, line: int, *, organisation_id: str, is_whole: bool
    ) -> MadePack | None:
        """The pack of a line as it stands; None when the organisation has no such line.

        FontError when no font is there with which a claim can be written.
        """
        facts = self.gather(engine, line, organisation_id=organisation_id, is_whole=is_whole)
        return None if facts is None else self.write(facts)

    def gather(
        self, engine: Engine, line: int, *, organisation_id: str, is_whole: bool
    ) -> PackFacts | None:
        """The facts of a line as it stands; None when the organisation has no such line."""
        with reader(engine) as db:
            return gather(
                db, line, organisation_id=organisation_id, desk=self.desk, is_whole=is_whole
            )

    def write(self, facts: PackFacts) -> MadePack:
        """The pack of these facts; FontError when no claim can be written with the font."""
        from collector.pack.make import make_pack  # noqa: PLC0415 reportlab takes 25 MB
        from collector.pack.pdf_font import load_font  # noqa: PLC0415

        content = make_pack(facts, key=self.key, font=load_font(self.font))
        return MadePack(filename=facts.filename, content=content)


def open_room(config: Config) -> PackRoom:
    """The room of this configuration; makes the key at first use."""
    key = keys.load_or_make(config.pack.key)
    return PackRoom(
        desk=Desk(
            evidence_dir=config.evidence_dir,
            policy=config.policy,
            made_by=Maker(
                name=config.pack.name or config.organisations[0].name,
                fingerprint=fingerprint(key.public_key()),
                url=config.public_url,
            ),
        ),
        key=key,
        font=config.pack.font,
        directory=config.packs_dir,
        partners=config.partners,
    )
