"""Whose setting is borrowed: the serial as it came and the MAC addresses, kept in the journal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from agent.camera.port import Camera, CameraError
from agent.facts import aliases_of
from shared.device import Alias, AliasKind, alias_of, is_placeholder

_MAX_MACS: Final = 4
_MACS: Final = "\t"  # between serial and addresses: no serial holds a tab


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What names one device; '' and nothing where it does not say."""

    serial: str = ""  # as it came: a comma in it is a part of it
    macs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, serial: str | None, addresses: Iterable[str] = ()) -> Self:
        """From what a device states; placeholders name nothing."""
        text = _spaced(serial or "")
        found = (alias_of(AliasKind.MAC, address) for address in addresses)
        macs = sorted({alias.value for alias in found if alias is not None})[:_MAX_MACS]
        return cls(serial="" if is_placeholder(text) else text, macs=frozenset(macs))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` wrote, or a serial alone, as journals held before."""
        serial, _, macs = text.partition(_MACS)
        return cls(serial=_spaced(serial), macs=frozenset(filter(None, macs.split(","))))

    def __str__(self) -> str:
        macs = ",".join(sorted(self.macs))
        return f"{self.serial}{_MACS}{macs}" if macs else self.serial

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """As visits keep them of a device."""
        return aliases_of(self.serial, ",".join(sorted(self.macs)))

    @property
    def names_it(self) -> bool:
        """Whether anything is known at all."""
        return bool(self.serial or self.macs)

    def is_other(self, now: Identity) -> bool:
        """Whether another device answers now.

        The serial decides, as in ``shared.device.is_exchanged``: a camera that moves from cable to
        radio shows another MAC and is still itself.
        """
        if self.serial and now.serial:
            return self.serial != now.serial
        return bool(self.macs and now.macs) and self.macs.isdisjoint(now.macs)

    def is_same(self, now: Identity) -> bool:
        """Whether the same device certainly answers now."""
        if self.serial and now.serial:
            return self.serial == now.serial
        return not self.macs.isdisjoint(now.macs)


def _spaced(text: str) -> str:
    return " ".join(text.split())


async def ask_who(camera: Camera) -> Identity:
    """Serial and addresses that a device states; CameraError when it does not answer at all.

    Addresses are asked for besides: a device that does not tell them has none.
    """
    serial = (await camera.device_information()).serial
    addresses: tuple[str, ...] = ()
    with contextlib.suppress(CameraError):
        addresses = tuple(await camera.mac_addresses())
    return Identity.of(serial, addresses)
