"""What can be wrong in a file or a call: what, and what to do, in English and Chinese. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple


class Both(NamedTuple):
    """One text in both languages; may hold {fields}."""

    en: str
    zh: str

    def text(self, lang: str) -> str:
        """The text in 'en' or 'zh'."""
        return self.zh if lang == "zh" else self.en


class Wrong(NamedTuple):
    """What is wrong and what to do about it."""

    why: Both
    do: Both


_RANGE: Final = Both("use {low:g} to {high:g}", "请使用 {low:g} 到 {high:g}")
_ONE_OF: Final = Both("use one of {known}", "请使用其中之一：{known}")
_CHECK_PATH: Final = Both("check the path", "请检查路径")
_SPELLING: Final = Both("remove it or correct its spelling", "请删除或更正拼写")

WRONGS: Final[Mapping[str, Wrong]] = {
    "unreadable": Wrong(Both("cannot be read ({why})", "无法读取（{why}）"), _CHECK_PATH),
    "not_toml": Wrong(
        Both("is not TOML ({why})", "不是有效的 TOML（{why}）"),
        Both("correct that place", "请更正该处"),
    ),
    "not_table": Wrong(
        Both("must be a table", "应为表"), Both("write [{name}]", "请写成 [{name}]")
    ),
    "not_tables": Wrong(
        Both("must be a list of tables", "应为表的列表"),
        Both("write [[{name}]]", "请写成 [[{name}]]"),
    ),
    "missing": Wrong(Both("is missing", "缺失"), Both("add it", "请添加")),
    "not_text": Wrong(
        Both("must be a text that is not empty", "应为非空文本"),
        Both('write it as "..."', '请写成 "..."'),
    ),
    "not_choice": Wrong(Both("{found!r} is not known", "{found!r} 未知"), _ONE_OF),
    "not_chosen": Wrong(Both("{found!r} is not known", "{found!r} 未知"), _SPELLING),
    "not_texts": Wrong(
        Both("must be a list of texts", "应为文本列表"),
        Both('write it as ["...", "..."]', '请写成 ["...", "..."]'),
    ),
    "no_pattern": Wrong(
        Both("{found!r} is no regular expression ({why})", "{found!r} 不是正则表达式（{why}）"),
        Both("correct it, in single quotes", "请更正，并用单引号"),
    ),
    "no_date_groups": Wrong(
        Both("{found!r} names no date", "{found!r} 未指明日期"),
        Both(
            "name the groups (?P<year>..) and (?P<month>..) or (?P<week>..)",
            "请命名分组 (?P<year>..) 与 (?P<month>..) 或 (?P<week>..)",
        ),
    ),
    "no_oui": Wrong(
        Both("{found!r} is no beginning of a MAC", "{found!r} 不是 MAC 前缀"),
        Both('write it like "aa:bb:cc"', '请写成 "aa:bb:cc"'),
    ),
    "no_zone": Wrong(
        Both("no time zone {found!r}", "没有时区 {found!r}"),
        Both('use an IANA name such as "Asia/Shanghai"', '请使用 IANA 名称，例如 "Asia/Shanghai"'),
    ),
    "no_country": Wrong(
        Both("no calendar of {found!r} is known", "没有 {found!r} 的日历"),
        Both('use a code of ISO 3166 such as "CN"', '请使用 ISO 3166 代码，例如 "CN"'),
    ),
    "no_date": Wrong(
        Both("{found!r} is no date", "{found!r} 不是日期"),
        Both('write it like "2026-10-01"', '请写成 "2026-10-01"'),
    ),
    "no_currency": Wrong(
        Both("{found!r} is no currency", "{found!r} 不是货币"),
        Both('use a code of ISO 4217 such as "USD"', '请使用 ISO 4217 代码，例如 "USD"'),
    ),
    "no_year": Wrong(
        Both("{found!r} is no year", "{found!r} 不是年份"),
        Both('write it like "2027"', '请写成 "2027"'),
    ),
    "not_truth": Wrong(
        Both("must be true or false", "应为 true 或 false"),
        Both("write it without quotes", "请不加引号"),
    ),
    "not_whole": Wrong(Both("must be a whole number", "应为整数"), _RANGE),
    "not_number": Wrong(Both("must be a number", "应为数字"), _RANGE),
    "out_of_range": Wrong(Both("{found} is out of range", "{found} 超出范围"), _RANGE),
    "short_of_warranty": Wrong(
        Both(
            "{found} days are shorter than the longest warranty ({months} months)",
            "{found} 天短于最长保修期（{months} 个月）",
        ),
        Both("use at least {low}, or remove it", "请至少使用 {low}，或将其删除"),
    ),
    "unknown_key": Wrong(Both("is not known", "是未知的键"), _ONE_OF),
    "unread_key": Wrong(Both("is not known", "是未知的键"), _SPELLING),
    "not_network": Wrong(
        Both("{found!r} is no address or network", "{found!r} 不是地址或网段"),
        Both('write it like "127.0.0.1" or "10.0.0.0/8"', '请写成 "127.0.0.1" 或 "10.0.0.0/8"'),
    ),
    "without_tls": Wrong(
        Both("is not used without TLS", "未启用 TLS 时不会使用"),
        Both("add tls = true to [broker]", "请在 [broker] 中添加 tls = true"),
    ),
    "no_certificate": Wrong(
        Both("holds no CA certificate ({why})", "不含 CA 证书（{why}）"),
        Both("use the PEM file of the broker's CA", "请使用 MQTT 服务器 CA 的 PEM 文件"),
    ),
    "no_server_certificate": Wrong(
        Both("holds no CA certificate ({why})", "不含 CA 证书（{why}）"),
        Both("use the PEM file of the server's CA", "请使用该服务器 CA 的 PEM 文件"),
    ),
    "not_http": Wrong(
        Both("{found!r} is no address of a server", "{found!r} 不是服务器地址"),
        Both('write it like "http://127.0.0.1:8086"', '请写成 "http://127.0.0.1:8086"'),
    ),
    "secret_in_url": Wrong(
        Both("holds a user, a password or a query", "其中含有用户、密码或查询"),
        Both(
            "remove it there and name a file in token_file",
            "请从中删除，并在 token_file 中指定文件",
        ),
    ),
    "no_token": Wrong(
        Both("holds no token", "不含令牌"),
        Both("put the server's API token there, alone", "请将服务器的 API 令牌单独写入该文件"),
    ),
    "no_influx_client": Wrong(
        Both("needs the library influxdb-client", "需要 influxdb-client 库"),
        Both(
            "install requirements/influx.lock, or remove [influx]",
            "请安装 requirements/influx.lock，或删除 [influx]",
        ),
    ),
    "no_pair": Wrong(
        Both("is missing beside {other}", "缺失，已给出 {other}"),
        Both("give both or neither", "请同时给出两者，或都不给"),
    ),
    "not_a_pair": Wrong(
        Both("cannot be used with its key ({why})", "无法与其私钥一起使用（{why}）"),
        Both(
            "use PEM files that belong together, the key without a passphrase",
            "请使用成对的 PEM 文件，私钥不加密码",
        ),
    ),
    "no_https_url": Wrong(
        Both("holds no https URL", "不含 https 网址"),
        Both("write https://HOST/..., alone in the file", "请在文件中只写 https://主机/……"),
    ),
    "other_host": Wrong(
        Both("leads to another host than {host}", "指向的主机不是 {host}"),
        Both("write the host of the URL into host", "请将网址的主机写入 host"),
    ),
    "no_webhook_secret": Wrong(
        Both("holds no secret of the form whsec_...", "不含 whsec_... 形式的密钥"),
        Both(
            'write one a line: "whsec_" and 24 to 64 random bytes in base64',
            "每行写一个：“whsec_” 加 24 到 64 个随机字节的 base64",
        ),
    ),
    "no_address": Wrong(
        Both("{found!r} is no mail address", "{found!r} 不是邮件地址"),
        Both(
            'write it like "Preclaim <preclaim@example.com>"',
            '请写成 "Preclaim <preclaim@example.com>"',
        ),
    ),
    "open_mail": Wrong(
        Both("sends mail over the network without encryption", "将在网络上不加密地发送邮件"),
        Both(
            'use "starttls" or "tls"; "none" is for 127.0.0.1',
            '请使用 "starttls" 或 "tls"；"none" 仅用于 127.0.0.1',
        ),
    ),
    "unknown_channel": Wrong(
        Both("{found!r} is no channel", "没有通道 {found!r}"),
        Both("channels: {known}", "已有通道：{known}"),
    ),
    "taken_name": Wrong(
        Both("{found!r} is the name of the mail channel", "{found!r} 是邮件通道的名称"),
        Both("choose another", "请另选名称"),
    ),
    "packs_too_short": Wrong(
        Both("is too short: an ended claim may be appealed", "太短：已结束的索赔仍可申诉"),
        Both("write at least {low}, or 0 for ever", "请填写不小于 {low} 的天数，或 0 表示永久保留"),
    ),
    "unknown_template": Wrong(
        Both("there is no template {found!r}", "没有模板 {found!r}"),
        Both(
            "templates: {known}; or give a file of your own with --template",
            "可用模板：{known}；或用 --template 指定自己的文件",
        ),
    ),
    "unknown_setting": Wrong(
        Both("{found!r} is no setting of this template", "{found!r} 不是此模板的设置"),
        Both("write NAME=VALUE; settings: {known}", "请写成 名称=值；可用设置：{known}"),
    ),
    "not_submitted_yet": Wrong(
        Both("{found!r} is not submitted", "{found!r} 尚未提交"),
        Both(
            "submit the pre-claim first: nothing of a site leaves before",
            "请先提交预索赔：提交之前现场资料不会外传",
        ),
    ),
    "not_for_people": Wrong(
        Both(
            "claim_event and claim_events are for programs: a group would get every entry",
            "claim_event 和 claim_events 仅供程序使用：群组会收到每一条记录",
        ),
        Both(
            'use kind = "standard", or topics such as claim_submitted',
            '请使用 kind = "standard"，或选择 claim_submitted 等主题',
        ),
    ),
    "no_parent": Wrong(
        Both("no organisation {found!r} above this one", "此前没有组织 {found!r}"),
        Both("list the parent first", "请将上级组织列在前面"),
    ),
    "no_organisation": Wrong(
        Both("there is none", "一个也没有"),
        Both("add [[organisations]] with id and name", "请添加 [[organisations]]，含 id 和 name"),
    ),
    "no_owner": Wrong(
        Both("is missing", "缺失"), Both("add it, here or to the site", "请在此处或站点中添加")
    ),
    "no_agent_key": Wrong(
        Both("cannot be read ({why})", "无法读取（{why}）"),
        Both(
            "copy the agent's public key there (preclaim-agent keygen makes it)",
            "请将代理的公钥复制到该处（由 preclaim-agent keygen 生成）",
        ),
    ),
    "bad_agent_key": Wrong(
        Both("{why}", "不是可用的公钥（{why}）"),
        Both("use the agent's .pub.pem file", "请使用代理的 .pub.pem 文件"),
    ),
    "not_database": Wrong(
        Both("is no address of a database", "不是数据库地址"),
        Both(
            "write sqlite:///FILE or postgresql://USER@HOST/DATABASE",
            "请写成 sqlite:///文件 或 postgresql://用户@主机/数据库",
        ),
    ),
    "password_in_url": Wrong(
        Both("holds a password", "其中含有密码"),
        Both(
            "remove it there and name a file in database_password_file",
            "请从中删除，并在 database_password_file 中指定文件",
        ),
    ),
    "not_in_url": Wrong(Both("{found!r} is not known", "{found!r} 未知"), _ONE_OF),
    "bad_id": Wrong(
        Both("{found!r} is no id", "{found!r} 不是有效的 id"),
        Both(
            "use letters, digits, '.', '_', '-', at most 64",
            "请使用字母、数字、“.”“_”“-”，最多 64 个字符",
        ),
    ),
    "id_twice": Wrong(
        Both("{found!r} is used twice", "{found!r} 重复使用"),
        Both("rename one", "请更改其中一个"),
    ),
    "unknown_organisation": Wrong(
        Both("{found!r} is not in the configuration", "{found!r} 不在配置中"),
        Both("add it, or use one of {known}", "请添加，或使用其中之一：{known}"),
    ),
    "unknown_import": Wrong(
        Both("no import has the number {found}", "没有编号为 {found} 的导入"),
        Both("see import-registry --list", "请用 import-registry --list 查看"),
    ),
    "no_list_format": Wrong(
        Both("{found!r} ends in neither .csv nor .xlsx", "{found!r} 的扩展名既非 .csv 也非 .xlsx"),
        Both("name the file so", "请使用其中之一作为扩展名"),
    ),
    "no_list": Wrong(
        Both("no list is named", "未指定清单"),
        Both("name a file, or use --list or --undo ID", "请指定文件，或使用 --list、--undo ID"),
    ),
    "unknown_agent": Wrong(
        Both("{found!r} is not known", "{found!r} 未知"),
        Both("agents: {known}", "已有代理：{known}"),
    ),
    "only_with_set_config": Wrong(
        Both("does not go with {verb}", "不能与 {verb} 一起使用"),
        Both("leave it out, or order set_config", "请删去，或使用 set_config"),
    ),
    "not_with_set_config": Wrong(
        Both(
            "{found!r} is named, but a configuration is the agent's",
            "不应指定 {found!r}：配置属于代理",
        ),
        Both("leave the device out", "请不要指定设备"),
    ),
    "needed_with_set_config": Wrong(
        Both("is missing", "缺失"), Both("write --file overlay.toml", "请写 --file overlay.toml")
    ),
    "config_too_long": Wrong(
        Both("has {count} bytes", "有 {count} 字节"),
        Both("write at most {limit}", "最多 {limit} 字节"),
    ),
    "no_silence_target": Wrong(
        Both("{found!r} is nothing that could be silenced", "{found!r} 不是可以静默的对象"),
        Both(
            "write site:ID, AGENT/DEVICE or organisation:ID",
            "请填写 site:ID、代理/设备 或 organisation:ID",
        ),
    ),
    "no_such_code": Wrong(
        Both("{found!r} is no fault code", "{found!r} 不是故障代码"),
        Both("see docs/faults.md, or leave it out", "请查看 docs/faults.md，或不填"),
    ),
    "no_moment": Wrong(
        Both("{found!r} is no time", "{found!r} 不是有效时间"),
        Both("write it like 2026-11-26T14:00+08:00", "请填写例如 2026-11-26T14:00+08:00"),
    ),
    "silence_reason": Wrong(
        Both("is missing", "缺失"), Both("write why it is quiet", "请填写静默的原因")
    ),
    "silence_over": Wrong(
        Both("the silence would be over already", "该静默将已经结束"),
        Both("choose a later start or more hours", "请选择更晚的开始时间或更长的时间"),
    ),
    "silence_backwards": Wrong(
        Both("is missing or not above zero", "缺失或不大于零"),
        Both("write for how long: every silence has an end", "请填写持续时间：静默必须有结束时间"),
    ),
    "silence_long": Wrong(
        Both("a silence lasts {days} days at most", "静默最长 {days} 天"),
        Both("choose fewer hours", "请缩短时间"),
    ),
    "no_line": Wrong(
        Both("{found!r} names no single line", "{found!r} 未指明唯一的索赔行"),
        Both(
            "write its id as in the page's address, or NUMBER-ID like PC-2026-000123-7",
            "请填写页面地址中的编号，或“号码-编号”，例如 PC-2026-000123-7",
        ),
    ),
    "no_fingerprint": Wrong(
        Both("is no fingerprint", "不是指纹"),
        Both(
            "write the 64 hex digits that the partner's collector shows at /pack-key",
            "请填写对方采集端在 /pack-key 显示的 64 位十六进制数字",
        ),
    ),
    "unknown_partner": Wrong(
        Both("{found!r} is none of [[partners]]", "{found!r} 不在 [[partners]] 中"),
        Both("partners: {known}", "已有合作方：{known}"),
    ),
    "key_twice": Wrong(
        Both("is another partner's too", "与另一合作方相同"),
        Both("each partner has a key of its own", "每个合作方使用各自的密钥"),
    ),
    "unknown_device": Wrong(
        Both("{agent} has no {found!r}", "{agent} 没有 {found!r}"),
        Both("its devices: {known}", "其设备：{known}"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong: where, what, what to do."""

    key: str  # '' for the file itself
    wrong: str  # a key of WRONGS
    values: Mapping[str, object] = field(default_factory=dict)
    file: str = ""

    def line(self, lang: str) -> str:
        """One line for a terminal."""
        wrong = WRONGS[self.wrong]
        why = wrong.why.text(lang).format(**self.values)
        do = wrong.do.text(lang).format(**self.values)
        where = [part for part in (self.file, self.key) if part]
        if lang == "zh":
            return "：".join([*where, f"{why}；{do}"])
        return ": ".join([*where, f"{why}; {do}"])

    def __str__(self) -> str:
        """The line in English, for logs."""
        return self.line("en")
