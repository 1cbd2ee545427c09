"""Reports of the shape of ``smartctl --json -n standby -a`` (7.3), with values made up."""

from __future__ import annotations

import json
from typing import Any


def _program(status: int, *messages: str, severity: str = "error") -> dict[str, Any]:
    told: dict[str, Any] = {"version": [7, 3], "exit_status": status}
    if messages:
        told["messages"] = [{"string": text, "severity": severity} for text in messages]
    return {"json_format_version": [1, 0], "smartctl": told}


def _ata(*, passed: bool, reallocated: int, pending: int, status: int) -> bytes:
    def attribute(number: int, name: str, raw: int) -> dict[str, Any]:
        told = {"id": number, "name": name, "value": 100, "worst": 100, "thresh": 10}
        return {**told, "when_failed": "", "raw": {"value": raw, "string": str(raw)}}

    return json.dumps(
        {
            **_program(status),
            "device": {"name": "/dev/sda", "type": "sat", "protocol": "ATA"},
            "model_name": "NVR 4TB",
            "serial_number": "NVR-0001",
            "smart_status": {"passed": passed},
            "ata_smart_attributes": {
                "revision": 16,
                "table": [
                    attribute(5, "Reallocated_Sector_Ct", reallocated),
                    attribute(197, "Current_Pending_Sector", pending),
                    attribute(198, "Offline_Uncorrectable", (7 << 32) | 3),
                ],
            },
            "power_on_time": {"hours": 20_013},
            "temperature": {"current": 41},
        }
    ).encode()


def _nvme(*, warning: int, passed: bool, status: int) -> bytes:
    log = {"critical_warning": warning, "temperature": 52, "available_spare": 96}
    return json.dumps(
        {
            **_program(status),
            "device": {"name": "/dev/nvme0", "type": "nvme", "protocol": "NVMe"},
            "model_name": "Gateway NVMe",
            "serial_number": "NVME-7",
            "smart_status": {"passed": passed, "nvme": {"value": warning}},
            "nvme_smart_health_information_log": {
                **log,
                "available_spare_threshold": 10,
                "percentage_used": 104,
                "media_errors": 2,
            },
            "temperature": {"current": 52},
            "power_on_time": {"hours": 900},
        }
    ).encode()


ATA_GOOD = _ata(passed=True, reallocated=0, pending=0, status=0)
ATA_PENDING = _ata(passed=True, reallocated=8, pending=16, status=64)
ATA_FAILING = _ata(passed=False, reallocated=2048, pending=40, status=8 | 16)
ATA_CONTRADICTION = _ata(passed=True, reallocated=0, pending=0, status=8)
NVME_GOOD = _nvme(warning=0, passed=True, status=0)
NVME_HOT = _nvme(warning=0b10, passed=False, status=8)
NVME_FAILING = _nvme(warning=0b100, passed=False, status=8)
USB_UNKNOWN = json.dumps(
    _program(1, "/dev/sdb: Unknown USB bridge [0x1234:0x5678 (0x100)]")
).encode()
VIRTUAL = json.dumps(_program(1, "/dev/vda: Unable to detect device type")).encode()
STANDBY = json.dumps(
    _program(2, "Device is in STANDBY mode, exit(2)", severity="information")
).encode()
DENIED = json.dumps(
    _program(2, "Smartctl open device: /dev/sda failed: Permission denied")
).encode()
EMPTY_BAY = json.dumps(
    _program(2, "Smartctl open device: /dev/sdc failed: No such device")
).encode()
