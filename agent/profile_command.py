"""The verb ``profile``: check files, find the profile of a device, read a device with one."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

from agent import edge, hand_refusals
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import CameraError, Target
from agent.camera.profiles.match import choose, known_issues
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import ProfileError, load_files, load_profiles
from agent.exit_code import DONE, FOUND, UNUSABLE, complain, explain
from agent.hand_target import read_target
from agent.profile_words import say
from agent.show_profile import match_as_json, no_answer, print_match, print_trial, trial_as_json

Action = Callable[[argparse.Namespace, TextIO], int]


def profile(arguments: argparse.Namespace, out: TextIO) -> int:
    """Carry out one action of the verb."""
    try:
        return ACTIONS[arguments.action](arguments, out)
    except ProfileError as error:
        return explain(error, arguments.lang)


def lint(arguments: argparse.Namespace, out: TextIO) -> int:
    """Check files, or the product's own; silence would say too little, so good ones are listed."""
    paths = [Path(name) for name in arguments.files]
    asked = {path.resolve() for path in paths}
    profiles = load_files(paths, deep=True)
    for found in profiles:
        if not asked or not found.packaged:
            print(say("good", arguments.lang, **_summary(found)), file=out)
    return DONE


def _summary(found: Profile) -> dict[str, object]:
    return {
        "id": found.id,
        "status": found.proven.value,
        "hash": found.hash,
        "sources": len(found.sources),
        "metrics": len(found.metrics),
        "issues": len(found.known_issues),
    }


def match(arguments: argparse.Namespace, out: TextIO) -> int:
    """Ask the device what it is, and say which profile fits; nothing else is asked."""
    profiles = load_profiles(_further(arguments))
    target = read_target(arguments)
    if target is None:
        return UNUSABLE

    async def ask(camera: NetworkCamera) -> int:
        information = await camera.device_information()
        choice = choose(profiles, information)
        issues = known_issues(choice.profile, information.firmware) if choice.profile else ()
        if arguments.json:
            _write(match_as_json(information, choice, issues), out)
        else:
            print_match(information, choice, issues, arguments.lang, out)
        return DONE if choice.profile else FOUND

    return _with_camera(target, profiles, ask, arguments)


def trial(arguments: argparse.Namespace, out: TextIO) -> int:
    """Read a device once with a profile, whatever it says it is: to try a new one."""
    found = _named(arguments.profile, _further(arguments))
    if found is None:
        complain(say("no profile", arguments.lang, found=arguments.profile))
        return UNUSABLE
    if arguments.recording or not arguments.address:
        return _replay(found, arguments, out)
    target = _target(arguments)
    if target is None:
        return UNUSABLE

    if arguments.channel:
        target = replace(target, channel=arguments.channel)

    async def ask(camera: NetworkCamera) -> int:
        values = await camera.vendor_values()
        if arguments.json:
            _write(trial_as_json(found, values, camera.costs), out)
        else:
            print_trial(found, values, camera.costs, arguments.lang, out)
        is_good = any(value.quality == "good" for value in values.values())
        return DONE if is_good or not found.sources else FOUND

    return _with_camera(target, (found,), ask, arguments)


def _replay(found: Profile, arguments: argparse.Namespace, out: TextIO) -> int:
    from agent.record.command import replay  # noqa: PLC0415  # rarely

    code, content = replay(found, arguments, out)
    if content is not None:
        _write(content, out)
    return code


def record(arguments: argparse.Namespace, out: TextIO) -> int:
    """Ask a device once and write a masked recording of its answers."""
    from agent.record import command  # noqa: PLC0415  # rarely

    named = _named(arguments.profile, _further(arguments)) if arguments.profile else None
    if arguments.profile and named is None:
        complain(say("no profile", arguments.lang, found=arguments.profile))
        return UNUSABLE
    target = _target(arguments) if command.is_free(Path(arguments.output), arguments.lang) else None
    if target is None:
        return UNUSABLE

    async def ask(camera: NetworkCamera) -> int:
        return await command.record(
            camera,
            target,
            Path(arguments.output),
            with_onvif=not arguments.no_onvif and target.address != "local",
            lang=arguments.lang,
            out=out,
        )

    profiles = (named,) if named else load_profiles(_further(arguments))
    return _with_camera(target, profiles, ask, arguments)


def _target(arguments: argparse.Namespace) -> Target | None:
    """The device, with what only vendor interfaces need; None when something was wrong."""
    target = read_target(arguments)
    if target is None:
        return None
    return replace(
        target, serial_port=arguments.serial_port or "", vendor_port=arguments.vendor_port
    )


def _named(name: str, further: Path | None) -> Profile | None:
    """A profile by its id, or the one of a file."""
    path = Path(name)
    if path.suffix == ".toml":
        profiles = load_files([path], deep=True)
        return next((one for one in profiles if not one.packaged), None)
    return next((one for one in load_profiles(further) if one.id == name), None)


def _further(arguments: argparse.Namespace) -> Path | None:
    return Path(arguments.profiles) if arguments.profiles else None


def _with_camera(
    target: Target,
    profiles: tuple[Profile, ...],
    ask: Callable[[NetworkCamera], Awaitable[int]],
    arguments: argparse.Namespace,
) -> int:
    if not hand_refusals.may_try(target, arguments):
        return FOUND

    async def visit() -> int:
        http, decoder = CameraHttp(), Decoder()
        try:
            camera = NetworkCamera(
                target,
                http=http,
                decoder=decoder,
                profiles=profiles,
                clock=edge.clock,
                named_profile=len(profiles) == 1,
            )
            return await ask(camera)
        except CameraError as error:
            hand_refusals.note(target, error)
            complain(no_answer(target.address, error, arguments.lang))
            return FOUND
        finally:
            await decoder.close()
            await http.close()

    return asyncio.run(visit())


def schema(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the JSON Schema, as it stands beside the profiles."""
    from agent.camera.profiles.schema import build_schema  # noqa: PLC0415  # loads all transports

    _write(build_schema(), out)
    return DONE


def supported(arguments: argparse.Namespace, out: TextIO) -> int:
    """Write supported.md and supported.zh.md into a directory."""
    from agent.supported_page import write_pages  # noqa: PLC0415  # for whoever makes the product

    try:
        paths = write_pages(Path(arguments.folder))
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        complain(say("no folder", arguments.lang, found=arguments.folder, why=why))
        return UNUSABLE
    for path in paths:
        print(path, file=out)
    return DONE


def _write(content: object, out: TextIO) -> None:
    json.dump(content, out, ensure_ascii=False, indent=1)
    out.write("\n")


ACTIONS: Final[Mapping[str, Action]] = {
    "lint": lint,
    "match": match,
    "try": trial,
    "record": record,
    "schema": schema,
    "supported": supported,
}
