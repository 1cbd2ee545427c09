"""Fake vendor interfaces: Reolink, RutOS, HiLink, MikroTik and Foscam, as their papers say."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.agent.camera.fake_device import PASSWORD, USER
from tests.agent.camera.raw_server import Answer, Seen, http

BATTERY = {
    "batteryPercent": 83,
    "temperature": 21,
    "chargeStatus": 1,
    "adapterStatus": "solarPanel",
    "voltage": 4021,
    "current": 310,
}


def as_json(content: Any, *, status: int = 200) -> bytes:
    """A whole HTTP reply."""
    return http(json.dumps(content), status=status)


class Reolink:
    """One command a request; a login gives a token, and there are few sessions."""

    def __init__(self, *, password: str = PASSWORD, login_code: int = 0) -> None:
        self.password = password
        self.login_code = login_code  # answered to any login when not 0
        self.tokens: set[str] = set()
        self.logins = 0
        self.forget_after = 10_000  # requests until the token is too old
        self.asked: list[str] = []
        self.values: dict[str, Any] = {
            "GetBatteryInfo": {"Battery": BATTERY},
            "GetIrLights": {"IrLights": {"state": "Auto"}},
            "GetIsp": {"Isp": {"dayNight": "Black&White"}},
            "GetDevInfo": {
                "DevInfo": {
                    "serial": "00000000000000",
                    "model": "Argus 3",
                    "firmVer": "v3.0.0.494_21073002",
                    "hardVer": "IPC_1",
                }
            },
            "GetWifiSignal": {"wifiSignal": 100},
        }

    async def answer(self, seen: Seen) -> Answer:
        """As the camera."""
        query = parse_qs(urlsplit(seen.path).query)
        command = query["cmd"][0]
        self.asked.append(command)
        if command == "Login":
            return self._log_in(json.loads(seen.body)[0]["param"]["User"])
        token = query.get("token", [""])[0]
        if token not in self.tokens:
            return self._error(command, -6)
        if command == "Logout":
            self.tokens.discard(token)
            return as_json([{"cmd": command, "code": 0, "value": {"rspCode": 200}}])
        self.forget_after -= 1
        if self.forget_after == 0:
            self.tokens.clear()
            return self._error(command, -6)
        if command not in self.values:
            return self._error(command, -9)
        return as_json([{"cmd": command, "code": 0, "value": self.values[command]}])

    def _log_in(self, user: dict[str, str]) -> bytes:
        self.logins += 1
        if self.login_code:
            return self._error("Login", self.login_code)
        if (user["userName"], user["password"]) != (USER, self.password):
            return self._error("Login", -502)
        token = f"tok{self.logins}secret"
        self.tokens.add(token)
        value = {"Token": {"name": token, "leaseTime": 3600}}
        return as_json([{"cmd": "Login", "code": 0, "value": value}])

    def _error(self, command: str, code: int) -> bytes:
        detail = {"detail": f"error {code}", "rspCode": code}
        return as_json([{"cmd": command, "code": 1, "error": detail}])


class Rutos:
    """A router whose answers are given, path by path; wants a Bearer token."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.answers = answers
        self.headers: list[str] = []

    async def answer(self, seen: Seen) -> Answer:
        """As the router."""
        if seen.path == "/api/login":
            said = json.loads(seen.body)
            if said != {"username": USER, "password": PASSWORD}:
                return as_json({"success": False, "errors": [{"code": 120}]}, status=401)
            return http(self.answers["/api/login"])
        self.headers.append(seen.headers.get("authorization", ""))
        if not self.headers[-1].startswith("Bearer "):
            return as_json({"success": False}, status=401)
        return http(
            self.answers.get(seen.path, b""), status=200 if seen.path in self.answers else 404
        )


class Hilink:
    """A stick that wants its own cookie and token back."""

    def __init__(self, *, error: str = "") -> None:
        self.error = error

    async def answer(self, seen: Seen) -> Answer:
        """As the stick."""
        if seen.path == "/api/webserver/SesTokInfo":
            return http(
                "<response><SesInfo>SessionID=cookie4711</SesInfo>"
                "<TokInfo>token4711</TokInfo></response>"
            )
        if seen.headers.get("cookie") != "SessionID=cookie4711":
            return http("<error><code>125002</code></error>")
        if seen.headers.get("__requestverificationtoken") != "token4711":
            return http("<error><code>125002</code></error>")
        if self.error:
            return http(f"<error><code>{self.error}</code><message/></error>")
        if seen.path == "/api/device/signal":
            return http(
                '<?xml version="1.0" encoding="UTF-8"?><response><rsrp>-86dBm</rsrp>'
                "<rsrq>-11dB</rsrq><rssi>&gt;=-51dBm</rssi><sinr>10dB</sinr><band>20</band>"
                "<cell_id></cell_id></response>"
            )
        return http(
            "<response><ConnectionStatus>901</ConnectionStatus>"
            "<BatteryPercent></BatteryPercent></response>"
        )


class InClear:
    """MikroTik's Basic and Foscam's address: the password itself, whatever the interface."""

    def __init__(self, *, password: str = PASSWORD) -> None:
        self.password = password
        self.attempts = 0

    async def answer(self, seen: Seen) -> Answer:
        """As router or camera."""
        self.attempts += 1
        if "CGIProxy" in seen.path:
            query = parse_qs(urlsplit(seen.path).query)
            if (query["usr"], query["pwd"]) != ([USER], [self.password]):
                return http("<CGI_Result><result>-2</result></CGI_Result>")
            # A hostile one echoes the address that it was asked by.
            echo = seen.path.replace("&", "&amp;")
            return http(
                f"<CGI_Result><result>0</result><infraLedState>1</infraLedState><e>{echo}</e>"
                "<productName>FI9900</productName></CGI_Result>"
            )
        word = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if seen.headers.get("authorization") != f"Basic {word}":
            return as_json({"error": 401}, status=401)
        if seen.path.endswith("/monitor"):
            return as_json(
                [{"rsrp": "-97", "rsrq": "-12", "sinr": "7", "registration-status": "registered"}]
            )
        return as_json({"model": "LtAP", "serial-number": word})
