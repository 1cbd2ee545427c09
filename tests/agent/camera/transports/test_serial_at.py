"""AT commands against a modem on a pseudo-terminal."""

from __future__ import annotations

import pytest

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Reach, TransportKind
from agent.camera.profiles.transports.serial_at import check_request, fetch
from agent.config_problem import Problem
from tests.agent.camera.transports.conftest import reach_of, serial_device, source_of

pytest.importorskip("serial", reason="pyserial is not installed")

# Re-typed from public reports of an EC25 and an EG25-G.
ANSWERS = {
    b"AT+CSQ": b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n",
    b"AT+CESQ": b"\r\n+CESQ: 99,99,255,255,20,46\r\n\r\nOK\r\n",
    b'AT+QENG="servingcell"': b'AT+QENG="servingcell"\r\r\n'  # with echo
    b'+QENG: "servingcell","NOCONN","LTE","FDD"'
    b",262,01,1A2D001,311,1300,3,5,5,2F1C,-104,-12,-71,9,31\r\n\r\nOK\r\n",
    b"AT+CPIN?": b"\r\n+CME ERROR: 10\r\n",
    b"AT+COPS?": b"\r\n+CME ERROR: 30\r\n",
    b"AT+QRSRP": b"\r\nERROR\r\n",
    b"AT+QNWINFO": b"\r\n+QNWINFO: ",
}


def modem(line: bytes) -> bytes:
    """A modem that has just told of an SMS that nobody asked for."""
    return ANSWERS.get(line, b'\r\n+CMTI: "ME",3\r\n' if not line else b"\r\nERROR\r\n")


async def ask(reach: Reach, command: str, *, timeout_s: float = 3.0) -> bytes:
    """The lines of the answer."""
    source = source_of(TransportKind.SERIAL_AT, timeout_s=timeout_s, command=command)
    return (await fetch(source, reach)).body


async def test_answer_comes_without_echo_and_end() -> None:
    """What a modem says to a command is its lines alone, with or without echo."""
    with serial_device(modem) as port:
        reach = reach_of(serial_port=port)
        csq = await ask(reach, "AT+CSQ")
        qeng = await ask(reach, 'AT+QENG="servingcell"')

    assert b"+CSQ: 17,99" in csq.splitlines()
    assert b'+QENG: "servingcell","NOCONN","LTE","FDD",262,01,1A2D001,' in qeng
    assert b"AT+QENG" not in qeng
    assert b"\nOK" not in csq + qeng
    assert reach.door.transcript.tally.requests == 2


async def test_a_missing_sim_is_the_answer_to_its_question() -> None:
    """A modem without a SIM answers AT+CPIN? by an error, which says just that (TS 27.007)."""
    with serial_device(modem) as port:
        assert await ask(reach_of(serial_port=port), "AT+CPIN?") == b"+CME ERROR: 10"


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        pytest.param("AT+COPS?", Cause.VENDOR_REFUSED, id="no network"),
        pytest.param("AT+QRSRP", Cause.VENDOR_UNSUPPORTED, id="unknown command"),
        pytest.param("AT+QNWINFO", Cause.DEADLINE, id="cut off"),
    ],
)
async def test_failures_have_names(command: str, cause: Cause) -> None:
    """An error, an unknown command and half an answer are told apart, and none is a value."""
    with serial_device(modem) as port, pytest.raises(CameraError) as caught:
        await ask(reach_of(serial_port=port), command, timeout_s=0.6)

    assert caught.value.cause is cause


@pytest.mark.parametrize(
    "command",
    ["AT+CIMI", "AT+CCID", "AT+CGSN", "AT+CFUN=0", "AT+CSQ;+CFUN=1,1", "ATD112;", "AT+COPS=2"],
)
async def test_other_commands_are_never_sent(command: str) -> None:
    """Who the subscriber is, and whatever sets or dials, is refused by the file and at run time."""
    heard: list[bytes] = []
    problems: list[Problem] = []
    check_request(Table(content={"command": command}, where="", file="x", problems=problems))

    def listen(line: bytes) -> bytes:
        heard.append(line)
        return b"\r\nOK\r\n"

    with serial_device(listen) as port, pytest.raises(CameraError) as caught:
        await ask(reach_of(serial_port=port), command)

    assert [problem.wrong for problem in problems] == ["profile_at_command"]
    assert caught.value.cause is Cause.VENDOR_UNSUPPORTED
    assert not any(heard)


async def test_says_what_is_wrong_with_the_port() -> None:
    """A port that is not there, not named or not ours to read is told with its remedy."""
    cases = (
        (reach_of(serial_port="/dev/nothing-here"), Cause.LOCAL_MISSING),
        (reach_of(), Cause.LOCAL_MISSING),
        (reach_of("192.0.2.7", serial_port="/dev/ttyS0"), Cause.VENDOR_UNSUPPORTED),
    )
    for reach, cause in cases:
        with pytest.raises(CameraError) as caught:
            await ask(reach, "AT+CSQ")
        assert caught.value.cause is cause


async def test_flood_is_cut_off() -> None:
    """A modem that never ends is left after 16 KiB."""

    def flood(line: bytes) -> bytes:
        return b"+X: 1\r\n" * 500

    with serial_device(flood) as port, pytest.raises(CameraError) as caught:
        await ask(reach_of(serial_port=port), "AT+CSQ", timeout_s=10.0)

    assert caught.value.cause is Cause.HTTP_TOO_LARGE
