"""Packs from a terminal: written, checked, and refused with the file and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector import keys
from collector.__main__ import main
from collector.claims.lifecycle import Actor, LineState
from collector.pack import archive
from collector.pack.seal import fingerprint
from collector.review import move_line
from collector.store import cases
from tests.collector.house import NOON, House
from tests.collector.pack import needs
from tests.collector.pack.seed import PICTURE, REFERENCE, SERIAL, TRANSCRIPT, open_line
from tests.stores import STORES, open_store_of

pytestmark = needs.FONT

CONFIG = """
[collector]
data_dir = "."
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
[[organisations]]
id = "north"
name = "North"
parent = "factory"
[[organisations]]
id = "south"
name = "South"
parent = "factory"
[[sites]]
id = "farm"
organisation = "north"
[[sites]]
id = "shop"
organisation = "south"
[[agents]]
id = "agent-farm"
site = "farm"
evidence_key = "agent.pub.pem"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A collector with one claim."""
    house = House(tmp_path)
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    with house.engine.begin() as db:
        from collector.store import agents  # noqa: PLC0415

        found = agents.find(db, "agent-farm")
    assert found is not None
    assert found.evidence_key is not None
    (tmp_path / "agent.pub.pem").write_bytes(found.evidence_key)
    house.engine.dispose()
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG)
    STORES.point(path)
    return path


def test_written_and_verified(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line by its number; the pack holds for the collector that made it, and for whoever was
    told its fingerprint; a changed byte names the file."""
    made = config.parent / "claim.zip"
    assert main(["pack", "PC-2026-000001", "-c", str(config), "-o", str(made)]) == 0
    assert main(["verify", str(made), "-c", str(config)]) == 0
    told = capsys.readouterr().out
    assert SERIAL in told
    assert "countersigned by a collector that is trusted here" in told
    key = fingerprint(keys.load_or_make(config.parent / "keys/pack.pem").public_key())
    assert main(["verify", str(made), "--fingerprint", key]) == 0
    assert main(["verify", str(made), "--lang", "zh"]) == 0
    assert "无法得知该密钥归属" in capsys.readouterr().out
    assert main(["verify", str(made), "--fingerprint", "0" * 64]) == 1
    assert key in capsys.readouterr().err

    files = dict(archive.read(made.read_bytes()))
    files["series.csv"] += b"x"
    made.write_bytes(archive.write(files))
    assert main(["verify", str(made)]) == 1
    assert "series.csv is not the file that was packed" in capsys.readouterr().err
    assert main(["verify", str(made), "--lang", "zh"]) == 1
    assert "series.csv：不是打包时的文件" in capsys.readouterr().err


def test_what_is_not_there(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that nobody knows, and a font that is not there, are told with the remedy."""
    assert main(["pack", "PC-2026-000999", "-c", str(config)]) == 2
    assert "names no single line" in capsys.readouterr().err
    config.write_text(config.read_text() + '\n[pack]\nfont = "none.ttf"\n')
    assert main(["pack", "1", "-c", str(config)]) == 1
    assert "fonts-wqy-microhei" in capsys.readouterr().err
    assert not list(config.parent.glob("*.zip"))


def test_partners_are_read(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A partner's key is a whole fingerprint, once, and its claims become somebody's."""
    entry = '\n[[partners]]\nname = "n"\nfingerprint = "{key}"\norganisation = "{owner}"\n'
    whole = config.read_text()
    config.write_text(whole + entry.format(key="AB" * 32, owner="north"))
    assert main(["show-config", "-c", str(config)]) == 0
    config.write_text(
        whole + entry.format(key="ab", owner="nobody") + entry.format(key="cd" * 32, owner="north")
    )
    assert main(["show-config", "-c", str(config)]) == 2
    told = capsys.readouterr().err
    assert "partners[1].fingerprint: is no fingerprint" in told
    assert "partners[1].organisation" in told
    assert "partners[2].name" in told


def test_taken_in_from_a_partner(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A submitted claim goes from one collector to another by a file; a name that is none of the
    partners, and a claim that was not submitted, are refused with the remedy."""
    made, key = tmp_path / "claim.zip", tmp_path / "keys/pack.pem"
    assert main(["pack", "1", "-c", str(config), "-o", str(made)]) == 0
    fingerprint_ = fingerprint(keys.load_or_make(key).public_key())
    (tmp_path / "factory").mkdir()
    other = tmp_path / "factory" / "collector.toml"
    other.write_text(
        CONFIG.replace('evidence_key = "agent.pub.pem"\n', "")
        + f'[[partners]]\nname = "n"\nfingerprint = "{fingerprint_}"\norganisation = "north"\n'
    )
    STORES.point(other)
    call = ["import-pack", str(made), "-c", str(other)]
    assert main([*call, "--from", "nobody"]) == 2
    assert "partners: n" in capsys.readouterr().err
    assert main([*call, "--from", "n", "--lang", "zh"]) == 1
    assert "尚未提交" in capsys.readouterr().err

    engine = open_store_of(config)
    with engine.begin() as db:
        for target in (LineState.READY, LineState.SUBMITTED):
            move_line(
                db,
                line_id=1,
                target=target,
                actor="li",
                role=Actor.INTEGRATOR,
                reason="as told",
                now=NOON,
            )
    assert main(["erp", "odoo", "1", "-c", str(config)]) == 0  # a dry run leaves no entry
    with engine.begin() as db:
        assert "shared" not in [entry.type for entry, *_ in cases.chain_of(db, 1)]
    engine.dispose()
    assert main(["pack", "1", "-c", str(config), "-o", str(made)]) == 0
    assert main([*call, "--from", "n"]) == 0
    assert f"opened for serial {SERIAL}" in capsys.readouterr().out
    assert main([*call, "--from", "n", "--lang", "zh"]) == 0
    assert "无需处理" in capsys.readouterr().out
    assert main(["answer", "1", "-c", str(other), "--lang", "en"]) == 1
    assert "nobody has taken it up" in capsys.readouterr().err
    (tmp_path / "junk").write_bytes(b"{}")
    assert main(["import-answer", str(tmp_path / "junk"), "-c", str(config)]) == 1


def test_into_an_erp(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The dry run shows every request of a claim; what is not submitted, has no https, or names a
    setting that is none, is refused with the remedy; templates can be listed and printed."""
    call = ["erp", "odoo", "PC-2026-000001", "-c", str(config), "--lang", "en"]
    assert main([*call, "--set", "database=shop", "--url", "https://erp.example.org/"]) == 0
    told = capsys.readouterr()
    assert "POST https://erp.example.org/json/2/rma/create" in told.out
    assert "X-Odoo-Database: shop" in told.out
    assert "Authorization: bearer ***" in told.out
    assert SERIAL in told.out
    assert "before the pre-claim is submitted" in told.err
    for more, said in (
        (["--send", "--url", "https://erp.example.org"], "is not submitted"),
        (["--url", "http://erp.example.org"], "https"),
        (["--set", "data=1"], "settings: database, operation"),
    ):
        assert main([*call, *more]) == 2
        assert said in capsys.readouterr().err
    assert main(["erp", "sap", "1", "-c", str(config), "--lang", "zh"]) == 2
    assert "没有模板" in capsys.readouterr().err
    assert main(["erp", "list"]) == 0
    assert main(["erp", "erpnext", "--print"]) == 0
    assert 'title_zh = "ERPNext，保修索赔"' in capsys.readouterr().out
