"""ZIP files made to do harm are refused with the file and the reason, and nothing is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable

import pytest

from collector.pack import archive
from collector.pack.check import PackError, open_pack
from collector.pack.problem_words import WRONGS, explain


def zipped(make: Callable[[zipfile.ZipFile], None]) -> bytes:
    """A ZIP with what ``make`` puts into it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive_:
        make(archive_)
    return held.getvalue()


def in_order(*names: str) -> bytes:
    """A ZIP with plain files of these names, as they come."""

    def put(made: zipfile.ZipFile) -> None:
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            made.writestr(info, b"x")

    return zipped(put)


def entry(
    name: str, content: bytes = b"x", *, mode: int = stat.S_IFREG | 0o644, deflate: bool = False
) -> bytes:
    """A ZIP with one file."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    return zipped(lambda made: made.writestr(info, content))


@pytest.mark.parametrize(
    "name",
    [
        "../claim.json",
        "/etc/passwd",
        "a/../../b",
        "C:claim.json",
        "a\\b",
        "a/b/c",
        ".x",
        "é",
        "a\nb",
    ],
)
def test_names_that_lead_elsewhere(name: str) -> None:
    """No name with a parent, a root, a drive, a backslash, a sign or a letter of another kind."""
    with pytest.raises(PackError, match="bad_name"):
        open_pack(entry(name))


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        pytest.param(entry("a", mode=stat.S_IFLNK | 0o777), "not_plain", id="link"),
        pytest.param(entry("a", mode=stat.S_IFREG | 0o755), "not_plain", id="program"),
        pytest.param(entry("a", bytes(50_000_000), deflate=True), "compressed", id="bomb"),
        pytest.param(b"", "not_zip", id="empty"),
        pytest.param(b"PK\x03\x04" + bytes(100), "not_zip", id="torn"),
        pytest.param(b"\xff\xd8\xff" + archive.write({"a": b"x"}), "another_form", id="in front"),
        pytest.param(archive.write({"a": b"x"}) + b"x", "not_zip", id="behind"),
        pytest.param(archive.write({"a": b"x"}), "missing", id="no pack"),
    ],
)
def test_forms_that_packs_do_not_have(content: bytes, wrong: str) -> None:
    """Links, programs, compressed files, half files, bytes before or behind."""
    with pytest.raises(PackError) as refused:
        open_pack(content)
    assert refused.value.wrong in (wrong, "another_form")
    for lang in ("en", "zh"):
        assert explain(refused.value, lang)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a", "a"), ("A", "a")])
def test_names_that_stand_twice(names: tuple[str, str]) -> None:
    """A second file of a name would be what one reader sees and another does not."""
    with pytest.raises(PackError, match="twice"):
        open_pack(in_order(*names))


def test_order_and_number_and_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another order, too many files, too many bytes."""
    with pytest.raises(PackError, match="out_of_order"):
        open_pack(in_order("b", "a"))
    many = archive.write({f"f{number}": b"" for number in range(archive.MOST_FILES + 1)})
    with pytest.raises(PackError, match="too_many"):
        open_pack(many)
    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    with pytest.raises(PackError, match="too_long"):
        open_pack(bytes(101))


def test_every_reason_has_words() -> None:
    """Each thing that can be wrong is told in both languages, with what to do."""
    values = dict.fromkeys(("most", "why", "found", "claimed", "agent", "seq"), "v")
    for wrong, words in WRONGS.items():
        error = PackError("f", wrong, **values)
        assert words.why.zh != words.why.en
        assert explain(error, "en").startswith("f ")
        assert explain(error, "zh").startswith("f：")
