"""A pack from real messages: the same bytes each time, and whatever is changed in it shows."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from collector.pack import archive, claim, seal
from collector.pack.check import PackError, open_pack
from collector.pack.make import make_pack
from collector.pack.pdf_font import load_font
from collector.pack.problem_words import WRONGS, explain
from collector.pack.verify_text import FINGERPRINT, commands
from tests.collector.house import House
from tests.collector.pack import needs
from tests.collector.pack.seed import (
    PACK_KEY,
    PICTURE,
    REFERENCE,
    SERIAL,
    TRANSCRIPT,
    facts_of,
    manifest_over,
    open_line,
    take_weeks,
)
from tests.collector.pack.tamper import STRANGER, holds_by_shell, sealed, spoil

pytestmark = needs.FONT

OURS = seal.fingerprint(PACK_KEY.public_key())
SCHEMA = Path(claim.__file__).with_name("claim.schema.json")


def test_same_facts_same_bytes(house: House) -> None:
    """Two packs of one state are one file, so a hash names what was shared."""
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    first, second = (make_pack(facts_of(house), key=PACK_KEY, font=load_font()) for _ in range(2))
    assert seal.sha256_of(first) == seal.sha256_of(second)
    stamps = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(first)).infolist()}
    assert stamps == {(1980, 1, 1, 0, 0, 0)}


def test_it_holds_by_verify_and_by_shell(whole: bytes) -> None:
    """Stock tools and our own reader agree that a fresh pack is whole."""
    pack = open_pack(whole, trusted={OURS})
    assert pack.claim.unit.serial == SERIAL
    assert pack.signed_by == OURS
    assert len(commands(pack.claim)) == 4
    assert holds_by_shell(pack.files, told=pack.files)
    told = pack.files["VERIFY.txt"].decode()
    assert all(command in told for command in (*commands(pack.claim), FINGERPRINT, OURS))
    assert "序列号" in told


def test_every_change_shows(whole: bytes) -> None:
    """A byte more or less anywhere, a file away, renamed, added or exchanged: verify says so, and
    names a file; a pack that a stranger signed anew is refused by its key."""
    files = archive.read(whole)
    for spoiled in spoil(files):
        with pytest.raises(PackError) as refused:
            open_pack(archive.write(spoiled.files), trusted={OURS})
        assert refused.value.wrong in WRONGS, spoiled.how
        name = spoiled.how.split()[0]
        if name in files and "at" in spoiled.how and name not in (seal.SUMS, seal.SIGNATURE):
            assert refused.value.file == name, spoiled.how


def test_changes_show_in_a_shell(whole: bytes) -> None:
    """The commands of VERIFY.txt find the same: one change of each kind in each kind of file."""
    files = archive.read(whole)
    kinds = ("claim.json", seal.SUMS, seal.SIGNATURE, "agent/01.signed", "evidence/02", "a file")
    picked = [
        one
        for one in spoil(files)
        if one.how.startswith(kinds) and ("+1 at" not in one.how or "at 0" in one.how)
    ]
    assert len(picked) > 20
    for spoiled in picked:
        assert not holds_by_shell(spoiled.files, told=files), spoiled.how


def test_agent_signature_is_needed_where_a_stranger_seals(whole: bytes) -> None:
    """Who changes a picture and seals the pack anew cannot make the agent name it."""
    files = dict(archive.read(whole))
    path = next(name for name in files if name.startswith("evidence/02"))
    told = json.loads(files["claim.json"])
    files[path] += b"x"
    for one in told["files"]:
        if one["path"] == path:
            one["sha256"] = seal.sha256_of(files[path])
    told["made_by"]["fingerprint"] = seal.fingerprint(STRANGER.public_key())
    files["claim.json"] = json.dumps(told).encode()
    forged = sealed(files, STRANGER)
    with pytest.raises(PackError, match="no_agent"):
        open_pack(forged)
    assert not holds_by_shell(archive.read(forged), told=files)


def test_manifest_of_another_device_is_refused(whole: bytes) -> None:
    """An agent's manifest of another serial proves nothing for this claim."""
    files = dict(archive.read(whole))
    told = json.loads(files["claim.json"])
    told["unit"]["serial"] = "SC24010009"
    files["claim.json"] = json.dumps(told).encode()
    with pytest.raises(PackError) as refused:
        open_pack(sealed(files, PACK_KEY), trusted={OURS})
    assert (refused.value.file, refused.value.wrong) == ("agent/01.signed", "other_serial")
    assert "SC24010009" in explain(refused.value, "en")
    assert "序列号" in explain(refused.value, "zh")


def test_broken_history_is_refused(whole: bytes) -> None:
    """Whoever rewrites an event must break the chain of hashes, even with the collector's key."""
    files = dict(archive.read(whole))
    files["log.jsonl"] = files["log.jsonl"].replace(b'"actor":"collector"', b'"actor":"nobody"', 1)
    with pytest.raises(PackError, match="broken_chain"):
        open_pack(sealed(files, PACK_KEY), trusted={OURS})


def test_manifest_that_does_not_verify_proves_nothing(house: House) -> None:
    """Its files are there, apart, and no command of VERIFY.txt counts them as an agent's."""
    house.register(SERIAL, delivered_on=None)
    open_line_with_stranger(house)
    made = make_pack(facts_of(house), key=PACK_KEY, font=load_font())
    pack = open_pack(made)
    assert [one.verdict for one in pack.claim.statements] == ["unknown_key"]
    assert {one.by for one in pack.claim.files} == {"unverified"}
    assert not any(name.startswith(("agent/", "evidence/")) for name in pack.files)
    assert len(commands(pack.claim)) == 2
    assert holds_by_shell(pack.files, told=pack.files)


def open_line_with_stranger(house: House) -> None:
    """A claim whose manifest a key signed that is pinned nowhere."""
    from tests.collector.house import chunks, fault, frame_of, health  # noqa: PLC0415
    from tests.collector.pack.seed import CHUNK, camera  # noqa: PLC0415

    manifest = manifest_over((TRANSCRIPT,), code="ircut.stuck_open", key=STRANGER)
    house.take(frame_of(fault("ircut.stuck_open", of=camera(), manifest=manifest), seq=10))
    for number, chunk in enumerate(chunks(TRANSCRIPT.content, size=CHUNK), start=11):
        house.take(frame_of(chunk, seq=number))
    house.pass_time(3)
    house.take(frame_of(health(camera(), at=house.now), seq=90))
    house.tick()


def test_before_submission_the_site_stays_closed(house: House) -> None:
    """Without the site's files a pack still proves itself, and names what it leaves out."""
    take_weeks(house)
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    facts = facts_of(house, is_whole=False)
    pack = open_pack(make_pack(facts, key=PACK_KEY, font=load_font()))
    assert sorted(pack.files) == [
        "SHA256SUMS", "SHA256SUMS.sig", "VERIFY.txt", "claim.json", "claim.pdf",
        "collector.pub.pem", "log.jsonl",
    ]  # fmt: skip
    assert {one.why for one in pack.claim.left_out} == {"not_shared"}
    assert PICTURE.content not in b"".join(pack.files.values())
    assert holds_by_shell(pack.files, told=pack.files)


def test_lists_tell_what_was_read(house: House) -> None:
    """Readings with their quality, siblings with what is known of them, replies with their file;
    what is no good value has none, and no cell is a formula."""
    take_weeks(house)
    open_line(house, code="battery.not_charging", files=(TRANSCRIPT,))
    pack = open_pack(make_pack(facts_of(house), key=PACK_KEY, font=load_font()))
    rows = list(csv.DictReader(io.StringIO(pack.files["series.csv"].decode("utf-8-sig"))))
    assert {row["reading"] for row in rows} == {"battery.charge", "battery.voltage", "solar.power"}
    unknown = [row for row in rows if row["quality"] == "unknown"]
    assert unknown
    assert {row["value"] for row in unknown} == {""}
    peers = list(csv.DictReader(io.StringIO(pack.files["peers.csv"].decode("utf-8-sig"))))
    assert [row["state"] for row in peers if row["kind"] == "sibling"] == ["normal"] * 7
    assert pack.claim.control is not None
    assert pack.claim.control.normal == 7
    replies = [json.loads(line) for line in pack.files["probe.jsonl"].splitlines()]
    assert replies[0]["entry"]["asked"] == "GetDeviceInformation"


def test_schema_is_the_one_that_is_published(whole: bytes) -> None:
    """The file beside the code is what the code reads and writes; a claim that breaks it is
    refused with the place."""
    assert SCHEMA.read_text("utf-8") == claim.write_schema()
    told = json.loads(archive.read(whole)["claim.json"])
    assert told["schema"] == claim.SCHEMA
    required = json.loads(SCHEMA.read_text("utf-8"))["$defs"]["Claim"]["required"]
    assert set(required) <= told.keys()
    with pytest.raises(claim.ClaimFileError, match=r"\$\.line"):
        claim.read_claim(json.dumps({**told, "line": "seven"}).encode())
    newer = claim.read_claim(json.dumps({**told, "of_tomorrow": 1}).encode())
    assert msgspec.to_builtins(newer)["number"] == told["number"]
