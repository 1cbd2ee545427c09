"""The configuration: what a good file says, and every problem of a bad one."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from pathlib import Path

import pytest

from agent import config_file
from agent.app import judgement_of
from agent.camera.port import LoginKind
from agent.config import Config, budget_of
from agent.config_file import load_config
from agent.config_problem import WRONGS, ConfigError
from agent.diagnosis import RULES
from tests.agent.delivery.tls_pair import write_agent_pair

GOOD = """
[agent]
id = "agent-north"
uplink = "metered"
recorder_login = "wsse"
[schedule]
every_s = { picture = 600 }
[diagnosis]
opens = [2, 3]
[[devices]]
id = "gate-north"
name = "Gate north"
address = "192.168.1.20"
user = "admin"
password_file = "secret"
power = "battery"
budget = { bytes_per_day = 1000 }
[[devices]]
id = "gate-south"
address = "192.168.1.21:8080"
user = "admin"
password_env = "SOUTH"
link = "wired"
"""


def load(folder: Path, text: str, **environment: str) -> Config:
    """Read a configuration from a text."""
    path = folder / "agent.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, probe_names={"picture", "stream"}, environment=environment)


def test_a_good_file_becomes_facts(tmp_path: Path) -> None:
    """Defaults follow the uplink, passwords come from files and the environment."""
    (tmp_path / "secret").write_text("p w\n")
    facts = load(tmp_path, GOOD, SOUTH="other")
    north, south = facts.devices

    assert (north.is_battery, north.is_metered, south.is_metered) == (True, True, False)
    assert north.target.credentials is not None
    assert south.target.credentials is not None
    assert (north.target.credentials.password, south.target.credentials.password) == (
        "p w",
        "other",
    )
    assert facts.recorder_login is LoginKind.WSSE
    assert facts.pace.health_every == timedelta(hours=1)
    assert facts.pace.every == {"picture": timedelta(minutes=10)}
    assert (facts.judgement.opens, facts.judgement.clears) == ((2, 3), (5, 5))
    assert dict(north.budget) == {"bytes_per_day": 1000}


def test_a_printed_configuration_shows_no_password(tmp_path: Path) -> None:
    """Secrets do not reach a log through repr."""
    (tmp_path / "secret").write_text("hunter2")

    assert "hunter2" not in repr(load(tmp_path, GOOD, SOUTH="hunter2"))


BAD = """
typo = 1
[agent]
id = "a b"
uplink = "pigeon"
[broker]
port = 99999
password = "open"
[schedule]
every_s = { pictures = 600 }
watch_seconds = nan
[diagnosis]
opens = [5, 3]
levels = { nonsense = 1 }
[[devices]]
id = "x"
address = "http://admin:pw@192.168.1.2"
user = "admin"
power = "solar"
[[devices]]
id = "x"
password_file = "absent"
colour = "red"
"""


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Each wrong key is named with its reason and its remedy, in one go."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, BAD)
    keys = {problem.key for problem in caught.value.problems}

    assert keys >= {
        "typo",
        "agent.id",
        "agent.uplink",
        "broker.port",
        "broker.password",
        "schedule.every_s.pictures",
        "schedule.watch_seconds",
        "diagnosis.opens",
        "diagnosis.levels.nonsense",
        "devices[0].address",
        "devices[0].user",
        "devices[0].power",
        "devices[1].id",
        "devices[1].address",
        "devices[1].password_file",
        "devices[1].colour",
    }
    for problem in caught.value.problems:
        assert problem.line("en") != problem.line("zh")


def test_every_problem_is_explained_in_both_languages() -> None:
    """Reason and remedy exist in English and Chinese, and name the same values."""
    for name, wrong in WRONGS.items():
        for both in wrong:
            assert both.en, name
            assert any("\u4e00" <= sign <= "\u9fff" for sign in both.zh), name
            assert _fields(both.en) == _fields(both.zh), name


AGENT = Path(config_file.__file__).parent


def test_every_problem_of_the_code_is_in_the_table() -> None:
    """No name is misspelled and none is left over: each text can really be printed."""
    source = "".join(
        (AGENT / name).read_text()
        for name in (
            "config_file.py",
            "config_gateway.py",
            "config_inbox.py",
            "config_recorder.py",
            "config_sites.py",
            "config_table.py",
            "config_channel.py",
            "config_tls.py",
            "config_tunable.py",
            "overlay.py",
            "overlay_bounds.py",
            "camera/profiles/build.py",
            "camera/profiles/source.py",
            "camera/profiles/documents.py",
            "camera/profiles/metric.py",
            "camera/profiles/profile_file.py",
            *(
                f"camera/profiles/transports/{path.name}"
                for path in (AGENT / "camera/profiles/transports").glob("*.py")
            ),
            "camera/profiles/table.py",
        )
    )

    assert {name for name in WRONGS if f'"{name}"' not in source} == set()
    used = re.findall(r'(?:complain\([^")]*(?:"[a-z_]+")?,\s*|missing=)"([a-z_0-9]+)"', source)
    assert set(used) <= set(WRONGS)


def _fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(text)} - {None}


@pytest.mark.parametrize("content", [b"[agent", b"\xff\xfe", b"agent = 3"])
def test_a_file_that_is_no_configuration_is_explained(tmp_path: Path, content: bytes) -> None:
    """Broken TOML, another encoding, a value in place of a table: a problem, never a trace."""
    path = tmp_path / "agent.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.problems


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    """The path is the first thing that people get wrong."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "absent.toml")


def test_a_client_certificate_comes_with_its_key(tmp_path: Path) -> None:
    """Certificate and key are taken as a pair, relative to the file that names them."""
    (tmp_path / "secret").write_text("x")
    write_agent_pair(tmp_path)
    broker = '[broker]\ntls = true\ncert = "agent.crt"\nkey = "agent.key"\n'
    facts = load(tmp_path, broker + GOOD, SOUTH="other")

    assert (facts.broker.cert, facts.broker.key) == (
        tmp_path / "agent.crt",
        tmp_path / "agent.key",
    )


def test_a_key_of_another_certificate_is_noticed_before_the_start(tmp_path: Path) -> None:
    """A pair that no connection could use is a problem of the file, not of the first hour."""
    for name in ("secret", "agent.crt", "agent.key"):
        (tmp_path / name).write_text("x")
    broker = '[broker]\ntls = true\ncert = "agent.crt"\nkey = "agent.key"\n'
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, broker + GOOD, SOUTH="other")

    assert [problem.key for problem in caught.value.problems] == ["broker.cert"]


def test_half_a_certificate_is_told_with_everything_else(tmp_path: Path) -> None:
    """A certificate without key, file or TLS is three problems at once."""
    (tmp_path / "secret").write_text("x")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, '[broker]\ncert = "nowhere.crt"\n' + GOOD, SOUTH="other")

    assert [problem.key for problem in caught.value.problems] == [
        "broker.cert",
        "broker.key",
        "broker.tls",
    ]


def test_a_data_plan_brings_the_metered_paces(tmp_path: Path) -> None:
    """Ten MB a month on a wire are kept to by rare talk too; what the file states stands."""
    path = tmp_path / "agent.toml"
    path.write_text(
        '[agent]\nid = "a"\n[uplink]\nmb_per_month = 10\n[schedule]\nhealth_every_s = 600\n'
    )
    facts = load_config(path)

    assert facts.broker.keepalive_s == 1800
    assert facts.pace.telemetry_every > timedelta(hours=5)
    assert facts.pace.health_every == timedelta(minutes=10)


@pytest.mark.parametrize("found", ["7", "4097", "64.5"])
def test_the_bound_of_the_outbox_has_bounds(tmp_path: Path, found: str) -> None:
    """Too little holds no evidence, too much is a slip: told with the key, in both languages."""
    path = tmp_path / "agent.toml"
    path.write_text(f'[agent]\nid = "a"\noutbox_mb = {found}\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path)

    (problem,) = caught.value.problems
    assert problem.key == "agent.outbox_mb"
    assert all("4096" in problem.line(lang) for lang in ("en", "zh"))


def test_the_bound_of_the_outbox_is_read(tmp_path: Path) -> None:
    """What the file states, and 64 without a word."""
    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "a"\noutbox_mb = 8\n')
    assert load_config(path).outbox_mib == 8
    path.write_text('[agent]\nid = "a"\n')
    assert load_config(path).outbox_mib == 64


def test_the_owner_speaks_for_the_infrared_filter(tmp_path: Path) -> None:
    """Off by default; consent brings a budget of writes, and what is fitted may stay unsaid."""
    device = '[agent]\nid = "a"\n[[devices]]\nid = "x"\naddress = "h"\n'
    (silent,) = load(tmp_path, device).devices
    (spoken,) = load(
        tmp_path,
        device + "allow_ir_cut_test = true\nir_cut_filter_fitted = false\noutdoor = true\n",
    ).devices
    (limited,) = load(
        tmp_path, device + "allow_ir_cut_test = true\nbudget = { writes_per_day = 2 }\n"
    ).devices
    with pytest.raises(ConfigError, match="without allow_ir_cut_test"):
        load(tmp_path, device + "allow_ir_cut_test_on_battery = true\n")

    assert (silent.ir_cut.allow_test, silent.ir_cut.is_fitted) == (False, None)
    assert (spoken.ir_cut.is_fitted, spoken.ir_cut.is_outdoor) == (False, True)
    writes = [budget_of(one).writes_per_day for one in (silent, spoken, limited)]
    assert writes == [0, 24, 2]


def test_a_slow_pace_keeps_suspicions_for_longer(tmp_path: Path) -> None:
    """A camera that its owner looks at once a week has faults too; other rules stay as they are."""
    (tmp_path / "secret").write_text("p w\n")
    weekly = GOOD.replace("picture = 600", "picture = 604800")
    _, rules = judgement_of(load(tmp_path, weekly, SOUTH="other"), RULES)
    kept = {rule.code: rule.persistence.forget_after for rule in rules}
    assert kept["picture.black"] == timedelta(weeks=3)
    assert kept["login.wrong_password"] == timedelta(days=2)
