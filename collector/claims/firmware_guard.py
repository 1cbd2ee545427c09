"""What must be true before something is done to a firmware case. Pure.

As for a claim line (``guards``), of whose refusals it uses those that fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from collector.claims import guard_words as words
from collector.claims.answer import REJECT_CODES, Path
from collector.claims.clock_terms import ClockTerms
from collector.claims.firmware_case import (
    BY_NAME,
    PATHS,
    SIDES,
    Action,
    CaseStory,
    Field,
    Side,
    actions_for,
)
from collector.claims.firmware_version import Order, order
from collector.claims.lifecycle import Actor
from collector.claims.problem import Both
from collector.claims.refusal import IllegalMoveError, Refusal
from collector.claims.state_words import ACTOR_WORDS, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to do, and what it is judged by."""

    action: str
    actor: Actor
    reason: str
    fields: Mapping[str, object]
    story: CaseStory
    camera_firmware: str  # the ones that fail together
    recorder_firmware: str
    now: datetime
    terms: ClockTerms
    is_verified: bool = False  # for the system: the probes found it well for long enough

    def text(self, field: Field) -> str:
        """A field's words; '' where it has none."""
        said = self.fields.get(field.value)
        return said.strip() if isinstance(said, str) else ""


def check(asked: Asked) -> Action:
    """The action, when it may be done; IllegalMoveError says why not."""
    action = BY_NAME.get(asked.action)
    if action is None or asked.story.state not in action.sources:
        raise IllegalMoveError(_no_step(asked))
    if not action.allows(asked.actor):
        raise IllegalMoveError(_not_yours(asked))
    if action not in actions_for(asked.story, asked.actor):
        raise IllegalMoveError(_NOTHING_TO_DO.get(action.name, _no_step(asked)))
    if action.reason_needed and not asked.reason.strip():
        raise IllegalMoveError(NO_REASON)
    if (refusal := _refuse(action, asked)) is not None:
        raise IllegalMoveError(refusal)
    return action


def _refuse(action: Action, asked: Asked) -> Refusal | None:
    guard = _GUARDS.get(action.name)
    return guard(asked) if guard else None


def _missing(asked: Asked) -> Refusal | None:
    return None if asked.text(Field.MISSING) else words.NAMES_NOTHING


def _path(asked: Asked) -> Refusal | None:
    is_path = asked.text(Field.PATH) in {path.value for path in PATHS}
    return None if is_path else words.NO_PATH


def _reject_code(asked: Asked) -> Refusal | None:
    return None if asked.text(Field.REASON_CODE) in REJECT_CODES else words.NO_REJECT_CODE


def _verified(asked: Asked) -> Refusal | None:
    return None if asked.is_verified else words.NOT_VERIFIED


def _settled(asked: Asked) -> Refusal | None:
    resolved = asked.story.line.resolved_at
    waited = resolved is not None and asked.now - resolved >= asked.terms.close_after
    return None if waited else words.not_settled(asked.terms.close_after.days)


def _appeal(asked: Asked) -> Refusal | None:
    rejected = asked.story.line.rejected_at
    if rejected is None or asked.now - rejected > asked.terms.appeal_within:
        return words.too_late(asked.terms.appeal_within.days)
    return None


def _fulfilled(asked: Asked) -> Refusal | None:
    """Guidance is words; a mending firmware is a version."""
    if asked.story.line.path == Path.GUIDANCE.value:
        return None if asked.reason.strip() else words.NO_REPORT
    return _fix(asked)


def _fix(asked: Asked) -> Refusal | None:
    """A version that is the failing one, or older, mends nothing; one that nothing puts in order
    is taken, and an engineer says of each device's version whether it holds it."""
    version, side = asked.text(Field.VERSION), SIDES.get(asked.text(Field.SIDE))
    if not version:
        return words.NO_VERSION
    if side is None:
        return NO_SIDE
    failing = asked.camera_firmware if side is Side.CAMERA else asked.recorder_firmware
    if order(version, failing) in (Order.SAME, Order.OLDER):
        return not_newer(version, failing)
    return None


def _rule(asked: Asked) -> Refusal | None:
    if not asked.text(Field.SEEN_VERSION):
        return words.NO_VERSION
    return None if isinstance(asked.fields.get(Field.CONTAINS.value), bool) else NO_WORD


_GUARDS: Final[Mapping[str, Callable[[Asked], Refusal | None]]] = {
    "ask": _missing,
    "approve": _path,
    "reject": _reject_code,
    "appeal": _appeal,
    "fulfil": _fulfilled,
    "name_fix": _fix,
    "rule_version": _rule,
    "verify": _verified,
    "close": _settled,
}
NO_REASON: Final = Refusal(
    "reason_needed",
    Both("this step needs a reason", "该步骤需要说明原因"),
    Both("write why", "请填写原因"),
)
NO_SIDE: Final = Refusal(
    "no_side",
    Both("it is not said whether the version is the camera's or the recorder's",
         "未说明该版本属于摄像机还是录像机"),
    Both("choose one", "请选择其一"),
)  # fmt: skip
NO_WORD: Final = Refusal(
    "no_word",
    Both("it is not said whether that version holds the fix", "未说明该版本是否包含修复"),
    Both("choose yes or no", "请选择“是”或“否”"),
)
NO_CASE: Final = Refusal(
    "no_case",
    Both("there is no such firmware case", "没有该固件案例"),
    Both("look at the list", "请查看列表"),
)
_LOOK: Final = Both("look at the case's present state", "请查看案例的当前状态")
_NOTHING_TO_DO: Final = {
    "hold": Refusal("not_running", Both("the clock is held already", "计时已暂停"), _LOOK),
    "release": Refusal("not_held", Both("nobody holds the clock", "计时未被暂停"), _LOOK),
    "appeal": Refusal(
        "appealed",
        Both("this case was appealed already; there is one appeal", "该案例已申诉过，仅可申诉一次"),
        Both("speak to your account manager", "请联系您的客户经理"),
    ),
    "rule_version": Refusal(
        "no_fix", Both("no mended version is known yet", "尚未确定修复版本"), _LOOK
    ),
    "name_fix": Refusal(
        "no_fix",
        Both(
            "this case is answered by guidance, not by a version",
            "该案例以指导方式处理，无修复版本",
        ),
        _LOOK,
    ),
}


def not_newer(version: str, failing: str) -> Refusal:
    """The version that shall mend it is the one that fails, or an older one."""
    return Refusal(
        "not_newer",
        Both(f"{version} is not newer than {failing}, which fails",
             f"{version} 并不比出现故障的 {failing} 新"),
        Both("name the version that was released with the fix", "请填写包含修复的发布版本"),
    )  # fmt: skip


def _no_step(asked: Asked) -> Refusal:
    state = words_of(asked.story.state.value)
    return Refusal(
        "no_such_step",
        Both(f"this cannot be done to a firmware case that is '{state.en}'",
             f"固件案例处于“{state.zh}”时不能执行该步骤"),
        Both("look at its present state, and choose one of the steps there",
             "请查看其当前状态，并选择可用的步骤"),
    )  # fmt: skip


def _not_yours(asked: Asked) -> Refusal:
    who = ACTOR_WORDS[asked.actor.value]
    return Refusal(
        "not_yours",
        Both(f"{who.en} may not do this", f"{who.zh}不能执行该步骤"),
        Both("ask somebody whose step this is", "请联系有权执行该步骤的人员"),
    )
