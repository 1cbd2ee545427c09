"""Certificates that keep a login back: one that nobody has vouched for, one that has changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault, healthy, not_read
from agent.wrong import Both

CERTIFICATE: Final = "login.certificate"
_OUTCOME: Final = "login.outcome"
_FINGERPRINT: Final = re.compile(r"sha256:[0-9a-f]{64}")
_WORDS: Final = {
    "unpinned": Both(
        "no login is sent: nobody has vouched for the certificate {found}",
        "未发送登录信息：证书 {found} 无人担保",
    ),
    "changed": Both(
        "no login is sent: the certificate {found} is not the pinned one",
        "未发送登录信息：证书 {found} 与固定的不同",
    ),
}
_CODES: Final = {
    "unpinned": "login.certificate_unproven",
    "changed": "login.certificate_changed",
}


def _judge(value: str) -> Callable[[View], Finding]:
    code, words = _CODES[value], _WORDS[value]

    def judge(view: View) -> Finding:
        """The certificate of this pass; any outcome of a login means that it was believed."""
        said = view.fresh_reading(CERTIFICATE)
        if said is not None and said.value == value:
            found = _FINGERPRINT.search(said.detail)
            told = words.filled(found=found.group() if found else "")
            return fault(code, view, told.en, told.zh, CERTIFICATE, "identity.serial")
        if view.text(_OUTCOME) is not None:
            return healthy(code, view, _OUTCOME)
        return not_read(code)

    return judge


RULES: Final = tuple(
    Rule(
        code=code,
        needs=(_OUTCOME, CERTIFICATE),
        judge=_judge(value),
        persistence=Persistence(open_n=2, open_m=2, clear_n=1, clear_m=1),
    )
    for value, code in _CODES.items()
)
