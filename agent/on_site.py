"""The verbs for whoever stands before the cameras: find them, and read one now."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import TextIO

from agent import edge, hand_refusals, once, show
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.onvif.discovery import discover
from agent.camera.port import CameraError, Target
from agent.camera.profiles.profile import Profile
from agent.camera.profiles.profile_file import ProfileError
from agent.diagnosis import RULES
from agent.diagnosis.rule import Verdict
from agent.exit_code import DONE, FOUND, UNUSABLE, complain, explain
from agent.hand_target import read_target
from agent.login_hold import OUTCOME
from agent.probes import PROBES
from agent.second_opinion.ask import ask_both, is_installed
from agent.second_opinion.show import as_json, as_text, differs
from agent.show_visit import found_as_json, print_visit, visit_as_json
from agent.sources import read_profiles


def probe(arguments: argparse.Namespace, out: TextIO) -> int:
    """Read one camera now."""
    try:
        profiles = read_profiles(Path(arguments.profiles) if arguments.profiles else None)
    except ProfileError as error:
        return explain(error, arguments.lang)
    target = read_target(arguments)
    if target is None:
        return UNUSABLE
    if arguments.second_opinion and not is_installed():
        complain(show.say("no second client", arguments.lang))
        return UNUSABLE
    if not hand_refusals.may_try(target, arguments):
        return FOUND
    visit = asyncio.run(_visit(target, profiles, arguments.watch_seconds))
    if any(one.name == OUTCOME and one.value == "refused" for one in visit.readings):
        hand_refusals.note(target)
    second = (
        asyncio.run(ask_both(target, visited=visit.readings)) if arguments.second_opinion else None
    )
    if arguments.json:
        said = visit_as_json(target, visit)
        if second is not None:
            said["second_opinion"] = as_json(second)
        json.dump(said, out, ensure_ascii=False, indent=1)
        out.write("\n")
    else:
        print_visit(visit, arguments.lang, out)
        if second is not None:
            print(f"\n{as_text(second, arguments.lang)}", file=out)
    if second is not None:
        return FOUND if differs(second) or second.why_not is not None else DONE
    is_bad = visit.failed_layer is not None or any(
        finding.verdict is Verdict.FAULT for finding in visit.findings
    )
    return FOUND if is_bad else DONE


async def _visit(target: Target, profiles: tuple[Profile, ...], seconds: float) -> once.Visit:
    http, decoder = CameraHttp(), Decoder()
    try:
        camera = NetworkCamera(
            target, http=http, decoder=decoder, profiles=profiles, clock=edge.clock
        )
        return await once.visit_once(
            camera, probes=PROBES, rules=RULES, clock=edge.clock, watch_seconds=seconds
        )
    finally:
        await decoder.close()
        await http.close()


def find(arguments: argparse.Namespace, out: TextIO) -> int:
    """Ask the network who speaks ONVIF."""
    try:
        found = asyncio.run(
            discover(
                seconds=arguments.seconds,
                multicast=not arguments.ask,
                interface=arguments.interface,
                addresses=arguments.ask,
            )
        )
    except CameraError as error:
        complain(error.detail if arguments.lang == "en" else f"地址无效：{error.detail}")
        return UNUSABLE
    if arguments.json:
        json.dump([found_as_json(one) for one in found], out, ensure_ascii=False, indent=1)
        out.write("\n")
    elif found:
        rows = [[one.address, one.name or "-", one.hardware or "-", one.endpoint] for one in found]
        keys = ("address", "name", "hardware", "endpoint")
        head = [show.word(key, arguments.lang) for key in keys]
        print(show.show_table(head, rows), file=out)
    else:
        complain(show.say("nobody answered", arguments.lang))
    return DONE if found else FOUND
