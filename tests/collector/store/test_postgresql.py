"""What is PostgreSQL's alone: error codes, one writer, one server, text, passwords, restarts."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, make_url, select, update
from sqlalchemy.exc import DataError, OperationalError

from collector.__main__ import main
from collector.lock import AlreadyRunningError
from collector.store import prepared, serving, tables
from collector.store.engine import open_engine, reader
from collector.store.postgresql import LOCK_SPACE, WRITER, UnsendableError, storable
from collector.store.serving import Serving
from collector.store.sqlstate import Meaning, meaning_of
from tests.collector.house import House, device, fault, frame_of
from tests.collector.mosquitto import free_port
from tests.collector.test_serve import write_config
from tests.postgresql import Server, start, why_missing
from tests.stores import STORES

pytestmark = pytest.mark.store("postgresql")

RAISE = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER broken BEFORE INSERT ON episode FOR EACH ROW EXECUTE FUNCTION broken();
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that a test may stop, and whose role has a password."""
    if missing := why_missing():
        pytest.skip(missing)
    made = start()
    yield made
    made.destroy()


def break_store(house: House, code: str) -> None:
    """From now on every new episode ends in this error."""
    database = make_url(STORES.named(house.path.parent)).database or ""
    STORES.server().run(RAISE.format(code=code), database=database)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("53100", id="disk full"),
        pytest.param("40001", id="serialization failure"),
        pytest.param("40P01", id="deadlock"),
        pytest.param("55P03", id="lock timeout"),
        pytest.param("57P01", id="admin shutdown"),
        pytest.param("42P01", id="table away, as in a restore"),
        pytest.param("XX001", id="damaged data"),
        pytest.param("2200H", id="sequence at its end"),
    ],
)
def test_trouble_of_the_server_takes_nothing(house: House, code: str) -> None:
    """The batch is undone as a whole and may be given again: no row is quarantined for it."""
    break_store(house, code)
    with pytest.raises(OperationalError):
        house.take(frame_of(fault(), seq=1), frame_of(fault(), seq=2))
    assert house.count(tables.frame) == house.count(tables.quarantine) == 0
    assert house.mark().commits == 0


@pytest.mark.parametrize("code", ["22001", "22003", "22021", "23514", "54000"])
def test_values_that_no_server_will_take_are_quarantined(house: House, code: str) -> None:
    """They do not come back for ever, and the rows beside them in the batch are stored."""
    break_store(house, code)
    done = house.take(frame_of(fault(), seq=1))
    assert done.counts.quarantined == 1
    (row,) = house.rows(tables.quarantine)
    assert row["reason"] == "store.refused"
    assert "so it is" in str(row["detail"])
    assert "{" not in str(row["detail"])


def test_an_error_in_one_row_does_not_poison_the_batch(house: House) -> None:
    """A savepoint a row: what failed is undone to there, the transaction goes on."""
    database = make_url(STORES.named(house.path.parent)).database or ""
    STORES.server().run(
        "ALTER TABLE episode ADD CONSTRAINT no_fog CHECK (code <> 'picture.fogged')",
        database=database,
    )
    done = house.take(
        frame_of(fault(), seq=1),
        frame_of(fault("picture.fogged"), seq=2),
        frame_of(fault("picture.black"), seq=3),
    )
    assert (done.counts.stored, done.counts.quarantined) == (2, 1)
    assert [row["seq"] for row in house.rows(tables.episode)] == [1, 3]


def test_every_code_has_a_meaning() -> None:
    """What is not certainly about the values may be tried again; a lost connection is gone."""
    for code, meaning in {
        "22001": Meaning.DATA,
        "54011": Meaning.DATA,
        "23505": Meaning.INTEGRITY,
        "40001": Meaning.AGAIN,
        "2200H": Meaning.AGAIN,
        "42703": Meaning.AGAIN,
        "08006": Meaning.GONE,
        "57P02": Meaning.GONE,
        "0A000": Meaning.GONE,
    }.items():
        assert meaning_of(ServerError(code)) is meaning, code
    assert meaning_of(OSError("network error")) is Meaning.GONE


class ServerError(Exception):
    """As pg8000 reports what the server said."""

    def __init__(self, code: str) -> None:
        super().__init__({"C": code, "M": "so it is"})


def test_what_the_server_cannot_hold_is_replaced() -> None:
    """NUL and half surrogates become U+FFFD or '?'; everything else stays."""
    assert storable("a\0b") == "a\ufffdb"
    assert storable("half \ud800") == "half ?"
    assert storable("镜头 🎥") == "镜头 🎥"


def test_data_errors_are_data_errors(house: House) -> None:
    """Too long for its column: the class that quarantines, and no value in the text."""
    with pytest.raises(DataError) as caught, house.engine.begin() as db:
        db.execute(
            insert(tables.audit).values(at=house.now, actor="x" * 500, action="b", detail="")
        )
    assert "xxx" not in str(caught.value)


def test_an_exchange_that_breaks_off_takes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of the driver in mid-answer is no fault of the row: it is not refused for it."""
    whole = prepared.PreparedConnection.execute_unnamed

    def broken(
        self: prepared.PreparedConnection, statement: str, vals: Sequence[object] = (), **rest: Any
    ) -> Any:
        done = whole(self, statement, vals=vals, **rest)
        if "INTO episode" in statement:
            raise IndexError("half an answer")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(prepared.PreparedConnection, "execute_unnamed", broken)
        with pytest.raises(OperationalError):
            house.take(frame_of(fault(), seq=1))
    assert house.count(tables.quarantine) == 0
    assert house.take(frame_of(fault(), seq=1)).counts.stored == 1


def test_a_value_that_cannot_be_sent_is_the_rows_own_error(house: House) -> None:
    """Nothing of it left, so the connection goes on; tried again it would fail for ever."""

    class Formless:
        def __str__(self) -> str:
            raise ValueError("no form")

    with house.engine.connect() as db:
        with pytest.raises(UnsendableError, match="no form"):
            db.exec_driver_sql("SELECT %s", (Formless(),))
        assert db.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_writers_come_one_after_the_other(house: House) -> None:
    """A second transaction waits for the first and sees what it committed, as with SQLite."""
    seen: list[str | None] = []

    def second() -> None:
        with house.engine.begin() as db:
            seen.append(db.execute(select(tables.agent.c.version).limit(1)).scalar_one())

    with house.engine.begin() as db:
        db.execute(update(tables.agent).values(version="1"))
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.3)
        assert seen == []
    waiting.join(timeout=20)
    assert seen == ["1"]


def test_a_reader_sees_one_moment_and_writes_nothing(house: House) -> None:
    """A page that asks twice gets one picture; it cannot change anything."""
    with reader(house.engine) as db:
        before = db.execute(select(tables.agent.c.version).limit(1)).scalar_one()
        with house.engine.begin() as writing:
            writing.execute(update(tables.agent).values(version="2"))
        assert db.execute(select(tables.agent.c.version).limit(1)).scalar_one() == before
        with pytest.raises(OperationalError, match="read-only"):
            db.execute(update(tables.agent).values(version="3"))


def test_a_waiting_writer_gives_up_in_time(house: House) -> None:
    """A lock that is held for ever is said, not waited for."""
    with (
        house.engine.begin(),
        house.engine.connect() as other,
        pytest.raises(OperationalError, match="lock timeout"),
    ):
        other.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
            f"SET lock_timeout = '50ms'; SELECT pg_advisory_lock({LOCK_SPACE}, {WRITER})"
        )


def test_many_different_statements_stay_bounded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IN lists of every length run, and the server keeps no more statements than we do."""
    monkeypatch.setattr(prepared, "KEPT", 20)
    with reader(house.engine) as db:
        for length in range(1, 50):
            db.execute(select(tables.agent.c.id).where(tables.agent.c.id.in_(["a"] * length)))
        kept = db.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
    assert 0 < kept <= 20


def test_a_second_server_on_the_same_database_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another machine, with a data folder of its own: it says who is there, and ends."""
    monkeypatch.setattr(serving, "WAIT_S", 0.3)
    config = write_config(tmp_path, broker=1, web=0)
    with serving.hold(open_engine(STORES.named(tmp_path))):
        assert main(["serve", "-c", str(config)]) == 1
    told = capsys.readouterr().err
    assert "serves the database" in told
    assert "a database of its own" in told


def test_the_hold_is_taken_again_after_the_server_came_back(house: House) -> None:
    """Its session is gone with the server; another collector that was quicker ends this one."""
    held = Serving(house.engine)
    held.take()
    end_sessions(house)
    held.keep()
    held.keep()
    rival = Serving(house.engine)
    with pytest.raises(AlreadyRunningError):
        rival.take(wait_s=0)

    end_sessions(house)
    held.keep()  # notices
    rival.take()
    with pytest.raises(AlreadyRunningError):
        held.take(wait_s=0)
    rival.let_go()


def end_sessions(house: House) -> None:
    """What a restart of the server does to everybody."""
    database = make_url(STORES.named(house.path.parent)).database
    STORES.server().run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    )
    time.sleep(0.2)


def test_the_store_works_again_after_the_server_was_restarted(server: Server) -> None:
    """The same engine, without a word to it; in between an OperationalError says so."""
    engine: Engine = open_engine(server.url("postgres"))
    with engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE here (n integer)")
    server.stop()
    with pytest.raises(OperationalError), engine.begin() as db:
        db.exec_driver_sql("INSERT INTO here VALUES (1)")
    server.start()
    with engine.begin() as db:
        db.exec_driver_sql("INSERT INTO here VALUES (2)")
    with reader(engine) as db:
        assert db.exec_driver_sql("SELECT n FROM here").scalars().all() == [2]
    engine.dispose()


def test_passwords_stay_where_they_are(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a file of its own: the right one opens the store, a wrong one is said without it."""
    server.run("CREATE ROLE keeper LOGIN PASSWORD 'hunter2-right'")
    server.run("CREATE DATABASE kept OWNER keeper")
    server.demand_passwords()
    config = write_config(tmp_path, broker=1, web=0)
    text = config.read_text()
    (line,) = [one for one in text.splitlines() if one.startswith("database_url")]
    url = server.url("kept").replace("preclaim@", "keeper@")
    here = f'database_url = "{url}"\ndatabase_password_file = "password"'
    config.write_text(text.replace(line, here))

    (tmp_path / "password").write_text("hunter2-right\n")
    assert main(["migrate", "-c", str(config)]) == 0
    assert main(["show-config", "-c", str(config)]) == 0
    (tmp_path / "password").write_text("hunter2-wrong\n")
    assert main(["migrate", "-c", str(config)]) == 1
    told = capsys.readouterr()
    assert "keeper:***@" in told.out
    assert "password authentication failed" in told.err
    assert "hunter2" not in told.out + told.err


def test_a_database_that_cannot_hold_chinese_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQL_ASCII would take the bytes and give back anything: it is said before anything is made."""
    STORES.server().run(
        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0"
        " LOCALE_PROVIDER libc LOCALE 'C'"
    )
    config = write_config(tmp_path, broker=1, web=0)
    text = config.read_text()
    (line,) = [one for one in text.splitlines() if one.startswith("database_url")]
    config.write_text(text.replace(line, f'database_url = "{STORES.server().url("ascii")}"'))
    assert main(["migrate", "-c", str(config)]) == 1
    assert "createdb -E UTF8" in capsys.readouterr().err
    STORES.server().run("DROP DATABASE ascii WITH (FORCE)")


def test_a_server_that_is_not_there_is_said_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, no statement: what is wrong and what to look at."""
    config = write_config(tmp_path, broker=1, web=0)
    text = config.read_text()
    (line,) = [one for one in text.splitlines() if one.startswith("database_url")]
    nowhere = f'database_url = "postgresql://127.0.0.1:{free_port()}/preclaim"'
    config.write_text(text.replace(line, nowhere))
    assert main(["serve", "-c", str(config), "--lang", "en"]) == 1
    told = capsys.readouterr().err
    assert "Connection refused; check its disk, or database_url" in told


def test_a_migration_under_open_connections_is_survived(house: House) -> None:
    """A statement that was prepared for other columns ends its connection, not the collector."""
    ask = select(tables.agent.c.version).where(tables.agent.c.id == "agent-farm")
    with reader(house.engine) as db:
        db.execute(ask)
    database = make_url(STORES.named(house.path.parent)).database or ""
    STORES.server().run("ALTER TABLE agent ALTER version TYPE text", database=database)
    with pytest.raises(OperationalError, match="cached plan"), reader(house.engine) as db:
        db.execute(ask)
    with reader(house.engine) as db:
        assert db.execute(ask).all() == [(None,)]


def test_a_fault_with_a_nul_in_its_text_is_a_fault(house: House) -> None:
    """Refusing it would lose a fault for a letter; the frame is kept as it came."""
    strange = frame_of(fault(of=device("gate", name="ga\0te", model="SC\0-1")), seq=1)
    assert house.take(strange).counts.stored == 1
    assert house.rows(tables.position)[0]["model"] == "SC\ufffd-1"
    assert house.rows(tables.frame)[0]["raw"] == strange.payload


def test_a_server_that_dies_while_it_greets_is_away() -> None:
    """A reset in the handshake is the store's trouble like any other: no decision fails by it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            peer, _ = server.accept()
            peer.recv(8)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()  # with a reset

        thread = threading.Thread(target=hang_up)
        thread.start()
        port = server.getsockname()[1]
        engine = open_engine(f"postgresql://preclaim:secret@127.0.0.1:{port}/store")
        with pytest.raises(OperationalError):
            engine.connect()
        thread.join()
        engine.dispose()


def test_the_held_session_leaves_nothing_behind_for_others(house: House) -> None:
    """A writer whose server goes away between its commit and its return to the pool meets no
    error of the driver: one that nobody translates ended the intake, and the collector with it."""
    held = Serving(house.engine)
    held.take()
    held.let_go()
    database = make_url(STORES.named(house.path.parent)).database or ""
    writer = house.engine.connect()
    with writer.begin():
        pid = writer.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    STORES.server().run(f"SELECT pg_terminate_backend({pid})", database=database)
    time.sleep(0.1)
    writer.close()

    with house.engine.begin() as db:
        assert db.exec_driver_sql("SELECT 1").scalar_one() == 1
