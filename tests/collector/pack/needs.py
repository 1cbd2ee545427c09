"""What packs need of the machine; ``deploy/debian-packages`` installs it where it may."""

from __future__ import annotations

import shutil

import pytest

from collector.settings import DEFAULT_FONT

FONT = pytest.mark.skipif(
    not DEFAULT_FONT.is_file() or shutil.which("pdftotext") is None,
    reason="fonts-wqy-microhei or poppler-utils is not installed",
)
