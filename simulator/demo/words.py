"""What the demo says, in English and Chinese."""

from __future__ import annotations

from typing import Final

from simulator.demo.cast import Ending

TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "setting_up": "Setting up in {root}: keys, configurations, delivery list …",
        "policy": (
            "This demo runs on a policy file that shortens every waiting time and lets passive"
            " picture verdicts open drafts ({policy}). The product's own defaults are strict."
        ),
        "open": "Open in a browser (one-time link, makes your administrator): {link}",
        "plan": "What will happen:",
        "waiting": "Waiting until all {total} devices are known to be healthy … {count}",
        "slow_start": "Not every device is healthy after {seconds:.0f} s; going on.",
        "learning": "Learning for {seconds:.0f} s what each camera looks like when it is well …",
        "inject": "Fault: {device} ({serial}): {fault}",
        "dark": "Power cut at {site}: three cameras and their agent fall silent",
        "news": "{device}: {ending} {claim} ({word}) after {seconds}",
        "unexpected": "UNEXPECTED {device}: {ending} ({word})",
        "done": "Every story has its ending. The pages stay open; Ctrl-C ends the demo.",
        "own_camera": "Watch your own camera: {command}",
        "ended": "The demo has ended; nothing is left running.",
        "good": "Everything came as expected.",
        "bad": "Missing or unexpected: see the rows marked ✗. Logs: {logs}",
        "table": "device | fault | expected | came | pre-claim | seconds",
        "power_off": "{site}: power off → {ending}",
        "stuck": "The demo cannot go on: {why}",
        "help": "From fault to pre-claim, on simulated cameras.",
        "help_help": "show this help and end",
        "help_for": "end by itself after so many seconds; without it, Ctrl-C ends it",
        "help_dir": "folder for everything the demo writes ({default})",
        "help_lang": "language: en or zh; default: the environment's",
        "help_report": "write the stories as JSON",
    },
    "zh": {
        "setting_up": "正在 {root} 中准备密钥、配置和交付清单……",
        "policy": (
            "本演示使用缩短所有等待时间的策略文件，并允许被动画面判定生成草稿（{policy}）。"
            "产品默认值更严格。"
        ),
        "open": "在浏览器中打开（一次性链接，用于创建管理员）：{link}",
        "plan": "将要发生：",
        "waiting": "等待全部 {total} 台设备确认正常……{count}",
        "slow_start": "{seconds:.0f} 秒后仍有设备未确认正常，继续。",
        "learning": "用 {seconds:.0f} 秒学习每台摄像机正常时的画面……",
        "inject": "故障：{device}（{serial}）：{fault}",
        "dark": "{site} 断电：三台摄像机及其代理失联",
        "news": "{device}：{ending} {claim}（{word}），用时 {seconds}",
        "unexpected": "意外 {device}：{ending}（{word}）",
        "done": "所有设备均已有结果。页面保持打开，按 Ctrl-C 结束演示。",
        "own_camera": "查看您自己的摄像机：{command}",
        "ended": "演示已结束，没有残留进程。",
        "good": "全部符合预期。",
        "bad": "有缺失或意外：见标记 ✗ 的行。日志：{logs}",
        "table": "设备 | 故障 | 预期 | 结果 | 预索赔 | 秒",
        "power_off": "{site}：断电 → {ending}",
        "stuck": "演示无法继续：{why}",
        "help": "在模拟摄像机上演示从故障到预索赔的全过程。",
        "help_help": "显示本帮助并退出",
        "help_for": "运行指定秒数后自行结束；不指定则按 Ctrl-C 结束",
        "help_dir": "演示写入所有文件的文件夹（{default}）",
        "help_lang": "语言：en 或 zh；默认取自环境",
        "help_report": "将各设备的经过写成 JSON",
    },
}

ENDINGS: Final[dict[Ending, dict[str, str]]] = {
    Ending.HEALTHY: {"en": "healthy", "zh": "正常"},
    Ending.CLAIM: {"en": "pre-claim", "zh": "预索赔"},
    Ending.FIRMWARE_CASE: {"en": "firmware case", "zh": "固件案例"},
    Ending.TASK: {"en": "task", "zh": "任务"},
    Ending.NOT_APPLICABLE: {"en": "not applicable", "zh": "不适用"},
    Ending.INCIDENT: {"en": "incident", "zh": "事件"},
}


def say(key: str, language: str, **values: object) -> str:
    """One sentence with its values; ``language`` is 'en' or 'zh'."""
    return TEXTS[language][key].format(**values)


def name_of(ending: Ending, language: str) -> str:
    """What an ending is called."""
    return ENDINGS[ending][language]
