"""The words of the handover report, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.diagnosis.pictures.acceptance_checks import Result
from agent.wrong import Both

WORDS: Final[Mapping[str, Both]] = {
    "title": Both("Handover of cameras", "摄像机交付报告"),
    "agent": Both("Agent", "代理"),
    "made": Both("Made", "生成时间"),
    "config": Both("Configuration", "配置文件"),
    "devices": Both("Devices", "设备数"),
    "watched": Both("watched", "已监测"),
    "accepted": Both("accepted", "已验收"),
    "open": Both("open", "待处理"),
    "nothing open": Both("Nothing is open.", "没有待处理事项。"),
    "allowed by": Both("Consent given by", "同意人"),
    "address": Both("Address", "地址"),
    "full": Both(
        "Fault by fault: preclaim-agent check-config --diagnosable",
        "逐项故障：preclaim-agent check-config --diagnosable",
    ),
    "maker": Both("Maker and model", "厂商与型号"),
    "serial": Both("Serial (as the device states)", "序列号（设备所报）"),
    "label": Both("Serial of the label", "标签序列号"),
    "mac": Both("MAC", "MAC"),
    "firmware": Both("Firmware", "固件"),
    "profile": Both("Firmware profile", "固件描述文件"),
    "login": Both("Login", "登录"),
    "where": Both("Power and link", "供电与链路"),
    "site": Both("Site", "站点"),
    "consent": Both("Allowed", "已同意"),
    "budget": Both("At most a day", "每日上限"),
    "can": Both("Can be diagnosed", "可诊断"),
    "cannot": Both("Cannot", "不可诊断"),
    "checks": Both("Acceptance", "验收"),
    "problems": Both("To do", "待办"),
    "none": Both("-", "-"),
    "no picture": Both("no picture", "无画面"),
    "ir-cut": Both("infrared filter test", "红外滤光片测试"),
    "wake-ups": Both("battery wake-ups", "电池唤醒"),
    "pictures": Both("pictures may leave the site", "图片可离开站点"),
    "nothing": Both("nothing", "无"),
    "signature": Both("Installer / date", "安装方 / 日期"),
    "signature owner": Both("Owner / date", "业主 / 日期"),
    "estimate": Both(
        "The limits are kept by the agent (preclaim-agent budget shows the spend). Battery charge"
        " is estimated. The serial that a device states is not the serial of its label.",
        "上限由代理保证（preclaim-agent budget 显示消耗）。电量为估算。"
        "设备所报序列号不等于标签序列号。",
    ),
}

CHECKS: Final[Mapping[str, Both]] = {
    "light": Both("light", "光照"),
    "film": Both("film", "保护膜"),
    "focus": Both("focus", "对焦"),
    "tilt": Both("tilt", "倾斜"),
    "obstruction": Both("obstruction", "遮挡"),
    "colour": Both("colour", "颜色"),
    "sensor": Both("sensor", "传感器"),
    "aim": Both("aim", "朝向"),
}
RESULTS: Final[Mapping[Result, Both]] = {
    Result.GOOD: Both("good", "正常"),
    Result.WRONG: Both("WRONG", "有问题"),
    Result.LOOK: Both("look yourself", "请人工查看"),
}
