"""What is no camera and yet watched: a modem, a router, a charge controller beside the cameras."""

from __future__ import annotations

import enum
from typing import Final


class DeviceKind(enum.Enum):
    """What a device of the configuration is."""

    CAMERA = "camera"
    GATEWAY = "gateway"  # speaks by a firmware profile alone: no ONVIF, no pictures


_OF_GATEWAYS: Final = frozenset({"reachability", "vendor"})


def takes(kind: DeviceKind, probe_name: str) -> bool:
    """Whether a probe has anything to ask a device of this kind."""
    return kind is DeviceKind.CAMERA or probe_name in _OF_GATEWAYS
