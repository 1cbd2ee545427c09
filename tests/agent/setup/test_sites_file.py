"""``sites.csv``: as spreadsheets save it, with every mistake told at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.setup import sites_file
from agent.setup.entry import Consent
from agent.setup.sites_file import COLUMNS, SitesFileError, decode, read_sites_file
from agent.setup.sites_wrongs import WRONGS
from agent.sun import Site

HEAD = "site,name,address,user,password_file,consent,latitude,longitude\n"
ROWS = HEAD + (
    "quay,Gate,192.0.2.10,admin,pw,all,31.2,121.5\n"
    "quay,,192.0.2.20-22,admin|viewer,pw|pw,ir-cut pictures,31.2,121.5\n"
    "yard,,192.0.2.40:8080,,,none,,\n"
)
CHINESE = "站点,名称,地址,用户,密码文件,供电,同意\n码头,大门,192.0.2.10,admin,pw,电池,全部\n"


@pytest.fixture(name="folder")
def with_a_password(tmp_path: Path) -> Path:
    """A folder with the password file that the lists name."""
    (tmp_path / "pw").write_text("s3cret\n")
    return tmp_path


def read(folder: Path, content: str | bytes, **environment: str) -> tuple[sites_file.Entry, ...]:
    """Read a list with this content."""
    path = folder / "sites.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_sites_file(path, environment=environment)


def problems(folder: Path, content: str | bytes) -> list[tuple[int, str, str]]:
    """Row, column and kind of every mistake."""
    with pytest.raises(SitesFileError) as caught:
        read(folder, content)
    return [(one.row, one.column, one.wrong) for one in caught.value.problems]


def test_a_list_is_read(folder: Path) -> None:
    """Device, range with two candidate users, and a site without login."""
    gate, quay, yard = read(folder, ROWS)

    assert (gate.site, gate.name, gate.addresses) == ("quay", "Gate", ("192.0.2.10",))
    assert gate.offers[0].credentials.password == "s3cret"
    assert gate.place == Site(latitude_deg=31.2, longitude_deg=121.5)
    assert gate.consent == Consent(ir_cut_test=True, wake_ups=True, pictures=True)
    assert quay.addresses == ("192.0.2.20", "192.0.2.21", "192.0.2.22")
    assert quay.is_range
    assert [one.credentials.user for one in quay.offers] == ["admin", "viewer"]
    assert quay.consent == Consent(ir_cut_test=True, pictures=True)
    assert (yard.offers, yard.consent, yard.row) == ((), Consent(), 4)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_any_spreadsheet_may_have_saved_it(
    folder: Path, codec: str, delimiter: str, ending: str
) -> None:
    """Mark or none, semicolons, tabs, Chinese Excel's encoding and Chinese heads: one meaning."""
    text = CHINESE.replace(",", delimiter).replace("\n", ending)
    (gate,) = read(folder, text.encode(codec))

    assert (gate.site, gate.name, gate.power) == ("码头", "大门", "battery")
    assert gate.consent == Consent(ir_cut_test=True, wake_ups=True, pictures=True)


def test_decimal_commas_are_read_where_no_comma_separates(folder: Path) -> None:
    """A list with semicolons may write 31,2."""
    (gate,) = read(folder, "address;latitude;longitude\n192.0.2.1;31,2;121,5\n")
    assert gate.place == Site(latitude_deg=31.2, longitude_deg=121.5)


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    """Each with its row and column; nothing is taken from a list that has one."""
    found = problems(
        folder,
        "site,name,address,user,password_file,password_env,power,consent,latitude,longitude\n"
        ",Gate,192.0.2.300,,,,,,,\n"
        ",Gate,192.0.2.1,admin,,,,,,\n"
        ",,192.0.2.1,admin,missing,,wind,maybe,,\n"
        "quay,,,,,,,,95,1\n"
        "quay,A,192.0.2.8-9,,,,,,1,2\n"
        "quay,,192.0.2.7,a,pw,X,,,3,\n",
    )
    assert found == [
        (2, "address", "address_bad"),
        (3, "name", "name_twice"),
        (3, "password_file", "pairs"),
        (4, "address", "address_twice"),
        (4, "password_file", "secret_unreadable"),
        (4, "power", "not_choice"),
        (4, "consent", "not_choice"),
        (5, "address", "address_missing"),
        (5, "latitude", "degrees"),
        (6, "name", "one_for_many"),
        (7, "longitude", "half_a_place"),
        (7, "password_env", "two_secrets"),
    ]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "no_address_column"),
        (HEAD, "empty"),
        ("colour,address\nred,192.0.2.1\n", "unknown_column"),
        ("address,address\n192.0.2.1,192.0.2.2\n", "column_twice"),
        ("address,name\n192.0.2.1,a,b\n", "cells"),
        ('address,name\n192.0.2.1,"a\n', "not_csv"),
        ("address;name\n192.0.2.1,a\n", "address_bad"),
        (bytes(range(128, 256)), "encoding"),
        ("site,address,latitude,longitude\nq,a.b,1,1\nq,c.d,2,2\n", "two_places"),
        ("address\n10.0.0.0/8\n", "address_many"),
    ],
)
def test_what_is_not_clear_is_refused(folder: Path, content: str | bytes, wrong: str) -> None:
    """Nothing is guessed: a head, an encoding or a cell that has two meanings is an error."""
    assert wrong in [kind for _, _, kind in problems(folder, content)]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_an_error(content: bytes) -> None:
    """Decoding never raises anything else."""
    try:
        decode(content)
    except SitesFileError as error:
        assert error.problems[0].wrong == "encoding"


def test_every_mistake_has_reason_and_remedy_in_both_languages(folder: Path) -> None:
    """With the same fields, and no password in any line."""
    for wrong in WRONGS.values():
        for both in wrong:
            assert re.search(r"[\u4e00-\u9fff]", both.zh)
            assert set(re.findall(r"{(\w+)}", both.zh)) == set(re.findall(r"{(\w+)}", both.en))
    with pytest.raises(SitesFileError) as caught:
        read(folder, "address,user,password_file\n1.2.3,admin,pw\n")
    (problem,) = caught.value.problems
    assert "row 2, address" in problem.line("en")
    assert ". " not in problem.line("zh")
    assert problem.line("zh").endswith("。")
    assert "s3cret" not in problem.line("en") + problem.line("zh")
    assert set(COLUMNS) >= {"site", "name", "address", "user", "password_file", "consent"}
