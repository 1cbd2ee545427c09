"""Identity, topics, ranges, signatures and the catalogue."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import catalogue, placeholders, signing, topics
from shared.catalogue_entry import Outcome
from shared.device import Alias, AliasKind, alias_of, is_identity, is_placeholder
from shared.evidence import chunks_of
from shared.frame import Lane
from shared.identity import Epoch
from shared.limits import CHUNK_BYTES
from shared.receipt import ranges_of
from tests.shared import examples

FAULTS_PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


@pytest.mark.parametrize(
    "value", ["", "0000000000", "FFFFFFFF", "123456789", "none", "Unknown", "00-00-00", "N/A", "x"]
)
def test_a_placeholder_names_nobody(value: str) -> None:
    """Serials that ship in whole lots are never identity."""
    assert is_placeholder(value)
    assert alias_of(AliasKind.ONVIF_SERIAL, value) is None


@pytest.mark.parametrize("serial", placeholders.SERIALS)
def test_every_listed_serial_names_nobody(serial: str) -> None:
    """However it is spelled, an entry of the list is no identity."""
    assert is_placeholder(serial)
    assert is_placeholder(f" {serial.upper()} ")


@pytest.mark.parametrize("mac", [*placeholders.MACS, "00:00:23:34:45:67"])
def test_every_listed_address_names_nobody(mac: str) -> None:
    """A boot loader's own address is no alias, in whatever spelling."""
    assert alias_of(AliasKind.MAC, mac.upper().replace(":", "-")) is None


def test_the_model_is_no_serial() -> None:
    """A camera that gives its model for its serial is one of many."""
    assert is_placeholder("SL-BULLET 5", model="SL-BULLET-5")
    assert not is_placeholder("SL26000002", model="SL-BULLET-5")
    assert not is_identity(Alias(AliasKind.ONVIF_SERIAL, "SLBULLET5"), model="SL-BULLET-5")


@pytest.mark.parametrize("value", ["SC24010001", "DS-2CD2043-0042", "9C8ECD2A11B0", "100000201"])
def test_a_real_serial_is_kept(value: str) -> None:
    """A serial that is merely dull is still a serial."""
    assert not is_placeholder(value)


def test_a_mac_has_one_spelling() -> None:
    """Dashes, colons and case do not make two devices of one."""
    one = alias_of(AliasKind.MAC, "02-AB-00-00-00-01")
    assert one == alias_of(AliasKind.MAC, "02ab.0000.0001")
    assert alias_of(AliasKind.MAC, "00:00:00:00:00:00") is None


def test_shards_are_for_ever() -> None:
    """A topic's shard never changes: brokers are split by it."""
    assert topics.up("agent-north", Lane.FAULT) == "preclaim/v1/b9/agent-north/up/fault"


@given(st.from_regex(topics.AGENT_ID, fullmatch=True), st.sampled_from(list(Lane)[:4]))
def test_topics_read_back(agent_id: str, lane: Lane) -> None:
    """An agent's topic names that agent and lane, and nothing else does."""
    topic = topics.up(agent_id, lane)
    assert topics.parse_up(topic) == topics.UpTopic(agent_id, lane.name.lower())
    assert topics.parse_up(topic.replace("/v1/", "/v2/")) is None


def test_a_very_long_topic_is_not_remembered() -> None:
    """A stranger who makes up endless topics fills no memory, and no agent's topic is so long."""
    longest = topics.up("a" * 64, Lane.TELEMETRY)
    assert topics.parse_up(longest) == topics.UpTopic("a" * 64, "telemetry")
    known = topics._parse_short.cache_info().currsize
    assert topics.parse_up("x" * 60_000) is None
    assert topics._parse_short.cache_info().currsize == known


@pytest.mark.parametrize("agent_id", ["", "a/b", "+", "#", "a b", "x" * 65])
def test_an_agent_id_cannot_reach_into_other_topics(agent_id: str) -> None:
    """Wildcards and slashes are no agent id."""
    with pytest.raises(ValueError, match="agent id"):
        topics.receipt(agent_id)


@given(st.sets(st.integers(1, 300)))
def test_ranges_say_exactly_the_seqs(seqs: set[int]) -> None:
    """Ranges hold every seq and no other, in order and apart."""
    ranges = ranges_of(seqs)
    assert {s for r in ranges for s in range(r.first, r.last + 1)} == seqs
    assert all(a.last + 1 < b.first for a, b in itertools.pairwise(ranges))


@given(st.integers(1, 2**32 - 1), st.integers(0, 2**63 - 1))
def test_an_epoch_reads_back(counter: int, nonce: int) -> None:
    """The text of an epoch is the epoch."""
    assert Epoch.parse(str(Epoch(counter, nonce))) == Epoch(counter, nonce)


def test_a_signature_holds_for_one_purpose_and_one_body() -> None:
    """Neither another body nor another purpose passes with the same signature."""
    signed = examples.signed_manifest()
    public = examples.KEY.public_key()
    assert signing.holds(public, signing.MANIFEST, signed.body, signed.signature)
    assert not signing.holds(public, signing.COMMAND, signed.body, signed.signature)
    assert not signing.holds(public, signing.MANIFEST, signed.body + b" ", signed.signature)


def test_rfc_8032_vector_1() -> None:
    """The first test vector of RFC 8032, section 7.1: an empty message."""
    key = signing.Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert signing.sign(key, b"", b"").hex().startswith("e5564300c360ac729086e2cc806e828a")


def test_keys_survive_their_files() -> None:
    """PEM and back is the same key; anything else is refused with a reason."""
    pem = signing.private_pem(examples.KEY)
    assert signing.key_id(signing.read_private(pem).public_key()) == signing.key_id(
        signing.read_public(signing.public_pem(examples.KEY.public_key()))
    )
    with pytest.raises(signing.KeyFileError, match="PEM"):
        signing.read_private(b"hello")


@given(st.binary(min_size=1, max_size=3 * CHUNK_BYTES))
def test_chunks_make_the_file(content: bytes) -> None:
    """Chunks in any order are the file, each within the limit."""
    parts = chunks_of(content, "0" * 64)
    assert b"".join(p.content for p in sorted(parts, key=lambda p: p.offset)) == content
    assert all(0 < len(p.content) <= CHUNK_BYTES and p.total == len(content) for p in parts)


def test_every_fault_code_has_its_entry_in_the_docs() -> None:
    """docs/faults.md and the catalogue name the same codes."""
    headings = re.findall(r"^## `([^`]+)`", FAULTS_PAGE.read_text(), re.MULTILINE)
    assert headings == [entry.code for entry in catalogue.ENTRIES]


@pytest.mark.parametrize("entry", catalogue.ENTRIES, ids=lambda entry: entry.code)
def test_a_catalogue_entry_is_whole(entry: catalogue.CatalogueEntry) -> None:
    """Both languages, the evidence it needs, and a remedy where somebody else must act."""
    assert entry.name_en and entry.text_en and entry.needs
    assert re.search(r"[\u4e00-\u9fff]", entry.name_zh)
    assert re.search(r"[\u4e00-\u9fff]", entry.text_zh)
    if entry.outcome not in (Outcome.CLAIMABLE, Outcome.NEVER):
        assert entry.remedy_en
        assert entry.remedy_zh
