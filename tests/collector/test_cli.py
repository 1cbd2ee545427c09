"""The collector's command line: everything it says exists in English and Chinese."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import collector
from collector.__main__ import main
from collector.claims.problem import WRONGS
from collector.claims.read_policy import PolicyError, parse_policy
from collector.cli_parser import build_parser
from collector.cli_parser import parse as parse_call
from collector.cli_words import WORDS, explain, say
from collector.lock import AlreadyRunningError
from collector.store.commands import WAITING
from shared.command import Outcome

ROOT = Path(collector.__file__).parent
CONFIG = """
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
"""


def is_chinese(text: str) -> bool:
    """True when the text holds a Chinese sign."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def fields(text: str) -> set[str | None]:
    """The values that a text wants."""
    return {field for _, field, _, _ in string.Formatter().parse(text)} - {None}


def test_every_text_exists_in_both_languages() -> None:
    """No text is empty, the Chinese one is Chinese, and both want the same values."""
    pairs = {**WORDS, **{f"{name}.why": wrong.why for name, wrong in WRONGS.items()}}
    pairs |= {f"{name}.do": wrong.do for name, wrong in WRONGS.items()}
    for key, (english, chinese) in pairs.items():
        assert english, key
        assert is_chinese(chinese) or key in {"config_broker", "influx_failed"}, key
        assert fields(english) == fields(chinese), key


def test_every_problem_that_the_code_names_is_in_the_table() -> None:
    """No name is misspelled, and none is left over."""
    names = (
        "config.py",
        "config_broker.py",
        "config_database.py",
        "cli.py",
        "import_command.py",
        "rma_list.py",
    )
    names += ("order_command.py", "order_settings.py", "silence_command.py")
    names += ("config_notify.py", "notify_command.py", "config_influx.py", "influx_command.py")
    names += ("config_pack.py", "pack_command.py", "pack_import_command.py")
    names += ("erp_command.py",)
    paths = [ROOT / name for name in names] + [ROOT / "claims" / "toml_reader.py"]
    paths += [ROOT / "claims" / "origin" / "read_terms.py"]
    paths += [ROOT / "claims" / "read_policy.py", *sorted((ROOT / "claims").glob("*_terms.py"))]
    source = "".join(path.read_text() for path in paths)
    used = re.findall(r'(?:\.wrong|_broken|refuse)\(\s*[\w"-]+,\s*"(\w+)"', source)

    assert len(used) > 20
    assert set(used) <= set(WRONGS)
    assert [name for name in WRONGS if f'"{name}"' not in source] == []


def test_every_state_of_an_order_has_a_name() -> None:
    """What a command came to is said in the reader's language."""
    for state in (WAITING, *(outcome.value for outcome in Outcome)):
        assert is_chinese(say(state, "zh"))


def test_help_is_chinese_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command and every option of ours has a help text in the language."""
    for call in (["--help"], ["token", "--help"], ["import-registry", "--help"]):
        with pytest.raises(SystemExit):
            main(["--lang", "zh", *call])
        assert is_chinese(capsys.readouterr().out)
    assert "运行接收" in build_parser("zh").format_help()


def test_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """--lang decides wherever it stands; without it LANG does."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    assert parse_call(["keygen", "x"]).lang == "zh"
    assert parse_call(["keygen", "x", "--lang", "en"]).lang == "en"
    assert parse_call(["--lang", "en", "keygen", "x"]).lang == "en"


def test_problems_of_a_configuration_are_told_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, key, reason and remedy; the policy's file too."""
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG + '[web]\nport = 99999\n[policy]\nfile = "policy.toml"\n')
    (tmp_path / "policy.toml").write_text("[warranty]\nmonths = -1\n")

    assert main(["show-config", "-c", str(path), "--lang", "zh"]) == 2
    told = capsys.readouterr().err
    assert "collector.toml：web.port：99999 超出范围；请使用 0 到 65535" in told
    assert "policy.toml：warranty.months：-1 超出范围" in told

    (tmp_path / "policy.toml").write_text('[clocks]\ncountry = "XX"\n')
    assert main(["show-config", "-c", str(path), "--lang", "zh"]) == 2
    assert "policy.toml：clocks.country：没有 'XX' 的日历" in capsys.readouterr().err


def test_what_it_prints_is_chinese_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good configuration is summed up, and a key pair is named, in Chinese."""
    path = tmp_path / "collector.toml"
    path.write_text(CONFIG)

    assert main(["show-config", "-c", str(path), "--lang", "zh"]) == 0
    assert "页面" in capsys.readouterr().out
    assert main(["keygen", str(tmp_path / "k.pem"), "--lang", "zh"]) == 0
    assert "请妥善保管" in capsys.readouterr().out
    assert main(["keygen", str(tmp_path / "k.pem"), "--lang", "zh"]) == 1
    assert "不会覆盖" in capsys.readouterr().err


def test_a_broken_policy_is_a_problem_with_a_remedy() -> None:
    """TOML that cannot be read is told in both languages."""
    with pytest.raises(PolicyError) as caught:
        parse_policy("[warranty")
    (problem,) = caught.value.problems

    assert "correct that place" in problem.line("en")
    assert "请更正" in problem.line("zh")


def test_an_error_without_a_text_of_its_own_is_still_told() -> None:
    """Known kinds say what to do; others say why."""
    assert "请停止它" in explain(AlreadyRunningError("busy"), "zh")
    assert explain(OSError("no room"), "en") == "preclaim-collector: no room"
    assert "no room" in explain(OSError("no room"), "zh")
