"""What ``device swap`` and ``device password`` say, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.wrong import Both

SAID: Final[Mapping[str, Both]] = {
    "no user": Both(
        "Which login? Give --user NAME and --password-file FILE or --password-env NAME.",
        "使用哪个登录？请提供 --user NAME 以及 --password-file FILE 或 --password-env NAME。",
    ),
    "no password": Both(
        "the password cannot be read: {why}; check the file or the variable",
        "无法读取密码：{why}；请检查该文件或变量",
    ),
    "unwritable": Both(
        "{file} cannot be written: {why}; nothing further was changed",
        "无法写入 {file}：{why}；此后未再作更改",
    ),
    "no device": Both(
        "no such device: {names}; the configuration knows: {known}",
        "没有此设备：{names}；配置中的设备：{known}",
    ),
    "nobody's": Both(
        "no device has the user {user}; name the devices", "没有设备使用用户 {user}；请指明设备"
    ),
    "let in": Both("{id}: let in, the new login is kept", "{id}：登录成功，已保存新登录"),
    "refused": Both(
        "{id}: refuses this login; its old one is kept. Set the password in the camera first",
        "{id}：拒绝此登录，保留原登录。请先在摄像机中设置该密码",
    ),
    "locked": Both(
        "{id}: the account is locked; its old login is kept. Wait until the lock ends",
        "{id}：账户已锁定，保留原登录。请等待锁定结束",
    ),
    "resting": Both(
        "{id}: {why}; its old login is kept. Give --again once the camera has this password",
        "{id}：一小时内曾拒绝登录，为避免锁定不再尝试（{why}），保留原登录。"
        "如摄像机已改为此密码，请加 --again",
    ),
    "silent": Both(
        "{id}: does not answer ({why}); its old login is kept. Try again when it is there",
        "{id}：无应答（{why}），保留原登录。恢复后请重试",
    ),
    "no login": Both(
        "{id}: no login came about ({why}); its old one is kept."
        " preclaim-agent login names the cause",
        "{id}：未能登录（{why}），保留原登录。preclaim-agent login 可查明原因",
    ),
    "stopped": Both(
        "Stopped: {count} further device(s) were not touched.",
        "已停止：其余 {count} 台设备未触碰。",
    ),
    "restart": Both(
        "Restart the agent to take it up: it reads {config} when it starts.",
        "请重启代理以生效：它在启动时读取 {config}。",
    ),
    "no look": Both(
        "nobody can tell who hangs there: {why}. Check address and login (--address, --user)",
        "无法确认该处设备：{why}。请检查地址和登录（--address、--user）",
    ),
    "nameless": Both(
        "the device there states neither serial nor MAC: it cannot be told from the old one. Write"
        " label_serial into the configuration by hand",
        "该设备未给出序列号和 MAC，无法与旧设备区分。请手工在配置中填写 label_serial",
    ),
    "same": Both(
        "the same device hangs there as before ({now}): nothing was changed. If it has another"
        " address, run setup",
        "该处仍为原设备（{now}）：未作更改。如仅地址变化，请运行 setup",
    ),
    "other serial": Both(
        "the device there is {now}, not {wanted}: nothing was changed. Check the address",
        "该设备为 {now}，而非 {wanted}：未作更改。请检查地址",
    ),
    "channel": Both(
        "nobody can ask which camera is {id} now (a recorder's channel, or one that only pushes):"
        " give --label-serial SERIAL, from the new camera's label, and nothing else. Nothing was"
        " changed",
        "无法询问 {id} 现为哪台摄像机（录像机通道，或仅推送的摄像机）："
        "请只提供新摄像机标签上的序列号（--label-serial SERIAL）。未作更改",
    ),
    "channel running": Both(
        "the agent runs, and nothing tells it that this camera was exchanged: stop it, and give the"
        " command again. Nothing was changed",
        "代理正在运行，而它无从得知该摄像机已更换：请先停止代理，再次执行此命令。未作更改",
    ),
    "recorder": Both(
        "a recorder ({now}) answers there, not a camera: set its channels up with setup. Nothing"
        " was changed",
        "该处应答的是录像机（{now}），不是摄像机：请用 setup 设置其通道。未作更改",
    ),
    "not confirmed": Both(
        "not confirmed: nothing was changed. Give --serial {serial} if that is the new device",
        "未确认：未作更改。如确为新设备，请提供 --serial {serial}",
    ),
    "swap": Both("{id}: was {before}, now {now}", "{id}：原为 {before}，现为 {now}"),
    "agent notices": Both(
        "The agent runs: it notices the exchange by itself at its next visit.",
        "代理正在运行：下次访问时会自行识别更换。",
    ),
    "swapped": Both(
        "{id} is exchanged: history stays with the position, nothing of the old device is carried"
        " over. Restart the agent if it runs; then preclaim-agent accept -c {config} {id}",
        "{id} 已更换：历史随点位保留，旧设备的内容不沿用。代理如在运行请重启；随后执行"
        " preclaim-agent accept -c {config} {id}",
    ),
}
