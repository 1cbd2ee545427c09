"""What is known of a mended version for the device of one episode, as the decision is told it."""

from __future__ import annotations

from sqlalchemy import Connection

from collector.claims.facts import FixFacts
from collector.claims.firmware_case import Fix, Side
from collector.claims.firmware_device import Device, still_fails
from collector.claims.policy import Policy
from collector.store import decisions, firmware_devices, firmware_fixes
from collector.store.due import Case
from collector.store.firmware_cases import CaseRow
from collector.store.firmware_fixes import KnownFix
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome


def mends(code: str, policy: Policy) -> bool:
    """Whether a firmware is what mends this fault, by the catalogue or the policy."""
    entry = CATALOGUE.get(code)
    return entry is not None and policy.opening.outcome_of(entry) is Outcome.FIRMWARE


def fix_facts(db: Connection, case: Case, *, policy: Policy) -> FixFacts | None:
    """None where nobody has named a version that mends this fault of this device.

    It must hold every version that was named for its combination: what was mended in 1.5 may have
    come back in 2.0 and be mended again in 2.1.
    """
    fixes = firmware_fixes.of_fault(db, model=case.model, code=case.code)
    if not fixes:
        return None
    device = firmware_devices.of_episode(db, case.episode_id)
    mine = [one for one in fixes if _is_for(one, device)]
    if not mine:
        return None
    said = {one: one.fix.is_in(device.runs(one.fix.side)) for one in mine}
    one = min(mine, key=lambda known: _RANK[said[known]])
    own = [known.case_id for known in mine if known.organisation_id == case.organisation_id]
    grace = policy.verified_after(case.code, device.promised_within_s)
    return FixFacts(
        fixed_in=one.fix.version,
        runs=device.runs(one.fix.side),
        is_in=said[one],
        is_seen=still_fails(device, grace=grace),
        case_id=one.case_id
        if one.case_id in own
        else next(iter(own), decisions.firmware_case_of(db, case.decision_id)),
    )


def of_another_case(db: Connection, row: CaseRow) -> Fix | None:
    """What mends the same two firmwares and cause by the case of another organisation."""
    for known in firmware_fixes.of_fault(db, model=row.camera_model, code=row.code):
        same = (known.camera_firmware, known.recorder_firmware)
        if same == (row.camera_firmware, row.recorder_firmware) and known.case_id != row.id:
            return known.fix
    return None


_RANK = {False: 0, None: 1, True: 2}


def _is_for(known: KnownFix, device: Device) -> bool:
    """A fix counts for the firmware that it was tried with on the other side."""
    if known.fix.side is Side.CAMERA:
        return known.recorder_firmware == device.recorder_firmware
    return known.camera_firmware == device.camera_firmware
