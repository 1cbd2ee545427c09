"""What a simulated camera looks at, and in which state its optics are."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PICTURE_FAULTS = frozenset(
    {
        "ircut_stuck_open",
        "ircut_stuck_closed",
        "blurred",
        "black",
        "white",
        "frozen",
        "colour_cast",
        "half_covered",
        "noise",
    }
)


class Light(StrEnum):
    """What lights the scene."""

    DAY = "day"
    NIGHT_IR = "night_ir"


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSpec:
    """One state of a picture; equal specs render equal frames.

    `filter_in` is the position that the firmware asked for; the stuck faults override it.
    `balances_white` is a camera whose white balance hides the pink of leaking infrared, as about a
    third of real ones do: its day picture without the filter is pale.
    `drains_colour` is a camera in its night mode: the picture processor drops the colours, as most
    real ones do as soon as the filter is asked to be out, wherever it is. `daylight` dims the day
    (1 is noon, 0.02 is dusk); `infrared` is the share of infrared in it (a lamp of white LEDs
    has none, so that the filter makes no difference). `snow` is how much of it lies on everything,
    0..1.
    `moment` moves the scene on (another noise, another place of the moving object): a caller that
    changes it every minute gets a life instead of the same few seconds. Names in `faults` that are
    not in PICTURE_FAULTS leave the picture alone. Raises ValueError on sizes or light out of range.
    """

    seed: int
    width: int
    height: int
    light: str = Light.DAY
    filter_in: bool = True
    faults: frozenset[str] = frozenset()
    source: Path | None = None
    moment: int = 0
    balances_white: bool = False
    drains_colour: bool = False
    daylight: float = 1.0
    infrared: float = 1.0
    snow: float = 0.0

    def __post_init__(self) -> None:
        Light(self.light)
        for name, size in (("width", self.width), ("height", self.height)):
            if not 64 <= size <= 4096 or size % 2:
                raise ValueError(f"{name} must be even and within 64 to 4096 pixels, not {size}")

    @property
    def filter_is_in(self) -> bool:
        """Tell where the filter really stands, stuck or not."""
        if "ircut_stuck_open" in self.faults:
            return False
        return self.filter_in or "ircut_stuck_closed" in self.faults

    @property
    def by_day(self) -> bool:
        """Tell whether daylight lights the scene."""
        return self.light == Light.DAY
