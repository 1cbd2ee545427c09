"""How profile files are read, and how their mistakes are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.camera.profiles.profile_file import ProfileError, load_profiles
from tests.agent.camera.profiles.making import made

BAD = """schema = 2
id = "x"
secret = 1
[match]
model = "("
firmware_range = ["5.7"]
colour = "red"
[power]
min_poll_interval_s = "often"
safe_while_asleep = ["nobody"]
[source.s]
transport = "http"
request = { path = "http://other/x" }
format = "json"
auth = ["digset"]
[source.u]
transport = "http"
request = { path = "/x", hots = "1.2.3.4" }
format = "xml"
session = "gone"
only_if = { metric = "battery.charge", equals = 1 }
[[metric]]
name = "battery.chrage"
from = "t"
path = "a["
type = "float"
valid = [9, 1]
[[metric]]
name = "battery.charge"
from = "u"
path = "//a["
[[metric]]
name = "battery.charging"
from = "u"
path = "//a"
type = "number"
[[metric]]
name = "battery.state"
from = "u"
path = "//a"
type = "text"
regex = '(a+)+b'
"""


def test_mistakes_are_told_all_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    """Every problem names its file, its line, its key and a remedy, in both languages."""
    (tmp_path / "bad.toml").write_text(BAD)
    (tmp_path / "worse.toml").write_text("schema = ")
    with pytest.raises(ProfileError) as caught:
        load_profiles(tmp_path)

    told = {(problem.file, problem.key): problem for problem in caught.value.problems}
    assert set(told) == {
        ("bad.toml:3", "secret"),
        ("bad.toml:5", "match.model"),
        ("bad.toml:6", "match.firmware_range"),
        ("bad.toml:7", "match.colour"),
        ("bad.toml:9", "power.min_poll_interval_s"),
        ("bad.toml:10", "power.safe_while_asleep"),
        ("bad.toml:15", "source.s.auth"),
        ("bad.toml:18", "source.u.request.hots"),
        ("bad.toml:23", "metric[0].name"),
        ("bad.toml:24", "metric[0].from"),
        ("bad.toml:26", "metric[0].type"),
        ("bad.toml:27", "metric[0].valid"),
        ("bad.toml:31", "metric[1].path"),
        ("bad.toml:36", "metric[2].type"),
        ("bad.toml:42", "metric[3].regex"),
        ("worse.toml", "-"),
    }
    for problem in caught.value.problems:
        assert problem.line("en") != problem.line("zh")
    bad = [file for file, _ in told if str(file).startswith("bad")]
    lines = [int(str(file).partition(":")[2]) for file in bad]
    assert lines == sorted(lines)
    assert told["bad.toml:23", "metric[0].name"].remedy() == "Did you mean 'battery.charge'?"
    assert told["bad.toml:15", "source.s.auth"].remedy() == "Did you mean 'digest'?"


@pytest.mark.parametrize(
    ("text", "key", "wrong"),
    [
        ('[http]\nprot = 80\n', "http.prot", "profile_near_key"),
        ("[http]\nport = 70000\n", "http.port", "profile_port"),
        ("[http]\nport = 0\n", "http.port", "profile_low"),
        ("[power]\nbattery_powered = 1\n", "power.battery_powered", "profile_kind"),
        ('extends = "nobody"\n', "extends", "profile_base"),
        ('extends = "test"\n', "extends", "profile_circle"),
        ("source = 3\n", "source", "profile_kind"),
        ("[source]\na = 3\n", "source.a", "profile_no_table"),
        ("metric = [3]\n", "metric[0]", "profile_no_tables"),
        ('[session.a]\nkind = "login_token"\n', "session.a.token", "profile_no_token"),
        ('[source.a]\ntransport = "command"\nformat = "text"\nrequest = {}\n',
         "source.a.transport", "profile_command"),
        ('[source.a]\ntransport = "http"\nformat = "text"\nrequest = { path = "//evil/x" }\n',
         "source.a.request.path", "profile_path"),
        ('[source.a]\ntransport = "http"\nformat = "kv"\nrequest = { path = "/x?p={password}" }\n',
         "source.a.request", "profile_secret_path"),
        ('[source.a]\ntransport = "http"\nformat = "text"\nrequest = { path = "/x" }\n'
         '[[metric]]\nname = "battery.charge"\nfrom = "a"\n', "metric[0].regex", "profile_no_path"),
        ('[source.a]\ntransport = "http"\nformat = "json"\nrequest = { path = "/x" }\n'
         '[[metric]]\nname = "battery.charge"\nfrom = "a"\n', "metric[0].path", "profile_no_path"),
        ('[source.a]\ntransport = "http"\nformat = "json"\nrequest = { path = "/x" }\n'
         '[[metric]]\nname = "battery.charging"\nfrom = "a"\npath = "x"\ntype = "text"\n'
         'map = { "1" = "yes" }\n', "metric[0].map", "profile_type"),
        ('[source.a]\ntransport = "http"\nformat = "json"\nrequest = { path = "/x" }\n'
         'session = "s"\n', "source.a.session", "profile_session"),
        ('[source.a]\ntransport = "http"\nformat = "json"\nrequest = { path = "/x" }\n'
         'only_if = { metric = "cap.x", equals = true }\n', "source.a.only_if", "profile_gate"),
        ('[source.a]\ntransport = "http"\nformat = "json"\nrequest = { path = "/x" }\n'
         + '[[metric]]\nname = "battery.charge"\nfrom = "a"\npath = "x"\n' * 2,
         "metric", "profile_twice"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_name(tmp_path: Path, text: str, key: str, wrong: str) -> None:
    """What cannot be meant is refused before a device is asked."""
    with pytest.raises(ProfileError) as caught:
        made(tmp_path, text)

    assert [(p.key, p.wrong) for p in caught.value.problems] == [(key, wrong)]


def test_a_file_of_the_old_format_is_refused_with_the_way_to_the_new_one(tmp_path: Path) -> None:
    """schema = 1 is one problem, not one a key."""
    (tmp_path / "old.toml").write_text(
        'schema = 1\nid = "x"\n[[request]]\nname = "s"\npath = "/x"\nlogin = "digest"\n'
    )
    with pytest.raises(ProfileError) as caught:
        load_profiles(tmp_path)

    (problem,) = caught.value.problems
    assert problem.key == "schema"
    assert "[source.NAME]" in problem.remedy("en")


def test_two_files_may_not_share_an_id(tmp_path: Path) -> None:
    """Neither with each other nor with the product's own."""
    (tmp_path / "mine.toml").write_text('schema = 2\nid = "generic.onvif"\n')
    with pytest.raises(ProfileError) as caught:
        load_profiles(tmp_path)

    (problem,) = caught.value.problems
    assert (problem.file, problem.wrong) == ("mine.toml:2", "profile_id_twice")
    assert "generic-onvif.toml" in problem.reason()


def test_a_profile_extends_another(tmp_path: Path) -> None:
    """Tables are laid over each other, metrics by name; status and title are never inherited."""
    own = made(
        tmp_path,
        'extends = "example.vendor"\n[http]\nport = 88\n[power]\nbattery_powered = true\n'
        '[[metric]]\nname = "battery.charge"\nfrom = "status"\npath = "other"\n',
    )
    base = next(one for one in load_profiles() if one.id == "example.vendor")

    assert own.power.battery_powered
    assert own.power.min_poll_interval_s == base.power.min_poll_interval_s
    assert own.http_port == 88
    assert {m.name for m in own.metrics} == {m.name for m in base.metrics}
    assert [m.path for m in own.metrics if m.name == "battery.charge"] == ["other"]
    assert (own.status.value, own.title, own.packaged) == ("documented", "", False)
    assert own.hash != base.hash


def test_shipped_profiles_stand_a_deep_check() -> None:
    """Every expression and request of what we ship compiles, and each says what proves it."""
    for profile in load_profiles(deep=True):
        assert profile.title, profile.id
        assert len(profile.hash) == 12


def test_profiles_that_no_device_uses_cost_nothing_heavy() -> None:
    """Reading all of them loads neither jmespath nor a transport."""
    code = (
        "import sys\n"
        "from agent.camera.profiles.profile_file import load_profiles\n"
        "load_profiles()\n"
        "heavy = ('jmespath', 'difflib', 'agent.camera.profiles.transports')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_the_simulator_is_read_without_loading_jmespath() -> None:
    """Paths of names alone need no library, so that the main process does not hold it."""
    code = (
        "import sys\n"
        "from agent.camera.profiles.documents import parse\n"
        "from agent.camera.profiles.profile_file import load_profiles\n"
        "from agent.camera.profiles.steps import extract\n"
        "import agent.camera.profiles.reading, agent.camera.profiles.transports.http\n"
        "(own,) = (one for one in load_profiles() if one.id == 'example.vendor')\n"
        "(source,) = own.sources.values()\n"
        'document = parse(b\'{"battery": {"percent": 80}}\', source.format)\n'
        "values = {m.name: extract(m, document, source.format) for m in own.metrics}\n"
        "print(values['battery.charge'].value, 'jmespath' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["80.0", "False"]
