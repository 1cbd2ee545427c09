"""What can be wrong in a firmware profile: reason and remedy, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

_ONE_OF: Final = Both("Use one of: {known}", "请使用其中之一：{known}")

PROFILE_WRONGS: Final[Mapping[str, Wrong]] = {
    "profile_unreadable": Wrong(
        Both("cannot be read: {why}", "无法读取：{why}"), Both("Correct it", "请更正")
    ),
    "profile_id_twice": Wrong(
        Both("'{found}' is also the id of {other}", "“{found}”也是 {other} 的 id"),
        Both("Give it another id", "请另取一个 id"),
    ),
    "profile_key_missing": Wrong(
        Both("is missing", "缺失"), Both("Add it; it is a {kind}", "请添加，类型为 {kind}")
    ),
    "profile_kind": Wrong(
        Both("is a {found}", "是 {found} 类型"),
        Both("Write a {kind} instead", "请改为 {kind} 类型"),
    ),
    "profile_no_table": Wrong(
        Both("is no table", "不是表"), Both("Write [[{name}]]", "请写成 [[{name}]]")
    ),
    "profile_pattern": Wrong(
        Both("is no regular expression ({why})", "不是正则表达式（{why}）"),
        Both("Correct the pattern", "请更正表达式"),
    ),
    "profile_unknown_key": Wrong(
        Both("is unknown", "是未知的键"),
        Both("Remove it, or use one of: {known}", "请删除，或使用其中之一：{known}"),
    ),
    "profile_schema": Wrong(
        Both("is not 1", "不是 1"),
        Both("Use schema = 1, or a newer agent", "请使用 schema = 1，或更新代理"),
    ),
    "profile_field_twice": Wrong(
        Both("'{found}' is defined twice", "“{found}”定义了两次"),
        Both("Keep one of them", "请只保留一个"),
    ),
    "profile_version": Wrong(
        Both("'{found}' is no version", "“{found}”不是版本号"),
        Both('Write numbers and points, like "5.7.13"', '请填写数字和点，例如 "5.7.13"'),
    ),
    "profile_interval": Wrong(
        Both("is negative", "是负数"), Both("Write seconds, 0 or more", "请填写不小于 0 的秒数")
    ),
    "profile_login": Wrong(
        Both("'{found}' is not offered", "不提供“{found}”"),
        Both('Use login = "digest"', '请使用 login = "digest"'),
    ),
    "profile_path": Wrong(
        Both("'{found}' is no path", "“{found}”不是路径"),
        Both('Begin it with one "/"; hosts are refused', "请以一个“/”开头；不接受主机名"),
    ),
    "profile_value": Wrong(
        Both("'{found}' is no known value", "“{found}”不是已知的数值名"), _ONE_OF
    ),
    "profile_source": Wrong(
        Both("no request is called '{found}'", "没有名为“{found}”的请求"),
        Both("Name a [[request]]", "请填写某个 [[request]] 的名称"),
    ),
    "profile_type": Wrong(Both("'{found}' is no type", "“{found}”不是类型"), _ONE_OF),
    "profile_jmespath": Wrong(
        Both("is no JMESPath ({why})", "不是 JMESPath（{why}）"),
        Both("Correct the path", "请更正路径"),
    ),
    "profile_range": Wrong(
        Both("{found} is no range", "{found} 不是范围"),
        Both("Write [lowest, highest]", "请填写 [最低值, 最高值]"),
    ),
    "profile_dvrip_message": Wrong(
        Both("{found} is no message that only reads", "{found} 不是只读的消息"), _ONE_OF
    ),
}
