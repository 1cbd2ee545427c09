"""Puts a letter that is due into words: for a person, a webhook, or a maker's account manager."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Connection

from collector.intake.evidence_files import EvidenceFiles
from collector.notify.letter import Letter, write, write_code, write_test
from collector.notify.pack_letter import Submitted, write_pack
from collector.outlets.settings import FACTORY, MAIL, PARTNER, NotifySettings
from collector.pack.signed_json import SignedJsonError
from collector.store import claim_steps, notices, recipients, wishes
from collector.store.letters import Due
from collector.tell_recipients import KIND, number_of

PACK_WITHIN: Final = timedelta(hours=1)
"""So long a mail waits for the pack that it brings: it is made within seconds of a submission,
unless the font is missing or the disk is full. Then the claim goes without it."""
TOO_LONG: Final = "it is longer than the partner would take"
"""A key of the texts for people (``letter_why.*``)."""

Sign: TypeAlias = Callable[[Connection, int, str, datetime], bytes | None]
"""The signed words about a line for a partner's channel; None when there are none.

SignedJsonError when they are longer than the partner would take."""


class NotYetError(Exception):
    """The letter waits for something that is being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes letters; ``base_url`` is where their links lead."""

    settings: NotifySettings
    base_url: str
    packs_dir: Path | None = None  # None: no packs are made here
    sign: Sign | None = None  # None: nobody is answered

    def compose(self, db: Connection, due: Due, *, now: datetime) -> tuple[Letter | None, str]:
        """The letter and its address; or in its place None and why it cannot be sent.

        NotYetError while its pack is being made.
        """
        if due.kind == KIND:
            return self._for_manager(db, due, now=now)
        if due.channel.startswith((PARTNER, FACTORY)):
            return self._for_partner(db, due, now=now)
        return self._for_reader(db, due)

    def _for_reader(self, db: Connection, due: Due) -> tuple[Letter | None, str]:
        person = wishes.find(db, due.person_id) if due.person_id else None
        if due.person_id and person is None:
            return None, "the person is here no more"
        hook = next((one for one in self.settings.hooks if one.name == due.channel), None)
        language = person.language if person else hook.language if hook else "en"
        address = person.email if person and due.channel == MAIL else ""
        if due.kind == "code" and person:
            code = wishes.code_of(db, person.person_id).code
            letter = write_code(due.public_id, code=code, language=language, made_at=due.made_at)
            return (letter if code else None), person.wanted_email or "the code is used or old"
        if due.channel == MAIL and not address:
            return None, "the person has no address"
        if due.kind == "test":
            made = write_test(
                due.public_id, language=language, made_at=due.made_at, base_url=self.base_url
            )
            return made, address
        found, over_cap = notices.of_letter(db, due.id)
        wanted = person.wishes if person else hook.wishes if hook else wishes.DEFAULT
        letter = write(
            due.public_id,
            claim_steps.with_steps(db, found),
            language=language,
            wishes=wanted,
            over_cap=over_cap,
            base_url=self.base_url,
            settings_url=f"{self.base_url}/account/notifications" if person else "",
            made_at=due.made_at,
        )
        return letter, address

    def _for_partner(self, db: Connection, due: Due, *, now: datetime) -> tuple[Letter | None, str]:
        """The whole answer or reply as of now: it makes up for any before it."""
        found, _ = notices.of_letter(db, due.id)
        try:
            content = (
                self.sign(db, found[0].thing_id, due.channel, now) if self.sign and found else None
            )
        except SignedJsonError:
            return None, TOO_LONG
        if content is None:
            return None, "nothing is to be answered there"
        letter = Letter(
            id=due.public_id, language="en", subject="", text=content.decode(), made_at=due.made_at
        )
        return letter, ""

    def _for_manager(self, db: Connection, due: Due, *, now: datetime) -> tuple[Letter | None, str]:
        to = recipients.find(db, number_of(due.recipient))
        if to is None:
            return None, "the recipient is here no more"
        found, _ = notices.of_letter(db, due.id)
        claim = recipients.submitted(db, found[0].thing_id) if found else None
        if claim is None:
            return None, "the claim is not submitted"
        if not claim.sha256 and self.packs_dir and now - due.made_at < PACK_WITHIN:
            raise NotYetError
        letter = write_pack(
            due.public_id,
            self._with_pack(claim),
            name=to.name,
            language=to.language,
            base_url=self.base_url,
            made_at=due.made_at,
        )
        return letter, to.email

    def _with_pack(self, claim: Submitted) -> Submitted:
        """The claim with its pack's bytes, as far as they are here, whole and small enough."""
        mail = self.settings.mail
        if not claim.sha256 or self.packs_dir is None or mail is None:
            return claim
        if claim.size > mail.pack_mib * 2**20:
            return claim
        try:
            content = EvidenceFiles(self.packs_dir).path_of(claim.sha256).read_bytes()
        except OSError:
            return claim
        is_whole = hashlib.sha256(content).hexdigest() == claim.sha256
        return replace(claim, content=content) if is_whole else claim
