"""HTTP Digest against the vectors that the RFCs publish."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.digest import Challenge, answer, read_challenges, read_schemes
from agent.camera.port import Credentials, LoginKind

RFC7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={},'
    ' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",'
    ' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
MUFASA = Credentials(user="Mufasa", password="Circle of Life")


def response_of(challenge: Challenge, credentials: Credentials, cnonce: str) -> str:
    header = answer(
        challenge,
        credentials,
        method="GET",
        uri="/dir/index.html",
        cnonce=cnonce,
        nonce_count=1,
    )
    found = re.search(r'response="([0-9a-f]+)"', header)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_vectors(algorithm: str, expected: str) -> None:
    """Both algorithms give the responses printed in RFC 7616 section 3.9.1."""
    (challenge,) = read_challenges([RFC7616.format(algorithm)])

    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    assert response_of(challenge, MUFASA, cnonce) == expected


def test_rfc_2617_vector() -> None:
    """The response of RFC 2617 section 3.5 comes out, algorithm absent meaning MD5."""
    (challenge,) = read_challenges(
        [
            'Digest realm="testrealm@host.com", qop="auth,auth-int",'
            ' nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
        ]
    )

    mufasa = Credentials(user="Mufasa", password="Circle Of Life")
    assert response_of(challenge, mufasa, "0a4f113b") == "6629fae49393a05397450978507c4ef1"


def test_rfc_2069_vector() -> None:
    """Without qop the old form of RFC 2069 is used (vector as corrected by its errata)."""
    (challenge,) = read_challenges(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"']
    )

    mufasa = Credentials(user="Mufasa", password="CircleOfLife")
    assert response_of(challenge, mufasa, "x") == "1949323746fe6a43ef61f9606e7febea"


def test_stronger_challenge_comes_first() -> None:
    """Of several challenges, in one header or in many, SHA-256 is answered before MD5."""
    md5, sha = RFC7616.format("MD5"), RFC7616.format("SHA-256")

    for headers in ([md5, sha], [f"{md5}, {sha}"], [f'Basic realm="x", {md5}', sha]):
        kinds = [challenge.kind for challenge in read_challenges(headers)]
        assert kinds == [LoginKind.DIGEST_SHA256, LoginKind.DIGEST_MD5]


@pytest.mark.parametrize(
    "header",
    ['Basic realm="x"', 'Digest realm="x"', 'Digest nonce="n", algorithm=SHA-512-256',
     'Digest nonce="n", qop="auth-int"', "", "Digest", ",,,"],
)  # fmt: skip
def test_what_we_cannot_answer_is_left_out(header: str) -> None:
    """Basic, unknown algorithms and challenges without a nonce are no Digest challenge."""
    assert read_challenges([header]) == ()


def test_device_cannot_add_headers() -> None:
    """Line ends in a nonce do not reach the header that we send."""
    (challenge,) = read_challenges(['Digest realm="x\r\nX-Evil: 1", nonce="a\nb"'])

    header = answer(challenge, MUFASA, method="GET", uri="/", cnonce="c", nonce_count=1)
    assert "\r" not in header
    assert "\n" not in header


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_header_is_read_without_an_error(header: str) -> None:
    """No header a device can send raises."""
    read_schemes([header])
    read_challenges([f"Digest {header}"])
