"""The naive way, for comparison: an onvif-zeep object per camera and an ffmpeg per picture.

Run as a process of its own: ``python -m benchmarks.naive_client rebuilt|kept ADDRESS ...`` with
the password in PRECLAIM_PASSWORD; prints CPU seconds per camera and sweep as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

SWEEPS = 2


def connect(address: str, password: str) -> Any:  # onvif-zeep has no types
    """A client as its README shows it, with the clock adjusted as our cameras need it."""
    from onvif import ONVIFCamera  # noqa: PLC0415 - its import sets up logging; keep it here

    host, _, port = address.partition(":")
    return ONVIFCamera(host, int(port), "admin", password, adjust_time=True)


def sweep(camera: Any, password: str) -> None:
    """What one pass of ours asks: clock, identity, profile, imaging, stream, one picture."""
    camera.devicemgmt.GetSystemDateAndTime()
    camera.devicemgmt.GetDeviceInformation()
    camera.devicemgmt.GetNetworkInterfaces()
    media = camera.create_media_service()
    profile = media.GetProfiles()[0]
    imaging = camera.create_imaging_service()
    imaging.GetImagingSettings({"VideoSourceToken": profile.VideoSourceConfiguration.SourceToken})
    imaging.GetOptions({"VideoSourceToken": profile.VideoSourceConfiguration.SourceToken})
    uri = media.GetStreamUri(
        {
            "StreamSetup": {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}},
            "ProfileToken": profile.token,
        }
    ).Uri
    take_picture(uri, password)


def take_picture(uri: str, password: str) -> None:
    """One ffmpeg process per picture, over TCP; its login stands in argv, as people do it."""
    parts = urlsplit(uri)
    with_login = urlunsplit(
        parts._replace(netloc=f"admin:{quote(password, safe='')}@{parts.netloc}")
    )
    subprocess.run(
        [
            *("ffmpeg", "-loglevel", "error", "-nostdin", "-rtsp_transport", "tcp"),
            *("-i", with_login, "-frames:v", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=30,
    )


def cpu_seconds() -> float:
    """User and system time of this process and of its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Sweep all addresses twice; the first sweep of the kept way builds and is not counted."""
    way, addresses = sys.argv[1], sys.argv[2:]
    password = os.environ["PRECLAIM_PASSWORD"]
    kept: dict[str, Any] = {}
    began, spent = time.monotonic(), 0.0
    for _ in range(SWEEPS):
        before = cpu_seconds()
        for address in addresses:
            camera = kept.get(address) or connect(address, password)
            if way == "kept":
                kept[address] = camera
            sweep(camera, password)
        spent = cpu_seconds() - before
    print(
        json.dumps(
            {
                "cpu_s_per_camera": spent / len(addresses),
                "wall_s": time.monotonic() - began,
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
