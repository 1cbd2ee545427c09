"""Sources on the agent's own machine: serial ports and programs, for devices named "local"."""

from __future__ import annotations

from typing import Final

from agent.camera.port import CameraError, Cause, Target

ADDRESS: Final = "local"
"""The address of a modem or charge controller that hangs on the agent's machine itself."""


def require_local(target: Target) -> None:
    """Refuse a device that is elsewhere: what this machine's modem says is not about a camera."""
    if target.address != ADDRESS:
        raise CameraError(
            Cause.VENDOR_UNSUPPORTED,
            f"read on the agent's own machine, for a device with address = '{ADDRESS}' alone",
        )


def extra_missing(package: str, extra: str) -> CameraError:
    """The error for an optional package that is not installed, with what to install."""
    return CameraError(
        Cause.LOCAL_MISSING,
        f"the Python package '{package}' is not installed: pip install 'preclaim[{extra}]'",
    )
