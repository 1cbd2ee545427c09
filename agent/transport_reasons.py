"""Why a modem, charge controller or vendor protocol gave no value, in Chinese; see ``reasons``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TRANSPORT_DETAILS_ZH: Final[Mapping[str, str]] = {
    "the Python package 'pyserial' is not installed: pip install 'preclaim[modem]'": (
        "未安装 Python 软件包 pyserial：pip install 'preclaim[modem]'"
    ),
    "the Python package 'pymodbus' is not installed: pip install 'preclaim[modbus]'": (
        "未安装 Python 软件包 pymodbus：pip install 'preclaim[modbus]'"
    ),
    "the Python package 'pysnmp' is not installed: pip install 'preclaim[snmp]'": (
        "未安装 Python 软件包 pysnmp：pip install 'preclaim[snmp]'"
    ),
    "the Python package 'pytapo' is not installed: pip install pytapo"
    " (it brings python-kasa, which is under the GPL)": (
        "未安装 Python 软件包 pytapo：pip install pytapo（会同时安装采用 GPL 的 python-kasa）"
    ),
    "the program 'mmcli' is not installed on this machine": (
        "本机未安装程序 mmcli：请安装 ModemManager"
    ),
    "the program 'uqmi' is not installed on this machine": "本机未安装程序 uqmi",
    'the device names no port: serial_port = "/dev/ttyUSB2"': (
        '该设备未填写串口：serial_port = "/dev/ttyUSB2"'
    ),
    'the device names no port: serial_port = "/dev/ttyUSB0"': (
        '该设备未填写串口：serial_port = "/dev/ttyUSB0"'
    ),
    'name the modem\'s device: serial_port = "/dev/cdc-wdm0"': (
        '请填写模块的设备文件：serial_port = "/dev/cdc-wdm0"'
    ),
    "there is no connection to try: only reading it can tell": (
        "没有可供检测的连接：只有读取时才知道"
    ),
    "a gateway speaks no ONVIF": "网关不支持 ONVIF",
    "the device takes no Modbus connection on this port": "设备不接受该端口上的 Modbus 连接",
    "the Modbus device gives no answer in time": "Modbus 设备未及时应答",
    "no SNMP answer: host, port or community is wrong": "SNMP 无应答：主机、端口或团体名有误",
    "the router refuses the SNMP v3 user or password": "路由器拒绝 SNMP v3 的用户或密码",
    "the camera has suspended logins for a while": "摄像机已暂停登录一段时间",
    "the camera refuses the camera account; after an update it may keep the old"
    " hash: set the account anew in the Tapo app": (
        "摄像机拒绝该摄像机账户；升级后可能仍保存旧的散列：请在 Tapo 应用中重新设置该账户"
    ),
    "the device refuses user and password (DVRIP Ret 106)": "设备拒绝用户名和密码（DVRIP Ret 106）",
    "the device refuses the password (DVRIP Ret 203)": "设备拒绝该密码（DVRIP Ret 203）",
    "the device does not know this user (DVRIP Ret 204)": "设备没有该用户（DVRIP Ret 204）",
    "the device has locked this account (DVRIP Ret 205)": "设备已锁定该账户（DVRIP Ret 205）",
    "the device has put this user on its black list (DVRIP Ret 206)": (
        "设备已将该用户列入黑名单（DVRIP Ret 206）"
    ),
    "the login works, but this user may not read that (DVRIP Ret 107)": (
        "登录成功，但该用户无权读取此项（DVRIP Ret 107）"
    ),
    "the device answers something that is not DVRIP": "设备的应答不是 DVRIP",
    "the DVRIP connection was given up after an earlier question": (
        "因先前的查询失败，已放弃该 DVRIP 连接"
    ),
}
"""By the exact English text; what is not here is quoted as it is."""
