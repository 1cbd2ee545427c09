"""``preclaim-agent device swap`` and ``device password``: changes without touching the site."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from agent import app, edge
from agent.camera.decoder import Decoder
from agent.camera.http import CameraHttp
from agent.camera.port import Credentials
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Config, Device
from agent.config_problem import ConfigError
from agent.data_lock import only_one
from agent.delivery import exchange_store, keepsake_store
from agent.delivery.salvage import open_or_salvage
from agent.exit_code import DONE, FOUND, UNUSABLE, complain, explain
from agent.setup import file
from agent.setup.acceptance import known_names
from agent.setup.ask import Asker, NobodyThereError
from agent.setup.device_words import SAID
from agent.setup.entry import Entry, Offer, read_password, read_pins
from agent.setup.examine import Examined, Login, Tools, examine
from agent.setup.order import UnusableError
from agent.setup.refused import FILE as REFUSED_FILE
from agent.setup.refused import Refusals
from agent.setup.words import SAID as SETUP_SAID
from agent.show import plain
from agent.sources import read_all
from shared.device import Alias, DeviceFacts, is_exchanged


def change_device(arguments: argparse.Namespace, out: TextIO) -> int:
    """Carry out the action; 1 when something was left as it was."""
    lang = arguments.lang
    asker = Asker(lang=lang, assume_defaults=arguments.yes)
    try:
        source, profiles = read_all(Path(arguments.config))
        offer = _new_login(arguments, asker)
        desk = _Desk(arguments, source.local, offer, out)
        return asyncio.run(_carry_out(desk, asker, profiles))
    except (ConfigError, ProfileError) as error:
        return explain(error, lang)
    except (UnusableError, NobodyThereError) as error:
        complain(error.text)
    except OSError as error:
        name, why = error.filename or arguments.config, error.strerror or error
        complain(SAID["unwritable"].filled(file=name, why=why).text(lang))
    return UNUSABLE


async def _carry_out(desk: _Desk, asker: Asker, profiles: Sequence[Profile]) -> int:
    http, decoder = CameraHttp(), Decoder(thumbnails=False)
    refusals = Refusals(
        Path(desk.arguments.config).parent / REFUSED_FILE,
        write=file.write_secret,
        again=desk.arguments.again,
    )
    tools = Tools(
        http=http, decoder=decoder, profiles=profiles, clock=edge.clock, refusals=refusals
    )
    try:
        if desk.arguments.action == "swap":
            return await desk.swap(tools, asker)
        return await desk.change_logins(tools)
    finally:
        await decoder.close()
        await http.close()


def _new_login(arguments: argparse.Namespace, asker: Asker) -> Offer | None:
    """The login on the command line; a swap may do without: the new device has the old one's."""
    if not arguments.user:
        if arguments.action == "password":
            raise UnusableError(SAID["no user"].text(asker.lang))
        return None
    try:
        if arguments.password_file:
            password = read_password(Path(arguments.password_file))
        elif arguments.password_env:
            password = os.environ[arguments.password_env]
        else:
            password = asker.secret("password", user=arguments.user)
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise UnusableError(SAID["no password"].filled(why=error).text(asker.lang)) from error
    credentials = Credentials(user=arguments.user, password=password)
    return Offer(credentials=credentials, variable=arguments.password_env or "")


@dataclass(frozen=True, slots=True)
class _Desk:
    arguments: argparse.Namespace
    config: Config
    offer: Offer | None
    out: TextIO

    async def change_logins(self, tools: Tools) -> int:
        """One attempt at the first device that answers; only when let in, one at each other.

        What refuses keeps its old login, and a lock ends it all: a wrong password costs one
        attempt at one device.
        """
        offer = self.offer
        devices = self._chosen(self.arguments.devices)
        if offer is None:
            raise UnusableError(SAID["no user"].text(self._lang))
        changed: list[str] = []
        left = 0
        for index, device in enumerate(devices):
            target = device.target
            seen = await examine(target.address, _entry(device, offer), tools, base=target)
            if seen.login in (Login.ACCEPTED, Login.OPEN):
                self._keep_login(device, offer)
                changed.append(device.device_id)
                self._say("let in", id=device.device_id)
                continue
            left += 1
            self._say(_ending(seen), id=device.device_id, why=plain(seen.why))
            no_more = (Login.REFUSED, Login.RESTING)
            if seen.login is Login.LOCKED or (not changed and seen.login in no_more):
                self._say("stopped", count=len(devices) - index - 1)
                return FOUND
        if changed:
            self._say("restart", config=self.arguments.config)
        return FOUND if left else DONE

    async def swap(self, tools: Tools, asker: Asker) -> int:
        """Look who hangs there now, have it confirmed, and let the history follow the position."""
        (device,) = self._chosen([self.arguments.device])
        if device.is_channel or not device.target.address:
            return self._swap_unasked(device)
        address = self.arguments.address or device.target.address
        known = device.target.credentials
        offer = self.offer or (Offer(credentials=known) if known else None)
        pins = self._pins()
        # Another device shows another certificate: the old one's pin does not speak for it.
        is_tls = bool(pins) or device.target.tls
        base = replace(device.target, tls=True, tls_fingerprints=pins) if is_tls else None
        seen = await examine(address, _entry(device, offer), tools, base=base)
        before = known_names(self.config).get(device.device_id, ())
        if (why := self._unconfirmed(seen, before)) is not None:
            complain(why)
            return FOUND
        told = {"id": device.device_id, "before": _names(before), "now": _names(seen.aliases)}
        self._say("swap", **told)
        wanted = self.arguments.serial
        if wanted is None and not asker.agrees("same device", serial=plain(seen.serial)):
            complain(SAID["not confirmed"].filled(serial=plain(seen.serial)).text(self._lang))
            return FOUND
        # The old label is on the old device.
        label = self.arguments.label_serial
        made = self._edited(
            device,
            self.offer,
            {"address": address, "label_serial": label, "tls_fingerprint": list(pins) or None}
            | ({"tls": True} if pins else {}),
        )
        facts = seen.facts(device.device_id, name=device.name, label_serial=label or "")
        if not self._exchange(made, facts, before):
            self._say("agent notices")
            file.write(made)
        self._say("swapped", id=device.device_id, config=self.arguments.config)
        return DONE

    def _swap_unasked(self, device: Device) -> int:
        """A recorder does not say who hangs at its channel, and who only pushes cannot be asked:
        the label in a person's hand tells."""
        given = self.arguments
        label = given.label_serial
        if not label or given.address or given.serial or given.pin or self.offer:
            complain(SAID["channel"].filled(id=device.device_id).text(self._lang))
            return FOUND
        if label == device.label_serial:
            complain(SAID["same"].filled(now=plain(label)).text(self._lang))
            return FOUND
        made = self._edited(device, None, {"label_serial": label})
        facts = DeviceFacts(device.device_id, label_serial=label, name=device.name)
        if not self._exchange(made, facts, known_names(self.config).get(device.device_id, ())):
            complain(SAID["channel running"].text(self._lang))
            return FOUND
        self._say("swapped", id=device.device_id, config=given.config)
        return DONE

    def _pins(self) -> tuple[str, ...]:
        try:
            return read_pins(self.arguments.pin)
        except ValueError as error:
            told = SETUP_SAID["bad pin"].filled(found=error)
            raise UnusableError(told.text(self._lang)) from error

    def _unconfirmed(self, seen: Examined, before: tuple[Alias, ...]) -> str | None:
        """Why nobody can tell that another device hangs there; None when it is so."""
        wanted = self.arguments.serial
        if not seen.is_there or seen.login not in (Login.ACCEPTED, Login.OPEN):
            key, values = "no look", {"why": plain(seen.why) or seen.login.value}
        elif len(seen.channels) > 1:
            key, values = "recorder", {"now": _names(seen.aliases)}
        elif not seen.aliases:
            key, values = "nameless", {}
        elif before and not is_exchanged(before, seen.aliases):
            key, values = "same", {"now": _names(seen.aliases)}
        elif wanted is not None and wanted not in {one.value for one in seen.aliases}:
            key, values = "other serial", {"now": _names(seen.aliases), "wanted": wanted}
        else:
            return None
        return SAID[key].filled(**values).text(self._lang)

    def _exchange(self, made: file.Draft, facts: DeviceFacts, before: tuple[Alias, ...]) -> bool:
        """The file first, for it may be refused; False, and nothing done, while an agent runs."""
        try:
            with only_one(self.config):
                file.write(made)
                self._leave_behind(facts, before)
        except BlockingIOError:
            return False
        return True

    def _leave_behind(self, facts: DeviceFacts, before: tuple[Alias, ...]) -> None:
        now = edge.clock()
        database, _ = open_or_salvage(app.data_file(self.config), now=now)
        try:
            with database.transaction() as db:
                if not facts.aliases:
                    keepsake_store.forget_acceptances(db, facts.device_id)
                exchange_store.leave_behind(db, facts.device_id, of=before, at=now)
                keepsake_store.keep_facts(db, facts, at=now)
        finally:
            database.close()

    def _keep_login(self, device: Device, offer: Offer) -> None:
        made = self._edited(device, offer, {})
        if made.is_changed:
            file.write(made)

    def _edited(
        self,
        device: Device,
        offer: Offer | None,
        values: Mapping[str, str | bool | list[str] | None],
    ) -> file.Draft:
        """Its table with these values and this login; a secret that others share stays theirs."""
        secrets: dict[str, str] = {}
        login: dict[str, str | None] = {}
        if offer is not None:
            login = {"user": offer.credentials.user, "password_env": offer.variable or None}
            login["password_file"] = None
            if not offer.variable:
                name = f"{file.SECRETS}/{device.device_id.replace(':', '_')}"
                login["password_file"] = name
                secrets[name] = offer.credentials.password + "\n"
        path = Path(self.arguments.config)
        return file.edit(path, device.device_id, {**values, **login}, secrets=secrets)

    def _chosen(self, ids: Sequence[str]) -> list[Device]:
        known = {device.device_id: device for device in self.config.devices}
        strange = [name for name in ids if name not in known]
        if strange or not known:
            values = {"names": ", ".join(strange) or "-", "known": ", ".join(known) or "-"}
            raise UnusableError(SAID["no device"].filled(**values).text(self._lang))
        if ids:
            return [known[name] for name in dict.fromkeys(ids)]
        user = self.arguments.user
        of_user = [one for one in known.values() if _user_of(one) == user]
        if not of_user:
            raise UnusableError(SAID["nobody's"].filled(user=user).text(self._lang))
        return of_user

    @property
    def _lang(self) -> str:
        return str(self.arguments.lang)

    def _say(self, key: str, **values: object) -> None:
        print(SAID[key].filled(**values).text(self._lang), file=self.out)


def _entry(device: Device, offer: Offer | None) -> Entry:
    return Entry(addresses=(device.target.address,), offers=(offer,) if offer else ())


def _user_of(device: Device) -> str:
    return device.target.credentials.user if device.target.credentials else ""


def _ending(seen: Examined) -> str:
    if not seen.is_there:
        return "silent"
    endings = {Login.REFUSED: "refused", Login.LOCKED: "locked", Login.RESTING: "resting"}
    return endings.get(seen.login, "no login")


def _names(aliases: Sequence[Alias]) -> str:
    return plain(", ".join(one.value for one in aliases)) or "-"
