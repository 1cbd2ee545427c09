"""``[influx]`` of a configuration: what is wrong is said with its remedy, and no token is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.cli_parser import parse
from collector.config import read_config
from collector.config_error import ConfigError

REST = '[[organisations]]\nid = "f"\nname = "F"\nkind = "factory"\n'
GOOD = ('url = "http://127.0.0.1:8428"', 'bucket = "preclaim"', 'token_file = "token"')


def write(directory: Path, *lines: str) -> Path:
    """A configuration with these lines in [influx]; a token lies beside it."""
    (directory / "token").write_text("hunter2\n")
    (directory / "empty").write_text(" \n")
    path = directory / "collector.toml"
    path.write_text("\n".join(["[influx]", *lines, REST]))
    return path


def test_token_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    """Settings end up in logs."""
    settings = read_config(write(tmp_path, *GOOD)).influx
    assert settings is not None
    assert (settings.token, settings.bucket, settings.serial) == ("hunter2", "preclaim", False)
    assert "hunter2" not in repr(settings)


def test_without_the_table_there_is_no_server(tmp_path: Path) -> None:
    """Nothing of it is loaded then."""
    path = tmp_path / "collector.toml"
    path.write_text(REST)
    assert read_config(path).influx is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('bucket = "b"', "influx.url: is missing"),
        ('url = "influx:8086"\nbucket = "b"', "is no address of a server"),
        ('url = "http://me:hunter2@h"\nbucket = "b"', "name a file in token_file"),
        ('url = "http://h"', "influx.bucket: is missing"),
        ('url = "http://h"\nbucket = "b"\ntoken_file = "no"', "cannot be read"),
        ('url = "http://h"\nbucket = "b"\ntoken_file = "empty"', "holds no token"),
        ('url = "https://h"\nbucket = "b"\nca = "token"', "holds no CA certificate"),
        ('url = "http://h"\nbucket = "b"\nbacklog_mb = 0', "is out of range"),
        ('url = "http://h"\nbucket = "b"\ntoken = "hunter2"', "remove it or correct"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, line: str, told: str) -> None:
    """Each with its place and what to do, and without what is secret."""
    with pytest.raises(ConfigError) as refused:
        read_config(write(tmp_path, line))
    assert told in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(("lang", "told"), [("en", "cannot be reached"), ("zh", "无法连接服务器")])
def test_server_that_is_not_there_is_told_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, told: str
) -> None:
    """``influx test`` writes a point, for nothing less proves that writing works."""
    path = write(tmp_path, 'url = "http://127.0.0.1:9"', 'bucket = "b"', 'token_file = "token"')
    arguments = parse(["influx", "test", "-c", str(path), "--lang", lang])
    assert arguments.command(arguments) == 1
    said = capsys.readouterr().out
    assert told in said
    assert "hunter2" not in said
