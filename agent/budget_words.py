"""A refused or cut off probe says in English what ran out; here the same is said in Chinese."""

from __future__ import annotations

import re
from typing import Final

from agent.budget import RESOURCES_ZH, SPENT, Resource
from agent.camera.transcript import MIDWAY

_RESOURCE: Final = "|".join(re.escape(one.value) for one in Resource)
_REFUSED: Final = re.compile(
    SPENT.en.format(
        resource=f"(?P<resource>{_RESOURCE})",
        limit=r"(?P<limit>[\d.]+)",
        spent=r"(?P<spent>[\d.]+)",
        wanted=r"(?P<wanted>[\d.]+)",
    )
)
_CUT_OFF: Final = re.compile(MIDWAY.format(f"(?P<resource>{_RESOURCE})"))
_MIDWAY_ZH: Final = "当日{resource}预算在检测途中用完，已中止"


def spent_in_chinese(detail: str) -> str:
    """The Chinese of such a detail; any other text as it is."""
    if found := _REFUSED.fullmatch(detail):
        values = found.groupdict()
        return SPENT.zh.format(**{**values, "resource": RESOURCES_ZH[Resource(found["resource"])]})
    if found := _CUT_OFF.fullmatch(detail):
        return _MIDWAY_ZH.format(resource=RESOURCES_ZH[Resource(found["resource"])])
    return detail
