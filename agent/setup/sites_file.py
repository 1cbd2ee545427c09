"""Reads ``sites.csv``: a row a device or a site; every mistake is told, by row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from agent.camera.port import Credentials
from agent.setup.addresses import MOST, BadAddressError, read_addresses
from agent.setup.entry import Consent, Entry, Offer, read_password, read_pins
from agent.setup.sites_wrongs import WRONGS
from agent.sun import Site
from agent.wrong import Both

COLUMNS: Final[Mapping[str, str]] = {
    "site": "站点",
    "name": "名称",
    "address": "地址",
    "user": "用户",
    "password_file": "密码文件",
    "password_env": "密码环境变量",
    "label_serial": "标签序列号",
    "power": "供电",
    "link": "链路",
    "consent": "同意",
    "latitude": "纬度",
    "longitude": "经度",
    "tls_fingerprint": "证书指纹",
}
"""Names of the columns, and what a Chinese list may call them."""

_WORDS: Final[Mapping[str, str]] = {
    "市电": "mains", "电池": "battery", "有线": "wired", "计流量": "metered",
    "全部": "all", "无": "none", "滤光片": "ir-cut", "唤醒": "wake-ups", "图片": "pictures",
}  # fmt: skip
_CONSENTS: Final = ("ir-cut", "wake-ups", "pictures")
_MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_ROWS: Final = 5_000
_SEVERAL: Final = "|"  # between candidate users of a row, and between their passwords
_SITE_CHARS: Final = 64
_FILE: Final = Both("sites.csv", "sites.csv")
_NOTHING: Final = Both("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One mistake; row 1 is the head, 0 the file itself."""

    row: int
    column: str
    wrong: str  # a key of WRONGS
    values: Mapping[str, object] = field(default_factory=dict)

    def line(self, lang: str) -> str:
        """Row, column, what is wrong and what to do."""
        told = WRONGS[self.wrong]
        reason, remedy = told.reason.filled(**self.values), told.remedy.filled(**self.values)
        where = Both(f"row {self.row}", f"第 {self.row} 行") if self.row else _FILE
        column = Both(f", {self.column}", f"，{self.column}") if self.column else _NOTHING
        return Both(
            f"{where.en}{column.en}: {reason.en}. {remedy.en}.",
            f"{where.zh}{column.zh}：{reason.zh}。{remedy.zh}。",
        ).text(lang)


class SitesFileError(Exception):
    """The list cannot be used; ``problems`` holds every one that was found."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__("\n".join(problem.line("en") for problem in problems))
        self.problems = tuple(problems)


def read_sites_file(path: Path, *, environment: Mapping[str, str]) -> tuple[Entry, ...]:
    """The entries of a list; SitesFileError, and OSError when it cannot be read.

    Password files are relative to the list.
    """
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise SitesFileError([RowProblem(row=0, column="", wrong="too_large")])
    reader = _Reader(path.parent, environment)
    entries = reader.read(decode(content))
    if reader.problems:
        raise SitesFileError(sorted(reader.problems, key=lambda problem: problem.row))
    return entries


def decode(content: bytes) -> str:
    """The text of a list as spreadsheets save it: UTF-8 or UTF-16 with their marks, or GB 18030.

    GB 18030 decodes nearly anything, so it is believed only where the head then names the columns
    of a list: SitesFileError otherwise.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codecs: tuple[str, ...] = ("utf-16",)
    else:
        codecs = ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if codec != "gb18030" or _heads(text):
            return text
    raise SitesFileError([RowProblem(row=0, column="", wrong="encoding")])


def _heads(text: str) -> list[str]:
    """The delimiters with which the first line names an address column and no unknown one."""
    found = []
    for delimiter in (",", ";", "\t"):
        try:
            cells = next(csv.reader([_first_line(text)], delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [_column(cell) for cell in cells]
        if "address" in names and all(name in COLUMNS for name in names if name):
            found.append(delimiter)
            if len(names) == 1:
                break  # one column alone: there is nothing to separate
    return found


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return next((key for key, chinese in COLUMNS.items() if name in (key, chinese)), name)


class _Reader:
    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._seen: dict[str, int] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._places: dict[str, tuple[Site, int]] = {}
        self.problems: list[RowProblem] = []

    def read(self, text: str) -> tuple[Entry, ...]:
        delimiters = _heads(text)
        if len(delimiters) != 1:
            self._complain_of_head(text)
            return ()
        entries = []
        for row, cells in self._rows(text, delimiters[0]):
            found = self._entry(row, cells, decimal_comma=delimiters[0] != ",")
            if found is not None:
                entries.append(found)
        if not entries and not self.problems:
            self._complain(0, "", "empty")
        return tuple(entries)

    def _rows(self, text: str, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        names: list[str] = []
        try:
            for cells in rows:
                row = rows.line_num
                if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                    continue
                if not names:
                    names = [_column(cell) for cell in cells]
                    doubled = next((n for n in names if n and names.count(n) > 1), None)
                    if doubled:
                        self._complain(row, doubled, "column_twice")
                elif len(cells) > len(names):
                    self._complain(row, "", "cells", count=len(cells), names=len(names))
                elif row > _MOST_ROWS:
                    self._complain(row, "", "too_many_rows", limit=_MOST_ROWS)
                    return
                else:
                    yield row, {n: c.strip() for n, c in zip(names, cells, strict=False) if n}
        except csv.Error as error:
            self._complain(rows.line_num, "", "not_csv", why=error)

    def _complain(self, row: int, column: str, wrong: str, **values: object) -> None:
        self.problems.append(RowProblem(row=row, column=column, wrong=wrong, values=values))

    def _complain_of_head(self, text: str) -> None:
        for cell in re.split(r"[,;\t]", _first_line(text)):
            if _column(cell) and _column(cell) not in COLUMNS:
                known = ", ".join(COLUMNS)
                self._complain(1, cell.strip()[:40], "unknown_column", known=known)
        if not self.problems:
            self._complain(1, "address", "no_address_column")

    def _entry(self, row: int, cells: Mapping[str, str], *, decimal_comma: bool) -> Entry | None:
        before = len(self.problems)
        site, name = cells.get("site", ""), cells.get("name", "")
        if len(site) > _SITE_CHARS:
            self._complain(row, "site", "too_long", limit=_SITE_CHARS)
        addresses, is_range = self._addresses(row, cells.get("address", ""))
        label = cells.get("label_serial", "")
        pins = cells.get("tls_fingerprint", "")
        for column, text in (("name", name), ("label_serial", label), ("tls_fingerprint", pins)):
            if text and (is_range or len(addresses) > 1):
                self._complain(row, column, "one_for_many")
            if len(text) > _SITE_CHARS and text is not pins:
                self._complain(row, column, "too_long", limit=_SITE_CHARS)
        self._once(row, site, name, addresses)
        entry = Entry(
            addresses=addresses,
            is_range=is_range,
            site=site,
            place=self._place(row, site, cells, decimal_comma=decimal_comma),
            name=name,
            offers=self._offers(row, cells),
            label_serial=label,
            power=self._choice(row, "power", cells, ("mains", "battery")),
            link=self._choice(row, "link", cells, ("wired", "metered")),
            consent=self._consent(row, cells.get("consent", "")),
            row=row,
            pins=self._pins(row, pins),
        )
        return entry if len(self.problems) == before else None

    def _addresses(self, row: int, text: str) -> tuple[tuple[str, ...], bool]:
        if not text:
            self._complain(row, "address", "address_missing")
            return (), False
        try:
            if separator := re.search(r"[,;\t]", text):  # of columns, in another list than this
                raise BadAddressError(text[: separator.start() + 1])
            return read_addresses(text)
        except BadAddressError as error:
            wrong = "address_many" if error.too_many else "address_bad"
            self._complain(row, "address", wrong, found=error.part, limit=MOST)
            return (), False

    def _once(self, row: int, site: str, name: str, addresses: Sequence[str]) -> None:
        for address in addresses:
            first = self._seen.setdefault(address, row)
            if first != row:
                self._complain(row, "address", "address_twice", found=address, first=first)
                break
        if name:
            first = self._names.setdefault((site, name), row)
            if first != row:
                self._complain(row, "name", "name_twice", found=name, first=first)

    def _offers(self, row: int, cells: Mapping[str, str]) -> tuple[Offer, ...]:
        users = _several(cells.get("user", ""))
        files = _several(cells.get("password_file", ""))
        variables = _several(cells.get("password_env", ""))
        if files and variables:
            self._complain(row, "password_env", "two_secrets")
            return ()
        secrets = files or variables
        if not users and not secrets:
            return ()
        if len(users) != len(secrets):
            column = "user" if len(users) < len(secrets) else "password_file"
            self._complain(row, column, "pairs", users=len(users), passwords=len(secrets))
            return ()
        found = []
        for user, secret in zip(users, secrets, strict=True):
            password = self._file(row, secret) if files else self._variable(row, secret)
            if password is not None:
                credentials = Credentials(user=user, password=password)
                found.append(Offer(credentials=credentials, variable="" if files else secret))
        return tuple(found)

    def _pins(self, row: int, text: str) -> tuple[str, ...]:
        try:
            return read_pins(_several(text))
        except ValueError as error:
            self._complain(row, "tls_fingerprint", "bad_fingerprint", found=error)
            return ()

    def _file(self, row: int, name: str) -> str | None:
        try:
            return read_password(self._folder / Path(name).expanduser())
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "not UTF-8"
            self._complain(row, "password_file", "secret_unreadable", found=name, why=why)
            return None

    def _variable(self, row: int, name: str) -> str | None:
        if name not in self._environment:
            self._complain(row, "password_env", "variable_not_set", found=name)
        return self._environment.get(name)

    def _choice(
        self, row: int, column: str, cells: Mapping[str, str], choices: tuple[str, ...]
    ) -> str:
        said = cells.get(column, "").lower()
        found = _WORDS.get(said, said)
        if found and found not in choices:
            self._complain(row, column, "not_choice", found=said, known=", ".join(choices))
        return found

    def _consent(self, row: int, text: str) -> Consent | None:
        said = [
            _WORDS.get(word, word) for word in re.split(r"[\s,;|，；、]+", text.lower()) if word
        ]
        if not said:
            return None
        strange = [word for word in said if word not in (*_CONSENTS, "all", "none")]
        if strange or (len(said) > 1 and {"all", "none"} & set(said)):
            known = ", ".join((*_CONSENTS, "all", "none"))
            self._complain(row, "consent", "not_choice", found=text, known=known)
        every = "all" in said
        return Consent(
            ir_cut_test=every or "ir-cut" in said,
            wake_ups=every or "wake-ups" in said,
            pictures=every or "pictures" in said,
        )

    def _place(
        self, row: int, site: str, cells: Mapping[str, str], *, decimal_comma: bool
    ) -> Site | None:
        read = {
            column: self._degrees(row, column, cells.get(column, ""), most, decimal_comma)
            for column, most in (("latitude", 90.0), ("longitude", 180.0))
        }
        latitude, longitude = read["latitude"], read["longitude"]
        if latitude is None or longitude is None:
            if cells.get("latitude", "") and not cells.get("longitude", ""):
                self._complain(row, "longitude", "half_a_place")
            if cells.get("longitude", "") and not cells.get("latitude", ""):
                self._complain(row, "latitude", "half_a_place")
            return None
        place = Site(latitude_deg=latitude, longitude_deg=longitude)
        known, first = self._places.setdefault(site, (place, row))
        if known != place:
            self._complain(row, "latitude", "two_places", site=site or "-", first=first)
        return place

    def _degrees(
        self, row: int, column: str, text: str, most: float, decimal_comma: bool
    ) -> float | None:
        if not text:
            return None
        try:
            found = float(text.replace(",", ".") if decimal_comma else text)
        except ValueError:
            found = math.nan
        if not -most <= found <= most:
            self._complain(row, column, "degrees", found=text, limit=f"{most:g}")
            return None
        return found


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(_SEVERAL) if part.strip()]
