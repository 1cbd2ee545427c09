"""An outdoor scene as reflected light: visible colours and near infrared, different per seed."""

from dataclasses import dataclass, field

import numpy as np

from simulator.video.texture import Plane, smooth_noise

# Near infrared reflectances: foliage high, clear sky low, asphalt about as in the visible.
_FOLIAGE_INFRARED = 0.62
_SKY_INFRARED = 0.16
_ROAD_INFRARED = 0.14


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprite:
    """A thing that crosses the road: colours, infrared and cover (0..1), all of one small size."""

    visible: Plane
    infrared: Plane
    cover: Plane
    top_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Reflected light of a still scene in linear units, white about 1."""

    visible: Plane
    infrared: Plane
    foliage: Plane
    sprite: Sprite


@dataclass(slots=True, kw_only=True)
class _Canvas:
    """The planes while they are painted."""

    rng: np.random.Generator
    height: int
    width: int
    visible: Plane = field(init=False)
    infrared: Plane = field(init=False)
    foliage: Plane = field(init=False)
    y: Plane = field(init=False)
    x: Plane = field(init=False)

    def __post_init__(self) -> None:
        self.visible = np.zeros((self.height, self.width, 3), dtype=np.float32)
        self.infrared = np.zeros((self.height, self.width), dtype=np.float32)
        self.foliage = np.zeros((self.height, self.width), dtype=np.float32)
        rows = np.arange(self.height, dtype=np.float32) / self.height
        columns = np.arange(self.width, dtype=np.float32) / self.width
        self.y, self.x = np.meshgrid(rows, columns, indexing="ij")

    def noise(self, cell: float) -> Plane:
        """Draw noise with features of `cell` times the height."""
        cell_px = max(1.0, cell * self.height)
        return smooth_noise(self.rng, height=self.height, width=self.width, cell_px=cell_px)

    def paint(
        self, where: Plane, colour: Plane, infrared: Plane | float, *, leaves: bool = False
    ) -> None:
        """Cover the places where `where` is true; `leaves` says whether the wind moves them."""
        mask = where > 0
        self.visible[mask] = np.broadcast_to(colour, self.visible.shape)[mask]
        self.infrared[mask] = np.broadcast_to(infrared, self.infrared.shape)[mask]
        self.foliage[mask] = 1.0 if leaves else 0.0


def _colour(red: float, green: float, blue: float) -> Plane:
    return np.array([red, green, blue], dtype=np.float32)


def _mask(where: np.ndarray) -> Plane:
    return where.astype(np.float32)


def _paint_sky(canvas: _Canvas, horizon: float) -> None:
    depth = np.clip(canvas.y / horizon, 0, 1)[..., None]
    blue = _colour(0.22, 0.38, 0.75) * (1 - depth) + _colour(0.62, 0.72, 0.85) * depth
    clouds = np.clip(canvas.noise(0.35) * 0.6 + canvas.noise(0.12) * 0.4 - 0.5, 0, 1) * 2
    clouds = clouds[..., None]
    colour = (blue * (1 - clouds) + _colour(0.85, 0.86, 0.88) * clouds).astype(np.float32)
    infrared = (_SKY_INFRARED * (1 - clouds[..., 0]) + 0.8 * clouds[..., 0]).astype(np.float32)
    canvas.paint(_mask(canvas.y < horizon), colour, infrared)


def _leaf_texture(canvas: _Canvas) -> Plane:
    coarse, fine, leaf = canvas.noise(0.06), canvas.noise(0.014), canvas.noise(0.005)
    texture: Plane = 0.35 + 0.45 * coarse + 0.6 * fine * leaf + 0.35 * leaf
    return texture


def _paint_foliage(canvas: _Canvas, horizon: float) -> None:
    texture = _leaf_texture(canvas)
    grass = _colour(0.085, 0.14, 0.045) * texture[..., None]
    canvas.paint(_mask(canvas.y >= horizon), grass, _FOLIAGE_INFRARED * texture * 0.8, leaves=True)
    ratio = canvas.width / canvas.height
    ragged = canvas.noise(0.03) * 0.5
    for _ in range(int(canvas.rng.integers(4, 8))):
        centre_x, size = canvas.rng.random(), 0.10 + 0.14 * canvas.rng.random()
        away = ((canvas.x - centre_x) * ratio / size) ** 2
        away = away + ((canvas.y - horizon + size * 0.5) / size) ** 2
        tree = (
            _colour(0.045, 0.085, 0.025) * (texture * (0.8 + 0.4 * canvas.rng.random()))[..., None]
        )
        canvas.paint(_mask(away + ragged < 1), tree, _FOLIAGE_INFRARED * texture, leaves=True)


def _paint_road(canvas: _Canvas, horizon: float) -> float:
    top = horizon + 0.22 * (1 - horizon) + 0.08 * canvas.rng.random()
    bottom = top + 0.26
    asphalt = (0.11 + 0.06 * canvas.noise(0.006) + 0.03 * canvas.noise(0.1))[..., None]
    on_road = (canvas.y >= top) & (canvas.y < bottom)
    canvas.paint(_mask(on_road), asphalt * _colour(1.0, 1.0, 1.02), _ROAD_INFRARED)
    middle = (top + bottom) / 2
    dash = (np.abs(canvas.y - middle) < 0.008) & ((canvas.x * 12) % 1 < 0.55)
    canvas.paint(_mask(dash), _colour(0.7, 0.7, 0.66), 0.6)
    kerb = (canvas.y >= top - 0.012) & (canvas.y < top)
    canvas.paint(_mask(kerb), _colour(0.38, 0.37, 0.35), 0.4)
    return float(top)


def _paint_building(canvas: _Canvas, ground: float) -> None:
    rng = canvas.rng
    left, width = 0.05 + 0.5 * rng.random(), 0.28 + 0.12 * rng.random()
    roof = 0.12 + 0.12 * rng.random()
    walls = (_colour(0.36, 0.20, 0.15), _colour(0.46, 0.42, 0.34), _colour(0.34, 0.36, 0.40))
    wall = walls[int(rng.integers(len(walls)))]
    shade = (0.85 + 0.3 * canvas.noise(0.01))[..., None]
    courses = np.where((canvas.y * 60) % 1 < 0.12, 0.8, 1.0)[..., None]
    across = (canvas.x - left) / width
    inside = (across >= 0) & (across < 1) & (canvas.y >= roof) & (canvas.y < ground)
    canvas.paint(_mask(inside), (wall * shade * courses).astype(np.float32), 0.42)
    columns, floors = int(rng.integers(3, 6)), 3
    u = (across * columns) % 1
    v = ((canvas.y - roof) / (ground - roof) * floors) % 1
    frame = inside & (np.abs(u - 0.5) < 0.27) & (np.abs(v - 0.5) < 0.30)
    glass = inside & (np.abs(u - 0.5) < 0.22) & (np.abs(v - 0.5) < 0.25)
    glass = glass & (np.abs(u - 0.5) > 0.02)
    canvas.paint(_mask(frame), _colour(0.75, 0.75, 0.72), 0.65)
    canvas.paint(_mask(glass), _colour(0.05, 0.07, 0.09), 0.07)
    lintel = inside & (canvas.y < roof + 0.03)
    canvas.paint(_mask(lintel), _colour(0.2, 0.19, 0.19), 0.2)


def _paint_fence(canvas: _Canvas, ground: float) -> None:
    near = (canvas.y > ground - 0.10) & (canvas.y < ground - 0.02)
    slat = near & ((canvas.x * 48 + canvas.rng.random()) % 1 < 0.4)
    canvas.paint(_mask(slat), _colour(0.45, 0.40, 0.32), 0.5)
    at = 0.1 + 0.8 * canvas.rng.random()
    pole = (np.abs(canvas.x - at) < 0.006) & (canvas.y > 0.05) & (canvas.y < ground)
    canvas.paint(_mask(pole), _colour(0.16, 0.16, 0.17), 0.2)


def _cut_sprite(canvas: _Canvas, road_top: float) -> Sprite:
    """Draw a van: body, windows, wheels."""
    height, width = max(8, int(canvas.height * 0.17)), max(14, int(canvas.height * 0.36))
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    paints = (_colour(0.55, 0.08, 0.06), _colour(0.75, 0.75, 0.72), _colour(0.08, 0.14, 0.4))
    visible = np.tile(paints[int(canvas.rng.integers(len(paints)))], (height, width, 1))
    infrared = np.full((height, width), 0.5, dtype=np.float32)
    window = (y > 0.15) & (y < 0.45) & (x > 0.08) & (x < 0.9) & ((x * 4) % 1 > 0.12)
    wheel = np.minimum(np.abs(x - 0.2), np.abs(x - 0.8)) * 2.1
    wheel_at = wheel**2 + ((y - 0.86) * 1.0) ** 2 < 0.14**2
    visible[window | wheel_at] = _colour(0.03, 0.035, 0.04)
    infrared[window | wheel_at] = 0.05
    body = ((y < 0.86) & (y > 0.05)) | wheel_at
    return Sprite(
        visible=visible.astype(np.float32),
        infrared=infrared,
        cover=_mask(body),
        top_px=int((road_top + 0.02) * canvas.height),
    )


def paint_landscape(*, seed: int, width: int, height: int) -> Landscape:
    """Paint sky, trees, grass, a building, a road and a van; the seed decides which and where."""
    canvas = _Canvas(rng=np.random.default_rng(seed), height=height, width=width)
    horizon = 0.36 + 0.12 * canvas.rng.random()
    _paint_sky(canvas, horizon)
    _paint_foliage(canvas, horizon)
    road_top = _paint_road(canvas, horizon)
    _paint_building(canvas, road_top - 0.06)
    _paint_fence(canvas, road_top)
    return Landscape(
        visible=canvas.visible,
        infrared=canvas.infrared,
        foliage=canvas.foliage,
        sprite=_cut_sprite(canvas, road_top),
    )
