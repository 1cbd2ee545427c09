"""The order of firmware versions, and where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.firmware_version import Order, order

N, P, S, U = Order.NEWER, Order.OLDER, Order.SAME, Order.UNKNOWN
BACK = {N: P, P: N, S: S, U: U}
NUMBERS = st.lists(st.integers(0, 40), min_size=3, max_size=3)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("5.7.2", "5.7.1", N),
        ("V5.5.10", "V5.5.9", N),
        ("5.7.1", "5.7.1 ", S),
        ("V5.5.0 build 170725", "V5.5.0 build 170601", N),
        ("V5.5.0 build 170725", "V5.4.9 build 170601", N),
        ("2.840.05.R, Build Date: 2020-01-01", "2.800.16.R, Build Date: 2019-05-29", N),
        ("IPC_NT98566_3.2.1", "IPC_NT98566_3.3.0", P),
        ("IPC_NT98566_3.2.1", "IPC_NT98528_3.3.0", U),
        ("1.2.1", "1.2", N),
        # mended on an older branch after this one was built
        ("1.3.0 build 20240101", "1.2.5 build 20240301", U),
        ("1.2", "1.2.0", U),
        ("1.2.0-beta", "1.2.0", U),
        ("1.2.0b", "1.2.0", U),
        ("1.2.0 build 20240101", "1.2.1", U),
        ("master+9f3a1c2", "master+9f9a2c2", U),
        # 2018 is not after 2019, whichever part stands first
        ("V1.0 build 30-05-2018", "V1.0 build 29-04-2019", U),
        ("V1.0.3 Jul 25 2017", "V1.0.3 Jul 03 2018", U),
        ("V1.0.3 Jul 25 2017", "V1.0.3  JUL 25 2017", S),
        ("Marvell 1.3", "Marvell 1.2", N),
        ("1.05", "1.5", U),
        ("1.05", "1.4", U),
        ("1.09", "1.10", P),
        ("1.9", "1.10", P),
        ("1.0", "1.10", P),
        ("", "1.2", U),
        ("", "", U),
        ("hotfix", "1.2", U),
    ],
)  # fmt: skip
def test_order(one: str, other: str, said: Order) -> None:
    """Only numbers may differ, and a date that contradicts them makes it unknown."""
    assert order(one, other) is said
    assert order(other, one) is BACK[said]


@given(NUMBERS, NUMBERS, NUMBERS)
def test_what_is_ordered_is_ordered_like_numbers(a: list[int], b: list[int], c: list[int]) -> None:
    """Antisymmetric, transitive, and the order of the numbers where all have as many."""
    x, y, z = (f"V{p}.{q}.{r}_R" for p, q, r in (a, b, c))
    assert order(x, y) is (S if a == b else N if a > b else P)
    if order(x, y) is N and order(y, z) is N:
        assert order(x, z) is N


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_taken(one: str, other: str) -> None:
    """No text fails, and the two directions never contradict each other."""
    assert order(other, one) is BACK[order(one, other)]
