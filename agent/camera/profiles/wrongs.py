"""What can be wrong in a firmware profile: reason and remedy, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

_ONE_OF: Final = Both("Use one of: {known}", "请使用其中之一：{known}")
_NEAR: Final = Both("Did you mean '{near}'?", "是否应为“{near}”？")
_EXPRESSION: Final = Both("Correct the expression", "请更正表达式")

PROFILE_WRONGS: Final[Mapping[str, Wrong]] = {
    "profile_unreadable": Wrong(
        Both("cannot be read: {why}", "无法读取：{why}"), Both("Correct it", "请更正")
    ),
    "profile_id_twice": Wrong(
        Both("'{found}' is also the id of {other}", "“{found}”也是 {other} 的 id"),
        Both("Give it another id", "请另取一个 id"),
    ),
    "profile_key_missing": Wrong(
        Both("is missing", "缺失"), Both("Add it; it is {kind}", "请添加，应为{kind}")
    ),
    "profile_kind": Wrong(
        Both("is of type {found}", "类型为 {found}"),
        Both("Write {kind} instead", "请改为{kind}"),
    ),
    "profile_low": Wrong(
        Both("is {found}, too low", "为 {found}，过小"),
        Both("Write {low} or more", "请填写不小于 {low} 的数"),
    ),
    "profile_no_table": Wrong(
        Both("is no table", "不是表"), Both("Write [{name}]", "请写成 [{name}]")
    ),
    "profile_no_tables": Wrong(
        Both("is no table", "不是表"), Both("Write [[{name}]]", "请写成 [[{name}]]")
    ),
    "profile_pattern": Wrong(
        Both("is no regular expression ({why})", "不是正则表达式（{why}）"),
        Both("Correct the pattern", "请更正表达式"),
    ),
    "profile_pattern_nested": Wrong(
        Both(
            "repeats a group that repeats inside: one text could keep it busy for ever",
            "重复了内部已有重复的组：某些文本会使其永不结束",
        ),
        Both("Repeat only one of the two", "请只保留其中一层重复"),
    ),
    "profile_unknown_key": Wrong(
        Both("is unknown", "是未知的键"),
        Both("Remove it, or use one of: {known}", "请删除，或使用其中之一：{known}"),
    ),
    "profile_near_key": Wrong(Both("is unknown", "是未知的键"), _NEAR),
    "profile_word": Wrong(Both("'{found}' is not offered", "不提供“{found}”"), _ONE_OF),
    "profile_near_word": Wrong(Both("'{found}' is not offered", "不提供“{found}”"), _NEAR),
    "profile_schema": Wrong(
        Both("is {found}; this agent reads schema 2", "为 {found}；本代理读取 schema 2"),
        Both(
            "Write schema = 2, [source.NAME] for [[request]] and [[metric]] for [[field]]"
            " (firmware_profiles/README.md), or use another agent",
            "请写 schema = 2，并以 [source.NAME] 代替 [[request]]、[[metric]] 代替 [[field]]"
            "（见 firmware_profiles/README.md），或使用其他版本的代理",
        ),
    ),
    "profile_base": Wrong(
        Both("no profile has the id '{found}'", "没有 id 为“{found}”的描述文件"),
        Both("Name the id of another profile", "请填写另一描述文件的 id"),
    ),
    "profile_circle": Wrong(
        Both("leads back to this profile", "最终又指回本描述文件"),
        Both("Extend a profile that does not extend this one", "请继承一个不继承本文件的描述文件"),
    ),
    "profile_twice": Wrong(
        Both("'{found}' is defined twice", "“{found}”定义了两次"),
        Both("Keep one of them", "请只保留一个"),
    ),
    "profile_version": Wrong(
        Both("'{found}' is no bound", "“{found}”不是版本界限"),
        Both(
            'Write like ">=5.7.13", "<6" or ">=5.7.13 build 230706"',
            '请写成 ">=5.7.13"、"<6" 或 ">=5.7.13 build 230706" 的形式',
        ),
    ),
    "profile_path": Wrong(
        Both("'{found}' is no path", "“{found}”不是路径"),
        Both('Begin it with one "/"; hosts are refused', "请以一个“/”开头；不接受主机名"),
    ),
    "profile_secret_path": Wrong(
        Both("carries the password in an address", "在地址中携带密码"),
        Both(
            'Write auth = ["url"], or log in another way', '请写 auth = ["url"]，或改用其他登录方式'
        ),
    ),
    "profile_port": Wrong(
        Both("{found} is no port", "{found} 不是端口号"),
        Both("Write 1 to 65535", "请填写 1 至 65535"),
    ),
    "profile_value": Wrong(
        Both("'{found}' is no known value", "“{found}”不是已知的数值名"), _ONE_OF
    ),
    "profile_near_value": Wrong(
        Both("'{found}' is no known value", "“{found}”不是已知的数值名"), _NEAR
    ),
    "profile_source": Wrong(
        Both("no source is called '{found}'", "没有名为“{found}”的来源"),
        Both("Name a [source.NAME]", "请填写某个 [source.NAME] 的名称"),
    ),
    "profile_session": Wrong(
        Both("no session is called '{found}'", "没有名为“{found}”的会话"),
        Both("Name a [session.NAME]", "请填写某个 [session.NAME] 的名称"),
    ),
    "profile_gate": Wrong(
        Both("'{found}' is no metric of an earlier source", "“{found}”不是先前来源中的 metric"),
        Both("Put its source before this one", "请将其来源置于本来源之前"),
    ),
    "profile_no_path": Wrong(
        Both("is missing: a {found} answer needs it", "缺失：{found} 格式的应答需要它"),
        Both("Say where the value stands", "请写明数值所在之处"),
    ),
    "profile_type": Wrong(
        Both("{found} is not what {name} holds", "{found} 与 {name} 的内容不符"),
        Both("Use {wanted}, or a map to it", "请使用 {wanted}，或用 map 转换为它"),
    ),
    "profile_jmespath": Wrong(
        Both("is no JMESPath ({why})", "不是 JMESPath（{why}）"), _EXPRESSION
    ),
    "profile_xpath": Wrong(Both("is no XPath ({why})", "不是 XPath（{why}）"), _EXPRESSION),
    "profile_register": Wrong(
        Both("'{found}' is no register", "“{found}”不是寄存器"),
        Both(
            'Write address:type, like "0x3110:s16" (u16, s16, u32le, s32le, u32be, s32be,'
            " bitN, bitsN-M)",
            '请写成 地址:类型，例如 "0x3110:s16"（u16、s16、u32le、s32le、u32be、s32be、'
            "bitN、bitsN-M）",
        ),
    ),
    "profile_transport": Wrong(
        Both("this agent has no transport '{found}'", "本代理没有传输方式“{found}”"),
        Both("Install the optional package it needs", "请安装所需的可选软件包"),
    ),
    "profile_command": Wrong(
        Both("runs a command of this host", "会在本主机上执行命令"),
        Both(
            "Only profiles that come with the product may: use another transport",
            "仅产品自带的描述文件可以这样做：请使用其他传输方式",
        ),
    ),
    "profile_no_token": Wrong(
        Both("is missing: this kind of session needs it", "缺失：此类会话需要它"),
        Both(
            "Write token, and send with query or header", "请写 token，以及 send 的 query 或 header"
        ),
    ),
}
