"""A lock in the words of firmware, and how much of it is left."""

from __future__ import annotations

import pytest

from agent.camera.lock import Lock, read_lock

HIKVISION = (
    "<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus>"
    "<unlockTime>1731</unlockTime></userCheck>"
)


@pytest.mark.parametrize(
    ("status", "text", "retry_after", "left_s"),
    [
        pytest.param(401, HIKVISION, "", 1731, id="Hikvision"),
        pytest.param(401, 'account locked, "remainLockSecond": 1800', "", 1800, id="Dahua"),
        pytest.param(200, '"error":{"rspCode" : -506}', "", None, id="Reolink"),
        pytest.param(401, "Account locked. Try again after 30 minutes", "", 1800, id="minutes"),
        pytest.param(401, "账户已锁定，剩余 120 秒", "", 120, id="Chinese"),
        pytest.param(423, "", "60", 60, id="status and header"),
        pytest.param(429, "", "Wed, 21 Oct", None, id="a date is left out"),
        pytest.param(423, "unlockTime=999999", "", 604800, id="at most a week"),
    ],
)
def test_a_lock_is_read(status: int, text: str, retry_after: str, left_s: int | None) -> None:
    """The remaining seconds are the device's own."""
    assert read_lock(status=status, text=text, retry_after=retry_after) == Lock(left_s=left_s)


@pytest.mark.parametrize(
    "text",
    [
        "<lockStatus>unlock</lockStatus><retryLoginTime>5</retryLoginTime>",
        "Unauthorized",
        "clocked in",
        '"rspCode": -502',
    ],
)
def test_a_mere_refusal_is_no_lock(text: str) -> None:
    """A wrong password is told as a wrong password."""
    assert read_lock(status=401, text=text) is None
