"""The product's version: here, so that neither part needs the packaging machinery to know it.

``importlib.metadata`` takes 0.8 MB of a process that runs for months (measured).
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
