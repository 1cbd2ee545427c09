"""The verb ``preclaim-agent setup``: from the box to a watched camera, as often as one likes."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

import tomlkit.exceptions

from agent import edge
from agent.camera.decoder import Decoder
from agent.camera.http import CameraHttp
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Config, Device
from agent.config_problem import ConfigError
from agent.delivery import keys
from agent.exit_code import DONE, FOUND, UNUSABLE, complain, explain
from agent.gateway import DeviceKind
from agent.setup import file
from agent.setup.acceptance import Looked, accept_first, known_names
from agent.setup.ask import Asker, NobodyThereError
from agent.setup.entry import Entry, Offer
from agent.setup.examine import Examined, Login, Tools
from agent.setup.handover import Handover, hand_over
from agent.setup.handover_page import as_page
from agent.setup.handover_text import as_text
from agent.setup.order import Order, UnusableError, ask_consent, read_order
from agent.setup.plan import Planned, plan
from agent.setup.refused import FILE as REFUSED_FILE
from agent.setup.refused import Refusals
from agent.setup.search import search
from agent.setup.sites_file import SitesFileError
from agent.setup.words import CHANGES, LOGINS, SAID
from agent.show import plain, show_table
from agent.sources import read_all, read_profiles
from agent.wrong import Both
from shared.signing import KeyFileError

_LOGIN_HEAD: Final = (
    Both("ADDRESS", "地址"),
    Both("DEVICE", "设备"),
    Both("MODEL", "型号"),
    Both("LOGIN", "登录"),
    Both("CHANNEL", "通道"),
    Both("BECOMES", "结果"),
)


def setup(arguments: argparse.Namespace, out: TextIO) -> int:
    """Find, log in once, plan, write, accept, report; 1 when something stays open."""
    lang = arguments.lang
    asker = Asker(lang=lang, assume_defaults=arguments.yes)
    try:
        order = read_order(arguments, asker, now=edge.clock())
        known, profiles = _read_known(order.config)
        run = _Run(arguments, order, asker, known=known, profiles=profiles, out=out)
        return asyncio.run(run.go())
    except (ConfigError, ProfileError) as error:
        return explain(error, lang)
    except SitesFileError as error:
        for problem in error.problems:
            complain(problem.line(lang))
    except (UnusableError, NobodyThereError) as error:
        complain(error.text)
    except tomlkit.exceptions.TOMLKitError as error:
        complain(SAID["unreadable"].filled(file=arguments.config, why=error).text(lang))
    except (OSError, KeyFileError) as error:
        name = getattr(error, "filename", None) or arguments.config
        why = getattr(error, "strerror", None) or error
        complain(SAID["unwritable"].filled(file=name, why=why).text(lang))
    return UNUSABLE


def _read_known(path: Path) -> tuple[Config | None, tuple[Profile, ...]]:
    """The configuration that is there already, and the profiles."""
    if not path.exists():
        return None, read_profiles(None)
    source, profiles = read_all(path)
    return source.local, profiles


class _Run:
    """One run of setup; each step says what it does."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        order: Order,
        asker: Asker,
        *,
        known: Config | None,
        profiles: Sequence[Profile],
        out: TextIO,
    ) -> None:
        self._arguments = arguments
        self._order = order
        self._asker = asker
        self._lang = asker.lang
        self._known = known
        self._out = out
        self._tools = Tools(
            http=CameraHttp(),
            decoder=Decoder(thumbnails=False),
            profiles=profiles,
            clock=edge.clock,
            refusals=Refusals(
                order.config.parent / REFUSED_FILE,
                write=file.write_secret,
                again=arguments.again,
            ),
        )

    async def go(self) -> int:
        """The whole way; the exit code."""
        try:
            planned = await self._look()
            if not planned:
                self._say("nobody")
                return FOUND
            made = file.draft(self._order.config, planned, self._order.basics)
            return await self._write(made, planned)
        finally:
            await self._tools.decoder.close()
            await self._tools.http.close()

    async def _look(self) -> tuple[Planned, ...]:
        self._say("looking")
        order = self._order
        every = self._known.devices if self._known else ()
        devices = tuple(one for one in every if one.kind is DeviceKind.CAMERA)
        entries = [self._with_known_logins(entry, devices) for entry in order.entries]
        is_asked = self._arguments.consent is None and not self._asker.assume_defaults
        seen = await search(
            entries,
            self._tools,
            multicast=order.multicast,
            ask=order.ask,
            seconds=order.seconds,
            known={device.target.address: device.target for device in devices},
            consent=None if is_asked else order.consent,
        )
        if is_asked and seen:
            has_battery = any(one.is_on_battery for one in seen)
            self._order = ask_consent(order, self._asker, has_battery=has_battery)
        names = known_names(self._known) if self._known else {}
        planned = plan(seen, devices, names=names, consent=self._order.consent)
        self._show(planned)
        return planned

    def _with_known_logins(self, entry: Entry, devices: Sequence[Device]) -> Entry:
        """A device that is watched already has a login that was right: it comes first."""
        labelled = [one for one in devices if one.label_serial == entry.label_serial != ""]
        offers = [offer for one in labelled for offer in _offer_of(one)]
        more = [one for one in entry.offers if one not in offers]
        return replace(entry, offers=(*offers, *more))

    def _show(self, planned: Sequence[Planned]) -> None:
        if not planned:
            return
        self._say("found", count=len(planned))
        head = [one.text(self._lang) for one in _LOGIN_HEAD]
        rows = [self._row(one) for one in planned]
        print(show_table(head, rows), file=self._out)

    def _row(self, one: Planned) -> list[str]:
        seen: Examined = one.seen
        model = seen.information.model if seen.information else ""
        return [
            seen.address,
            one.device_id,
            plain(model or "-")[:40],
            LOGINS[seen.login].text(self._lang) if seen.is_there else "-",
            str(seen.channel.number or "?") if seen.channel else "-",
            CHANGES[one.change].text(self._lang),
        ]

    async def _write(self, made: file.Draft, planned: Sequence[Planned]) -> int:
        name = str(made.path)
        if made.is_changed:
            self._say("diff", file=name)
            self._out.write(made.diff())
        else:
            self._say("nothing", file=name)
        if self._arguments.dry_run:
            self._say("dry")
            return DONE
        if made.is_changed and not (self._arguments.yes or self._asker.agrees("write")):
            self._say("left")
            return FOUND
        if made.is_changed:
            file.write(made)
            self._say("written", file=name, count=made.after.count("[[devices]]"))
        source, _ = read_all(made.path)
        config = source.local
        keys.load_or_make(config.keys.evidence)
        report = await self._accept(config, planned)
        print(f"\n{as_text(report, self._lang)}\n", file=self._out)
        self._keep(report, made.path)
        public = keys.public_path(config.keys.evidence)
        self._say("next", file=name, public=public)
        return FOUND if report.open_count else DONE

    async def _accept(self, config: Config, planned: Sequence[Planned]) -> Handover:
        let_in = {
            one.device_id
            for one in planned
            if one.is_watched and one.seen.login in (Login.ACCEPTED, Login.OPEN)
        }
        devices = [one for one in config.devices if one.device_id in let_in]
        looked, why_not = Looked(now={}, before={}), SAID["not asked"]
        if self._arguments.accept:
            self._say("accepting")
        facts = {
            one.device_id: one.seen.facts(
                one.device_id, name=one.name, label_serial=one.seen.entry.label_serial
            )
            for one in planned
            if one.device_id in let_in and one.seen.aliases
        }
        try:
            wanted = devices if self._arguments.accept else []
            looked = await accept_first(config, wanted, self._tools, facts=facts)
        except BlockingIOError:
            why_not = SAID["agent runs"]
            self._say("restart", file=self._order.config)
        return hand_over(
            planned,
            config,
            looked.now,
            pictures=looked.before,
            at=self._tools.clock(),
            config_name=str(self._order.config),
            consent_by=self._order.basics.consent_by,
            no_acceptance=why_not,
        )

    def _keep(self, report: Handover, config: Path) -> None:
        path = Path(self._arguments.report or config.with_name("handover.html"))
        file.write_secret(path, as_page(report, self._lang))  # it shows what the cameras see
        self._say("report", file=path)

    def _say(self, key: str, **values: object) -> None:
        print(SAID[key].filled(**values).text(self._lang), file=self._out)


def _offer_of(device: Device) -> tuple[Offer, ...]:
    credentials = device.target.credentials
    return () if credentials is None else (Offer(credentials=credentials),)
