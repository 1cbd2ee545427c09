"""What makes one simulated camera differ from the next: optics, electronics and settings."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.life.chance import draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Settled when the camera is made; nothing here is a fault.

    ``names_filter`` is a camera that reports ON and OFF, others say AUTO. ``grey_by_night`` drains
    the colour in night mode. ``turns_at`` is the analogue gain at which it goes to night mode.
    """

    codec: str  # "H264" or "JPEG"
    quantiser: int
    sees_night: str  # "infrared" or "colour"
    names_filter: bool
    grey_by_night: bool
    turns_at: float
    busy: float
    shake_px: float
    faces_sun: float
    contrast: float
    shows_clock: bool
    wets: float  # share of the view that drops cover in heavy rain
    shade: float  # how dark shadows are
    glares: float  # how much of the low sun gets into the picture


def traits_of(seed: int) -> Traits:
    """The camera of this seed."""
    rng = draw(seed, "traits")
    return Traits(
        codec="H264" if rng.random() < 0.75 else "JPEG",
        quantiser=int(rng.integers(24, 33)),
        sees_night="infrared" if rng.random() < 0.75 else "colour",
        names_filter=bool(rng.random() < 0.4),
        grey_by_night=bool(rng.random() < 0.8),
        turns_at=float(rng.uniform(8, 20)),
        busy=float(rng.uniform(0.1, 1.4)),
        shake_px=float(rng.choice((0, 0, 1, 2, 3))),
        faces_sun=float(rng.uniform(-1, 1)),
        contrast=float(rng.uniform(0.92, 1.1)),
        shows_clock=bool(rng.random() < 0.8),
        wets=float(rng.choice((0, 0, 0.1, 0.25))),
        shade=float(rng.uniform(0.45, 0.8)),
        glares=float(rng.uniform(0.4, 1.1)),
    )
