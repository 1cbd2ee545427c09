"""What engineers confirmed of firmware profiles, by model and firmware."""

from __future__ import annotations

from aiohttp import web

from collector.web.api.pages import answer
from collector.web.call import Call
from collector.web.pages.profiles import ProfileStands, read_profiles


async def show_profiles(call: Call) -> web.StreamResponse:
    """Every profile that findings of the slice rest on, with its record; no pages."""
    house, scope = call.house, call.scope
    stand = await house.read(lambda db: read_profiles(db, scope, house.policy))
    return answer(
        {
            "asked": {"confirmations": house.policy.profiles.confirmations},
            "items": [_profile(one) for one in stand],
        }
    )


def _profile(one: ProfileStands) -> dict[str, object]:
    key, record = one.row.key, one.record
    return {
        "id": key.id,
        "hash": key.hash,
        "status": one.row.status,
        "model": key.model,
        "firmware": key.firmware,
        "standing": one.standing,
        "findings": one.row.findings,
        "waiting": one.row.waiting,
        "devices_right": record.right,
        "devices_wrong": record.wrong,
        "engineers": record.engineers,
        "independent": record.independent,
    }
