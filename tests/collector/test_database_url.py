"""Where the store lies: what a configuration may say, and that no password is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from collector.config import read_config
from collector.config_error import ConfigError
from collector.store.postgresql import ssl_mode_of

REST = '[[organisations]]\nid = "f"\nname = "F"\nkind = "factory"\n'


def write(directory: Path, *lines: str) -> Path:
    """A configuration with these lines in [collector]."""
    path = directory / "collector.toml"
    path.write_text("\n".join(["[collector]", *lines, REST]))
    return path


def test_without_a_word_it_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    """The default needs nothing."""
    url = read_config(write(tmp_path)).database_url
    assert (url.get_backend_name(), url.database) == ("sqlite", str(tmp_path / "data/collector.db"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('database_url = "nonsense"', "is no address of a database"),
        ('database_url = "mysql://a@b/c"', "is no address of a database"),
        ('database_url = "postgresql://a@b:x/c"', "is no address of a database"),
        ('database_url = "postgresql://a:hunter2@b/c"', "name a file in database_password_file"),
        ('database_url = "postgresql://a@b/c?password=hunter2"', "'password' is not known"),
        ('database_url = "postgresql://a@b/c?sslmode=prefer"', "disable, require, verify-full"),
        ('database_url = "postgresql://a@b/c?sslrootcert=/no"', "cannot be read"),
        ('database_url = "postgresql://a@b/c"\ndatabase_password_file = "no"', "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(tmp_path: Path, line: str, told: str) -> None:
    """Each with a remedy; the password that stood in the wrong place is not repeated."""
    with pytest.raises(ConfigError) as caught:
        read_config(write(tmp_path, line))
    said = "\n".join(problem.line("en") for problem in caught.value.problems)
    assert told in said
    assert "collector.database_" in said
    assert "hunter2" not in said


def test_the_password_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file comes first; neither shows in the text of the address or of the settings."""
    monkeypatch.setenv("PGPASSWORD", "from-the-environment")
    url = 'database_url = "postgresql://a@b/c"'
    settings = read_config(write(tmp_path, url))
    assert settings.database_url.password == "from-the-environment"
    (tmp_path / "password").write_text("from-a-file\n")
    settings = read_config(write(tmp_path, url, 'database_password_file = "password"'))
    assert settings.database_url.password == "from-a-file"
    assert "from-a-file" not in f"{settings} {settings.database_url}"


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql:///preclaim", "disable"),
        ("postgresql:///preclaim?host=/run/postgresql", "disable"),
        ("postgresql://a@localhost/c", "disable"),
        ("postgresql://a@127.0.0.1/c?sslmode=require", "require"),
        ("postgresql://a@db.example/c", "verify-full"),
        ("postgresql://a@db.example/c?sslmode=disable", "disable"),
    ],
)
def test_beyond_this_machine_the_server_must_prove_itself(url: str, mode: str) -> None:
    """Unless the address says otherwise."""
    assert ssl_mode_of(make_url(url)) == mode
