"""The dashboards that come with the product are whole; each query finds what the sink wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.stored_bytes import BEGIN, frame, make_room, open_store
from collector.intake.ingest import ingest
from collector.outlets.influx import InfluxServer
from collector.outlets.snapshot import lines
from collector.settings import InfluxSettings
from collector.store import tables
from collector.store.engine import reader
from collector.telemetry.lines import Tags, of_columns, tags_text
from shared.columns import Columns
from shared.fold import fold
from shared.reading import Quality, Reading, Value
from tests.collector.outlets.victoria import victoria
from tests.stores import STORES

FOLDER: Final = Path(__file__).resolve().parents[3] / "deploy" / "grafana"
BOARDS: Final = sorted((FOLDER / "dashboards").glob("*.json"))
NUMBERS: Final = (
    *("battery.charge", "battery.voltage", "battery.current", "battery.temperature"),
    *("solar.power", "cellular.rsrp", "cellular.rsrq", "cellular.sinr", "wifi.rssi"),
    *("device.temperature", "host.temperature"),
    *("energy.gained", "energy.spent", "energy.autonomy"),
)


def load(path: Path) -> dict[str, Any]:
    """A dashboard."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def expressions(board: dict[str, Any]) -> Iterator[str]:
    """Every query of its panels."""
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_dashboard_is_whole(path: Path) -> None:
    """Ids and places are its own, every panel asks the chosen source and links to the console."""
    board = load(path)
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    variables = {one["name"] for one in board["templating"]["list"]}
    assert {"datasource", "site", "console"} <= variables
    cells = set()
    for panel in panels:
        assert panel["datasource"]["uid"] == "${datasource}"
        assert "${console}/devices/" in json.dumps(panel["fieldConfig"])
        place = panel["gridPos"]
        own = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not own & cells
        cells |= own
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(board))) - {"__field", "__interval"}
    assert used <= variables


def test_what_is_provisioned_is_what_there_is() -> None:
    """Two dashboards with ids of their own, and the source that they choose by default."""
    assert [path.stem for path in BOARDS] == ["device", "fleet"]
    boards = [load(path) for path in BOARDS]
    assert len({board["uid"] for board in boards}) == len(boards)
    source = (FOLDER / "provisioning" / "datasources" / "preclaim.yaml").read_text()
    for board in boards:
        (chosen,) = [one for one in board["templating"]["list"] if one["name"] == "datasource"]
        assert f"uid: {chosen['current']['value']}\n" in source
        for link in board["links"]:
            if link["url"].startswith("/d/"):
                assert link["url"][3:].split("?")[0] in {one["uid"] for one in boards}


def test_every_query_finds_what_the_sink_writes(tmp_path: Path) -> None:
    """On a real server, with a device that told everything a panel shows: no misspelt name."""

    def told(name: str, value: Value, quality: Quality = Quality.GOOD) -> Reading:
        return Reading(name, value, "", BEGIN, quality)

    readings = [told(name, 20.5) for name in NUMBERS]
    readings += [told("energy.cause", "worn"), told("stream.fps", None, Quality.FAILED)]
    batch: Columns = fold([("camera-00", one) for one in readings], sent_at=BEGIN)
    engine = open_store(tmp_path, ("agent-0",), url=STORES.url(tmp_path))
    now = BEGIN + timedelta(seconds=5)
    arrival = frame([("camera-00", one) for one in readings], seq=1, now=now)
    ingest(engine, [arrival], room=make_room(tmp_path), now=now)
    with engine.begin() as db:
        place = db.execute(tables.position.select()).one()
        db.execute(
            tables.episode.insert().values(
                agent_id="agent-0",
                epoch="1.7",
                seq=9,
                position_id=place.id,
                organisation_id="factory",
                code="battery.not_charging",
                state="open",
                onset_at=BEGIN,
                agent_onset_at=BEGIN,
                opened_at=BEGIN,
                **dict.fromkeys(_TEXTS, ""),
                observations=5,
            )
        )
    tags = {"camera-00": tags_text(Tags("factory", "site", "agent-0", "camera-00", "1"))}
    second = int(BEGIN.timestamp())
    with victoria(tmp_path) as real, reader(engine) as db:
        server = InfluxServer(InfluxSettings(url=real.url, org="o", bucket="b", token="t"))
        server.write(of_columns(batch, tags, latest_s=second).lines)
        server.write(lines(db, now=BEGIN, with_serial=False))
        server.close()
        real.flush()
        for expression in {one for path in BOARDS for one in expressions(load(path))}:
            asked = expression.replace("$site", ".*").replace("$device", "camera-00")
            asked = asked.replace("$__interval", "5m").replace(" or vector(0)", "")
            asked = re.sub(r" == [0123]\b", " >= 0", asked)  # whatever the device stands at
            assert real.query(asked, at=second + 1), expression


_TEXTS: Final = (
    *("summary_en", "summary_zh", "because_json", "label_serial", "serial_source"),
    *("serial_note_en", "serial_note_zh", "aliases", "firmware", "recorder_firmware", "proof"),
)
