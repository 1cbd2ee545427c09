"""What the device said of itself by ONVIF in this pass, as key=value; nothing is asked anew."""

from __future__ import annotations

from typing import Final

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.keys import Keys, text
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach

REQUEST: Final[Keys] = {
    "operation": text("what was asked", required=True, choices=("GetDeviceInformation",))
}


def check_request(table: Table) -> None:
    """Refuse unknown keys and operations."""
    table.read(REQUEST)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Manufacturer, Model, FirmwareVersion, SerialNumber and HardwareId, a line each."""
    said = reach.information
    if said is None:
        raise CameraError(
            Cause.VENDOR_UNSUPPORTED, f"'{source.name}': the device has not said what it is"
        )
    lines = {
        "Manufacturer": said.manufacturer,
        "Model": said.model,
        "FirmwareVersion": said.firmware,
        "SerialNumber": said.serial,
        "HardwareId": said.hardware_id,
    }
    text_lines = (f"{k}={_line(v)}\n" for k, v in lines.items() if v is not None)
    return Fetched(body="".join(text_lines).encode(), detail="as read in this pass")


def _line(value: str) -> str:
    return " ".join(value.split())
