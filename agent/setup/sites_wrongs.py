"""What can be wrong in a sites file: reason and remedy, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both, Wrong

WRONGS: Final[Mapping[str, Wrong]] = {
    "too_large": Wrong(
        Both("the file is larger than 4 MiB", "文件大于 4 MiB"),
        Both("Split it", "请拆分文件"),
    ),
    "encoding": Wrong(
        Both(
            "the text is neither UTF-8, UTF-16 nor GB 18030 with the known columns",
            "文本既不是 UTF-8、UTF-16，也不是含已知列名的 GB 18030",
        ),
        Both("Save it as 'CSV UTF-8'", "请另存为“CSV UTF-8”"),
    ),
    "empty": Wrong(
        Both("the list has no row", "列表没有任何行"),
        Both("Write one row a device or a site", "请每台设备或每个站点写一行"),
    ),
    "not_csv": Wrong(
        Both("this is no CSV: {why}", "不是有效的 CSV：{why}"),
        Both("Correct the quotes of that row", "请更正该行的引号"),
    ),
    "no_address_column": Wrong(
        Both(
            "the head names no column address, or its separator is not clear",
            "表头没有“地址”列，或分隔符不明确",
        ),
        Both(
            "Begin with: site,name,address,user,password_file",
            "首行请写：site,name,address,user,password_file",
        ),
    ),
    "unknown_column": Wrong(
        Both("is no known column", "是未知的列"),
        Both("Remove it, or use: {known}", "请删除，或使用：{known}"),
    ),
    "column_twice": Wrong(
        Both("stands twice in the head", "在表头出现两次"),
        Both("Remove one of the two", "请删除其中之一"),
    ),
    "cells": Wrong(
        Both("has {count} cells, the head {names}", "有 {count} 个单元格，表头只有 {names} 列"),
        Both("Put text with a separator into quotes", "含分隔符的文本请加引号"),
    ),
    "too_many_rows": Wrong(
        Both("more than {limit} rows", "超过 {limit} 行"),
        Both("Split the list", "请拆分列表"),
    ),
    "address_missing": Wrong(
        Both("is empty", "为空"),
        Both(
            "Write an address or a range, like 192.168.1.20 or 192.168.1.20-40",
            "请填写地址或范围，例如 192.168.1.20 或 192.168.1.20-40",
        ),
    ),
    "address_bad": Wrong(
        Both("{found} is no address", "{found} 不是地址"),
        Both(
            "Write host, host:port, 192.168.1.20-40 or 192.168.1.0/24",
            "请填写 主机、主机:端口、192.168.1.20-40 或 192.168.1.0/24",
        ),
    ),
    "address_many": Wrong(
        Both("{found} makes more than {limit} addresses", "{found} 超过 {limit} 个地址"),
        Both("Write a smaller range", "请缩小范围"),
    ),
    "address_twice": Wrong(
        Both("{found} stands in row {first} already", "{found} 已在第 {first} 行出现"),
        Both("Keep one of the two rows", "请只保留其中一行"),
    ),
    "name_twice": Wrong(
        Both(
            "{found} stands in row {first} of this site already",
            "{found} 在同站点第 {first} 行已出现",
        ),
        Both("Give each device its own name", "请为每台设备取不同的名称"),
    ),
    "one_for_many": Wrong(
        Both("one text cannot belong to several devices", "一个值不能属于多台设备"),
        Both("Leave it empty, or write a row a device", "请留空，或每台设备写一行"),
    ),
    "too_long": Wrong(
        Both("is longer than {limit} characters", "超过 {limit} 个字符"),
        Both("Shorten it", "请缩短"),
    ),
    "bad_fingerprint": Wrong(
        Both("{found} is no fingerprint", "{found} 不是指纹"),
        Both("Write sha256: and 64 hexadecimal digits", "请填写 sha256: 加 64 位十六进制数"),
    ),
    "two_secrets": Wrong(
        Both("a password file and an environment variable", "同时写了密码文件和环境变量"),
        Both("Keep one of the two", "请只保留其中一个"),
    ),
    "pairs": Wrong(
        Both("{users} users and {passwords} passwords", "{users} 个用户，{passwords} 个密码"),
        Both(
            "Write as many of one as of the other, with | between them",
            "两者数量必须相同，以 | 分隔",
        ),
    ),
    "secret_unreadable": Wrong(
        Both("{found} cannot be read: {why}", "无法读取 {found}：{why}"),
        Both(
            "Write the path of the file, from the list's folder", "请填写相对于列表所在目录的路径"
        ),
    ),
    "variable_not_set": Wrong(
        Both("{found} is not set", "环境变量 {found} 未设置"),
        Both("Set it, or use a file", "请设置该变量，或改用文件"),
    ),
    "not_choice": Wrong(
        Both("is {found!r}", "为 {found!r}"),
        Both("Use one of: {known}", "请使用其中之一：{known}"),
    ),
    "degrees": Wrong(
        Both(
            "{found} is no angle from -{limit} to {limit}",
            "{found} 不是 -{limit} 到 {limit} 的角度",
        ),
        Both("Write degrees, like 31.2", "请填写度数，例如 31.2"),
    ),
    "half_a_place": Wrong(
        Both("is empty, the other coordinate is not", "为空，而另一坐标已填写"),
        Both("Write both or neither", "请两者都填写或都留空"),
    ),
    "two_places": Wrong(
        Both(
            "site {site} has other coordinates in row {first}",
            "站点 {site} 在第 {first} 行有不同坐标",
        ),
        Both("Give one site one place", "同一站点请只写一个坐标"),
    ),
}
