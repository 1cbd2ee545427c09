"""Headless Chromium by its own protocol: keys are pressed and forms sent as people do."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

CHROMIUM = shutil.which("chromium")


class Tab:
    """One page of a running browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last = 0
        self.log: list[str] = []

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command of the DevTools protocol and wait for its answer."""
        self._last += 1
        await self._socket.send_json({"id": self._last, "method": method, "params": params})
        while True:
            said: dict[str, Any] = await self._socket.receive_json(timeout=20)
            if said.get("id") == self._last:
                result: dict[str, Any] = said.get("result", {})
                return result
            if said.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.log.append(str(said["params"]))

    async def open(self, url: str, *, width: int) -> None:
        """Load a page at this width, and wait until it is there."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        await self.call("Page.navigate", url=url)
        await self.until(f"location.href == {url!r} && document.readyState == 'complete'")

    async def run(self, script: str) -> object:
        """The value of an expression in the page."""
        said = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return said.get("result", {}).get("value")

    async def until(self, script: str) -> None:
        """Wait until an expression holds; the test's own deadline ends it."""
        while await self.run(script) is not True:  # noqa: ASYNC110 - the page tells no event
            await asyncio.sleep(0.05)

    async def press(self, key: str) -> None:
        """Press and let go a key of letters."""
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, text=key)


@asynccontextmanager
async def browser(profile: Path, *, cookie: tuple[str, str], url: str) -> AsyncIterator[Tab]:
    """A browser with one tab that is signed in by this cookie."""
    process = await asyncio.create_subprocess_exec(
        CHROMIUM or "",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told = profile / "DevToolsActivePort"
        while not told.exists() or len(told.read_text().splitlines()) < 2:  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)
        port = told.read_text().splitlines()[0]
        async with ClientSession() as session:
            answer = await session.get(f"http://127.0.0.1:{port}/json/list")
            pages = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(
                pages[0]["webSocketDebuggerUrl"], max_msg_size=0
            ) as socket:
                tab = Tab(socket)
                for domain in ("Page", "Log", "Runtime"):
                    await tab.call(f"{domain}.enable")
                await tab.call("Network.setCookie", name=cookie[0], value=cookie[1], url=url)
                yield tab
    finally:
        process.terminate()
        await process.wait()
