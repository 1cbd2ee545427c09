"""Whatever is ordered: refused, or nothing looks harder, costs more, or claims sooner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent.config import Config
from agent.config_problem import ConfigError
from agent.diagnosis.levels import Levels
from agent.diagnosis.strictness import FARTHEST
from agent.host import EVERY as HOST_EVERY
from agent.overlay import TUNABLE, Source, read_source
from agent.probes import PROBES

PACES: Final = {probe.name: probe.every for probe in PROBES} | {"host": HOST_EVERY}
LEVELS: Final = {level.name: level.default for level in fields(Levels)}
DEVICE: Final = '[[devices]]\nid = "gate"\naddress = "192.0.2.1"\npower = "{power}"\n'
FILES: Final = {
    "wired, silent": '[agent]\nid = "a"\n' + DEVICE.format(power="mains"),
    "metered, silent": '[agent]\nid = "a"\nuplink = "metered"\n' + DEVICE.format(power="mains"),
    "battery": '[agent]\nid = "a"\n' + DEVICE.format(power="battery"),
    "planned": '[agent]\nid = "a"\n[uplink]\nmb_per_month = 100\n' + DEVICE.format(power="mains"),
    "strict": """
        [agent]
        id = "a"
        uplink = "metered"
        [schedule]
        concurrency = 2
        watch_seconds = 5
        health_every_s = 7200
        every_s = { stream = 3600, host = 10 }
        [diagnosis]
        opens = [4, 5]
        clears = [7, 8]
        levels = { black_luma = 2.0, blurred_ratio = 0.4 }
        """,
    "lax": """
        [agent]
        id = "a"
        [schedule]
        concurrency = 16
        watch_seconds = 1
        health_every_s = 1
        every_s = { stream = 2 }
        [diagnosis]
        opens = [1, 1]
        clears = [1, 30]
        levels = { black_luma = 20.0 }
        """,
}


def source_of(folder: Path, content: str) -> Source:
    """An agent whose own file says this."""
    with TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "agent.toml"
        path.write_text(content)
        return read_source(path, probe_paces=PACES)


def seconds(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite numbers that TOML writes as they are."""
    return st.floats(low, high, allow_nan=False).map(lambda found: round(found, 3))


def near(own: float) -> st.SearchStrategy[float]:
    """A level close by, far off, or absurd."""
    width = max(abs(own), 1.0)
    return st.one_of(seconds(own - width, own + width), seconds(-1e6, 1e6))


PAIRS = st.tuples(st.integers(1, 30), st.integers(0, 10)).map(lambda p: [p[0], p[0] + p[1]])
SCHEDULES = st.fixed_dictionaries(
    {},
    optional={
        "concurrency": st.integers(1, 64),
        "watch_seconds": seconds(0.5, 30),
        "health_every_s": seconds(1, 86_400),
        "telemetry_every_s": seconds(1, 86_400),
        "every_s": st.dictionaries(st.sampled_from(sorted(PACES)), seconds(1, 90_000), max_size=3),
    },
)
DIAGNOSES = st.fixed_dictionaries(
    {},
    optional={
        "opens": PAIRS,
        "clears": PAIRS,
        "levels": st.sampled_from(sorted(LEVELS)).flatmap(
            lambda name: st.fixed_dictionaries({name: near(float(LEVELS[name]))})
        ),
    },
)
PLANS = st.dictionaries(st.sampled_from(["mb_per_month", "hard_cap_mb"]), st.integers(1, 300))


def toml(tables: Mapping[str, Mapping[str, object]]) -> str:
    """The tables as a text."""
    lines = []
    for name, table in tables.items():
        lines.append(f"[{name}]")
        for key, value in table.items():
            inner = value.items() if isinstance(value, dict) else None
            text = value if inner is None else "{" + ", ".join(f"{k} = {v}" for k, v in inner) + "}"
            lines.append(f"{key} = {text}")
    return "\n".join(lines)


def satisfied(looks: tuple[bool, ...], pair: tuple[int, int], *, whole: bool) -> bool:
    """Whether n of the last m are true; ``whole`` wants all m to be there, as clearing does."""
    n, m = pair
    return (len(looks) >= m or not whole) and sum(looks[-m:]) >= n


def paces(config: Config, name: str) -> timedelta:
    """How often a probe runs."""
    return config.pace.every.get(name, PACES[name])


@pytest.mark.parametrize("own", FILES.values(), ids=FILES)
@given(schedule=SCHEDULES, diagnosis=DIAGNOSES, plan=PLANS, looks=st.lists(st.booleans()))
@example(schedule={}, diagnosis={"opens": [1, 1], "clears": [1, 1]}, plan={}, looks=[True])
@example(schedule={"every_s": {"stream": 1.0}}, diagnosis={}, plan={}, looks=[])
@example(schedule={"health_every_s": 60.0}, diagnosis={}, plan={}, looks=[])
@example(schedule={"watch_seconds": 30.0, "concurrency": 64}, diagnosis={}, plan={}, looks=[])
@example(schedule={}, diagnosis={"levels": {"light_luma": 1e9}}, plan={}, looks=[])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_order_weakens_what_the_file_or_the_product_says(
    tmp_path: Path,
    own: str,
    schedule: dict[str, object],
    diagnosis: dict[str, object],
    plan: dict[str, int],
    looks: list[bool],
) -> None:
    """Every key, six files: no more often, longer, or at once; no verdict sooner or never."""
    source = source_of(tmp_path, own)
    try:
        found = source.read(toml({"schedule": schedule, "diagnosis": diagnosis, "uplink": plan}))
    except ConfigError:
        return
    local = source.local
    spared = local.uplink == "metered" or local.plan.is_limited or "battery" in own
    half_minute = timedelta.max if spared else timedelta(seconds=30)
    for name in PACES:
        limit = local.pace.every.get(name, min(half_minute, paces(local, name)))
        assert paces(found, name) >= limit
    assert found.pace.health_every >= min(half_minute, local.pace.health_every)
    assert found.pace.telemetry_every >= min(half_minute, local.pace.telemetry_every)
    assert found.pace.concurrency <= local.pace.concurrency
    assert found.pace.watch_seconds <= local.pace.watch_seconds
    assert found.pace.watch_seconds >= min(3.0, local.pace.watch_seconds)
    assert found.pace.login_retry == local.pace.login_retry
    seen = tuple(looks)
    for whole, now, before in (
        (False, found.judgement.opens, local.judgement.opens),
        (True, found.judgement.clears, local.judgement.clears),
    ):
        if satisfied(seen, now, whole=whole):
            assert satisfied(seen, before, whole=whole)
        assert now[1] <= max(20, before[1])
    for name, default in LEVELS.items():
        before_level = local.judgement.levels.get(name, default)
        level = found.judgement.levels.get(name, default)
        ends = (before_level, FARTHEST.get(name, before_level))
        assert level == before_level or min(ends) <= level <= max(ends)
    if local.plan.is_limited:
        assert 0 < found.plan.plan_bytes <= local.plan.plan_bytes
        assert 0 < found.plan.cap_bytes <= local.plan.cap_bytes
    assert found.broker.keepalive_s >= local.broker.keepalive_s  # an ordered plan talks rarely
    assert replace(found.broker, keepalive_s=local.broker.keepalive_s) == local.broker
    rest = {
        "pace": local.pace,
        "judgement": local.judgement,
        "plan": local.plan,
        "broker": local.broker,
    }
    assert replace(found, **rest) == local


def test_the_keys_of_the_property_are_all_that_can_be_ordered() -> None:
    """A key that is added to what an order may set is added to the property above, too."""
    assert {name: set(keys) for name, keys in TUNABLE.items()} == {
        "schedule": {
            "concurrency",
            "watch_seconds",
            "health_every_s",
            "telemetry_every_s",
            "every_s",
        },
        "diagnosis": {"opens", "clears", "levels"},
        "uplink": {"mb_per_month", "hard_cap_mb"},
        "devices": {"id", "budget", "min_poll_interval_s"},  # tests/agent/test_overlay.py
    }


@pytest.mark.parametrize(
    ("text", "key", "english", "chinese"),
    [
        pytest.param(
            "[diagnosis]\nopens = [1, 1]\n",
            "diagnosis.opens",
            "is [1, 1], less strict than the agent's own [3, 5]",
            "不如代理自身的 [3, 5] 严格",
            id="opens",
        ),
        pytest.param(
            "[diagnosis]\nclears = [90, 90]\n",
            "diagnosis.clears",
            "no fault would be told",
            "故障将无法报告",
            id="never",
        ),
        pytest.param(
            "[diagnosis.levels]\nblack_luma = 19.0\n",
            "diagnosis.levels.black_luma",
            "is 19, outside 1 to 12",
            "不在 1 至 12 之间",
            id="level",
        ),
        pytest.param(
            "[diagnosis.levels]\nlight_luma = 1e9\n",
            "diagnosis.levels.light_luma",
            "serves more than one verdict",
            "关系到多项判定",
            id="level of the file",
        ),
        pytest.param(
            "[schedule.every_s]\nstream = 5\n",
            "schedule.every_s.stream",
            "is 5, below the agent's own 30",
            "低于代理自身的 30",
            id="pace",
        ),
        pytest.param(
            "[schedule]\nwatch_seconds = 30\n",
            "schedule.watch_seconds",
            "is 30, above the agent's own 3",
            "高于代理自身的 3",
            id="watch",
        ),
    ],
)
def test_a_refusal_names_key_and_reason_in_both_languages(
    tmp_path: Path, text: str, key: str, english: str, chinese: str
) -> None:
    """Whoever ordered it reads which key went too far, and how far it may go."""
    with pytest.raises(ConfigError) as caught:
        source_of(tmp_path, FILES["wired, silent"]).read(text)
    (problem,) = caught.value.problems
    assert problem.key == key
    assert english in problem.line("en")
    assert chinese in problem.line("zh")
