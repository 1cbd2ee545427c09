"""Pictures that prove nothing: damaged ones, and pale ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pytest

from agent.camera.port import LoginKind, Picture, PictureFeatures
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.rule import Verdict, View
from agent.probes import picture
from agent.probes.probe import Pass, good
from tests.agent.diagnosis.views import NOON
from tests.agent.fakes import FEATURES, Clock, FakeCamera

BLACK = replace(
    FEATURES, luma_mean=2.0, luma_std=0.6, luma_p01=0.0, luma_p99=5.0, dark_share=1.0, sharpness=0.0
)
PINK = replace(FEATURES, magenta_excess=0.2, green_min=0.9)
PICTURE_RULES = [rule for rule in RULES if rule.code.startswith(("picture.", "ircut."))]


@dataclass
class Damaging(FakeCamera):
    """Its video comes with holes."""

    is_damaged: bool = True

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        references: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Picture:
        whole = await super().decode(key_frame, codec=codec, previous=previous)
        return replace(whole, damaged=self.is_damaged)


async def view_through(camera: FakeCamera) -> View:
    """What the rules see after the real picture probe has read this camera by day."""
    visit = Pass(now=NOON, watch_seconds=1.0, recorder_login=LoginKind.NONE)
    observation = await picture.PROBE.read(camera, visit)
    extra = (
        good("imaging.ir_cut_filter", "AUTO", at=NOON),
        good("solar.power", 1800.0, at=NOON),
    )
    readings = {reading.name: reading for reading in (*observation.readings, *extra)}
    return View(
        now=NOON,
        readings=readings,
        fresh=frozenset(readings),
        levels=Levels(),
        recorder_login=LoginKind.NONE,
    )


@pytest.mark.parametrize("features", [FEATURES, BLACK, PINK], ids=["well", "black", "pink"])
async def test_a_damaged_picture_gives_no_verdict(features: PictureFeatures) -> None:
    """Neither a fault nor health: what it shows is not what the sensor saw; nothing is learnt."""
    view = await view_through(Damaging(Clock(), features=features))

    assert {rule.judge(view).verdict for rule in PICTURE_RULES} == {Verdict.NO_VERDICT}
    assert learn(view, ()) is None


@pytest.mark.parametrize("features", [BLACK, PINK], ids=["black", "pink"])
async def test_the_same_picture_undamaged_is_a_fault(features: PictureFeatures) -> None:
    """The counterpart: without the damage the very same figures are judged."""
    view = await view_through(Damaging(Clock(), features=features, is_damaged=False))

    assert Verdict.FAULT in {rule.judge(view).verdict for rule in PICTURE_RULES}


@pytest.mark.parametrize(
    ("saturation", "verdict"),
    [
        pytest.param(60.0, Verdict.HEALTHY, id="full colours"),
        pytest.param(10.0, Verdict.NO_VERDICT, id="pale"),
        pytest.param(2.0, Verdict.NO_VERDICT, id="grey"),
    ],
)
async def test_a_pale_picture_does_not_clear_the_filter(
    saturation: float, verdict: Verdict
) -> None:
    """A camera that drains its colours has not repaired its filter."""
    features = replace(FEATURES, saturation_mean=saturation)
    view = await view_through(FakeCamera(Clock(), features=features))
    (rule,) = [rule for rule in RULES if rule.code == "ircut.stuck_open"]

    assert rule.judge(view).verdict is verdict
