"""Mutated pictures: a picture, a flag or a cause, and a decoder that goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.camera.decoder import Decoder
from agent.camera.port import CameraError, Picture
from agent.probes.picture_readings import why_filled
from tests.zoo import sandbox
from tests.zoo.mutants import CHANGES, CODECS, mutants, originals

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def test_mutants_never_hurt_the_parent() -> None:
    """Each codec, each kind of mutation: nothing but pictures and the decoder's causes."""
    outcome = await sandbox.run(40)

    assert outcome.crashes == []
    assert outcome.tried == 40 * len(CODECS)
    assert outcome.by_kind["damaged"] > 10
    assert outcome.by_kind["decode.failed"] > 2


@pytest.mark.parametrize("codec", CODECS)
def test_mutants_are_mutants(codec: str) -> None:
    """The same for a seed, each kind of change among them, and hardly one like the original."""
    made = list(mutants(codec, 4 * len(CHANGES), seed=7))

    assert made == list(mutants(codec, 4 * len(CHANGES), seed=7))
    assert sum(one in originals(codec) for one in made) <= 2


async def test_a_crash_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that is no CameraError, and a decoder that no longer decodes, are told."""

    async def broken(self: Decoder, key_frame: bytes, **_: object) -> Picture:
        raise ValueError("a defect")

    monkeypatch.setattr(Decoder, "decode", broken)
    with pytest.raises(ValueError, match="a defect"):  # not even whole pictures
        await sandbox.run(1)

    async def unknown(self: Decoder, key_frame: bytes, **_: object) -> Picture:
        raise CameraError(sandbox.Cause.DNS, "no decoder's cause")

    monkeypatch.setattr(Decoder, "decode", unknown)
    assert len((await sandbox.run(1)).crashes) == 2 * len(CODECS)


async def test_what_is_filled_in_or_of_another_size_is_told() -> None:
    """A frame filled with grey, or of another size, never looks like the camera's own."""
    decoder = Decoder()
    try:
        kinds = set()
        for content in mutants("H264", 30, seed=2):
            try:
                picture = await decoder.decode(content, codec="H264", previous=None, taken_at=AT)
            except CameraError:
                continue
            size = picture.features.width_px, picture.features.height_px
            kinds.add((picture.damaged, size == (320, 192), bool(why_filled(picture.features))))
    finally:
        await decoder.close()

    assert all(damaged or right for damaged, right, _ in kinds)
    assert any(damaged for damaged, _, _ in kinds)
