"""DVRIP: the client against a simulated XMeye camera that tells the truth, lies and locks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.address import Place
from agent.camera.login import LoginState
from agent.camera.port import CameraError, Cause, Credentials
from agent.camera.profiles.dvrip.frame import decode, hash_password
from agent.camera.profiles.dvrip.session import DvripSession, Question
from agent.camera.transcript import Tally
from simulator.dvrip import DvripServer, DvripState
from simulator.dvrip_wire import DvripFault, frame

dvrip = pytest.importorskip("dvrip", reason="python-dvr, an independent client, is not installed")

PASSWORD = "Sömmer-sun#7"
SYSTEM = Question(message=1020, name="SystemInfo", wanted="SystemInfo")
BATTERY = Question(
    message=1610,
    name="OPTUpData",
    wanted="Dev.ElectCapacity",
    body={"OPTUpData": {"UpLoadDataType": 5}},
)
NONSENSE = Question(message=1042, name="No.Such", wanted="No.Such")


class Visit:
    """One pass's login state and one session on a server."""

    def __init__(self, server: DvripServer, *, password: str = PASSWORD) -> None:
        self.tally = Tally()
        self.login = LoginState(
            credentials=Credentials(user="admin", password=password), tally=self.tally
        )
        self.session = DvripSession(
            Place(host="127.0.0.1", port=server.port), login=self.login, tally=self.tally
        )

    async def ask(self, question: Question, *, within_s: float = 5.0) -> Mapping[str, Any]:
        """The JSON object of the answer."""
        async with asyncio.timeout(within_s):
            return decode(await self.session.ask(question))

    async def fails(self, question: Question, *, within_s: float = 5.0) -> CameraError:
        """The error that the question ends with."""
        with pytest.raises(CameraError) as caught:
            await self.ask(question, within_s=within_s)
        return caught.value


def state(**changes: Any) -> DvripState:
    """A camera with a password."""
    return DvripState(password=PASSWORD, **changes)


@given(st.text(max_size=40).filter(lambda text: text.isprintable()))
def test_hash_as_others_compute_it(password: str) -> None:
    """The eight characters of any password are those that python-dvr sends."""
    assert hash_password(password) == dvrip.DVRIPCam("127.0.0.1").sofia_hash(password)


async def test_simulator_speaks_as_python_dvr_understands() -> None:
    """An independent client logs in to the simulated camera and reads what it is."""
    async with DvripServer(state()) as server:

        def ask() -> tuple[bool, Any, Any]:
            camera = dvrip.DVRIPCam("127.0.0.1", port=server.port, user="admin", password=PASSWORD)
            try:
                is_in = camera.login()
                return is_in, camera.get_system_info(), camera.get_info("Camera.Param")
            finally:
                camera.close()

        is_in, system, parameters = await asyncio.to_thread(ask)

    assert is_in is True
    assert system["SerialNo"] == server.state.serial
    assert parameters[0]["IrcutSwap"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="acknowledged first"),
        pytest.param({"acknowledges_first": False}, id="in the reply itself"),
        pytest.param({"old_numbers": True}, id="reply bears the question's number"),
        pytest.param({"alarms": 7}, id="news in between"),
        pytest.param({"parts": 3}, id="in three frames"),
    ],
)
async def test_reads_battery_however_it_is_sent(changes: dict[str, Any]) -> None:
    """Percent and charging come whole, by one login for all questions."""
    async with DvripServer(state(percent=63, electable=1, **changes)) as server:
        visit = Visit(server)
        system = await visit.ask(SYSTEM)
        battery = await visit.ask(BATTERY)
        await visit.session.close()

    assert system["SystemInfo"]["SerialNo"] == server.state.serial
    assert battery["Dev.ElectCapacity"]["percent"] == 63
    assert battery["Dev.ElectCapacity"]["electable"] == 1
    assert server.state.logins == [True]
    assert visit.tally.login_attempts == 1


@pytest.mark.parametrize(
    ("user", "cause"),
    [
        pytest.param("admin", "DVRIP Ret 203", id="wrong password"),
        pytest.param("guest", "DVRIP Ret 106", id="wrong user"),
    ],
)
async def test_wrong_login_is_one_attempt(user: str, cause: str) -> None:
    """A refused login is one attempt, named as such, and no later question repeats it."""
    async with DvripServer(state(user=user)) as server:
        visit = Visit(server, password="wrong")
        first, second = await visit.fails(SYSTEM), await visit.fails(BATTERY)

    assert first.cause is second.cause is Cause.LOGIN_REFUSED
    assert cause in first.detail
    assert server.state.logins == [False]
    assert visit.tally.login_attempts == 1


async def test_login_obeys_the_limit_of_the_pass() -> None:
    """After two refusals elsewhere in the pass DVRIP does not even connect."""
    async with DvripServer(state()) as server:
        visit = Visit(server)
        visit.login.vendor_refusals = 2
        error = await visit.fails(SYSTEM)

    assert error.cause is Cause.LOGIN_REFUSED
    assert server.state.logins == server.state.questions == []


async def test_locked_account_ends_all_logins_of_the_pass() -> None:
    """Ret 205 is a lock-out: nothing of this pass logs in any more, by any protocol."""
    async with DvripServer(state(logins=[False] * 5)) as server:
        visit = Visit(server)
        error = await visit.fails(SYSTEM)

    assert error.cause is Cause.LOGIN_LOCKED
    assert visit.login.shut


async def test_absent_configuration_is_unsupported_and_the_session_goes_on() -> None:
    """A configuration that the firmware does not know costs no other answer."""
    async with DvripServer(state(has_battery=False)) as server:
        visit = Visit(server)
        unknown, none = await visit.fails(NONSENSE), await visit.fails(BATTERY)
        system = await visit.ask(SYSTEM)
        await visit.session.close()

    assert unknown.cause is none.cause is Cause.VENDOR_UNSUPPORTED
    assert system["SystemInfo"]["HardWare"] == server.state.hardware


@pytest.mark.parametrize("fault", sorted(DvripFault, key=lambda fault: fault.value))
async def test_no_lie_is_believed(fault: DvripFault) -> None:
    """Each lie ends in a named failure within its deadline, never in a value."""
    async with DvripServer(state()) as server:
        visit = Visit(server)
        await visit.ask(SYSTEM)
        server.state.faults.add(fault)
        if fault is DvripFault.ECHOES_LOGIN:
            battery = await visit.ask(BATTERY)
            assert hash_password(PASSWORD) not in json.dumps(battery)
            return
        if fault is DvripFault.SLAMS:
            await visit.session.close()
            visit = Visit(server)
        with pytest.raises((CameraError, TimeoutError)) as caught:
            await visit.ask(BATTERY, within_s=1.0)
        if isinstance(caught.value, CameraError):
            assert caught.value.cause in (
                Cause.VENDOR_UNPARSABLE,
                Cause.HTTP_TOO_LARGE,
                Cause.TCP_RESET,
            )
        server.state.faults.clear()
        again = await visit.fails(BATTERY)

    assert again.cause in (Cause.TCP_RESET, Cause.DEADLINE)  # given up: never read on
    assert visit.tally.bytes_received < 600_000


async def test_every_cut_of_a_reply_is_a_failure() -> None:
    """A reply that ends early, at whatever byte, is a failure and no half serial number."""
    async with DvripServer(state()) as server:
        visit = Visit(server)
        whole = await visit.session.ask(SYSTEM)
        await visit.session.close()
    body = whole.rstrip(b"\x00\n")

    for length in range(len(body)):
        with pytest.raises(CameraError):
            decode(body[:length])


async def test_account_is_counted_once_when_the_login_never_ends() -> None:
    """A device that takes the login and says nothing has cost one attempt, not one a question."""
    async with DvripServer(state(faults={DvripFault.SILENT})) as server:
        visit = Visit(server)
        for _ in range(3):
            with pytest.raises((CameraError, TimeoutError)):
                await visit.ask(SYSTEM, within_s=0.3)
        await visit.session.close()

    assert len(server.state.logins) == visit.tally.login_attempts == 1


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_of_a_device_are_a_named_failure(pieces: list[bytes]) -> None:
    """Whatever comes back, a question ends with an answer of ours or a CameraError."""
    frames = b"".join(piece if len(piece) % 2 else frame(1001, piece) for piece in pieces)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frames)
        writer.close()

    async def visit() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            login = LoginState(credentials=Credentials(user="a", password="b"), tally=Tally())
            session = DvripSession(Place(host="127.0.0.1", port=port), login=login, tally=Tally())
            with pytest.raises(CameraError):
                await asyncio.wait_for(session.ask(SYSTEM), 5)

    asyncio.run(visit())
