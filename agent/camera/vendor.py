"""Vendor values over HTTP and JSON, as a firmware profile says where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping

from agent.camera.address import url_of
from agent.camera.door import Door
from agent.camera.port import CameraError, Cause, VendorValue
from agent.camera.profile import Field, Profile, extract, unsupported

_CAP_BYTES = 64 * 1024
_OK = 200
_ABSENT = (404, 405, 410, 501)


async def read_vendor_values(door: Door, profile: Profile) -> Mapping[str, VendorValue]:
    """Ask every request of the profile once and extract its fields.

    A device without the interface (404) gives ``unsupported`` values. Raises CameraError when
    a request fails otherwise; VENDOR_UNPARSABLE when the answer is no JSON.
    """
    values: dict[str, VendorValue] = {}
    for request in profile.requests:
        fields = [field for field in profile.fields if field.source == request.name]
        values.update(await _read(door, path=request.path, name=request.name, fields=fields))
    return values


async def _read(door: Door, *, path: str, name: str, fields: list[Field]) -> dict[str, VendorValue]:
    with door.transcript.record(kind="vendor", request=f"GET {path}") as note:
        reply = await door.send_with_digest(
            method="GET", url=url_of(door.target, path), cap_bytes=_CAP_BYTES
        )
        note.reply, note.detail = reply.body, f"HTTP {reply.status}"
        if reply.status in _ABSENT:
            return {field.name: unsupported(field) for field in fields}
        if reply.status != _OK:
            raise CameraError(
                Cause.HTTP_STATUS, f"'{name}' is answered by HTTP {reply.status}", raw=reply.body
            )
        return {field.name: extract(field, _parse(reply.body)) for field in fields}


def _parse(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CameraError(
            Cause.VENDOR_UNPARSABLE, "the vendor interface answers no valid JSON", raw=body
        ) from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")
