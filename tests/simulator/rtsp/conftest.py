"""A running RTSP server with a small loop, changeable from the test."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from simulator.rtsp.server import AuthResult, RtspBehaviour, RtspServer
from simulator.video.encode import EncodedLoop, encode_loop
from simulator.video.scene_spec import SceneSpec

SCENE = SceneSpec(seed=1, width=320, height=180)


@dataclass(kw_only=True)
class Stage:
    """The server, its port, and what a test may turn."""

    scene: SceneSpec = SCENE
    codec: str = "h264"
    behaviour: RtspBehaviour = field(default_factory=RtspBehaviour)
    verdict: AuthResult = field(default_factory=lambda: AuthResult(ok=True))
    seen: list[tuple[str, str, str | None]] = field(default_factory=list)
    server: RtspServer = field(init=False)
    port: int = 0

    @property
    def url(self) -> str:
        """Give the address of the stream."""
        return f"rtsp://127.0.0.1:{self.port}/stream1"

    async def loop_of(self) -> EncodedLoop:
        """Encode the present scene: 20 pictures a second, a key picture every half second."""
        return await asyncio.to_thread(
            encode_loop, self.scene, codec=self.codec, fps=20, gop=10, seconds=1
        )

    def authorise(self, method: str, uri: str, header: str | None) -> AuthResult:
        """Answer what the test wants."""
        self.seen.append((method, uri, header))
        return self.verdict


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Start a server on a free port and stop it afterwards."""
    made = Stage()
    made.server = RtspServer(
        loop_of=made.loop_of, authorise=made.authorise, behaviour=lambda: made.behaviour
    )
    made.port = await made.server.start()
    yield made
    await made.server.stop()
