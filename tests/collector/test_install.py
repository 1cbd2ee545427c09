"""Without the packages of its extra the collector says what to install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
WITHOUT = "import sys; sys.modules[sys.argv[1]] = None; from collector.__main__ import main; "


@pytest.mark.parametrize("package", ["sqlalchemy", "alembic", "jinja2", "argon2", "aiohttp"])
@pytest.mark.parametrize(
    ("lang", "words"), [("C", "install preclaim[collector]"), ("zh_CN.UTF-8", "请安装")]
)
def test_a_missing_package_is_no_traceback(
    tmp_path: Path, package: str, lang: str, words: str
) -> None:
    """One line with the missing package and the remedy, in the reader's language; exit code 2."""
    config = tmp_path / "collector.toml"
    config.write_text('[[organisations]]\nid = "f"\nname = "F"\nkind = "factory"\n')
    call = f"{WITHOUT} sys.exit(main(['serve', '-c', sys.argv[2]]))"
    ended = subprocess.run(
        [sys.executable, "-c", call, package, str(config)],
        cwd=REPO,
        env={"LC_ALL": lang, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert package in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()
