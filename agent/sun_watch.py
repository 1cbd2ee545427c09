"""Where the sun stands over a device, by a clock and a place that its cameras bear out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.config import Device
from agent.delivery import reading_store
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.database import Database
from agent.diagnosis.rule import HISTORY_PER_NAME
from agent.sun import Site, sun_elevation_deg
from agent.sun_record import agrees, hours_of

_LOG = logging.getLogger(__name__)
_ANEW: Final = timedelta(minutes=10)  # a record is read again after so long
_MATES: Final = 4  # asked for a camera that has no days of its own yet
_LUMA: Final = "picture.luma_mean"
_SATURATION: Final = "picture.saturation_mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """What is known of the sun; certain only once a camera of the site saw its days by it."""

    elevation_deg: float | None = None
    is_certain: bool = False

    @property
    def certain_deg(self) -> float | None:
        """The elevation that may convict a camera."""
        return self.elevation_deg if self.is_certain else None


class SunWatch:
    """Asks the collector's clock for the time, and the cameras' own days whether it can be so."""

    def __init__(
        self,
        database: Database,
        *,
        collector_clock: CollectorClock,
        clock: Callable[[], datetime],
        mates: Mapping[str, Sequence[str]],
    ) -> None:
        """``mates`` are a device's neighbours at the same site."""
        self._database = database
        self._collector_clock = collector_clock
        self._clock = clock
        self._mates = mates
        self._found: dict[str, tuple[datetime, bool | None]] = {}

    def over(self, device: Device, at: datetime) -> Sun:
        """The sun over a device at a moment of our own clock; nothing where they contradict."""
        if device.place is None:
            return Sun()
        word = self._word(device.device_id, device.place, at)
        if word is None:
            mates = self._mates.get(device.device_id, ())[:_MATES]
            words = [self._word(mate, device.place, at) for mate in mates]
            word = False if False in words else (True if True in words else None)
        if word is False:
            return Sun()
        elevation = sun_elevation_deg(device.place, at + self._off())
        return Sun(elevation_deg=elevation, is_certain=word is True)

    def _off(self) -> timedelta:
        """How far the collector's clock is ahead of ours; nothing before it has told the time."""
        if not self._collector_clock.is_certain:
            return timedelta(0)
        return self._collector_clock.now() - self._clock()

    def _word(self, device_id: str, place: Site, at: datetime) -> bool | None:
        asked_at, word = self._found.get(device_id, (None, None))
        if asked_at is not None and timedelta(0) <= at - asked_at < _ANEW:
            return word
        db, off = self._database.connection, self._off()
        luma, saturation = (
            reading_store.earlier(db, device_id, name, limit=HISTORY_PER_NAME)
            for name in (_LUMA, _SATURATION)
        )

        def elevation_deg(moment: datetime) -> float:
            found = sun_elevation_deg(place, moment + off)
            assert found is not None
            return found

        word = agrees(
            hours_of(luma, saturation),
            elevation_deg,
            is_clock_certain=self._collector_clock.is_certain,
        )
        if word is False and self._found.get(device_id, (at, None))[1] is not False:
            _LOG.warning(
                "%s: its days and nights contradict the sun at %.1f, %.1f by this clock:"
                " the sun is left out; check clock, latitude and longitude",
                device_id,
                place.latitude_deg,
                place.longitude_deg,
            )
        self._found[device_id] = (at, word)
        return word
