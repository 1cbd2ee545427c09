"""From an exchange that failed to readings that say so, and to the layer that failed."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from agent.camera.port import CameraError, Cause
from shared.reading import Quality, Reading

_DETAIL_CHARS = 300


class Layer(enum.Enum):
    """How far an exchange came, lowest first; a person looks at the lowest that failed."""

    DNS = "dns"
    TCP = "tcp"
    HTTP = "http"
    ONVIF = "onvif"
    LOGIN = "login"
    RTSP = "rtsp"
    FIRST_PACKET = "first packet"
    DECODE = "decode"


LAYER_OF: Final[dict[Cause, Layer | None]] = {
    Cause.DNS: Layer.DNS,
    Cause.TCP_REFUSED: Layer.TCP,
    Cause.TCP_TIMEOUT: Layer.TCP,
    Cause.TCP_UNREACHABLE: Layer.TCP,
    Cause.TCP_RESET: Layer.TCP,
    Cause.TLS: Layer.TCP,
    Cause.TLS_UNPINNED: Layer.LOGIN,  # it answers, and is not told who we are
    Cause.TLS_CHANGED: Layer.LOGIN,
    Cause.HTTP_STATUS: Layer.HTTP,
    Cause.HTTP_REDIRECT: Layer.HTTP,
    Cause.HTTP_NOT_XML: Layer.HTTP,
    Cause.HTTP_TOO_LARGE: Layer.HTTP,
    Cause.ONVIF_UNPARSABLE: Layer.ONVIF,
    Cause.ONVIF_FAULT: Layer.ONVIF,
    Cause.ONVIF_UNSUPPORTED: None,  # the device spoke; it lacks something
    Cause.ONVIF_MISSING: None,
    Cause.ONVIF_FOREIGN_ADDRESS: Layer.ONVIF,
    Cause.LOGIN_REFUSED: Layer.LOGIN,
    Cause.LOGIN_METHOD: Layer.LOGIN,
    Cause.LOGIN_LOCKED: Layer.LOGIN,
    Cause.LOGIN_NO_CREDENTIALS: Layer.LOGIN,
    Cause.RTSP_STATUS: Layer.RTSP,
    Cause.RTSP_PROTOCOL: Layer.RTSP,
    Cause.RTSP_NO_PACKET: Layer.FIRST_PACKET,
    Cause.DECODE_FAILED: Layer.DECODE,
    Cause.DECODE_LIMIT: Layer.DECODE,
    Cause.DECODE_UNSUPPORTED: None,
    Cause.VENDOR_UNPARSABLE: Layer.HTTP,
    Cause.VENDOR_UNSUPPORTED: None,
    Cause.VENDOR_REFUSED: None,  # the device spoke; it will not say this
    Cause.LOCAL_MISSING: None,  # ours, not the device's
    Cause.LOCAL_FAILED: None,
    Cause.DEADLINE: None,  # says how long, not where
    Cause.BUDGET: None,
}

SILENT: Final = frozenset(
    {
        Cause.DNS,
        Cause.TCP_REFUSED,
        Cause.TCP_TIMEOUT,
        Cause.TCP_UNREACHABLE,
    }
)
"""Causes that mean nothing answers at the address at all."""

BROKEN: Final = frozenset(
    {
        Cause.HTTP_REDIRECT,
        Cause.HTTP_NOT_XML,
        Cause.HTTP_TOO_LARGE,
        Cause.ONVIF_UNPARSABLE,
    }
)
"""Causes that mean a reply came and was no proper reply."""

LOGIN_CAUSES: Final = frozenset(
    {Cause.LOGIN_REFUSED, Cause.LOGIN_METHOD, Cause.LOGIN_LOCKED, Cause.LOGIN_NO_CREDENTIALS}
)

_LACKS: Final = frozenset(
    {Cause.ONVIF_UNSUPPORTED, Cause.DECODE_UNSUPPORTED, Cause.VENDOR_UNSUPPORTED}
)


def failed(name: str, error: CameraError, *, at: datetime, unit: str = "") -> Reading:
    """The reading that an exchange did not give: lacking, absent, or failed with its cause."""
    quality = Quality.FAILED
    if error.cause in _LACKS:
        quality = Quality.UNSUPPORTED
    elif error.cause is Cause.ONVIF_MISSING:
        quality = Quality.MISSING
    return Reading(
        name,
        None,
        unit,
        at,
        quality,
        cause=error.cause.value,
        detail=error.detail[:_DETAIL_CHARS],
    )


def all_failed(names: Iterable[str], error: CameraError, *, at: datetime) -> tuple[Reading, ...]:
    """One failed reading a name; what a probe gives when its only exchange failed."""
    return tuple(failed(name, error, at=at) for name in names)


def layer_of(error: CameraError) -> Layer | None:
    """The layer that failed, None when none did (the device lacks it, a budget, a deadline)."""
    return LAYER_OF[error.cause]


def lowest_failed_layer(readings: Iterable[Reading]) -> Layer | None:
    """The lowest layer that failed in a pass; None when no reading failed."""
    order = list(Layer)
    found = [
        layer
        for reading in readings
        if reading.cause and (layer := _layer_of_text(reading.cause)) is not None
    ]
    return min(found, key=order.index, default=None)


def _layer_of_text(cause: str) -> Layer | None:
    try:
        return LAYER_OF[Cause(cause)]
    except ValueError:
        return None
