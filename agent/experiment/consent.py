"""Whether a test may touch a camera at all: consent, battery, who rests; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from agent.config import Device
from agent.wrong import Both
from shared.reading import Reading

LEAST_CHARGE_PERCENT: Final = 40.0
_CHARGE_AGE: Final = timedelta(hours=24)


class NotAllowedError(Exception):
    """The test is not begun; ``reason`` says why and what to do, in both languages."""

    def __init__(self, reason: Both) -> None:
        super().__init__(reason.en)
        self.reason = reason


def check_consent(device: Device, charge: Reading | None, *, now: datetime) -> None:
    """NotAllowedError unless the configuration and the battery allow a write.

    ``charge`` is the newest ``battery.charge``. On a battery a charge that is not known is none.
    """
    if not device.ir_cut.allow_test:
        raise NotAllowedError(_NO_CONSENT)
    if not device.is_battery:
        return
    if not device.ir_cut.allow_test_on_battery:
        raise NotAllowedError(_NO_BATTERY_CONSENT)
    known = charge is not None and timedelta(0) <= now - charge.taken_at <= _CHARGE_AGE
    percent = charge.number() if charge is not None and known else None
    if percent is None:
        raise NotAllowedError(_CHARGE_UNKNOWN)
    if percent < LEAST_CHARGE_PERCENT:
        raise NotAllowedError(
            Both(
                f"the battery is at {percent:.0f} %, a test needs {LEAST_CHARGE_PERCENT:.0f} %;"
                " order it again when it is charged",
                f"电池电量 {percent:.0f}%，测试需要 {LEAST_CHARGE_PERCENT:.0f}%；请充电后再下达",
            )
        )


_NO_CONSENT: Final = Both(
    "the configuration does not allow it; write allow_ir_cut_test = true for this device",
    "配置未允许；请为该设备填写 allow_ir_cut_test = true",
)
_NO_BATTERY_CONSENT: Final = Both(
    "the device runs on a battery, which needs a consent of its own;"
    " write allow_ir_cut_test_on_battery = true",
    "该设备由电池供电，需单独同意；请填写 allow_ir_cut_test_on_battery = true",
)
_CHARGE_UNKNOWN: Final = Both(
    "the battery's charge is not known; order it again after a visit that read it",
    "电池电量未知；请在读取到电量后再下达",
)
STILL_OWED: Final = Both(
    "the filter mode of an earlier test is not restored yet; see preclaim-agent writes",
    "上次测试的滤光片模式尚未恢复；请查看 preclaim-agent writes",
)
