"""What a fault that is due may become."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from collector.claims.profiles import Standing
from collector.claims.warranty import Warranty


class Verdict(enum.Enum):
    """Every way a fault can end; WAIT is none, it is looked at again."""

    CLAIM = "claim"
    INCIDENT = "incident"
    TASK = "task"
    FIRMWARE_CASE = "firmware_case"
    NOT_APPLICABLE = "not_applicable"
    SHADOW = "shadow"
    TRANSIENT = "transient"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of the fault, and why in both languages."""

    verdict: Verdict
    reason_en: str
    reason_zh: str
    warranty: Warranty | None = None  # set for CLAIM, SHADOW and 'out of warranty'
    incident_id: int | None = None  # set for INCIDENT: the one that explains it
    profile: Standing = Standing.FREE  # for CLAIM: what the finding is worth by its profile
    task_kind: str = ""  # set for TASK: maintenance | configuration | siting | site
    firmware_case_id: int | None = None  # the case with the version that should have mended it
    look_again_at: datetime | None = None  # set for WAIT, and for a TASK that may become more
    code: str = ""  # of the finding, where it is not the fault's own
