"""Which login tells most next; pure. At most three in all, and none after a lock."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from agent.camera.login_facts import Met, Service
from agent.camera.port import LoginKind
from agent.camera.wanted import WORTH_S, Try
from agent.doctor.clues import Clues

MOST_ATTEMPTS: Final = 3
"""Those that the pass already made included: cameras lock from five on, some (Samsung) for every
client; three leave room for the recorder's own."""


def next_try(clues: Clues, *, spent: int, without: Collection[Service] = ()) -> Try | None:
    """The next attempt worth its cost; None when nothing may or need be tried.

    ``without`` are services that turned out to take no login.
    """
    knocked = clues.knocked
    if spent >= MOST_ATTEMPTS or clues.lock is not None or clues.met(Met.LOCKED):
        return None
    if knocked is None or knocked.onvif is not None or clues.met(Met.FORBIDDEN):
        return None
    accepted = clues.met(Met.ACCEPTED, Service.ONVIF)
    if not accepted:
        return _on_onvif(clues) or _elsewhere(clues, without)
    if clues.stream.status is None and knocked.rtsp_speaks and Service.RTSP not in without:
        wanted = _on_rtsp(clues)
        if wanted is not None:
            return wanted
    signs = any(one.kind is LoginKind.WSSE for one in accepted)
    is_off = clues.skew_s is not None and abs(clues.skew_s) >= WORTH_S
    asked = clues.met(Met.ACCEPTED, own_time=True) or clues.met(Met.REFUSED, own_time=True)
    if signs and is_off and not asked and clues.recorder.may_sign:
        return Try(service=Service.ONVIF, kind=LoginKind.WSSE, own_time=True)
    return None


def _on_onvif(clues: Clues) -> Try | None:
    """The recorder's kind first, then the other family, then the other algorithm."""
    refused = {one.kind for one in clues.met(Met.REFUSED, Service.ONVIF)}
    offered = clues.kinds_offered(Service.ONVIF)
    if len(refused) >= 2:
        return None  # what is left of the three tells more elsewhere
    digests = sorted(offered, key=lambda kind: kind is not LoginKind.DIGEST_SHA256)
    order: list[LoginKind] = [LoginKind.WSSE, *digests]
    if clues.recorder.login in offered:
        order = [clues.recorder.login, *(k for k in digests if k is not clues.recorder.login)]
        order.append(LoginKind.WSSE)
    for kind in order:
        if kind not in refused:
            return Try(service=Service.ONVIF, kind=kind)
    return None


def _elsewhere(clues: Clues, without: Collection[Service]) -> Try | None:
    """The same user at another service: is it the password, or ONVIF's own account?"""
    assert clues.knocked is not None
    if clues.met(Met.REFUSED, Service.HTTP, Service.RTSP) or clues.met(
        Met.ACCEPTED, Service.HTTP, Service.RTSP
    ):
        return None
    for service, path in ((Service.HTTP, clues.knocked.page), (Service.RTSP, "")):
        kinds = clues.kinds_offered(service)
        if kinds and service not in without and (path or service is Service.RTSP):
            return Try(service=service, kind=_strongest(kinds), path=path)
    return None


def _on_rtsp(clues: Clues) -> Try | None:
    """The stream by what worked elsewhere or the strongest algorithm, then once by another."""
    refused = {one.kind for one in clues.met(Met.REFUSED, Service.RTSP)}
    left = [kind for kind in clues.kinds_offered(Service.RTSP) if kind not in refused]
    if not left or len(refused) > 1 or clues.met(Met.ACCEPTED, Service.RTSP):
        return None
    worked = [one.kind for one in clues.met(Met.ACCEPTED) if one.kind in left]
    kind = worked[0] if worked else _strongest(tuple(left))
    return Try(service=Service.RTSP, kind=kind, path=clues.stream.path)


def _strongest(kinds: tuple[LoginKind, ...]) -> LoginKind:
    return LoginKind.DIGEST_SHA256 if LoginKind.DIGEST_SHA256 in kinds else kinds[0]
