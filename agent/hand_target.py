"""A device as the command line names it: where it is, how to log in, whose certificate it shows."""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path

from agent import show
from agent.camera.port import Credentials, Target
from agent.camera.tls import is_ca_file, read_fingerprint
from agent.exit_code import complain


def read_target(arguments: argparse.Namespace) -> Target | None:
    """The target; None when something is wrong with it, which was then said."""
    lang = arguments.lang
    try:
        credentials = _credentials(arguments)
    except (OSError, UnicodeDecodeError, KeyError) as error:
        complain(show.say("no password", lang, why=error))
        return None
    pins = [read_fingerprint(text) for text in arguments.pin]
    if None in pins:
        complain(show.say("no fingerprint", lang, found=arguments.pin[pins.index(None)]))
        return None
    if arguments.tls_ca and not is_ca_file(Path(arguments.tls_ca)):
        complain(show.say("no authority", lang, path=arguments.tls_ca))
        return None
    return Target(
        address=arguments.address,
        credentials=credentials,
        rtsp_port=arguments.rtsp_port,
        tls=bool(arguments.tls or pins or arguments.tls_ca),
        tls_fingerprints=tuple(pin for pin in pins if pin),
        tls_ca=arguments.tls_ca or "",
        channel=max(0, getattr(arguments, "channel", 0)),  # of the verbs that know channels
        stream=getattr(arguments, "stream", ""),
    )


def _credentials(arguments: argparse.Namespace) -> Credentials | None:
    """The login; the password comes from a file, the environment or a prompt, never from argv."""
    if arguments.user is None:
        return None
    if arguments.password_file:
        password = Path(arguments.password_file).read_text(encoding="utf-8").rstrip("\r\n")
    elif arguments.password_env:
        password = os.environ[arguments.password_env]
    else:
        password = getpass.getpass(
            show.say("password", arguments.lang, user=arguments.user, address=arguments.address)
        )
    return Credentials(user=arguments.user, password=password)
