"""``[notify]`` of the configuration: every problem named with its place, and no secret told."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from collector.config import read_config
from collector.config_error import ConfigError
from collector.notify.topics import Delivery, Topic
from collector.outlets.settings import HookKind, Security
from collector.roles import Role
from collector.run_command import run
from tests.collector.notify.far_ends import Mailbox, Receiver, mail_server

BASE = '[[organisations]]\nid = "north"\nname = "North"\n'
URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-SECRET"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def written(directory: Path, text: str, **files: str) -> Path:
    """A configuration with the secrets beside it."""
    for name, content in files.items():
        (directory / name).write_text(content)
    path = directory / "collector.toml"
    path.write_text(BASE + text)
    return path


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    """Mail with a login, a program's webhook, a group's robot for two topics at one site."""
    config = read_config(
        written(
            tmp_path,
            """
[notify.mail]
host = "smtp.example.com"
username = "preclaim"
password_file = "mail"
from = "Preclaim <preclaim@example.com>"
[[notify.webhook]]
name = "erp"
host = "erp.example.com"
url_file = "erp"
secret_file = "key"
[[notify.webhook]]
name = "group"
kind = "wecom"
url_file = "wecom"
language = "zh"
zone = "Asia/Shanghai"
now = ["incident"]
digest = ["task_opened"]
sites = ["farm"]
""",
            mail="mail-SECRET\n",
            erp="https://erp.example.com/in?x=erp-SECRET\n",
            key=f"{KEY}\n",
            wecom=URL,
        )
    )
    mail, (erp, group) = config.notify.mail, config.notify.hooks

    assert mail is not None
    assert (mail.port, mail.security, mail.password) == (587, Security.STARTTLS, "mail-SECRET")
    assert (erp.kind, erp.secrets) == (HookKind.STANDARD, (KEY,))
    for topic, delivery in (
        (Topic.INCIDENT, Delivery.NOW),
        (Topic.CLAIM_EVENT, Delivery.NOW),
        (Topic.CLAIM_DRAFT, Delivery.NEVER),  # an entry says it already
    ):
        assert erp.wishes.delivery(topic, site_id="x", role=Role.INTEGRATOR) is delivery
    for topic, site, delivery in (
        (Topic.INCIDENT, "farm", Delivery.NOW),
        (Topic.INCIDENT, "shop", Delivery.NEVER),
        (Topic.TASK_OPENED, "farm", Delivery.DIGEST),
        (Topic.CLAIM_ASKED, "farm", Delivery.NEVER),
    ):
        assert group.wishes.delivery(topic, site_id=site, role=group.role) is delivery
    assert "SECRET" not in repr(config)


def test_problems_name_their_place_and_no_secret(tmp_path: Path) -> None:
    """All at once, in both languages."""
    path = written(
        tmp_path,
        """
[notify.mail]
host = "smtp.example.com"
security = "none"
from = "nobody"
[[notify.webhook]]
name = "mail"
kind = "wecom"
url_file = "elsewhere"
[[notify.webhook]]
name = "erp"
host = "erp.example.com"
url_file = "plain"
secret_file = "short"
now = ["weather"]
claim_events = ["aproved"]
[[notify.webhook]]
name = "group"
kind = "wecom"
url_file = "wecom"
now = ["claim_event"]
""",
        wecom=URL,
        elsewhere="https://evil.example/send?key=k-SECRET",
        plain="http://erp.example.com/in?x=erp-SECRET",
        short="whsec_c2hvcnQ=",
    )
    with pytest.raises(ConfigError) as found:
        read_config(path)
    told = {problem.key: problem for problem in found.value.problems}

    assert set(told) == {
        "notify.mail.security",
        "notify.mail.from",
        "notify.webhook[1].name",
        "notify.webhook[1].url_file",
        "notify.webhook[2].url_file",
        "notify.webhook[2].secret_file",
        "notify.webhook[2].now",
        "notify.webhook[2].claim_events",
        "notify.webhook[3].kind",
    }
    for language in ("en", "zh"):
        lines = [problem.line(language) for problem in found.value.problems]
        assert "SECRET" not in "".join(lines)
    chinese = told["notify.webhook[1].url_file"].line("zh")
    assert "指向的主机不是 qyapi.weixin.qq.com" in chinese


def test_a_test_mail_says_what_went_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 and a mail where it is taken; 1 with the server's words where it is refused; 2 for a
    channel that does not exist."""
    box = Mailbox(says=lambda a: "250 OK" if a.startswith("me") else "550 5.1.1 no such user")
    with mail_server(box) as settings:
        path = written(
            tmp_path,
            f'[notify.mail]\nhost = "127.0.0.1"\nport = {settings.port}\nsecurity = "none"\n'
            'from = "preclaim@example.com"\n',
        )
        more = ["-c", str(path), "--lang", "en", "--to"]
        assert run(["notify", "test", "mail", *more, "me@example.com"]) == 0
        assert run(["notify", "test", "mail", *more, "you@example.com"]) == 1
        assert run(["notify", "test", "pigeon", *more, "me@example.com"]) == 2
    told = capsys.readouterr()

    assert [mail["Subject"] for mail in box.taken] == ["Test message"]
    assert "550: 5.1.1 no such user" in told.out
    assert "'pigeon' is no channel" in told.err


def test_a_test_webhook_says_what_went_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A robot that refuses is told in Chinese with its code, and without its URL."""
    receiver = Receiver(tmp_path, answer='{"errcode": 93000, "errmsg": "invalid webhook url"}')
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(receiver.start(), loop).result(30)
    assert receiver.server is not None
    url = f"https://127.0.0.1:{receiver.server.port}/send?key=k-SECRET"
    path = written(
        tmp_path,
        '[[notify.webhook]]\nname = "group"\nkind = "wecom"\nhost = "127.0.0.1"\n'
        'url_file = "url"\nca = "ca.pem"\n',
        url=url,
    )
    code = run(["notify", "test", "group", "-c", str(path), "--lang", "zh"])
    told = capsys.readouterr()
    asyncio.run_coroutine_threadsafe(receiver.server.close(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)

    assert code == 1
    assert "errcode 93000: invalid webhook url" in told.out
    assert "k-SECRET" not in told.out + told.err
