"""The agent's configuration file: TOML to facts, with all problems at once."""

from __future__ import annotations

import os
import re
import ssl
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from agent.camera.address import place_of
from agent.camera.port import CameraError, Credentials, LoginKind, Target
from agent.config import UPLINKS, Config, Device, IrCut, Keys
from agent.config_channel import read_channel
from agent.config_consent import read_consent
from agent.config_gateway import check_gateways, read_gateway
from agent.config_inbox import Ways, complain_of_twins, read_push, read_ways
from agent.config_power import read_battery, read_wake_window
from agent.config_problem import ConfigError, Problem
from agent.config_radio import read_classes, read_data_plan
from agent.config_recorder import read_capabilities, read_recorder
from agent.config_sites import read_site_name, read_sites
from agent.config_table import Table
from agent.config_tls import read_certificates
from agent.config_tunable import (
    KEEPALIVE_S,
    paced_as,
    read_judgement,
    read_limits,
    read_min_poll,
    read_pace,
    read_plan,
)
from agent.delivery.outbox import FILE_MIB
from agent.delivery.publisher import Broker
from agent.gateway import DeviceKind
from agent.sun import Site
from shared.topics import AGENT_ID

_DEVICE_ID: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")
_MAX_DEVICES: Final = 1024  # a hub; telemetry's bound, and more than one process should watch


def load_config(
    path: Path,
    *,
    probe_names: Collection[str] = (),
    profile_ids: Collection[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Read a file; ConfigError lists every problem in it.

    ``probe_names`` and ``profile_ids`` are what overrides may name; empty means unchecked.
    """
    problems: list[Problem] = []
    content = read_content(path)
    root = Table(content, "", path.name, problems)
    reader = _Reader(root, path.parent, environment)
    config = reader.read(probe_names=probe_names, profile_ids=profile_ids)
    if problems:
        raise ConfigError(problems)
    return config


def read_content(path: Path) -> Mapping[str, Any]:
    """The file's tables, unchecked; ConfigError when it is no TOML or cannot be read."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, "not_toml", str(error)) from error


def read_text(path: Path) -> str:
    """The file as it is; ConfigError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise _broken(path, "unreadable", error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _broken(path, "not_utf8", "") from error


def _broken(path: Path, wrong: str, why: str) -> ConfigError:
    return ConfigError([Problem(file=path.name, key="-", wrong=wrong, values={"why": why})])


class _Reader:
    """Walks the file once; what is wrong is noted and a harmless value goes on."""

    def __init__(self, root: Table, folder: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._folder = folder
        self._environment = environment

    def read(self, *, probe_names: Collection[str], profile_ids: Collection[str]) -> Config:
        agent = self._root.table("agent")
        agent_id = agent.text("id", missing="agent_id_missing")
        if agent_id and not AGENT_ID.match(agent_id):
            agent.complain("id", "bad_id", found=agent_id)
        uplink = agent.choice("uplink", "wired", UPLINKS)
        plan = read_plan(self._root.table("uplink"))
        paced = paced_as(uplink, plan)
        recording = agent.text("recording_dir", "")
        profiles = agent.text("profiles_dir", "")
        ways = read_ways(self._root, self._secret, self._path)
        config = Config(
            agent_id=agent_id,
            data_dir=self._path(agent.text("data_dir", "agent-data")),
            uplink=uplink,
            outbox_mib=agent.whole("outbox_mb", FILE_MIB, low=8, high=4096),
            recorder_firmware=self._short(agent, "recorder_firmware", 80),
            recorder_login=LoginKind(
                agent.choice("recorder_login", "none", [kind.value for kind in LoginKind])
            ),
            recording_dir=self._path(recording) if recording else None,
            profiles_dir=self._path(profiles) if profiles else None,
            plan=plan,
            broker=self._broker(self._root.table("broker"), paced),
            keys=self._keys(self._root.table("keys")),
            pace=read_pace(self._root.table("schedule"), paced, probe_names),
            judgement=read_judgement(self._root.table("diagnosis")),
            devices=self._devices(uplink, profile_ids, read_sites(self._root, agent), ways),
            ways=ways,
            recorder_speaks=read_capabilities(agent),
            signal_classes=read_classes(self._root.table("radio")),
        )
        device_ids = {device.device_id for device in config.devices}
        recorder = read_recorder(self._root.table("recorder"), self._path, device_ids=device_ids)
        config = replace(config, recorder=recorder)
        agent.finish()
        self._root.finish()
        return config

    def _path(self, text: str) -> Path:
        return self._folder / Path(text).expanduser()

    def _short(self, table: Table, key: str, limit: int) -> str:
        found = table.text(key, "")
        if len(found) > limit:
            table.complain(key, "too_long", count=len(found), limit=limit)
        return found[:limit]

    def _broker(self, table: Table, uplink: str) -> Broker:
        ca = table.text("ca", "")
        if ca and not self._path(ca).is_file():
            table.complain("ca", "no_ca_file", found=ca)
        cert, key = table.text("cert", ""), table.text("key", "")
        for name, file in (("cert", cert), ("key", key)):
            if file and not self._path(file).is_file():
                table.complain(name, "no_client_file", found=file)
        if bool(cert) != bool(key):
            table.complain("key" if cert else "cert", "half_a_pair")
        self._check_pair(table, cert, key)
        is_tls = table.flag("tls", False)
        if (cert or key) and not is_tls:
            table.complain("tls", "cert_without_tls")
        username = table.text("username", "")
        password = self._secret(table, "password_file", "password_env")
        broker = Broker(
            host=table.text("host", "127.0.0.1"),
            port=table.whole("port", 1883, low=1, high=65_535),
            tls=is_tls,
            ca=self._path(ca) if ca else None,
            cert=self._path(cert) if cert else None,
            key=self._path(key) if key else None,
            username=username,
            password=password or "",
            keepalive_s=table.whole("keepalive_s", KEEPALIVE_S[uplink], low=5, high=65_535),
        )
        table.finish()
        return broker

    def _check_pair(self, table: Table, cert: str, key: str) -> None:
        """Load certificate and key once: a wrong pair would end the agent at each connection."""
        if not cert or not key or not self._path(cert).is_file() or not self._path(key).is_file():
            return
        try:
            # The agent's own files: "" instead of a prompt, should the key have a passphrase.
            ssl.create_default_context().load_cert_chain(
                self._path(cert), self._path(key), password=""
            )
        except OSError as error:  # SSLError is one
            table.complain("cert", "bad_pair", why=getattr(error, "reason", None) or str(error))

    def _keys(self, table: Table) -> Keys:
        evidence = self._path(table.text("evidence", "keys/agent.pem"))
        command = table.text("command", "")
        if command and not self._path(command).is_file():
            table.complain("command", "no_command_key", found=command)
        table.finish()
        return Keys(evidence=evidence, command=self._path(command) if command else None)

    def _devices(
        self,
        uplink: str,
        profile_ids: Collection[str],
        sites: Mapping[str, Site | None],
        ways: Ways | None,
    ) -> tuple[Device, ...]:
        tables = self._root.tables("devices")
        if len(tables) > _MAX_DEVICES:
            self._root.complain(
                "devices", "too_many_devices", count=len(tables), limit=_MAX_DEVICES
            )
        devices: list[Device] = []
        seen: dict[str, int] = {}
        for index, table in enumerate(tables):
            device = self._device(table, uplink, profile_ids, sites, ways)
            if device.device_id and device.device_id in seen:
                first = seen[device.device_id]
                table.complain("id", "device_twice", found=device.device_id, first=first)
            seen.setdefault(device.device_id, index)
            devices.append(device)
        check_gateways(
            ((table, device.gateway) for table, device in zip(tables, devices, strict=True)),
            (one.device_id for one in devices if one.kind is DeviceKind.GATEWAY),
        )
        complain_of_twins(tables, [device.push for device in devices])
        return tuple(devices)

    def _device(
        self,
        table: Table,
        uplink: str,
        profile_ids: Collection[str],
        sites: Mapping[str, Site | None],
        ways: Ways | None,
    ) -> Device:
        device_id = table.text("id", missing="device_id_missing")
        if device_id and not _DEVICE_ID.match(device_id):
            table.complain("id", "bad_device_id", found=device_id)
        profile = table.text("profile", "")
        if profile and profile_ids and profile not in profile_ids:
            table.complain(
                "profile", "unknown_profile", found=profile, known=", ".join(profile_ids)
            )
        site = read_site_name(table, sites)
        limits = read_limits(table.table("budget"))
        push, min_poll = (
            read_push(table, self._secret, device_id=device_id, ways=ways),
            read_min_poll(table),
        )
        target = self._target(table, is_called=push is None or min_poll is not None)
        gateway = read_gateway(table, address=target.address, profile=profile)
        is_metered = table.choice("link", uplink, UPLINKS) == "metered"
        chosen = read_channel(table, is_metered=is_metered)
        device = Device(
            device_id=device_id,
            name=self._short(table, "name", 80) or device_id,
            target=replace(
                target,
                serial_port=gateway.serial_port,
                vendor_port=gateway.vendor_port,
                channel=chosen.channel,
                video_source=chosen.video_source,
                stream_profile=chosen.stream_profile,
                stream=chosen.stream,
            ),
            label_serial=self._short(table, "label_serial", 64),
            is_battery=table.choice("power", "mains", ("mains", "battery")) == "battery",
            is_metered=is_metered,
            profile=profile,
            budget=limits,
            min_poll=min_poll,
            ir_cut=_ir_cut(table),
            site=site,
            place=sites.get(site),
            battery=read_battery(table.table("battery")),
            kind=gateway.kind,
            gateway=gateway.gateway,
            power_from=gateway.power_from,
            wake_window=read_wake_window(table),
            push=push,
            consent=read_consent(table.table("consent")),
            data_plan_bytes=read_data_plan(table),
        )
        if device.ir_cut.allow_test and not device.is_visited:
            table.complain("allow_ir_cut_test", "test_without_visit")
        table.finish()
        return device

    def _target(self, table: Table, *, is_called: bool) -> Target:
        address = table.text("address", None if is_called else "", missing="address_missing")
        if "/" in address or "@" in address:
            table.complain("address", "address_is_url")
        elif address and not _is_place(address):
            table.complain("address", "bad_address", found=address[:80])
        user = table.text("user", "")
        password = self._secret(table, "password_file", "password_env")
        if user and password is None:
            table.complain("user", "no_password")
        if password is not None and not user:
            table.complain("user", "no_user")
        port = table.whole("rtsp_port", 0, low=0, high=65_535)
        certificates = read_certificates(table, self._folder)
        return Target(
            address=address,
            credentials=Credentials(user=user, password=password or "") if user else None,
            rtsp_port=port or None,
            tls=certificates.tls,
            allow_events=table.flag("allow_events", False),
            tls_fingerprints=certificates.tls_fingerprints,
            tls_ca=certificates.tls_ca,
        )

    def _secret(self, table: Table, file_key: str, env_key: str) -> str | None:
        """A password from a file or the environment; None when neither is named."""
        if table.has("password"):
            table.complain("password", "open_password", file_key=file_key)
        file_name, variable = table.text(file_key, ""), table.text(env_key, "")
        if file_name and variable:
            table.complain(file_key, "two_secrets", other=env_key)
        if file_name:
            return self._read_secret(table, file_key, file_name)
        if variable:
            if variable not in self._environment:
                table.complain(env_key, "variable_not_set", found=variable)
            return self._environment.get(variable, "")
        return None

    def _read_secret(self, table: Table, key: str, file_name: str) -> str:
        try:
            return self._path(file_name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8"
            table.complain(key, "secret_unreadable", found=file_name, why=why)
            return ""


def _is_place(address: str) -> bool:
    try:
        place_of(Target(address=address))
    except CameraError:
        return False
    return True


def _ir_cut(table: Table) -> IrCut:
    allow = table.flag("allow_ir_cut_test", False)
    on_battery = table.flag("allow_ir_cut_test_on_battery", False)
    if on_battery and not allow:
        table.complain("allow_ir_cut_test_on_battery", "battery_test_alone")
    is_said = table.has("ir_cut_filter_fitted")
    return IrCut(
        allow_test=allow,
        allow_test_on_battery=on_battery,
        is_fitted=table.flag("ir_cut_filter_fitted", True) if is_said else None,
        is_outdoor=table.flag("outdoor", False),
    )
