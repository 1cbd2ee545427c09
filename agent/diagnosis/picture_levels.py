"""The levels that pictures are judged by, against the camera's own; data, with their source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLevels:
    """Thresholds; a configuration may replace each by name.

    ``*_least`` is the least change from this camera's own that counts, whatever its spread; see
    ``docs/decisions.md`` for how they were chosen (lives made of the laboratory's tuning part).
    """

    sun_day_deg: float = 3.0  # a healthy camera sees at civil dusk already (-6)
    sun_dusk_deg: float = -3.0  # colours below are those of lamps
    sun_high_deg: float = 10.0
    sun_night_deg: float = -5.0
    baseline_every_s: float = 3600.0  # between two pictures that are learnt
    reference_pictures: float = 4.0  # merged ones, before the reference is compared with
    own_spreads: float = 4.0  # how many of its own spreads a figure must leave
    # Detail: the ratio of a tile's sharpness to the reference's.
    detail_least: float = 0.3
    detail_slope_least: float = 0.7  # log2 from one edge of the picture to the other
    known_share: float = 0.6  # of the usual similarity; webs and other views have less
    tilt_best_least: float = 0.15  # of its usual detail that the sharper side may lose
    tilt_contrast: float = 0.66  # of the usual: a tilt leaves 0.88 and more, a veil does not
    detail_fit_least: float = 0.4  # share of variance that one plane explains
    # Contrast and veil.
    contrast_least: float = 0.35
    veil_least: float = 25.0
    weather_contrast: float = 0.75  # of the reference's; lives in fog and rain had 0.1 to 0.7
    weather_veil: float = 20.0
    weather_days: float = 7.0  # fog that did not lift once for so long is no fog
    weather_seen_days: float = 5.0  # of these, on which it was seen: the rest is a weekend's outage
    # Humidity inside: contrast at 0.2 to 0.48 of its own, blacks lifted by 17 to 60; a film or
    # grease: 0.43 to 0.67 and 12 to 61, with every edge still there; mere defocus: 0.59 to 0.85
    # and 2 to 25. A film that is thinner than these bars is told as a lost focus.
    veil_share: float = 0.6
    veil_lift: float = 15.0
    veil_slope_most: float = 2.4  # log2 of contrast across: a cover had 2.7 to 8
    veil_changed_most: float = 0.3
    veil_lost_least: float = 0.05
    veil_lost_soft: float = 0.4  # of the edges, where it is also as soft as behind a film
    veil_detail: float = 0.58  # of the usual: mist leaves more, save where edges are gone
    film_share: float = 0.72
    film_share_alone: float = 0.66
    film_lift: float = 10.0
    film_lift_alone: float = 28.0
    weather_detail: float = 0.65  # of the usual ratio; fog and rain left 0.7 and more
    # Longer than rain or fog stood in a far view (17 h) that near and indoor views hardly show.
    veil_hours: float = 18.0
    veil_mornings: float = 3.0
    morning_apart_h: float = 18.0  # from the beginning of one veil to that of the next day's
    veil_whole: float = 0.5  # of the lost edges in one part: stains lie here and there
    film_sharpness: float = 0.12  # before a baseline: below any healthy picture (0.168)
    film_contrast: float = 8.0
    film_veil: float = 30.0
    # Day 0, before anything is known of a camera.
    accepted_sharpness: float = 0.168  # the lowest of 112 healthy real pictures
    accepted_tilt: float = 1.5  # log2 from side to side
    accepted_shade: float = 2.0
    # The highest of 120 healthy real pictures: 0.14, 9.5, 6.5, 17.7 and 8.
    accepted_cast: float = 0.18
    accepted_noise: float = 11.0
    accepted_row_stripes: float = 12.0
    accepted_column_stripes: float = 30.0
    accepted_lines: float = 8.0
    # Layout.
    shift_least: float = 4.0  # percent of width or height; 8 degrees are 9 % of a 90 degree view
    rotation_least_deg: float = 3.0
    shift_gain: float = 0.15  # of similarity, by moving the picture back: else the shift is chance
    moved_alike: float = 0.3  # similarity by which a view is known at its new place
    match_least: float = 0.25  # loss of similarity of the edge maps
    flip_least: float = 0.25  # by how much a flipped match beats the straight one
    known_match: float = 0.4  # median similarity of a view that can be known again
    flip_match: float = 0.38  # lives that were flipped matched by 0.41 to 0.85, healthy by 0.35
    bend_least_px: float = 3.0  # lenses out of their seat had 4.5 and more, a zoom up to 2.1
    bend_usual_most: float = 2.0  # a view that bends by itself: things on a belt, a tree
    bend_peak: float = 0.25  # of the whole view's shift: below, noise or chance
    bend_similarity: float = 0.2  # below, local shifts are matched by chance
    lost_least: float = 0.25  # share of textured tiles
    hidden_least: float = 0.36  # of the known edges gone in one part, and ...
    cover_luma: float = -0.3  # log2: darker by day where edges are gone, as no fog is
    hidden_changed: float = 0.45  # ... so many other ones than were known, in one part, or ...
    lit_luma: float = 0.5  # log2: ... by the camera's own lamp it is so much brighter there
    layout_pictures: float = 36.0  # of a light, before parts of the view are missed: cars park
    gained_least: float = 0.2
    view_alike: float = 0.4  # similarity under which hardly anything of the view is left, and ...
    view_changed: float = 0.5  # ... so many tiles with other edges: another view, not a cover
    flip_lead: float = 0.1  # of the best flip over the next: a view alike in itself is not flipped
    stain_least: float = 0.12
    stain_match: float = 0.66  # of the usual similarity; two parked cars left 0.75
    stain_scattered: float = 0.85  # the largest part of what is lost; a parked car had 0.91 to 1
    # Colour and light.
    clipped_least: float = 0.3
    bright_least: float = 45.0  # of mean luma, with ...
    bright_clipped_least: float = 0.08  # ... so much more of the picture clipped than ever
    dim_least: float = 50.0
    dim_p99: float = 140.0  # where something is bright, the exposure is a matter of the scene
    magenta_least: float = 0.04
    green_valley_least: float = 0.25
    open_view_lost: float = 0.2
    pale_least: float = 15.0  # saturation
    pale_share: float = 0.6  # of the day's own median saturation
    pale_green_least: float = 0.1
    clear_contrast: float = 0.7  # of the day's own local contrast: no fog
    lamp_least: float = 25.0
    lamp_least_share: float = 0.35  # of the night's own median luma
    lives_luma_p99: float = 10.0  # a sensor without light still shows its noise
    dark_hours: float = 3.0
    lamp_noise_share: float = 0.7  # of its usual noise in time: without a lamp gain is at its end
    lamp_half_noise_share: float = 0.55  # the same with half of the lamp
    lamp_unseen_p99: float = 40.0  # so dark that noise is cut off too
    lamp_slope_least: float = 1.2  # log2 from side to side; healthy nights strayed by up to 0.94
    lamp_lost_luma: float = -0.3  # log2: where a lamp is out it is darker; a cover shines
    lamp_spreads: float = 3.0
    # Sensor and encoder.
    noise_least: float = 4.0  # of one picture, where nothing is known of two: texture looks alike
    noise_seen_least: float = 1.0  # of one picture, when it is also in ...
    noise_time_least: float = 2.0  # ... what changes where nothing moves: faults had 7 to 28
    stripes_least: float = 12.0
    lines_least: float = 4.0
    blockiness_least: float = 0.5
    grey_fill_least: float = 0.05
    grey_fill_most: float = 0.3  # over its own: no picture. A coder at its worst added 0.29
    toggles_least: float = 5.0  # changes between colour and grey within toggle_hours
    toggle_hours: float = 12.0  # a night; a camera that is seen once an hour needs one
