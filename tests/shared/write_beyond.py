"""Write frames of newer, damaged and foreign senders, each with its declared outcome.

A row of ``corpus/beyond/outcomes.csv`` says what must become of the file of its name, for ever:

- ``stored``: read and kept;
- ``refused``: quarantined for ``reason`` and receipted as refused, so that it never comes back;
- ``quarantined``: kept for ``reason`` without a receipt, for nobody knows which row it was;
- ``read`` and ``unread``: a downward message that an agent reads, or drops.

Files and rows that exist stay as they are; new ones are appended. Only ``longer_*`` is written anew
(``python -m tests.shared.write_beyond longer_health``) when its message has grown by a field: what
it invented for the end stands in the place of the true one, and no agent has ever sent that.
"""

from __future__ import annotations

import csv
import struct
import sys
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgpack

from shared import topics, wire
from shared.frame import MAGIC, VERSION, Lane
from shared.limits import MAX_BODY_BYTES, MAX_SEQ
from shared.receipt import Receipt, Refused, SeqRange
from tests.shared import examples

FOLDER: Final = Path(__file__).parent / "corpus" / "beyond"
TABLE: Final = FOLDER / "outcomes.csv"
AGENT: Final = "agent-farm"
_HEAD: Final = struct.Struct(">2sBBBBIQQI")
_EPOCH: Final = examples.EPOCH


class Case(NamedTuple):
    """One file and the outcome that is declared for it."""

    name: str
    topic: str
    outcome: str
    reason: str
    payload: bytes


def up(lane: int) -> str:
    """The topic of a lane; of one that is not ours yet, as a newer agent would name it."""
    if lane in (1, 2, 3, 4):
        return topics.up(AGENT, Lane(lane))
    return f"{topics.ROOT}/{topics.shard_of(AGENT)}/{AGENT}/up/lane{lane}"


def seal(body: bytes, *, lane: int, seq: int, **head: int) -> bytes:
    """A frame with a checksum that holds, whatever its header says."""
    top = _HEAD.pack(
        MAGIC,
        head.get("version", VERSION),
        lane,
        head.get("flags", 0),
        head.get("reserved", 0),
        head.get("counter", _EPOCH.counter),
        head.get("nonce", _EPOCH.nonce),
        seq,
        len(body),
    )
    return top + struct.pack(">I", zlib.crc32(body, zlib.crc32(top))) + body


def parts(name: str) -> list[Any]:
    """A message of the contract as a plain list, to be changed."""
    message = {**examples.up_messages(), **examples.down_messages()}[name]
    return list(msgpack.unpackb(wire.encode(message), timestamp=0))


def packed(value: object) -> bytes:
    """A body as another MessagePack library writes it."""
    return bytes(msgpack.packb(value, datetime=True))


def from_newer_agents(seq: Iterator[int]) -> Iterator[Case]:
    """Other versions, lanes, flags and tags: the header holds, so each is receipted."""
    body = wire.encode(examples.up_messages()["fault"])
    for version in (0, 2, 255):
        payload = seal(body, lane=1, seq=next(seq), version=version)
        yield Case(f"version_{version}", up(1), "refused", "frame.version", payload)
    payload = seal(b"\xffnot our layout", lane=1, seq=next(seq), version=2)
    yield Case("version_2_other_body", up(1), "refused", "frame.version", payload)
    for lane in (0, 5, 9, 255):
        payload = seal(body, lane=lane, seq=next(seq))
        yield Case(f"lane_{lane}", up(lane), "refused", "frame.lane", payload)
    for flags in (2, 4, 8, 128, 255):
        payload = seal(body, lane=1, seq=next(seq), flags=flags)
        yield Case(f"flags_{flags}", up(1), "refused", "frame.flags", payload)
    payload = seal(body, lane=1, seq=next(seq), reserved=1)
    yield Case("reserved_byte_used", up(1), "stored", "", payload)
    for tag in ("alarm", "manifest", "receipt", ""):
        payload = seal(packed([tag, *parts("fault")[1:]]), lane=1, seq=next(seq))
        yield Case(f"tag_{tag or 'empty'}", up(1), "refused", "wire.malformed", payload)


def with_more_at_the_end(seq: Iterator[int]) -> Iterator[Case]:
    """What a newer agent appended to a message, or to a struct inside it, is passed over."""
    for name in ("health", "chunk", "snapshot", "fault", "telemetry", "columns", "result"):
        lane = wire.LANE_OF[type(examples.up_messages()[name])]
        longer = [*parts(name), "new", {"more": [1, None]}]
        yield Case(
            f"longer_{name}", up(lane), "stored", "", seal(packed(longer), lane=lane, seq=next(seq))
        )
    fault = parts("fault")
    fault[3] = [*fault[3], "eSIM", 5]  # DeviceFacts
    fault[9] = [[*reading, "new"] for reading in fault[9]]
    fault[10] = [*fault[10], b"second signature"]
    yield Case("longer_inside", up(1), "stored", "", seal(packed(fault), lane=1, seq=next(seq)))
    shorter = packed(parts("fault")[:9])
    yield Case("shorter_fault", up(1), "stored", "", seal(shorter, lane=1, seq=next(seq)))


def with_unknown_words(seq: Iterator[int]) -> Iterator[Case]:
    """Enum values that this version does not know: kept and receipted, never guessed at."""

    def case(name: str, message: str, change: dict[tuple[int, ...], object]) -> Case:
        body = parts(message)
        for path, value in change.items():
            place = body
            for step in path[:-1]:
                place[step] = list(place[step])
                place = place[step]
            place[path[-1]] = value
        lane = wire.LANE_OF[type(examples.up_messages()[message])]
        payload = seal(packed(body), lane=lane, seq=next(seq))
        return Case(name, up(lane), "refused", "wire.malformed", payload)

    yield case("fault_kind_escalated", "fault", {(1,): "escalated"})
    yield case("fault_quality_stale", "fault", {(9, 0, 4): "stale"})
    yield case("fault_alias_imei2", "fault", {(3, 2, 0, 0): "imei2"})
    yield case("telemetry_quality_stale", "telemetry", {(2, 0, 1, 0, 4): "stale"})
    yield case("health_standing_asleep", "health", {(6, 0, 1): "asleep"})
    yield case("snapshot_state_muted", "snapshot", {(2, 0, 3): "muted"})
    yield case("result_outcome_partial", "result", {(2,): "partial"})
    # Ingest reads columns in outline; what no later reader knows is set aside at merging.
    columns = case("columns_form_99", "columns", {(4, 0, 3): 99})
    yield columns._replace(outcome="stored", reason="")
    yield case("fault_observations_past_bound", "fault", {(11,): 10**6 + 1})
    yield case("fault_reading_nan", "fault", {(9, 0, 1): float("nan")})
    yield case("fault_code_of_81", "fault", {(2,): "x" * 81})


def with_unknown_evidence(seq: Iterator[int]) -> Iterator[Case]:
    """A fault counts although the manifest that it carries has a kind of evidence from later."""
    manifest = list(msgpack.unpackb(examples.signed_manifest().body, timestamp=0))
    manifest[9] = [[*manifest[9][0][:2], "hologram", *manifest[9][0][3:]]]
    fault = parts("fault")
    fault[10] = [packed(manifest), *fault[10][1:]]
    payload = seal(packed(fault), lane=1, seq=next(seq))
    yield Case("evidence_kind_hologram", up(1), "stored", "", payload)


def damaged(seq: Iterator[int]) -> Iterator[Case]:
    """What no checksum vouches for is kept and not receipted: the agent sends the row again."""
    whole = seal(wire.encode(examples.up_messages()["fault"]), lane=1, seq=next(seq))
    newer = seal(b"body", lane=1, seq=next(seq), version=2)
    for name, reason, payload in (
        ("empty", "frame.short", b""),
        ("cut_in_header", "frame.short", whole[:33]),
        ("cut_in_body", "frame.length", whole[:-1]),
        ("something_behind", "frame.length", whole + b"\0"),
        ("bit_in_body", "frame.checksum", whole[:-1] + bytes([whole[-1] ^ 1])),
        ("bit_in_seq", "frame.checksum", whole[:25] + bytes([whole[25] ^ 1]) + whole[26:]),
        ("bit_in_version_2", "frame.checksum", newer[:-1] + b"\0"),
        ("too_large", "frame.too_large", seal(bytes(MAX_BODY_BYTES + 1), lane=1, seq=next(seq))),
        ("counter_0", "frame.identity", seal(b"b", lane=1, seq=next(seq), counter=0)),
        ("nonce_past_bound", "frame.identity", seal(b"b", lane=1, seq=next(seq), nonce=2**63)),
        ("seq_past_bound", "frame.identity", seal(b"b", lane=1, seq=MAX_SEQ + 1)),
        ("seq_0", "frame.identity", seal(whole[34:], lane=1, seq=0)),
    ):
        yield Case(name, up(1), "quarantined", reason, payload)


def damaged_inside(seq: Iterator[int]) -> Iterator[Case]:
    """The checksum holds and the content does not: refused by name, never fatal."""
    deflated = zlib.compress(wire.encode(examples.up_messages()["fault"]))
    bomb = zlib.compress(bytes(2**21))
    for name, reason, flags, body in (
        ("zlib_noise", "frame.zlib", 1, b"not zlib"),
        ("zlib_cut", "frame.zlib", 1, deflated[:-1]),
        ("zlib_and_more", "frame.zlib", 1, deflated + b"\0"),
        ("zlib_with_words", "frame.zlib", 3, deflated),
        ("zlib_bomb", "frame.zlib_too_large", 1, bomb),
        ("body_empty", "wire.malformed", 0, b""),
        ("body_of_a_map", "wire.malformed", 0, packed({"kind": "opened"})),
        ("body_nested_deep", "wire.malformed", 0, b"\x91" * 40_000 + b"\xc0"),
        ("body_of_json", "wire.malformed", 0, b'["fault","opened"]'),
        (
            "body_of_another_lane",
            "wire.malformed",
            0,
            wire.encode(examples.up_messages()["health"]),
        ),
    ):
        payload = seal(body, lane=1, seq=next(seq), flags=flags)
        yield Case(name, up(1), "refused", reason, payload)


def with_words_of_health(seq: Iterator[int]) -> Iterator[Case]:
    """The flag of the second dictionary where it does not fit: refused by name, never fatal."""
    body = wire.encode(examples.up_messages()["health"])
    for name, reason, flags in (
        ("zlib_with_words_of_health", "frame.zlib", 5),
        ("zlib_with_both_words", "frame.flags", 7),
    ):
        payload = seal(zlib.compress(body), lane=3, seq=next(seq), flags=flags)
        yield Case(name, up(3), "refused", reason, payload)


def foreign(seq: Iterator[int]) -> Iterator[Case]:
    """Other programs on the same broker, and our frames where they do not belong."""
    whole = seal(wire.encode(examples.up_messages()["fault"]), lane=1, seq=next(seq))
    for name, payload in (
        ("foreign_json", b'{"device": "meter-7", "battery": 12.5, "unit": "percent"}'),
        ("foreign_text", "温度传感器在线，数据正常，电量百分之十二点五".encode()),
        ("foreign_magic", b"PD" + whole[2:]),
    ):
        yield Case(name, up(1), "quarantined", "frame.magic", payload)
    yield Case("wrong_lane_topic", up(3), "quarantined", "topic.lane", whole)
    yield Case("receipt_sent_up", up(17), "quarantined", "topic.lane",
               seal(packed(parts("receipt")), lane=17, seq=next(seq)))  # fmt: skip
    yield Case("wrong_shard", f"{topics.ROOT}/00/{AGENT}/up/fault", "quarantined",
               "topic.invalid", whole)  # fmt: skip
    stranger = topics.up("agent-of-nobody", Lane.FAULT)
    yield Case("stranger", stranger, "refused", "unassigned", whole)
    no_episode = parts("fault")
    no_episode[1] = "cleared"
    yield Case("cleared_without_episode", up(1), "refused", "fault.no_episode",
               seal(packed(no_episode), lane=1, seq=next(seq)))  # fmt: skip


def downward() -> Iterator[Case]:
    """What an agent hears from newer collectors, and receipts at their limits."""
    topic = topics.receipt(AGENT)

    def receipt(name: str, outcome: str, body: bytes) -> Case:
        return Case(name, topic, outcome, "", seal(body, lane=17, seq=0))

    def made(**facts: Any) -> bytes:
        return wire.encode(Receipt(_EPOCH, "g-1", examples.NOON, **facts))

    def changed(number: int, value: object) -> bytes:
        body = parts("receipt")
        body[number] = value
        return packed(body)

    full = tuple(SeqRange(3 * n + 1, 3 * n + 2) for n in range(256))
    yield receipt("receipt_empty", "read", made())
    yield receipt("receipt_retry_later", "read", made(retry_after_s=1e9))
    yield receipt("receipt_whole_range", "read", made(ranges=(SeqRange(1, MAX_SEQ),)))
    yield receipt("receipt_last_seq", "read", made(ranges=(SeqRange(MAX_SEQ, MAX_SEQ),)))
    yield receipt("receipt_256_ranges", "read", made(ranges=full))
    refused = tuple(Refused(n + 1, "x" * 400) for n in range(64))
    yield receipt("receipt_64_refused", "read", made(refused=refused))
    yield receipt("receipt_longer", "read", packed([*parts("receipt"), "new", 3]))
    yield receipt("receipt_257_ranges", "unread", changed(4, [[n + 1, n + 1] for n in range(257)]))
    yield receipt("receipt_seq_0", "unread", changed(4, [[0, 5]]))
    yield receipt("receipt_past_last_seq", "unread", changed(4, [[1, MAX_SEQ + 1]]))
    yield receipt("receipt_backwards", "unread", changed(4, [[9, 1]]))
    yield receipt("receipt_retry_never", "unread", changed(6, float("inf")))
    yield receipt("receipt_retry_in_the_past", "unread", changed(6, -1.0))
    order = parts("command")
    inside = list(msgpack.unpackb(order[1], timestamp=0))
    inside[3] = "dance"
    order[1] = packed(inside)
    command = topics.command(AGENT)
    yield Case("command_verb_dance", command, "unread", "", seal(packed(order), lane=18, seq=0))
    longer = packed([*parts("command"), "new"])
    yield Case("command_longer", command, "read", "", seal(longer, lane=18, seq=0))
    yield Case("down_version_2", topic, "unread", "",
               seal(packed(parts("receipt")), lane=17, seq=0, version=2))  # fmt: skip
    yield Case("down_tag_farewell", topic, "unread", "",
               seal(packed(["farewell", 1]), lane=17, seq=0))  # fmt: skip


def cases() -> Iterator[Case]:
    """All of them; each upward one has a row number of its own, so that they can come together."""
    seq = iter(range(101, 1000))
    yield from from_newer_agents(seq)
    yield from with_more_at_the_end(seq)
    yield from with_unknown_words(seq)
    yield from with_unknown_evidence(seq)
    yield from damaged(seq)
    yield from damaged_inside(seq)
    yield from foreign(seq)
    last = packed(parts("health"))
    yield Case("last_seq_of_all", up(3), "stored", "", seal(last, lane=3, seq=MAX_SEQ))
    yield from downward()
    yield from with_words_of_health(seq)


def main(again: Collection[str] = ()) -> None:
    """Write what is not there yet, and the ``longer_*`` files named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    is_new = not TABLE.exists()
    with TABLE.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        if is_new:
            table.writerow(["name", "topic", "outcome", "reason"])
        for case in cases():
            path = FOLDER / f"{case.name}.bin"
            if case.name in again and case.name.startswith("longer_"):
                path.write_bytes(case.payload)
            elif not path.exists():
                path.write_bytes(case.payload)
                table.writerow([case.name, case.topic, case.outcome, case.reason])


if __name__ == "__main__":
    main(sys.argv[1:])
