"""Writers of one process take turns, and nobody waits for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from collector.store.engine import open_engine, reader, sqlite_url
from collector.store.turns import Turns


def test_who_waits_is_next() -> None:
    """A loop that gives its turn and wants it back at once comes after the one who waited."""
    turns, order = Turns(), []
    assert turns.take(timeout_s=1)

    def other() -> None:
        assert turns.take(timeout_s=10)
        order.append("other")
        turns.give()

    waiting = threading.Thread(target=other)
    waiting.start()
    while not turns._waiting:
        pass
    turns.give()
    assert turns.take(timeout_s=10)
    order.append("loop")
    turns.give()
    waiting.join(10)

    assert order == ["other", "loop"]


def test_a_turn_that_never_comes_is_told() -> None:
    """After the time-out nothing is held, and the next turn goes to somebody who is there."""
    turns = Turns()
    assert turns.take(timeout_s=1)
    assert not turns.take(timeout_s=0.01)
    turns.give()
    assert turns.take(timeout_s=0.01)


@pytest.mark.store("sqlite")
def test_transactions_give_their_turn_back(tmp_path: Path) -> None:
    """After a commit, a failure and a reader the next writer begins at once."""
    engine = open_engine(sqlite_url(tmp_path))
    with engine.begin() as db:
        db.execute(text("CREATE TABLE t (x INTEGER)"))
    with pytest.raises(ZeroDivisionError), engine.begin() as db:  # noqa: PT012  the block is it
        db.execute(text("INSERT INTO t VALUES (1)"))
        raise ZeroDivisionError
    with reader(engine) as db, engine.begin() as other:  # both on one engine
        assert db.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
        other.execute(text("INSERT INTO t VALUES (2)"))
    with engine.connect() as db:
        db.execute(text("INSERT INTO t VALUES (3)"))
        db.commit()
        db.execute(text("INSERT INTO t VALUES (4)"))
        db.rollback()
    with reader(engine) as db:
        assert db.execute(text("SELECT x FROM t ORDER BY x")).scalars().all() == [2, 3]
    engine.dispose()
