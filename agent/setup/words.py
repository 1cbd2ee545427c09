"""What setup says: questions, endings, open problems with remedies, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.setup.examine import Login
from agent.setup.plan import Change
from agent.wrong import Both, Wrong

PROBLEMS: Final[Mapping[str, Wrong]] = {
    "silent": Wrong(
        Both("nobody answers as a camera: {why}", "没有摄像机应答：{why}"),
        Both(
            "Check power, cable and address, switch ONVIF on in the camera, then run setup again",
            "请检查供电、网线与地址，在摄像机中启用 ONVIF，然后重新运行 setup",
        ),
    ),
    "silent_known": Wrong(
        Both("does not answer now: {why}; nothing was changed", "当前无应答：{why}；未作更改"),
        Both("Check power, cable and address", "请检查供电、网线与地址"),
    ),
    "twin": Wrong(
        Both("is the same device as the one at {other}", "与 {other} 是同一台设备"),
        Both("Leave one of the two addresses out", "请去掉其中一个地址"),
    ),
    "no_wake_ups": Wrong(
        Both(
            "runs on a battery, and its owner has not allowed visits to wake it: it is not watched",
            "由电池供电，而业主未同意唤醒：不予监测",
        ),
        Both(
            "Ask for consent (--consent wake-ups), or let it push its pictures",
            "请取得同意（--consent wake-ups），或让其主动推送图片",
        ),
    ),
    "login_refused": Wrong(
        Both(
            "refuses user and password; one attempt was made, and none will be made again",
            "拒绝用户名和密码；仅尝试一次，不会再试",
        ),
        Both(
            "preclaim-agent login {address} names the cause; then"
            " preclaim-agent device password {id} --user NAME --password-file FILE",
            "preclaim-agent login {address} 可查明原因；然后执行"
            " preclaim-agent device password {id} --user NAME --password-file FILE",
        ),
    ),
    "login_resting": Wrong(
        Both("{why}", "一小时内曾拒绝登录；为避免锁定，不再尝试（{why}）"),
        Both(
            "Give the right password, or --again once the camera has this one",
            "请提供正确的密码；如摄像机已改为此密码，请加 --again",
        ),
    ),
    "login_locked": Wrong(
        Both("has locked the account; setup stopped at once", "账户已被锁定；setup 已立即停止"),
        Both(
            "Wait until the lock ends (often 30 minutes), then"
            " preclaim-agent device password {id} --user NAME --password-file FILE",
            "请等待锁定结束（通常 30 分钟），然后执行"
            " preclaim-agent device password {id} --user NAME --password-file FILE",
        ),
    ),
    "login_none_given": Wrong(
        Both("wants a login, and none was given", "需要登录，但未提供"),
        Both(
            "preclaim-agent device password {id} --user NAME --password-file FILE",
            "preclaim-agent device password {id} --user NAME --password-file FILE",
        ),
    ),
    "unpinned": Wrong(
        Both("speaks HTTPS: {why}", "使用 HTTPS，其证书未经验证，不发送登录（{why}）"),
        Both(
            "Compare the fingerprint with the camera's own page; then run setup again with --at"
            " {address} --pin FINGERPRINT, or with it as tls_fingerprint in the list",
            "请与摄像机页面上的指纹核对；然后以 --at {address} --pin 指纹 重新运行 setup，"
            "或将其填入列表的 tls_fingerprint 列",
        ),
    ),
    "login_other": Wrong(
        Both("no login came about: {why}", "未能登录：{why}"),
        Both(
            "preclaim-agent login {address} names the cause and the remedy",
            "preclaim-agent login {address} 可查明原因与处理办法",
        ),
    ),
    "clock": Wrong(
        Both("its clock is {seconds} s off", "时钟偏差 {seconds} 秒"),
        Both("Set its time server (NTP)", "请设置其时间服务器（NTP）"),
    ),
    "no_identity": Wrong(
        Both("states neither serial nor MAC", "未给出序列号和 MAC"),
        Both(
            "Write the serial of its label into the configuration (label_serial)",
            "请将标签序列号写入配置（label_serial）",
        ),
    ),
    "no_stream": Wrong(
        Both("names no video stream: {why}", "未给出视频流：{why}"),
        Both(
            "Switch RTSP on in the camera, and give the ONVIF user the right to see the picture",
            "请在摄像机中启用 RTSP，并授予 ONVIF 用户查看画面的权限",
        ),
    ),
    "channel_serial": Wrong(
        Both(
            "hangs on a recorder, which does not tell the camera's own serial",
            "接在录像机上，录像机不告知摄像机自身的序列号",
        ),
        Both(
            "Write the serial of its label into the configuration (label_serial): a claim needs it",
            "请将标签序列号写入配置（label_serial）：索赔需要该序列号",
        ),
    ),
    "label_differs": Wrong(
        Both(
            "the list says label {listed}, the configuration {written}; nothing was changed",
            "列表中的标签为 {listed}，配置中为 {written}；未作更改",
        ),
        Both(
            "If the device was exchanged: preclaim-agent device swap {id} --label-serial {listed};"
            " else correct the wrong one",
            "如设备已更换：preclaim-agent device swap {id} --label-serial {listed}；"
            "否则请更正有误的一处",
        ),
    ),
    "pictures_stay": Wrong(
        Both("its pictures do not leave the site", "其图片不离开站点"),
        Both(
            "A claim for a picture fault needs them: ask for consent (--consent pictures)",
            "画面故障的索赔需要图片：请取得同意（--consent pictures）",
        ),
    ),
    "not_accepted": Wrong(
        Both("was not accepted: {why}", "未通过验收：{why}"),
        Both(
            "Put it right, then: preclaim-agent accept -c {config} {id}",
            "处理后执行：preclaim-agent accept -c {config} {id}",
        ),
    ),
    "acceptance_left_out": Wrong(
        Both("no first acceptance was made: {why}", "未进行首次验收：{why}"),
        Both("preclaim-agent accept -c {config} {id}", "preclaim-agent accept -c {config} {id}"),
    ),
}
"""Open problems by key: what is wrong, and what to do."""

CHANGES: Final[Mapping[Change, Both]] = {
    Change.NEW: Both("new", "新增"),
    Change.SAME: Both("unchanged", "未变"),
    Change.MOVED: Both("new address", "地址已变"),
    Change.LOGIN: Both("new login", "登录已更新"),
    Change.LEFT_OUT: Both("left out", "未纳入"),
}

LOGINS: Final[Mapping[Login, Both]] = {
    Login.OPEN: Both("none wanted", "无需登录"),
    Login.ACCEPTED: Both("accepted", "成功"),
    Login.REFUSED: Both("refused", "被拒绝"),
    Login.RESTING: Both("left alone", "暂不尝试"),
    Login.LOCKED: Both("LOCKED", "账户锁定"),
    Login.OTHER: Both("not possible", "无法登录"),
    Login.NONE_GIVEN: Both("none given", "未提供"),
}

SAID: Final[Mapping[str, Both]] = {
    "looking": Both("Looking for cameras ...", "正在查找摄像机……"),
    "nobody": Both(
        "No camera was found. Name addresses with --at 192.168.1.0/24, or check the network.",
        "未找到摄像机。请用 --at 192.168.1.0/24 指定地址，或检查网络。",
    ),
    "found": Both("{count} device(s) found:", "找到 {count} 台设备："),
    "nothing": Both("Nothing to change: {file} is right.", "无需更改：{file} 已正确。"),
    "dry": Both("A dry run: nothing was written.", "试运行：未写入任何内容。"),
    "diff": Both("Changes of {file}:", "{file} 的更改："),
    "written": Both("{file} is written ({count} devices).", "已写入 {file}（{count} 台设备）。"),
    "left": Both("Nothing was written.", "未写入任何内容。"),
    "accepting": Both(
        "First acceptance: a picture of each camera ...", "首次验收：为每台摄像机拍摄画面……"
    ),
    "report": Both("Handover report: {file}", "交付报告：{file}"),
    "next": Both(
        "Next: preclaim-agent run -c {file}. The collector's operator needs {public}"
        " ([[agents]] evidence_key).",
        "下一步：preclaim-agent run -c {file}。"
        "收集端操作员需要 {public}（[[agents]] evidence_key）。",
    ),
    "restart": Both(
        "An agent runs with this configuration: restart it to take it up, then"
        " preclaim-agent accept -c {file} while it is stopped.",
        "代理正在使用此配置：请重启以生效，并在其停止时执行 preclaim-agent accept -c {file}。",
    ),
    "agent runs": Both("the agent runs", "代理正在运行"),
    "not asked": Both("it was not asked for", "未要求"),
    "no terminal": Both(
        "This question needs an answer and nobody is at the terminal: give {flag}, or --yes.",
        "此问题需要回答，但终端无人：请提供 {flag}，或使用 --yes。",
    ),
    "pairs": Both(
        "{users} --user and {passwords} passwords: give one --password-file or --password-env for"
        " each --user, in their order.",
        "--user 有 {users} 个，密码有 {passwords} 个：请按顺序为每个 --user 提供一个"
        " --password-file 或 --password-env。",
    ),
    "no password": Both(
        "the password cannot be read: {why}; check the file or the variable",
        "无法读取密码：{why}；请检查该文件或变量",
    ),
    "bad address": Both(
        "{found} is no address; write host, host:port, 192.168.1.20-40 or 192.168.1.0/24 (at most"
        " {limit} addresses)",
        "{found} 不是地址；请填写 主机、主机:端口、192.168.1.20-40 或 192.168.1.0/24（至多 {limit}"
        " 个地址）",
    ),
    "bad pin": Both(
        "{found} is no fingerprint; write sha256: and 64 hexadecimal digits, as the report or"
        " openssl x509 -fingerprint -sha256 shows it",
        "{found} 不是指纹；请填写 sha256: 加 64 位十六进制数，见报告或"
        " openssl x509 -fingerprint -sha256",
    ),
    "pin of whom": Both(
        "a pin is of one device: give --pin with one address in --at, or a column tls_fingerprint"
        " in the list",
        "指纹只属于一台设备：请在 --at 只给一个地址时使用 --pin，或在列表中填写 tls_fingerprint 列",
    ),
    "bad broker": Both(
        "{found} is no broker; write host or host:port",
        "{found} 不是代理服务器；请填写 主机 或 主机:端口",
    ),
    "bad agent id": Both(
        "{found!r} is no agent id: use letters, digits, '.', '_', '-', at most 64",
        "{found!r} 不是代理 id：请使用字母、数字、“.”“_”“-”，最多 64 个字符",
    ),
    "unreadable": Both("{file} cannot be read: {why}", "无法读取 {file}：{why}"),
    "unwritable": Both(
        "{file} cannot be written: {why}; nothing further was changed",
        "无法写入 {file}：{why}；此后未再作更改",
    ),
}

QUESTIONS: Final[Mapping[str, Both]] = {
    "agent id": Both("How shall this agent be called", "此代理的名称"),
    "broker": Both("Where is the broker (host or host:port)", "消息服务器地址（主机或 主机:端口）"),
    "user": Both("User name on the cameras (empty: none)", "摄像机用户名（留空表示无）"),
    "password": Both("Password of {user}: ", "{user} 的密码："),
    "ir-cut": Both(
        "May the agent switch the infrared filter of a camera for a moment to test it (the picture"
        " changes for some seconds; it is put back)",
        "是否允许代理短暂切换摄像机的红外滤光片以作测试（画面变化数秒后恢复）",
    ),
    "wake-ups": Both(
        "May visits wake cameras on a battery (at most {visits} a day and {mah} mAh)",
        "是否允许访问唤醒电池摄像机（每日至多 {visits} 次、{mah} mAh）",
    ),
    "pictures": Both(
        "May pictures leave the site as evidence of a fault", "是否允许图片作为故障证据离开站点"
    ),
    "by": Both("Who allows this (name)", "由谁同意（姓名）"),
    "write": Both("Write this", "是否写入"),
    "same device": Both(
        "Is {serial} the device that hangs there now", "{serial} 是否为该处现有设备"
    ),
}
FLAGS: Final[Mapping[str, str]] = {
    "agent id": "--agent-id",
    "broker": "--broker",
    "user": "--user",
    "password": "--password-file or --password-env",
    "ir-cut": "--consent",
    "wake-ups": "--consent",
    "pictures": "--consent",
    "by": "--consent-by",
    "write": "--yes",
    "same device": "--serial",
}
"""Every question has a flag."""
YES_NO: Final = Both("[y/n, Enter: no]", "[y/n，回车为否]")
