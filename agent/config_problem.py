"""What can be wrong in a file of the agent: reason and remedy, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.camera.profiles.transport_wrongs import TRANSPORT_WRONGS
from agent.camera.profiles.wrongs import PROFILE_WRONGS
from agent.gateway_wrongs import GATEWAY_WRONGS
from agent.inbox_wrongs import INBOX_WRONGS
from agent.overlay_wrongs import OVERLAY_WRONGS
from agent.recorder_wrongs import RECORDER_WRONGS
from agent.wrong import Both, Wrong, join

_CHARACTERS: Final = Both(
    "Use letters, digits, '.', '_', '-', at most 64", "请使用字母、数字、“.”“_”“-”，最多 64 个字符"
)
_LINE: Final = Both("{file}: {key}: {reason}. {remedy}.", "{file}：{key}：{reason}。{remedy}。")
_QUESTION: Final = Both("{file}: {key}: {reason}. {remedy}", "{file}：{key}：{reason}。{remedy}")
_ONE_OF: Final = Both("Use one of: {known}", "请使用其中之一：{known}")

WRONGS: Final[Mapping[str, Wrong]] = {
    "unreadable": Wrong(
        Both("cannot be read: {why}", "无法读取：{why}"),
        Both("Check the path and its permissions", "请检查路径及其权限"),
    ),
    "not_utf8": Wrong(
        Both("is not UTF-8", "不是 UTF-8 编码"), Both("Save it as UTF-8", "请以 UTF-8 编码保存")
    ),
    "not_toml": Wrong(
        Both("is not TOML: {why}", "不是有效的 TOML：{why}"),
        Both("Correct that line", "请更正该行"),
    ),
    "unknown": Wrong(
        Both("is unknown", "是未知的键"),
        Both("Remove it, or use: {known}", "请删除，或使用：{known}"),
    ),
    "missing": Wrong(Both("is missing", "缺失"), Both("Write a text", "请填写文本")),
    "agent_id_missing": Wrong(
        Both("is missing", "缺失"),
        Both('Name the agent, like id = "agent-north"', '请为代理命名，例如 id = "agent-north"'),
    ),
    "device_id_missing": Wrong(
        Both("is missing", "缺失"),
        Both('Name the position, like id = "gate-north"', '请为点位命名，例如 id = "gate-north"'),
    ),
    "address_missing": Wrong(
        Both("is missing", "缺失"),
        Both(
            'Write host or host:port, like "192.168.1.20"',
            '请填写 主机 或 主机:端口，例如 "192.168.1.20"',
        ),
    ),
    "not_text": Wrong(
        Both("is {kind}, not a text", "是{kind}，应为文本"), Both("Write a text", "请填写文本")
    ),
    "not_flag": Wrong(
        Both("is {kind}, not true or false", "是{kind}，应为 true 或 false"),
        Both("Write true or false", "请填写 true 或 false"),
    ),
    "not_number": Wrong(
        Both("is {kind}, not a number", "是{kind}，应为数字"),
        Both("Write a number from {low:g} to {high:g}", "请填写 {low:g} 到 {high:g} 之间的数字"),
    ),
    "number_range": Wrong(
        Both("is {found}, out of range", "为 {found}，超出范围"),
        Both("Write a number from {low:g} to {high:g}", "请填写 {low:g} 到 {high:g} 之间的数字"),
    ),
    "not_whole": Wrong(
        Both("is {kind}, not a whole number", "是{kind}，应为整数"),
        Both("Write a whole number from {low} to {high}", "请填写 {low} 到 {high} 之间的整数"),
    ),
    "whole_range": Wrong(
        Both("is {found}, out of range", "为 {found}，超出范围"),
        Both("Write a whole number from {low} to {high}", "请填写 {low} 到 {high} 之间的整数"),
    ),
    "not_choice": Wrong(Both("is {found!r}", "为 {found!r}"), _ONE_OF),
    "not_pair": Wrong(
        Both("is {found!r}", "为 {found!r}"),
        Both(
            "Write [n, m] with 1 <= n <= m <= 100, like {example}",
            "请填写 [n, m]，且 1 <= n <= m <= 100，例如 {example}",
        ),
    ),
    "not_table": Wrong(
        Both("is {kind}, not a table", "是{kind}，应为表"),
        Both("Write [{name}]", "请写成 [{name}]"),
    ),
    "not_tables": Wrong(
        Both("is not a list of tables", "不是表的列表"),
        Both("Write [[{name}]] before each", "请在每一项前写 [[{name}]]"),
    ),
    "bad_id": Wrong(Both("is {found!r}", "为 {found!r}"), _CHARACTERS),
    "bad_device_id": Wrong(
        Both("is {found!r}", "为 {found!r}"),
        Both(
            "Use letters, digits, . _ : -, at most 64",
            "请使用字母、数字、“.”“_”“:”“-”，最多 64 个字符",
        ),
    ),
    "too_long": Wrong(
        Both("has {count} characters", "有 {count} 个字符"),
        Both("Write at most {limit}", "最多 {limit} 个字符"),
    ),
    "no_ca_file": Wrong(
        Both("names no file ({found})", "所指文件不存在（{found}）"),
        Both("Write the path of the CA certificate", "请填写 CA 证书的路径"),
    ),
    "two_streams": Wrong(
        Both("stands beside stream_profile", "与 stream_profile 同时出现"),
        Both("Keep one of the two", "请只保留其中一个"),
    ),
    "too_many": Wrong(
        Both("has {count} entries", "有 {count} 项"),
        Both("Write at most {limit}", "最多填写 {limit} 项"),
    ),
    "bad_ca": Wrong(
        Both("holds no certificate that can be read ({found})", "不含可读取的证书（{found}）"),
        Both(
            "Write a PEM file with the certificate of the authority",
            "请填写含有颁发机构证书的 PEM 文件",
        ),
    ),
    "bad_fingerprint": Wrong(
        Both("{found!r} is no SHA-256 fingerprint", "{found!r} 不是 SHA-256 指纹"),
        Both(
            'Write "sha256:" and 64 hexadecimal digits, as preclaim-agent probe --tls shows them',
            "请填写“sha256:”加 64 位十六进制数，preclaim-agent probe --tls 会显示",
        ),
    ),
    "trust_without_tls": Wrong(
        Both(
            "is not true beside tls_fingerprint or tls_ca",
            "已填写 tls_fingerprint 或 tls_ca，但未设为 true",
        ),
        Both("Write tls = true", "请填写 tls = true"),
    ),
    "no_client_file": Wrong(
        Both("names no file ({found})", "所指文件不存在（{found}）"),
        Both(
            "Write the path of the agent's own certificate and of its key (PEM)",
            "请填写代理自身证书及其私钥的路径（PEM）",
        ),
    ),
    "bad_pair": Wrong(
        Both("cannot be used with its key: {why}", "无法与其私钥一起使用：{why}"),
        Both(
            "Write a PEM certificate and the key it was made for, without a passphrase",
            "请填写 PEM 证书及其对应的、无口令的私钥",
        ),
    ),
    "cap_without_plan": Wrong(
        Both("is a cap without a plan", "设置了上限，但没有套餐"),
        Both("Write mb_per_month too, or leave both out", "请同时填写 mb_per_month，或都不填"),
    ),
    "no_cap": Wrong(
        Both("lets less than 1 MB leave in a month", "每月允许发送的数据不足 1 MB"),
        Both(
            "Write at least 1, or 0 in mb_per_month for no limit",
            "请填写至少 1；不限制时 mb_per_month 填 0",
        ),
    ),
    "half_a_pair": Wrong(
        Both("is missing: a certificate and its key go together", "缺失：证书与私钥必须成对"),
        Both("Write both cert and key, or neither", "请同时填写 cert 和 key，或都不填"),
    ),
    "half_a_place": Wrong(
        Both("is missing: latitude and longitude go together", "缺失：经纬度必须成对"),
        Both(
            "Write both in degrees, like latitude = 47.4 and longitude = 8.5, or neither",
            "请同时以度填写，例如 latitude = 47.4、longitude = 8.5，或都不填",
        ),
    ),
    "site_twice": Wrong(
        Both("{found!r} is another site's name already", "{found!r} 已用于另一现场"),
        Both("Give every site of [[sites]] its own name", "请为 [[sites]] 中每个现场取不同的名称"),
    ),
    "unknown_site": Wrong(
        Both(
            "{found!r} is no site of this file; it has: {known}",
            "文件中没有现场 {found!r}；现有：{known}",
        ),
        Both(
            "Write [[sites]] with this name, and its latitude and longitude where known",
            "请填写该名称的 [[sites]]，已知经纬度时一并填写",
        ),
    ),
    "cert_without_tls": Wrong(
        Both("is not true beside a certificate", "已填写证书，但未设为 true"),
        Both("Write tls = true", "请填写 tls = true"),
    ),
    "no_command_key": Wrong(
        Both("names no file ({found})", "所指文件不存在（{found}）"),
        Both(
            "Copy the collector's public command key there, or leave the key out",
            "请将收集端的命令公钥复制到该处，或删去此键",
        ),
    ),
    "battery_test_alone": Wrong(
        Both("is true without allow_ir_cut_test", "为 true，但未设置 allow_ir_cut_test"),
        Both("Write allow_ir_cut_test = true too", "请同时填写 allow_ir_cut_test = true"),
    ),
    "no_probe": Wrong(Both("is no probe", "不是检测项"), _ONE_OF),
    "no_level": Wrong(Both("is no level", "不是判定阈值"), _ONE_OF),
    "too_many_devices": Wrong(
        Both("has {count} entries", "有 {count} 项"),
        Both("Split them: {limit} an agent", "请拆分：每个代理最多 {limit} 台"),
    ),
    "device_twice": Wrong(
        Both("{found!r} is devices[{first}] too", "{found!r} 与 devices[{first}] 重复"),
        Both("Give each its own id", "请为每台设备使用不同的 id"),
    ),
    "unknown_profile": Wrong(Both("{found!r} is unknown", "{found!r} 未知"), _ONE_OF),
    "bad_address": Wrong(
        Both("{found!r} is no address", "{found!r} 不是地址"),
        Both(
            'Write host, host:port or "[2001:db8::7]:port"; a link-local one with its zone, like'
            ' "fe80::7%eth0"',
            '请填写 主机、主机:端口 或 "[2001:db8::7]:端口"；'
            '链路本地地址须带区域，例如 "fe80::7%eth0"',
        ),
    ),
    "address_is_url": Wrong(
        Both("is a URL", "是 URL"),
        Both(
            "Write host or host:port alone; user and password have keys of their own",
            "请只填写 主机 或 主机:端口；用户名和密码另有专用的键",
        ),
    ),
    "no_password": Wrong(
        Both("has no password", "没有对应的密码"),
        Both(
            'Add password_file = "..." or password_env = "NAME"',
            '请添加 password_file = "..." 或 password_env = "变量名"',
        ),
    ),
    "no_user": Wrong(
        Both("is missing beside a password", "缺失，但已给出密码"),
        Both('Add user = "..."', '请添加 user = "..."'),
    ),
    "open_password": Wrong(
        Both("is written in the configuration", "直接写在配置文件中"),
        Both(
            'Move it into a file with mode 0600 and write {file_key} = "that file"',
            '请移入权限为 0600 的文件，并写 {file_key} = "该文件"',
        ),
    ),
    "two_secrets": Wrong(
        Both("stands beside {other}", "与 {other} 同时出现"),
        Both("Keep one of the two", "请只保留其中一个"),
    ),
    "variable_not_set": Wrong(
        Both("{found} is not set", "环境变量 {found} 未设置"),
        Both("Set it, or use a file", "请设置该变量，或改用文件"),
    ),
    "secret_unreadable": Wrong(
        Both("{found} cannot be read: {why}", "无法读取 {found}：{why}"),
        Both("Write the path of the file", "请填写该文件的路径"),
    ),
    **GATEWAY_WRONGS,
    **INBOX_WRONGS,
    **OVERLAY_WRONGS,
    **PROFILE_WRONGS,
    **RECORDER_WRONGS,
    **TRANSPORT_WRONGS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a configuration file or a firmware profile."""

    file: str | Both
    key: str  # "devices[2].power"; '-' for the file itself
    wrong: str  # a key of WRONGS
    values: Mapping[str, object] = field(default_factory=dict)

    def reason(self, lang: str = "en") -> str:
        """What is wrong."""
        return WRONGS[self.wrong].reason.filled(**self.values).text(lang)

    def remedy(self, lang: str = "en") -> str:
        """What to do about it."""
        return WRONGS[self.wrong].remedy.filled(**self.values).text(lang)

    def line(self, lang: str) -> str:
        """One line for people: where, what, what to do."""
        return self.both().text(lang)

    def both(self) -> Both:
        """The line in both languages."""
        wrong = WRONGS[self.wrong]
        remedy = wrong.remedy.filled(**self.values)
        line = _QUESTION if remedy.en.endswith("?") else _LINE
        return line.filled(
            file=self.file,
            key=self.key,
            reason=wrong.reason.filled(**self.values),
            remedy=remedy,
        )

    def __str__(self) -> str:
        """The line in English, for logs."""
        return self.line("en")


class ConfigError(Exception):
    """The configuration cannot be used; ``problems`` holds every one that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def both(self) -> Both:
        """Every problem, a line each, in both languages."""
        return join(Both("\n", "\n"), (problem.both() for problem in self.problems))
