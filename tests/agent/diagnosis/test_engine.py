"""The engine: N of M, hysteresis, silence, flapping."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.diagnosis.advance import advance
from agent.diagnosis.engine import diagnose
from agent.diagnosis.memory import FaultMemory, Step
from agent.diagnosis.rule import Finding, Persistence, Rule, Verdict, View
from shared.fault import FaultState
from tests.agent.diagnosis.views import NOON, view_of

CODE = "picture.black"
F, H, U = Verdict.FAULT, Verdict.HEALTHY, Verdict.NO_VERDICT
verdicts = st.lists(st.sampled_from([F, H, U]), max_size=60)
NO_FLAP = Persistence(flap_count=1000)


def finding(verdict: Verdict) -> Finding:
    """A finding with this verdict."""
    return Finding(code=CODE, verdict=verdict, summary_en=verdict.value, summary_zh="")


def run(
    sequence: list[Verdict], persistence: Persistence, *, minutes: int = 10
) -> tuple[FaultMemory | None, list[Step]]:
    """Advance through a sequence, one finding in so many minutes."""
    memory, steps = None, []
    for index, verdict in enumerate(sequence):
        now = NOON + timedelta(minutes=minutes * index)
        memory, step = advance(memory, finding(verdict), now=now, persistence=persistence)
        steps.append(step)
    return memory, steps


@given(verdicts)
def test_no_verdict_changes_nothing(sequence: list[Verdict]) -> None:
    """A sequence with and without its NO_VERDICTs ends in the same memory."""
    memory = None
    for index, verdict in enumerate(sequence):
        now = NOON + timedelta(minutes=index)
        before = memory
        memory, step = advance(memory, finding(verdict), now=now, persistence=Persistence())
        if verdict is U:
            assert step is Step.NONE
            assert memory == (before or FaultMemory(CODE))


@given(st.integers(1, 200))
def test_unknown_and_silence_never_clear(count: int) -> None:
    """An open fault stays open however long nothing is known."""
    memory, _ = run([F] * 3 + [U] * count, Persistence())
    assert memory is not None
    assert memory.state is FaultState.OPEN


@given(verdicts, st.integers(1, 5), st.integers(0, 3))
def test_opens_exactly_on_n_of_m(sequence: list[Verdict], n: int, more: int) -> None:
    """A closed fault opens at the first good finding that makes n faults among the last m."""
    persistence = Persistence(open_n=n, open_m=n + more, flap_count=1000)
    _, steps = run(sequence, persistence)
    good: list[bool] = []
    expected = None
    for index, verdict in enumerate(sequence):
        if verdict is U:
            continue
        good.append(verdict is F)
        if sum(good[-persistence.open_m :]) >= n:
            expected = index
            break
    opened = steps.index(Step.OPENED) if Step.OPENED in steps else None
    assert opened == expected


@given(verdicts)
def test_openings_and_clearings_alternate(sequence: list[Verdict]) -> None:
    """No episode clears before it opened, and none opens twice."""
    _, steps = run(sequence, NO_FLAP)
    told = [step for step in steps if step in (Step.OPENED, Step.CLEARED)]
    assert told == [Step.OPENED, Step.CLEARED] * (len(told) // 2) + [Step.OPENED] * (len(told) % 2)


@given(verdicts)
def test_clears_only_after_five_good_ones_in_a_row(sequence: list[Verdict]) -> None:
    """Every clearing is preceded by five healthy findings without a fault between."""
    _, steps = run(sequence, NO_FLAP)
    for index, step in enumerate(steps):
        if step is Step.CLEARED:
            good = [verdict for verdict in sequence[: index + 1] if verdict is not U]
            assert good[-5:] == [H] * 5


@settings(max_examples=30)
@given(st.integers(2, 6))
def test_flapping_keeps_the_episode(rounds: int) -> None:
    """A fault that comes and goes within a day is told as flapping and not cleared again."""
    memory, steps = run(([F] * 3 + [H] * 5) * rounds, Persistence(), minutes=5)
    told = [step for step in steps if step is not Step.NONE and step is not Step.CONFIRMED]
    assert told == [Step.OPENED, Step.CLEARED, Step.OPENED, Step.FLAPPING]
    assert memory is not None
    assert memory.state is FaultState.FLAPPING


def test_flapping_ends_after_a_quiet_day() -> None:
    """A day without change and all findings healthy clears a flapping fault."""
    memory, _ = run(([F] * 3 + [H] * 5) * 2, Persistence(), minutes=5)
    steps = []
    for hour in range(1, 40):
        now = NOON + timedelta(hours=2 + hour)
        memory, step = advance(memory, finding(H), now=now, persistence=Persistence())
        steps.append(step)
    assert steps.count(Step.CLEARED) == 1


def test_same_instant_is_one_observation() -> None:
    """A finding that is taken in twice counts once."""
    memory = None
    for _ in range(5):
        memory, step = advance(memory, finding(F), now=NOON, persistence=Persistence())
        assert step is Step.NONE
    assert memory is not None
    assert memory.state is FaultState.SUSPECTED


def test_onset_is_the_first_of_the_findings() -> None:
    """The onset is the first fault among those that opened it, not the opening."""
    memory, _ = run([H, F, U, F, F], Persistence())
    assert memory is not None
    assert memory.onset_at == NOON + timedelta(minutes=10)


def test_standing_fault_is_confirmed_once_a_day() -> None:
    """Three more findings confirm an episode; it is not told again in every pass."""
    _, steps = run([F] * 40, Persistence())
    assert steps.count(Step.CONFIRMED) == 1


def test_silent_device_is_not_judged_further() -> None:
    """While nothing answers only the rules that say so judge, and what was open stays open."""

    def judge(view: View) -> Finding:
        return finding(F)

    rules = (
        Rule(code=CODE, needs=("x",), judge=judge),
        Rule(code="device.unreachable", needs=("x",), judge=judge, judges_unreachable=True),
    )
    open_memory, _ = run([F] * 3, Persistence())
    assert open_memory is not None
    seen = diagnose(view_of({"x": 1, "reach.answers": False}), {CODE: open_memory}, rules)
    assert len(seen.findings) == 1
    assert seen.memories[CODE] == open_memory
    both = diagnose(view_of({"x": 1, "reach.answers": True}), {}, rules)
    assert len(both.findings) == 2


def test_rule_without_fresh_needs_is_silent() -> None:
    """An old reading is not judged a second time."""
    rule = Rule(code=CODE, needs=("x",), judge=lambda view: finding(F))
    assert diagnose(view_of({"y": 1}), {}, (rule,)).findings == ()
