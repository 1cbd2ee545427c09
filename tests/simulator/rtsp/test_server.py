"""The RTSP server as a client sees it: order of requests, login, faults, stop and start."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from simulator.rtsp.server import AuthResult, RtspBehaviour
from tests.simulator.rtsp.conftest import Stage
from tests.simulator.rtsp.player import Player, RtpPacket


async def _until(condition: Callable[[], object]) -> None:
    """Wait until `condition` holds; fails after ten seconds."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("waited ten seconds in vain")


def _kind(payload: bytes) -> int:
    return payload[0] & 0x1F


def _is_key(picture: list[RtpPacket]) -> bool:
    return _kind(picture[0].payload) == 7


def _size(picture: list[RtpPacket]) -> int:
    return sum(len(packet.payload) for packet in picture)


async def test_the_first_picture_is_a_key_picture(stage: Stage) -> None:
    """Parameter sets and an IDR come first; numbers have no gap; time stamps follow 90 kHz."""
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    pictures = await player.read_pictures(12)
    assert [_kind(packet.payload) for packet in pictures[0]][:2] == [7, 8]
    packets = [packet for picture in pictures for packet in picture]
    first = packets[0].sequence
    wanted = [(first + at) % 65_536 for at in range(len(packets))]
    assert [packet.sequence for packet in packets] == wanted
    stamps = [picture[0].timestamp for picture in pictures]
    steps = {(b - a) % 2**32 for a, b in pairwise(stamps)}
    assert steps == {90_000 // 20}
    assert len(player.reports) == 1
    await player.close()


async def test_the_answer_to_play_names_the_first_packet(stage: Stage) -> None:
    """RTP-Info states the sequence number and time stamp that really come first."""
    player = await Player.connect(stage.port)
    described = await player.ask("DESCRIBE", stage.url)
    track = described.headers["content-base"][0] + "trackID=1"
    reply = await player.ask("SETUP", track, Transport="RTP/AVP/TCP;interleaved=0-1")
    player.session = reply.headers["session"][0].partition(";")[0]
    info = (await player.ask("PLAY", stage.url)).headers["rtp-info"][0]
    ((first, *_), *_) = await player.read_pictures(1)
    assert f"seq={first.sequence};rtptime={first.timestamp}" in info
    await player.close()


async def test_without_login_the_challenges_are_handed_on(stage: Stage) -> None:
    """Every challenge becomes its own header, OPTIONS is free, and nothing is described."""
    stage.verdict = AuthResult(ok=False, challenges=('Digest realm="a"', 'Digest realm="b"'))
    player = await Player.connect(stage.port)
    assert (await player.ask("OPTIONS", stage.url)).status == 200
    reply = await player.ask("DESCRIBE", stage.url, Authorization="Digest wrong")
    assert (reply.status, reply.body) == (401, "")
    assert reply.headers["www-authenticate"] == ['Digest realm="a"', 'Digest realm="b"']
    assert stage.seen == [("DESCRIBE", stage.url, "Digest wrong")]
    await player.close()


async def test_requests_out_of_order_are_refused(stage: Stage) -> None:
    """PLAY needs a session, the right one; UDP alone and unknown methods are not served."""
    player = await Player.connect(stage.port)
    assert (await player.ask("PLAY", stage.url)).status == 455
    udp = "RTP/AVP;unicast;client_port=5000-5001"
    assert (await player.ask("SETUP", stage.url, Transport=udp)).status == 461
    both = f"{udp},RTP/AVP/TCP;interleaved=4-5"
    reply = await player.ask("SETUP", stage.url, Transport=both)
    assert reply.headers["transport"] == ["RTP/AVP/TCP;unicast;interleaved=4-5"]
    player.session = "another"
    assert (await player.ask("PLAY", stage.url)).status == 454
    assert (await player.ask("RECORD", stage.url)).status == 501
    await player.close()


async def test_a_playing_session_answers_and_ends(stage: Stage) -> None:
    """Keep-alive is answered among packets; TEARDOWN ends session and connection."""
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    await player.send(b"$\x01\x00\x04\x80\xc9\x00\x00")  # a player's RTCP report is passed over
    assert (await player.ask("GET_PARAMETER", stage.url)).status == 200
    assert stage.server.counters.sessions == 1
    assert (await player.ask("TEARDOWN", stage.url)).status == 200
    assert await player.at_end()
    assert stage.server.counters.sessions == 0
    assert stage.server.counters.sessions_played == 1
    assert stage.server.counters.requests["GET_PARAMETER"] == 1


async def test_a_client_that_hangs_up_leaves_nothing(stage: Stage) -> None:
    """The session ends with its connection."""
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    await player.close()
    await _until(lambda: stage.server.counters.sessions == 0)
    assert stage.server.counters.sessions_played == 1


@pytest.mark.parametrize(
    "content", [b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"]
)
async def test_what_is_not_rtsp_ends_the_connection(stage: Stage, content: bytes) -> None:
    """Other bytes get a 400 and the end, and the server goes on."""
    player = await Player.connect(stage.port)
    await player.send(content)
    assert await player.at_end()
    other = await Player.connect(stage.port)
    assert (await other.ask("OPTIONS", stage.url)).status == 200
    await other.close()


async def test_not_found(stage: Stage) -> None:
    """A stream that is gone answers 404."""
    stage.behaviour = RtspBehaviour(not_found=True)
    player = await Player.connect(stage.port)
    assert (await player.ask("DESCRIBE", stage.url)).status == 404
    await player.close()


async def test_silent_until_cleared(stage: Stage) -> None:
    """PLAY is answered and no packet follows; once cleared, a key picture comes first."""
    stage.behaviour = RtspBehaviour(silent=True)
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    for _ in range(3):
        assert (await player.ask("GET_PARAMETER", stage.url)).status == 200
    assert stage.server.counters.sessions == 1
    assert player.packets == []
    stage.behaviour = RtspBehaviour()
    ((first, *_),) = await player.read_pictures(1)
    assert _kind(first.payload) == 7
    await player.close()


async def test_stall_keeps_the_connection(stage: Stage) -> None:
    """Packets stop after the time given, replies do not."""
    stage.behaviour = RtspBehaviour(stall_after_s=0.0)
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    assert (await player.ask("GET_PARAMETER", stage.url)).status == 200
    assert player.packets == []
    await player.close()


async def test_low_frame_rate_shows_in_the_time_stamps(stage: Stage) -> None:
    """A fifth of the pictures: five times the step between time stamps, still decodable order."""
    stage.behaviour = RtspBehaviour(low_fps=True)
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    one, other = await player.read_pictures(2)
    assert (other[0].timestamp - one[0].timestamp) % 2**32 == 5 * 90_000 // 20
    await player.close()


async def test_hanging_reads_and_never_answers(stage: Stage) -> None:
    """A request is counted, no byte comes back; once cleared the next request is answered."""
    stage.behaviour = RtspBehaviour(hangs=True)
    player = await Player.connect(stage.port)
    await player.send(f"OPTIONS {stage.url} RTSP/1.0\r\nCSeq: 90\r\n\r\n".encode())
    await _until(lambda: stage.server.counters.requests)
    stage.behaviour = RtspBehaviour()
    assert (await player.ask("OPTIONS", stage.url)).status == 200
    assert stage.server.counters.requests == {"OPTIONS": 2}
    await player.close()


async def test_a_new_state_appears_within_the_session(stage: Stage) -> None:
    """A fault during play switches to another loop at a GOP, with numbers going on."""
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    (healthy,) = await player.read_pictures(1)
    stage.scene = replace(stage.scene, faults=frozenset({"black"}))
    pictures = [healthy]
    while not (_is_key(pictures[-1]) and _size(pictures[-1]) < 600):
        pictures += await player.read_pictures(1)
        assert len(pictures) < 150, "the black picture never came"
    numbers = [packet.sequence for picture in pictures for packet in picture]
    assert {(b - a) % 65_536 for a, b in pairwise(numbers)} == {1}
    assert _size(healthy) > 2000
    await player.close()


async def test_a_scene_that_cannot_be_encoded_is_a_server_error(stage: Stage) -> None:
    """A codec that is not there answers 503; a session that plays goes on with what it has."""
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    stage.codec = "mpeg4"
    other = await Player.connect(stage.port)
    assert (await other.ask("DESCRIBE", stage.url)).status == 503
    pictures = await player.read_pictures(35)
    assert len(pictures) == 35
    await other.close()
    await player.close()


async def test_a_slow_reply_holds_up_nobody_else(stage: Stage) -> None:
    """One connection waits for its reply, others are served meanwhile; a short wait ends."""
    stage.behaviour = RtspBehaviour(slow_s=3600)
    slow, fast = await Player.connect(stage.port), await Player.connect(stage.port)
    asked = asyncio.create_task(slow.ask("OPTIONS", stage.url))
    await _until(lambda: stage.server.counters.requests)
    stage.behaviour = RtspBehaviour()
    assert (await fast.ask("OPTIONS", stage.url)).status == 200
    assert not asked.done()
    asked.cancel()
    await slow.close()
    stage.behaviour = RtspBehaviour(slow_s=0.05)
    assert (await fast.ask("OPTIONS", stage.url)).status == 200
    await fast.close()


async def test_power_off_cuts_sessions_and_the_port_returns(stage: Stage) -> None:
    """Stop ends playing clients and refuses new ones; start listens on the same port again."""
    player = await Player.connect(stage.port)
    await player.play(stage.url)
    await stage.server.stop()
    assert await player.at_end()
    assert stage.server.counters.sessions == 0
    with pytest.raises(ConnectionRefusedError):
        await Player.connect(stage.port)
    assert await stage.server.start(port=stage.port) == stage.port
    again = await Player.connect(stage.port)
    await again.play(stage.url)
    await again.read_pictures(1)
    await again.close()


async def test_many_sessions_share_the_loop(stage: Stage) -> None:
    """Thirty clients play at once."""
    players = [await Player.connect(stage.port) for _ in range(30)]
    await asyncio.gather(*(player.play(stage.url) for player in players))
    await asyncio.gather(*(player.read_pictures(5) for player in players))
    assert stage.server.counters.sessions == 30
    await asyncio.gather(*(player.close() for player in players))
