"""What a file of evidence is, in the words of its manifest; the collector tells them translated.

They are keys as much as words: one that changes is shown in English until the texts follow.
"""

from __future__ import annotations

from typing import Final

HEALTHY: Final = "the same view when no picture fault stood"
ACCEPTED: Final = "the same view as a person accepted it after installation"
FIGURES: Final = "the figures of the picture beside this camera's own baseline"
BEFORE: Final = "readings up to the event that opened this fault"
SINCE: Final = "readings since this fault opened"
EXCHANGES: Final = "the exchanges of this visit"
CLIP: Final = "pictures as the camera coded them"
DEVICE_LOG: Final = "the device's own log, because somebody asked"
SMART: Final = "the disk's own report (SMART)"
TEST_BEFORE: Final = "filter test: before"
TEST_DURING: Final = "filter test: during"
TEST_AFTER: Final = "filter test: after"
TEST_FIGURES: Final = "figures and verdict of the filter test"
TEST_WRITES: Final = "everything written to the camera"
ALL: Final = (
    HEALTHY,
    ACCEPTED,
    FIGURES,
    BEFORE,
    SINCE,
    EXCHANGES,
    CLIP,
    DEVICE_LOG,
    SMART,
    TEST_BEFORE,
    TEST_DURING,
    TEST_AFTER,
    TEST_FIGURES,
    TEST_WRITES,
)
