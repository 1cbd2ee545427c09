"""The forms of the actions that a visitor can take on a line, with what is filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from collector.act import Wish
from collector.claims.action import Action, Field, Kind
from collector.claims.actions import offered
from collector.claims.answer import PATHS
from collector.claims.lifecycle import Actor
from collector.claims.no_fault import BenchFinding
from collector.claims.story import Story
from collector.review import NEEDS_PROOF
from collector.suggest_answer import SuggestedAnswer
from collector.web.call import Call

REASON: Final = "reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One input: its choices as ``(value, words)``, and what stands in it."""

    field: Field
    label: str
    hint: str
    options: tuple[tuple[str, str], ...]
    value: str
    ticked: frozenset[str]
    offered: tuple[str, ...] = ()  # of a text: what it usually is


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One action as a form."""

    action: Action
    fields: tuple[FormField, ...]
    needs_reason: bool
    reason: str
    is_open: bool  # it was sent and refused: what was typed stands there again


def actions_of(story: Story, role: Actor, *, is_unproven: bool) -> tuple[Action, ...]:
    """What the page offers; nothing that an unproven profile alone carries is submitted."""
    return tuple(
        action
        for action in offered(story, role)
        if not (is_unproven and action.move and action.move.target in NEEDS_PROOF)
    )


def forms_of(
    call: Call,
    actions: Sequence[Action],
    story: Story,
    *,
    suggested: SuggestedAnswer | None,
    gaps: Sequence[tuple[str, bool]],
    ship_to: str,
    typed: Wish | None = None,
) -> tuple[Form, ...]:
    """A form for each action. ``gaps`` are the items that the line lacks, with whether the claim
    must have them: those are ticked when more is asked for. ``ship_to`` is what its
    case says."""
    made = []
    for action in actions:
        again = typed if typed and typed.action == action.id else None
        values = _values(action, story, suggested, ship_to)
        if again:
            values = {**values, **{k: v for k, v in again.fields.items() if isinstance(v, str)}}
        made.append(
            Form(
                action=action,
                fields=tuple(
                    _field(call, action, one, values, story=story, gaps=gaps, again=again)
                    for one in action.fields_for(PATHS.get(story.path))
                ),
                needs_reason=needs_reason(action, story),
                reason=again.reason if again else "",
                is_open=again is not None,
            )
        )
    return tuple(made)


def needs_reason(action: Action, story: Story) -> bool:
    """Whether words must go with it: the path of guidance or on-site repair is its words."""
    return action.needs_reason or (
        action.id == "fulfil" and story.path in ("guidance", "onsite_repair")
    )


def read_wish(form: Mapping[str, object], items: Mapping[str, Sequence[str]]) -> Wish:
    """What a form says; ``items`` are the fields of which there may be several."""
    fields: dict[str, object] = {
        name: value.strip()
        for name, value in form.items()
        if isinstance(value, str) and value.strip() and name not in _NOT_FIELDS
    }
    fields.update({name: list(named) for name, named in items.items() if named})
    return Wish(
        action=str(form.get("action", "")),
        reason=str(form.get(REASON, "")).strip(),
        fields=fields,
    )


def _values(
    action: Action, story: Story, suggested: SuggestedAnswer | None, ship_to: str
) -> dict[str, str]:
    found = {"ship_to": ship_to or story.ship_to, "carrier": story.carrier}
    found["repair_partner"] = story.repair_partner
    if action.id == "offer_path":
        found["path"] = story.counter if story.path_said == "countered" else story.path
    if story.finding == BenchFinding.NONE_FOUND.value:
        found["reason_code"] = BenchFinding.NONE_FOUND.value
    if action.id == "approve" and suggested:
        found |= {
            "path": suggested.path.path.value,
            "origin": suggested.origin.value,
            "rma_number": suggested.rma_number,
        }
    return found


def _field(
    call: Call,
    action: Action,
    one: Field,
    values: Mapping[str, str],
    *,
    story: Story,
    gaps: Sequence[tuple[str, bool]],
    again: Wish | None,
) -> FormField:
    named = _options(one, story, [name for name, _ in gaps])
    needed = [name for name, is_must in gaps if is_must] if one.name == "missing" else []
    said = again.fields.get(one.name) if again else None
    ticked = said if isinstance(said, list) else needed
    told = call.voice.name("field", f"{one.name}.text")
    return FormField(
        field=one,
        label=call.voice.t(f"field.{one.name}"),
        hint="" if told == f"{one.name}.text" else told,
        options=tuple((name, call.voice.name(one.family, name)) for name in named),
        value=values.get(one.name, ""),
        ticked=frozenset(ticked),
        offered=_partners(call) if one.family == "partners" else (),
    )


def _partners(call: Call) -> tuple[str, ...]:
    """Those whose collectors are joined to this one (``[[partners]]``)."""
    packs = call.house.packs
    return tuple(sorted({one.name for one in packs.partners})) if packs else ()


def _options(one: Field, story: Story, gaps: Collection[str]) -> tuple[str, ...]:
    if one.kind is not Kind.ITEMS:
        return one.options
    if one.name == "brought":
        return story.named_gaps
    return tuple(dict.fromkeys((*gaps, *one.options)))


_NOT_FIELDS: Final = frozenset({"csrf", "action", REASON, "line"})
