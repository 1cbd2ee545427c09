"""Whom a silence covers, until when, and what may be asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collector.claims.silence import (
    Place,
    Silence,
    SilenceKind,
    SilenceProblem,
    SilenceScope,
    check_wish,
    covering,
    judged_from,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE = Place(organisations=frozenset({"fit", "factory"}), site_id="farm", position_id=7)
SITE = Place(organisations=HERE.organisations, site_id="farm", position_id=None)


def silence(scope: SilenceScope = SilenceScope.SITE, **changes: object) -> Silence:
    """A silence of the site 'farm' from noon for an hour."""
    facts: dict[str, object] = {
        "id": 1, "organisation_id": "fit", "scope": scope, "site_id": "farm", "position_id": None,
        "code": "", "kind": SilenceKind.SILENCE, "reason": "known", "made_by": "li",
        "starts_at": NOON, "ends_at": NOON + HOUR,
    }  # fmt: skip
    return Silence(**{**facts, **changes})  # type: ignore[arg-type]


def is_quiet(one: Silence, place: Place = HERE, *, code: str = "stream.none") -> bool:
    """Whether this silence alone covers the fault there, half an hour after noon."""
    return covering([one], place, code=code, at=NOON + HOUR / 2) is one


@pytest.mark.parametrize(
    ("one", "place", "expected"),
    [
        (silence(), HERE, True),
        (silence(), SITE, True),
        (silence(site_id="shop"), HERE, False),
        (silence(SilenceScope.POSITION, position_id=7), HERE, True),
        (silence(SilenceScope.POSITION, position_id=8), HERE, False),
        (silence(SilenceScope.POSITION, position_id=7), SITE, False),
        (silence(SilenceScope.ORGANISATION, site_id=None), HERE, True),
        (silence(SilenceScope.ORGANISATION, site_id=None, organisation_id="factory"), SITE, True),
        (silence(SilenceScope.ORGANISATION, site_id=None, organisation_id="other"), HERE, False),
        (silence(code="stream.none"), HERE, True),
        (silence(code="clock.wrong"), HERE, False),
    ],
)
def test_a_silence_covers_its_own(one: Silence, place: Place, expected: bool) -> None:
    """A site with its cameras, one position, an organisation with all below; or one fault only."""
    assert is_quiet(one, place) is expected


def test_a_silence_of_one_fault_does_not_cover_the_site_as_a_whole() -> None:
    """Somebody who knows of a dirty lens still wants to hear that the power went."""
    assert not is_quiet(silence(code="picture.dirty"), SITE, code="")


def test_it_holds_from_its_start_until_before_its_end() -> None:
    """The moment of the end is not quiet any more."""
    moments = [NOON - HOUR, NOON, NOON + HOUR]
    held = [covering([silence()], HERE, code="", at=at) is not None for at in moments]
    assert held == [False, True, False]


def test_the_one_that_lasts_longest_is_told() -> None:
    """Of two that overlap people read the end that counts."""
    longer = silence(id=2, ends_at=NOON + 5 * HOUR)
    assert covering([silence(), longer], HERE, code="", at=NOON) is longer


def test_a_fault_from_within_gets_a_hold_after_it() -> None:
    """What was switched off needs time to come back; what was broken before has had its time."""
    within = judged_from([silence()], onset_at=NOON + HOUR / 2, hold=3 * HOUR)
    before = judged_from([silence()], onset_at=NOON - HOUR, hold=3 * HOUR)

    assert within == (silence(), NOON + 4 * HOUR)
    assert before == (silence(), NOON + HOUR)
    assert judged_from([], onset_at=NOON, hold=HOUR) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"reason": "  "}, SilenceProblem.REASON),
        ({"ends_at": NOON}, SilenceProblem.BACKWARDS),
        ({"starts_at": NOON - 3 * HOUR, "ends_at": NOON - HOUR}, SilenceProblem.OVER),
        ({"ends_at": NOON + 25 * HOUR}, SilenceProblem.LONG),
        ({"starts_at": NOON + 48 * HOUR, "ends_at": NOON + 70 * HOUR}, None),
        ({"starts_at": NOON - 20 * HOUR, "ends_at": NOON + 20 * HOUR}, None),
    ],
)
def test_what_may_be_asked_for(
    changes: dict[str, datetime], expected: SilenceProblem | None
) -> None:
    """A reason, an end after the start and after now, within what the policy lets from now on."""
    facts: dict[str, object] = {"reason": "mast", "starts_at": NOON, "ends_at": NOON + HOUR}
    wish = {**facts, **changes}
    found = check_wish(**wish, longest=24 * HOUR, now=NOON)  # type: ignore[arg-type]
    assert found is expected
