"""Why a transport gave no value is told in Chinese too, by texts that the code really says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.camera import port
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.dvrip.status import refusal
from agent.camera.profiles.transports.local import extra_missing
from agent.probes.failure import failed
from agent.reasons import reason
from agent.transport_reasons import TRANSPORT_DETAILS_ZH
from tests.agent.fakes import NOON

CAMERA = Path(port.__file__).parent
# Built from parts at run time; each is made below by the code itself.
BUILT = re.compile(r"DVRIP Ret|is not installed")


def test_no_text_is_misspelt() -> None:
    """Every fixed text stands in the code as it is, or its Chinese would never be shown."""
    files = [*(CAMERA / "profiles").rglob("*.py"), CAMERA / "gateway.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    code = re.sub(r'"\s*\n\s*"', "", code).replace("\\'", "'")

    for text in TRANSPORT_DETAILS_ZH:
        assert BUILT.search(text) or text in code, text


@pytest.mark.parametrize(
    "error",
    [
        extra_missing("pyserial", "modem"),
        extra_missing("pymodbus", "modbus"),
        *(refusal({"Ret": code}, raw=b"") for code in (106, 107, 203, 204, 205, 206)),
    ],
    ids=str,
)
def test_what_is_built_is_told_in_chinese(error: CameraError) -> None:
    """Missing packages and refused logins are told without a word of English prose."""
    told = reason(failed("vendor.status", error, at=NOON), "zh")

    assert TRANSPORT_DETAILS_ZH[error.detail] in told
    assert Cause(error.cause).value in told
