"""Day 0: what an acceptance checks, what it keeps, and when it keeps nothing."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent import verbs
from agent.accept import Accepted, Ending, accept_all
from agent.camera.port import CameraError, Cause, Picture, Target
from agent.cli import parse
from agent.config import Device
from agent.delivery import keepsake_store
from agent.delivery.database import Database
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.acceptance_checks import Result
from agent.edge import Edge
from agent.exit_code import UNUSABLE
from agent.show_acceptance import print_acceptance
from shared import wire
from shared.device import Alias, AliasKind, DeviceFacts
from shared.frame import Lane, unpack
from tests.agent.diagnosis.pictures.days import learnt
from tests.agent.fakes import FEATURES, NOON, Clock, FakeCamera

GATE = Device(
    device_id="gate",
    name="Gate",
    target=Target(address="192.0.2.1"),
    label_serial="",
    is_battery=False,
    is_metered=False,
    profile="",
    budget={},
)
WELL = replace(FEATURES, veil=30.0, local_contrast=15.0, sharp_lr=0.1, luma_lr=0.2)
FILMED = replace(WELL, sharpness=0.05, local_contrast=4.0, veil=60.0)
DARK = replace(WELL, luma_mean=3.0, luma_p99=9.0, saturation_mean=1.0)
LEANING = replace(WELL, sharp_lr=2.5, luma_tb=-3.0)
PINK = replace(WELL, magenta_excess=0.25, green_min=0.98)
CAST = replace(WELL, red_mean=180.0, blue_mean=40.0)
NOISY, STRIPED = replace(WELL, noise=14.0), replace(WELL, row_stripes=60.0)
LINED, WIRED = replace(WELL, dead_rows=9), replace(WELL, dead_columns=5)
MOVED = replace(WELL, ref_count=9, ref_shift_x=12.0, ref_shift_y=0.0, ref_similarity=0.8)


OLD = DeviceFacts("gate", aliases=(Alias(AliasKind.ONVIF_SERIAL, "SN-2401-0001"),))


@dataclass
class Lit(FakeCamera):
    """Its pictures name their light and bring a reference, as the decoder child's do."""

    light: str = "day"

    async def decode(self, *args: object, **kind: object) -> Picture:
        whole = await super().decode(b"", codec="H264", previous=None)
        return replace(whole, light=self.light, merged=b"merged")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh agent database."""
    made = open_file(tmp_path / "agent.db")
    yield made
    made.close()


async def accept(camera: FakeCamera, database: Database, again: str = "") -> Accepted:
    """Accept the gate through this camera."""

    async def nothing() -> None: ...

    async def no_host(now: object) -> tuple[()]:
        return ()

    edge = Edge(camera_for=lambda _: camera, read_host=no_host, close=nothing, clock=camera.clock)
    (accepted,) = await accept_all([GATE], edge, database, levels=Levels(), again=again)
    return accepted


async def test_a_good_camera_is_accepted(database: Database) -> None:
    """Moment, picture, figures and reference are kept; the camera records no write."""
    camera = Lit(Clock(), features=WELL)
    accepted = await accept(camera, database)
    assert (accepted.ending, camera.writes) == (Ending.ACCEPTED, [])
    kept = keepsake_store.read_acceptances(database.connection, "gate")["day"]
    assert (kept.taken_at, kept.reference, kept.reason) == (NOON, b"merged", "")
    assert kept.jpeg.startswith(b"\xff\xd8")
    assert kept.figures["sharpness"] == WELL.sharpness
    assert keepsake_store.read_references(database.connection, "gate") == {"day": b"merged"}


@pytest.mark.parametrize(
    ("camera", "check", "result"),
    [
        (Lit(Clock(), features=FILMED), "film", Result.WRONG),
        (Lit(Clock(), features=FILMED), "focus", Result.WRONG),
        (Lit(Clock(), features=DARK, light="none"), "light", Result.WRONG),
        (Lit(Clock(), features=LEANING), "tilt", Result.LOOK),
        (Lit(Clock(), features=LEANING), "obstruction", Result.LOOK),
        (Lit(Clock(), features=PINK), "colour", Result.WRONG),
        (Lit(Clock(), features=CAST), "colour", Result.WRONG),
        (Lit(Clock(), features=WELL), "colour", Result.GOOD),
        (Lit(Clock(), features=NOISY), "sensor", Result.WRONG),
        (Lit(Clock(), features=STRIPED), "sensor", Result.WRONG),
        (Lit(Clock(), features=LINED), "sensor", Result.WRONG),
        (Lit(Clock(), features=WIRED), "sensor", Result.LOOK),
        (Lit(Clock(), features=WELL), "sensor", Result.GOOD),
        (Lit(Clock(), features=WELL), "aim", Result.LOOK),
        (Lit(Clock(), features=MOVED), "aim", Result.LOOK),
        (Lit(Clock(), features=replace(MOVED, ref_shift_x=0.5)), "aim", Result.GOOD),
    ],
)
async def test_each_check_finds_its_own(
    camera: FakeCamera, check: str, result: Result, database: Database
) -> None:
    """And says what to do, in both languages, wherever it is not good."""
    accepted = await accept(camera, database)
    (found,) = [one for one in accepted.checks if one.name == check]
    assert found.result is result
    assert result is Result.GOOD or (found.remedy_en and found.remedy_zh)


async def test_what_is_wrong_is_not_kept(database: Database) -> None:
    """A film on the lens is no reference for later disputes."""
    accepted = await accept(Lit(Clock(), features=FILMED), database)
    assert accepted.ending is Ending.WRONG
    assert keepsake_store.read_acceptances(database.connection, "gate") == {}


def told(database: Database) -> list[object]:
    """What waits to be told of acceptances."""
    outbox = Outbox(database)
    with database.transaction():
        rows = outbox.take(Lane.TELEMETRY, limit=9, now=NOON)
    said = [wire.decode_up(unpack(row.frame).body, Lane.TELEMETRY) for row in rows]
    return [one.value for message in said for one in message.devices[0].readings]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("features", "light", "says"),
    [
        pytest.param(WELL, "day", ["accepted"], id="good"),
        pytest.param(FILMED, "day", ["film, focus"], id="what is wrong is named"),
        pytest.param(DARK, "none", [], id="too dark says nothing"),
    ],
)
async def test_the_collector_is_told_what_came_of_it(
    database: Database, features: object, light: str, says: list[str]
) -> None:
    """One reading goes into the outbox: accepted, or the checks that failed; once."""
    camera = Lit(Clock(), features=features, light=light)  # type: ignore[arg-type]
    await accept(camera, database)
    await accept(camera, database)

    assert told(database) == (says if says == ["accepted"] else says * 2)


async def test_an_acceptance_is_restated_only_with_a_reason(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Without one it stands; with one the view is learnt anew and the reason is logged and kept."""
    caplog.set_level(logging.WARNING)
    await accept(Lit(Clock(), features=WELL), database)
    with database.transaction() as db:
        keepsake_store.keep_baseline(db, "gate", learnt(count=3)["day"])
    later = Clock()
    later.pass_by(days=30)
    other = Lit(later, features=replace(WELL, sharpness=0.3))
    assert (await accept(other, database)).ending is Ending.STANDS
    assert keepsake_store.read_acceptances(database.connection, "gate")["day"].taken_at == NOON
    assert (await accept(other, database, "aimed at the door")).ending is Ending.ACCEPTED
    kept = keepsake_store.read_acceptances(database.connection, "gate")["day"]
    assert (kept.taken_at, kept.reason) == (later.now, "aimed at the door")
    assert "aimed at the door" in caplog.text
    assert kept.aliases[0].value == "SN-2401-0001"
    assert keepsake_store.read_baselines(database.connection, "gate") == {}


async def test_a_camera_in_the_place_of_another_is_accepted_as_itself(database: Database) -> None:
    """No reason is asked for, the old one's acceptance stays under its name, its reference goes."""
    await accept(Lit(Clock(), features=WELL), database)
    with database.transaction() as db:
        keepsake_store.keep_facts(db, OLD, at=NOON)
    later = Clock()
    later.pass_by(days=30)
    seen = replace(WELL, ref_count=40)  # what it is compared with is the old camera's view
    new = Lit(later, features=seen, serial="SN-2401-0099")
    db = database.connection

    assert (await accept(new, database)).ending is Ending.ACCEPTED
    assert keepsake_store.read_acceptances(db, "gate")["day"].taken_at == later.now
    old = keepsake_store.read_acceptances(db, "gate", of=OLD.aliases)["day"]
    assert (old.taken_at, old.reference) == (NOON, b"merged")
    assert keepsake_store.read_references(db, "gate") == {}


async def test_a_camera_without_a_picture_is_explained(database: Database) -> None:
    """Why, and what to check; nothing is kept."""
    failure = CameraError(Cause.TCP_TIMEOUT, "no answer")
    accepted = await accept(Lit(Clock(), failure=failure), database)
    assert accepted.ending is Ending.NO_PICTURE
    for lang in ("en", "zh"):
        out = io.StringIO()
        print_acceptance([accepted], lang, out)
        assert out.getvalue().startswith("gate: ")
        assert len(out.getvalue()) > 30


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_the_table_has_a_line_a_check(database: Database, lang: str) -> None:
    """Device, check, verdict, what was found, remedy."""
    out = io.StringIO()
    print_acceptance([await accept(Lit(Clock(), features=LEANING), database)], lang, out)
    assert out.getvalue().count("gate") == 9


@pytest.mark.parametrize(
    "further", [["--again", " "], ["no-such-device"]], ids=["no reason", "no device"]
)
def test_the_command_line_is_checked(
    tmp_path: Path, further: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one sentence; no camera is asked."""
    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "a"\n[[devices]]\nid = "gate"\naddress = "192.0.2.1"\n')
    given = parse(["accept", "-c", str(path), *further])
    assert verbs.dispatch(given, io.StringIO()) == UNUSABLE
    assert capsys.readouterr().err
