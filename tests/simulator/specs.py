"""Ready specs for tests: small pictures, so that encoding is quick."""

from __future__ import annotations

from dataclasses import replace

from simulator.spec import CameraSpec, Kind

PASSWORD = "Sim-Pass-1"


def camera_spec(**changes: object) -> CameraSpec:
    """A solar camera with a small picture; ``changes`` override fields."""
    spec = CameraSpec(
        serial="SN-2401-0001",
        kind=Kind.SOLAR_4G,
        password=PASSWORD,
        width=320,
        height=192,
        fps=10,
        gop=10,
    )
    return replace(spec, **changes)  # type: ignore[arg-type]
