"""Account managers as a list: read from CSV or XLSX with a reason for each refused row, written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from collector.notify.recipients import Recipient
from collector.outlets.address import is_address
from collector.registry.cells import read_text
from collector.registry.grid import Cell, open_grid
from collector.registry.problem import BadCellError, RowProblem
from collector.text_cells import write_csv

MOST_ROWS: Final = 2000
LONGEST_NAME: Final = 120
LANGUAGES: Final = ("en", "zh")
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "maker": ("maker", "manufacturer", "factory", "制造商", "工厂"),
    "buyer": ("buyer", "customer", "买方", "客户"),
    "name": ("name", "account manager", "contact", "姓名", "客户经理", "联系人"),
    "email": ("email", "e-mail", "mail", "邮箱", "电子邮件"),
    "language": ("language", "语言"),
}
"""Header names of each column, in small letters; maker and buyer may be left out or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientList:
    """A file that was read to its end; with a refused row nothing of it is taken."""

    rows: tuple[Recipient, ...] = ()
    refused: tuple[RowProblem, ...] = ()


def read(content: bytes, *, organisation_id: str) -> RecipientList:
    """Read a file; all of it belongs to this organisation."""
    try:
        rows = open_grid(content).rows
        columns = _header(rows)
        return _read(rows, columns, organisation_id)
    except BadCellError as error:
        return RecipientList(refused=(_refused(1, error),))


def check(
    *, maker: str, buyer: str, name: str, email: str, language: str, organisation_id: str
) -> Recipient:
    """One of them as a form, a row or the API gives it; BadCellError says what is wrong."""
    for what, text in (("maker", maker), ("buyer", buyer), ("name", name)):
        if len(text) > LONGEST_NAME or not text.isprintable():
            raise BadCellError(
                f"{what}: at most {LONGEST_NAME} printable characters",
                f"{what}：最多 {LONGEST_NAME} 个可打印字符",
            )
    if not name.strip():
        raise BadCellError("name: say who gets the claims", "name：请填写索赔接收人")
    if not is_address(email.strip()):
        raise BadCellError(f"email: {email!r} is no mail address", f"email：{email!r} 不是邮件地址")
    if language not in LANGUAGES:
        raise BadCellError(
            f"language: {language!r} is neither en nor zh",
            f"language：{language!r} 不是 en 或 zh",
        )
    return Recipient(
        id=0,
        organisation_id=organisation_id,
        maker=maker.strip(),
        buyer=buyer.strip(),
        name=name.strip(),
        email=email.strip(),
        language=language,
    )


def write(rows: Iterable[Recipient]) -> bytes:
    """The list as CSV, which ``read`` takes again."""
    return write_csv(
        tuple(COLUMNS), ((r.maker, r.buyer, r.name, r.email, r.language) for r in rows)
    )


def _header(rows: Iterator[tuple[int, tuple[Cell, ...]]]) -> dict[str, int]:
    for _, cells in rows:
        names = [str(cell).strip().casefold() if cell is not None else "" for cell in cells]
        found = {
            column: names.index(name)
            for column, known in COLUMNS.items()
            for name in known
            if name in names
        }
        if {"name", "email"} <= found.keys():
            return found
        break
    raise BadCellError(
        f"the first row is no header with name and email; columns: {', '.join(COLUMNS)}",
        f"首行不是包含 name 和 email 的表头；可用列：{'、'.join(COLUMNS)}",
    )


def _read(
    rows: Iterator[tuple[int, tuple[Cell, ...]]], columns: dict[str, int], organisation_id: str
) -> RecipientList:
    found: list[Recipient] = []
    refused: list[RowProblem] = []
    for number, cells in rows:
        if all(cell is None or not str(cell).strip() for cell in cells):
            continue
        if len(found) + len(refused) >= MOST_ROWS:
            too_many = BadCellError(f"more than {MOST_ROWS} rows", f"超过 {MOST_ROWS} 行")
            return RecipientList(refused=(*refused, _refused(number, too_many)))
        try:
            texts = {
                name: read_text(name, cells[at] if at < len(cells) else None, longest=254)
                for name, at in columns.items()
            }
            found.append(
                check(
                    maker=texts.get("maker", ""),
                    buyer=texts.get("buyer", ""),
                    name=texts["name"],
                    email=texts["email"],
                    language=texts.get("language") or LANGUAGES[0],
                    organisation_id=organisation_id,
                )
            )
        except BadCellError as error:
            refused.append(_refused(number, error))
    return RecipientList(rows=tuple(found), refused=tuple(refused))


def _refused(row: int, error: BadCellError) -> RowProblem:
    return RowProblem(row=row, serial="", why_en=error.en, why_zh=error.zh)
