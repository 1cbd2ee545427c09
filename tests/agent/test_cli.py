"""The command line: exit codes, languages, and secrets that stay out of sight."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent import cli, edge, verbs
from agent.delivery import reading_store, restore_store, uplink_store, write_log
from agent.delivery.salvage import open_or_salvage
from agent.exit_code import DONE, FOUND, UNUSABLE
from agent.verbs import dispatch
from shared.reading import Quality, Reading

ROOT = Path(__file__).parents[2]
MAY = datetime(2026, 5, 4, tzinfo=UTC)
CONFIG = '[agent]\nid = "a"\n[[devices]]\nid = "x"\naddress = "127.0.0.1:9"\n'


def call(*arguments: str) -> tuple[int, str]:
    """Carry out a command line; exit code and output."""
    out = io.StringIO()
    return dispatch(cli.parse(list(arguments)), out), out.getvalue()


def test_a_bad_configuration_ends_with_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every problem is on the error stream, one a line, before anything starts."""
    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = ""\nuplink = "x"\n')

    assert call("run", "-c", str(path))[0] == UNUSABLE
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_good_configuration_is_summed_up(tmp_path: Path) -> None:
    """A person sees what the file amounts to."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    code, out = call("check-config", "-c", str(path), "--lang", "en")

    assert code == DONE
    assert "1 devices" in out
    assert "配置有效" in call("check-config", "-c", str(path), "--lang", "zh")[1]


def test_problems_of_a_configuration_are_told_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """check-config --lang zh: reason and remedy in Chinese, beside the same key."""
    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "a"\ncolour = 1\n')

    assert call("check-config", "-c", str(path), "--lang", "zh")[0] == UNUSABLE
    told = capsys.readouterr().err
    assert "agent.colour" in told
    assert "是未知的键。请删除" in told


def test_keygen_never_overwrites(tmp_path: Path) -> None:
    """The private key is private, and a second call leaves it as it is."""
    path = tmp_path / "agent.pem"
    codes = [call("keygen", str(path))[0] for _ in range(2)]

    assert codes == [DONE, FOUND]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"PUBLIC KEY" in (tmp_path / "agent.pub.pem").read_bytes()


def test_probe_names_the_layer_that_failed(tmp_path: Path) -> None:
    """A closed port is 'tcp', in the table and in JSON, and the exit code says so."""
    code, text = call("probe", "127.0.0.1:9", "--lang", "en")
    _, as_json = call("probe", "127.0.0.1:9", "--json")

    assert (code, json.loads(as_json)["failed_layer"]) == (FOUND, "tcp")
    assert "The layer that failed: tcp" in text


def test_probe_speaks_chinese() -> None:
    """The same table in Chinese."""
    told = call("probe", "127.0.0.1:9", "--lang", "zh")[1]

    assert "失败的层" in told
    assert "连接被拒绝（tcp.refused）" in told
    assert "次登录" in told


def test_there_is_no_password_option() -> None:
    """A password on the command line would be seen by every user of the machine."""
    with pytest.raises(SystemExit):
        cli.parse(["probe", "127.0.0.1", "--user", "admin", "--password", "x"])


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "0.25 of 100 MB (cap 120 MB)"), ("zh", "已用 0.25 MB，套餐 100 MB")]
)
def test_the_outbox_says_what_the_uplink_carried(tmp_path: Path, lang: str, said: str) -> None:
    """The spend of the month beside its plan, and what may leave, in both languages."""
    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "a"\n[uplink]\nmb_per_month = 100\nhard_cap_mb = 120\n')
    (tmp_path / "agent-data").mkdir()
    now = datetime.now(UTC)
    database, _ = open_or_salvage(tmp_path / "agent-data" / "agent.db", now=now)
    with database.transaction() as db:
        uplink_store.add(db, day=now.date(), count=250_000)
    database.close()
    code, text = call("outbox", "-c", str(path), "--lang", lang)[:2]

    assert code == 0
    assert said in text


def test_the_outbox_of_an_agent_that_never_ran_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No database: a reason, no trace, and no file made by looking."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)

    assert call("outbox", "-c", str(path))[0] == FOUND
    assert "cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "agent-data").exists()


def test_the_main_process_loads_no_decoder() -> None:
    """Neither numpy nor libav: they cost more memory than the whole agent."""
    script = "import sys, agent.verbs; print(sorted({'numpy', 'av', 'cv2'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_what_only_people_at_a_terminal_use_is_not_held_by_a_running_agent() -> None:
    """Each verb elsewhere is there, and none of them comes with what ``run`` needs."""
    for module, name in verbs.ELSEWHERE.values():
        assert callable(verbs.load(module, name))
    names = sorted({module for module, _ in verbs.ELSEWHERE.values()})
    script = f"import sys, agent.verbs; print(sorted(set({names}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """``probe --json | head`` ends as a closed pipe does, without a traceback."""
    command = f"{sys.executable} -m agent probe 127.0.0.1:9 --json"
    done = subprocess.run(
        ["bash", "-c", f"{command} | true; echo ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout.strip(), done.stderr) == ("141", "")


def test_writes_shows_what_was_written_and_what_is_owed(tmp_path: Path) -> None:
    """By whose order, before, after and the answer; a debt is an exit code of its own."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    (tmp_path / "agent-data").mkdir()
    database, _ = open_or_salvage(tmp_path / "agent-data" / "agent.db", now=MAY)
    before = call("writes", "-c", str(path), "--lang", "en")
    with database.transaction() as db:
        number = write_log.add(
            db,
            write_log.Write(
                device_id="x",
                at=MAY,
                ordered_by="terminal: ada",
                operation="SetImagingSettings",
                what="IrCutFilter=OFF ForcePersistence=false",
                before="AUTO",
            ),
        )
        write_log.note_answer(db, number, answer="ok", after="OFF")
    settled = call("writes", "x", "-c", str(path), "--lang", "en")
    with database.transaction() as db:
        restore_store.begin(
            db,
            restore_store.Owed(
                device_id="x",
                identity="",
                mode_before="AUTO",
                mode_set="OFF",
                ordered_by="terminal: ada",
                begun_at=MAY,
            ),
        )
    code, owed = call("writes", "-c", str(path), "--lang", "zh")
    told = json.loads(call("writes", "--json", "-c", str(path))[1])
    database.close()

    assert (before[0], "ever written" in before[1]) == (DONE, True)
    assert settled[0] == DONE
    assert "terminal: ada" in settled[1]
    assert settled[1].split()[-3:] == ["AUTO", "OFF", "ok"]
    assert (code, "尚未恢复：" in owed, "OFF -> AUTO" in owed) == (FOUND, True, True)
    assert [row["what"] for row in told["writes"]] == ["IrCutFilter=OFF ForcePersistence=false"]
    assert [(row["device"], row["mode"]) for row in told["owed"]] == [("x", "AUTO")]


def test_a_filter_test_without_consent_says_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verb itself: refused with the remedy, in the language asked for; no camera is needed."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    codes = [
        call("ir-cut-test", device, "-c", str(path), "--lang", lang)[0]
        for device, lang in (("x", "en"), ("x", "zh"), ("y", "en"))
    ]
    told = capsys.readouterr().err

    assert codes == [FOUND] * 3
    assert "not begun: the configuration does not allow it; write allow_ir_cut_test = true" in told
    assert "未开始测试：配置未允许" in told
    assert "no device 'y'; it has: x" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_login_says_what_to_do_where_nobody_answers(lang: str) -> None:
    """A closed port names no cause: the verb says what would settle it, and spends no login."""
    code, out = call("login", "127.0.0.1:9", "--user", "admin", "--password-file", "/dev/null",
                     "--lang", lang)  # fmt: skip

    assert code == FOUND
    assert ("What would settle it" if lang == "en" else "如何确定") in out
    assert ("Logins spent: 0" if lang == "en" else "登录次数：0") in out


def test_login_knows_the_recorder_and_the_rest_of_its_configuration(tmp_path: Path) -> None:
    """With a configuration the device may be named by id, and a resting login is left alone."""
    (tmp_path / "pw").write_text("secret-word")
    path = tmp_path / "agent.toml"
    path.write_text(
        '[agent]\nid = "a"\nrecorder_capabilities = ["wsse", "digest-md5"]\n'
        '[[devices]]\nid = "x"\naddress = "127.0.0.1:9"\nuser = "u"\npassword_file = "pw"\n'
    )
    database, _ = open_or_salvage(tmp_path / "agent-data" / "agent.db", now=edge.clock())
    refused = Reading("login.outcome", "refused", "", edge.clock(), Quality.GOOD)
    with database.transaction() as db:
        reading_store.add(db, "x", (refused,))
    database.close()
    code, out = call("login", "x", "-c", str(path), "--json")
    told = json.loads(out)

    assert code == FOUND
    assert (told["address"], told["login_attempts"]) == ("127.0.0.1:9", 0)
    assert told["held_until"] is not None
    assert "secret-word" not in out


def test_an_unknown_capability_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A kind of login that does not exist is refused with those that do."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG.replace('id = "a"', 'id = "a"\nrecorder_capabilities = ["md4"]', 1))

    assert call("check-config", "-c", str(path), "--lang", "en")[0] == UNUSABLE
    assert "digest-sha256" in capsys.readouterr().err
