"""Certificates in the configuration: pins in any spelling, authorities from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.camera.port import Target
from agent.config_file import load_config
from agent.config_problem import ConfigError
from tests.agent.delivery.tls_pair import write_server_pair

HEX = "0123456789abcdef" * 4
DEVICE = '[agent]\nid = "a"\n[[devices]]\nid = "gate"\naddress = "192.0.2.1"\n'


def load(folder: Path, lines: str) -> Target:
    """The target of the one device."""
    path = folder / "agent.toml"
    path.write_text(DEVICE + lines, encoding="utf-8")
    return load_config(path, environment={}).devices[0].target


@pytest.mark.parametrize(
    "written",
    [
        f'"sha256:{HEX}"',
        f'"{HEX.upper()}"',
        '"' + ":".join(HEX[i : i + 2].upper() for i in range(0, 64, 2)) + '"',
        f'["sha256:{HEX}"]',
    ],
)
def test_a_pin_is_read_in_every_spelling(tmp_path: Path, written: str) -> None:
    """As openssl, browsers and our own probe print it."""
    target = load(tmp_path, f"tls = true\ntls_fingerprint = {written}\n")

    assert target.tls_fingerprints == (f"sha256:{HEX}",)


def test_an_authority_is_a_file_beside_the_configuration(tmp_path: Path) -> None:
    """Relative to the file that names it."""
    certificate, _ = write_server_pair(tmp_path)
    target = load(tmp_path, f'tls = true\ntls_ca = "{certificate.name}"\n')

    assert target.tls_ca == str(certificate)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('tls = true\ntls_fingerprint = "sha1:00"\n', "devices[0].tls_fingerprint"),
        ("tls = true\ntls_fingerprint = 12\n", "devices[0].tls_fingerprint"),
        (f'tls_fingerprint = "{HEX}"\n', "devices[0].tls"),
        ('tls = true\ntls_ca = "nowhere.pem"\n', "devices[0].tls_ca"),
        ('tls = true\ntls_ca = "agent.toml"\n', "devices[0].tls_ca"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(tmp_path: Path, lines: str, key: str) -> None:
    """A pin that is none, one without TLS, and files that hold no certificate."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, lines)
    (problem,) = caught.value.problems

    assert problem.key == key
    assert problem.remedy("en") and problem.remedy("zh")
