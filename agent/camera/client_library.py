"""aiohttp without the certificates of public authorities, which no camera has.

At import it makes a TLS context of its own from all of the system's authorities: 2.0 MB of memory
for as long as the agent runs (measured), of which nothing is ever used. A connection that shall be
verified gets a context made for it.
"""

from __future__ import annotations

import os

_PLACES = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # where OpenSSL looks for authorities
_before = {name: os.environ.get(name) for name in _PLACES}
os.environ.update(dict.fromkeys(_PLACES, os.devnull))
try:
    import aiohttp
finally:
    for _name, _value in _before.items():
        if _value is None:
            del os.environ[_name]
        else:
            os.environ[_name] = _value

__all__ = ["aiohttp"]
