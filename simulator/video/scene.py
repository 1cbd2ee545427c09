"""Frames of a simulated camera: a scene, its light, its filter and its picture faults."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.video.caption import draw_caption
from simulator.video.landscape import Sprite, paint_landscape
from simulator.video.scene_spec import PICTURE_FAULTS, Light, SceneSpec
from simulator.video.sensor import Exposure, develop, expose, linear_light, without_colour
from simulator.video.source import read_frames
from simulator.video.texture import Plane, blur_by_disc

__all__ = ["PICTURE_FAULTS", "Light", "SceneSpec", "render"]

# What near infrared adds to red, green and blue pixels when the filter is out: a Bayer mosaic
# passes most of it in red, then in blue, least in green.
_LEAK = np.array([1.0, 0.4, 0.85], dtype=np.float32)
_LEAK_BY_DAY = 1.4
_SNOW = 0.7
# What little of the lamp passes a filter that stays in at night.
_LAMP_THROUGH_FILTER = 0.008
_SWAY_PX = (0, 1, 1)  # leaves in the wind, one step every other frame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One scene state, ready to be photographed: light per still, and how it is exposed."""

    stills: tuple[Plane, ...]
    sprite: Sprite | None
    sprite_light: Plane | None
    exposure: Exposure
    cover: Plane | None
    cover_light: float


def render(scene: SceneSpec, frame_index: int) -> NDArray[np.uint8]:
    """Render frame `frame_index` as (H, W, 3) RGB; equal arguments give equal pixels.

    A frozen camera repeats its first frame. Raises UnreadableSource for a broken source file.
    """
    if "frozen" in scene.faults:
        frame_index = 0
    noise_at = (scene.seed * 7919 + scene.moment * 104_729 + frame_index) % 2**32
    stage = _stage(_settled(scene))
    light = stage.stills[_still_index(scene, stage, frame_index)]
    if stage.sprite is not None and stage.sprite_light is not None:
        light = _cross_road(scene, light, stage.sprite, stage.sprite_light, frame_index)
    if stage.cover is not None:
        light = light * (1 - stage.cover) + stage.cover_light * stage.cover
    if "white" in scene.faults:
        light = np.full_like(light, 4.0 / max(1e-6, float(stage.exposure.gains.min())))
    elif "black" in scene.faults:
        light = np.zeros_like(light)
    picture = develop(light, stage.exposure, noise_at=noise_at)
    if scene.drains_colour:
        picture = without_colour(picture)
    draw_caption(picture, f"CAM {scene.seed % 10_000:04d}")
    return picture


def _settled(scene: SceneSpec) -> SceneSpec:
    """Drop what does not change the stage, so that all moments share one."""
    return SceneSpec(
        seed=scene.seed,
        width=scene.width,
        height=scene.height,
        light=scene.light,
        filter_in=scene.filter_is_in,
        faults=scene.faults & {"blurred", "half_covered", "colour_cast", "noise"},
        source=scene.source,
        balances_white=scene.balances_white,
        daylight=scene.daylight,
        infrared=scene.infrared,
        snow=scene.snow,
    )


def _still_index(scene: SceneSpec, stage: _Stage, frame_index: int) -> int:
    step = frame_index if scene.source is not None else frame_index // 2
    return (step + scene.moment) % len(stage.stills)


@lru_cache(maxsize=12)
def _stage(scene: SceneSpec) -> _Stage:
    if scene.source is None:
        return _painted_stage(scene)
    frames = read_frames(scene.source, width=scene.width, height=scene.height)
    stills = []
    for frame in frames:
        visible = linear_light(frame)
        light = _light(scene, visible, _guess_infrared(visible))
        stills.append(_defocus(scene, light))
    return _finish_stage(scene, stills, sprite=None, sprite_light=None)


_landscape = lru_cache(maxsize=2)(paint_landscape)  # all lights and filters of a view in turn


def _painted_stage(scene: SceneSpec) -> _Stage:
    land = _landscape(seed=scene.seed, width=scene.width, height=scene.height)
    leaves = land.foliage[..., None]
    stills = []
    for shift_px in _SWAY_PX:
        visible = land.visible * (1 - leaves) + np.roll(land.visible, shift_px, axis=1) * leaves
        rolled = np.roll(land.infrared, shift_px, axis=1)
        infrared = np.where(land.foliage > 0, rolled, land.infrared)
        stills.append(_defocus(scene, _light(scene, visible, infrared)))
    sprite = land.sprite
    if "blurred" in scene.faults:
        sprite = _blur_sprite(scene, sprite)
    at_middle = scene.by_day
    light = _light(scene, sprite.visible, sprite.infrared, flat=not at_middle)
    return _finish_stage(scene, stills, sprite=sprite, sprite_light=light)


def _finish_stage(
    scene: SceneSpec, stills: list[Plane], *, sprite: Sprite | None, sprite_light: Plane | None
) -> _Stage:
    covered = "half_covered" in scene.faults
    return _Stage(
        stills=tuple(stills),
        sprite=sprite,
        sprite_light=sprite_light,
        exposure=expose(scene, stills[0], developed=scene.source is not None),
        cover=_cover(scene) if covered else None,
        # By day a cover is dark; at night it throws the camera's own lamp back and glows.
        cover_light=0.012 if scene.by_day else 0.9,
    )


def _light(scene: SceneSpec, visible: Plane, infrared: Plane, *, flat: bool = False) -> Plane:
    """Add up the light that reaches the sensor; `flat` leaves the lamp's falloff out."""
    if scene.by_day:
        if scene.snow:  # it reflects both alike
            visible = visible * np.float32(1 - scene.snow) + np.float32(_SNOW * scene.snow)
            infrared = infrared * np.float32(1 - scene.snow) + np.float32(_SNOW * scene.snow)
        leak = 0.0 if scene.filter_is_in else _LEAK_BY_DAY * scene.infrared
        added: Plane = (visible + leak * infrared[..., None] * _LEAK).astype(np.float32)
        return added * np.float32(scene.daylight)
    height, width = infrared.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    # The lamp's cone fades to the sides; what is far (the upper part) gets almost nothing.
    cone = np.full_like(x, 0.7) if flat else np.exp(-(x**2 + (y - 0.35) ** 2) / 0.8)
    reach = np.ones_like(y) if flat else np.clip((y + 0.9) / 0.9, 0.01, 1)
    passed = _LAMP_THROUGH_FILTER if scene.filter_is_in else 1.0
    lit: Plane = (passed * cone * reach * infrared)[..., None].astype(np.float32)
    return np.repeat(lit, 3, axis=2)


def _guess_infrared(visible: Plane) -> Plane:
    """Guess near infrared from colours: greener than red and blue is a leaf, bluer is sky."""
    red, green, blue = visible[..., 0], visible[..., 1], visible[..., 2]
    leaf = np.clip(green - np.maximum(red, blue), 0, None)
    sky = np.clip(blue - np.maximum(red, green), 0, None)
    guess: Plane = np.clip(0.8 * green + 4 * leaf - 0.7 * sky, 0, 1).astype(np.float32)
    return guess


def _defocus(scene: SceneSpec, light: Plane) -> Plane:
    return blur_by_disc(light, _blur_px(scene)) if "blurred" in scene.faults else light


def _blur_px(scene: SceneSpec) -> int:
    return max(2, scene.height // 72)


def _blur_sprite(scene: SceneSpec, sprite: Sprite) -> Sprite:
    """Defocus the moving thing with the same disc; its edge becomes a soft cover."""
    radius = _blur_px(scene)
    room = ((radius, radius), (radius, radius))
    return Sprite(
        visible=blur_by_disc(np.pad(sprite.visible, (*room, (0, 0)), mode="edge"), radius),
        infrared=blur_by_disc(np.pad(sprite.infrared, room, mode="edge"), radius),
        cover=blur_by_disc(np.pad(sprite.cover, room), radius),
        top_px=sprite.top_px - radius,
    )


def _cover(scene: SceneSpec) -> Plane:
    """Cover the left half with a soft edge, as a thing too near to be sharp."""
    x = np.linspace(0, 1, scene.width, dtype=np.float32)
    edge = np.clip((0.53 - x) / 0.06, 0, 1)
    cover: Plane = np.broadcast_to(edge[None, :, None], (scene.height, scene.width, 1))
    return cover


def _cross_road(
    scene: SceneSpec, still: Plane, sprite: Sprite, sprite_light: Plane, frame_index: int
) -> Plane:
    """Put the moving thing on the road; it crosses the picture in about 60 frames."""
    height, width = sprite.cover.shape
    way = scene.width + width
    start = (scene.seed * 37 + scene.moment * 101) % way
    left = int(start + frame_index * scene.width / 60) % way - width
    light = still.copy()
    first, last = max(0, left), min(scene.width, left + width)
    bottom = min(scene.height, sprite.top_px + height)
    if first >= last:
        return light
    rows, columns = slice(sprite.top_px, bottom), slice(first, last)
    part = (slice(0, bottom - sprite.top_px), slice(first - left, last - left))
    cover = sprite.cover[part][..., None]
    light[rows, columns] = light[rows, columns] * (1 - cover) + sprite_light[part] * cover
    return light
