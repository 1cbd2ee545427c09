"""Clues to diagnoses: each rule says why, and what cannot be told is said to be so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.knocked import Knocked, Port
from agent.camera.lock import Lock
from agent.camera.login_facts import Attempt, Met, Offer, Service
from agent.camera.password_traits import traits_of
from agent.camera.port import CameraError, Cause, LoginKind
from agent.diagnosis.cause_rules import CODES
from agent.doctor.cause import MEANINGS, LoginCause
from agent.doctor.clues import Clues, Recorder, Stream
from agent.doctor.diagnosis import Certainty, Outcome
from agent.doctor.judge import judge
from agent.doctor.plan import MOST_ATTEMPTS, next_try
from agent.reasons import error_in_words
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome as FaultOutcome

WSSE, MD5, SHA = LoginKind.WSSE, LoginKind.DIGEST_MD5, LoginKind.DIGEST_SHA256
ONVIF, HTTP, RTSP = Service.ONVIF, Service.HTTP, Service.RTSP
BOTH = (Offer(scheme="digest", algorithm="SHA-256"), Offer(scheme="digest", algorithm="MD5"))


def login(service: Service, kind: LoginKind, met: Met, **more: object) -> Attempt:
    """One attempt."""
    return Attempt(service=service, kind=kind, met=met, **more)  # type: ignore[arg-type]


def shut(**more: object) -> Knocked:
    """A device whose ONVIF port refuses."""
    facts = {"onvif_port": 80, "rtsp_port": 554, "onvif": Cause.TCP_REFUSED}
    return Knocked(**(facts | more))  # type: ignore[arg-type]


WRONG_TIME = login(ONVIF, WSSE, Met.REFUSED, said="wsse timestamp check failed")
TELLING = [
    pytest.param(
        Clues(attempts=(WRONG_TIME,), skew_s=-40.0), "clock_skew", Certainty.LIKELY, id="its word"
    ),
    pytest.param(
        Clues(attempts=(WRONG_TIME,), skew_s=3590.0), "dst_error", Certainty.LIKELY, id="an hour"
    ),
    pytest.param(
        Clues(attempts=(WRONG_TIME,), skew_s=-3650.0), "dst_error", Certainty.LIKELY, id="behind"
    ),
    pytest.param(
        Clues(knocked=shut(ports={443: Port.OPEN}, over_tls="cam:443")),
        "https_only",
        Certainty.PROVEN,
        id="TLS answers",
    ),
    pytest.param(
        Clues(knocked=shut(ports={8000: Port.OPEN}, moved_to="cam:8000")),
        "onvif_off",
        Certainty.PROVEN,
        id="another port",
    ),
    pytest.param(
        Clues(knocked=shut(ports={9000: Port.OPEN})), "onvif_off", Certainty.PROVEN, id="app works"
    ),
    pytest.param(
        Clues(attempts=(login(ONVIF, WSSE, Met.ACCEPTED), login(RTSP, MD5, Met.REFUSED))),
        "onvif_account",
        Certainty.LIKELY,
        id="RTSP has users of its own",
    ),
    pytest.param(
        Clues(
            attempts=(login(ONVIF, WSSE, Met.ACCEPTED), login(RTSP, MD5, Met.REFUSED)),
            password=traits_of("a" * 32),
        ),
        "password_characters",
        Certainty.LIKELY,
        id="32 characters",
    ),
    pytest.param(
        Clues(attempts=(login(ONVIF, MD5, Met.REFUSED),), keeps_old_hash=True),
        "md5_hash_kept",
        Certainty.LIKELY,
        id="known to keep the hash",
    ),
    pytest.param(
        Clues(
            attempts=(login(RTSP, MD5, Met.ACCEPTED),),
            offers={RTSP: BOTH},
            recorder=Recorder(login=MD5),
        ),
        "digest_confusion",
        Certainty.POSSIBLE,
        id="the recorder may take the first",
    ),
    pytest.param(
        Clues(
            attempts=(login(RTSP, SHA, Met.ACCEPTED),),
            offers={RTSP: BOTH[:1]},
            recorder=Recorder(login=WSSE, speaks=frozenset({WSSE, MD5})),
        ),
        "sha256_only",
        Certainty.PROVEN,
        id="the recorder's capabilities are configured",
    ),
]


@pytest.mark.parametrize(("clues", "cause", "certainty"), TELLING)
def test_clues_name_their_cause(clues: Clues, cause: str, certainty: Certainty) -> None:
    """The first diagnosis is the one that these clues stand for."""
    first = judge(clues).diagnoses[0]

    assert (first.cause.value, first.certainty) == (cause, certainty)
    assert first.reasons[0].en
    assert first.reasons[0].zh


QUIET = [
    pytest.param(
        Clues(
            attempts=(login(RTSP, SHA, Met.ACCEPTED),),
            offers={RTSP: BOTH[:1]},
            recorder=Recorder(login=SHA),
        ),
        id="a recorder with SHA-256",
    ),
    pytest.param(
        Clues(
            attempts=(login(RTSP, MD5, Met.ACCEPTED),),
            offers={RTSP: (Offer(scheme="digest"),)},
        ),
        id="RTSP without an algorithm is common",
    ),
    pytest.param(Clues(attempts=(login(ONVIF, WSSE, Met.ACCEPTED),), skew_s=2.0), id="two seconds"),
    pytest.param(
        Clues(
            attempts=(login(ONVIF, MD5, Met.ACCEPTED),),
            skew_s=-86400.0,
            recorder=Recorder(login=MD5),
        ),
        id="Digest does not care for the time",
    ),
]


@pytest.mark.parametrize("clues", QUIET)
def test_what_troubles_nobody_is_not_named(clues: Clues) -> None:
    """A camera that lets us and the recorder in has no cause, not even a possible one."""
    assert judge(clues).outcome is Outcome.WELL
    assert judge(clues).diagnoses == ()


def test_who_is_not_there_has_no_cause() -> None:
    """Where nothing answers the doctor says so and what would settle it, instead of a cause."""
    told = judge(Clues(knocked=shut(ports={80: Port.REFUSED, 554: Port.REFUSED})))

    assert told.outcome is Outcome.UNTOLD
    assert told.settle


def test_a_refused_password_says_what_would_settle_it() -> None:
    """ONVIF alone refused: a wrong password is likely, its own account is not excluded."""
    told = judge(Clues(attempts=(login(ONVIF, WSSE, Met.REFUSED), login(ONVIF, MD5, Met.REFUSED))))

    assert told.first is not None
    assert told.first.cause is LoginCause.WRONG_PASSWORD
    assert any("login ADDRESS" in what.en for what in told.settle)


@pytest.mark.parametrize("cause", LoginCause)
def test_every_cause_says_what_it_is_and_what_to_do(cause: LoginCause) -> None:
    """Name, meaning and remedy stand in both languages, and its fault is never claimable."""
    meaning = MEANINGS[cause]

    for text in (meaning.name, meaning.what, meaning.remedy):
        assert text.en
        assert text.zh
        assert text.en != text.zh
    assert not meaning.claimable
    assert CATALOGUE[meaning.code].outcome in (FaultOutcome.FIRMWARE, FaultOutcome.CONFIGURATION)


def test_the_rules_know_the_causes_as_the_doctor_has_them() -> None:
    """Each cause opens the fault of its meaning, and is cleared by the services that show it."""
    own = {"login.firmware_refuses_method", "login.wrong_password", "login.locked_out"}
    for cause, meaning in MEANINGS.items():
        if meaning.code in own or cause is LoginCause.ALGORITHM_MISSING:
            continue  # rules of their own; a mere possibility opens nothing
        shown_by = frozenset(service.value for service in meaning.shown_by)
        assert CODES[cause.value] == (meaning.code, shown_by)
    assert set(CODES) <= {cause.value for cause in LoginCause}


ATTEMPTS = st.builds(
    Attempt,
    service=st.sampled_from(Service),
    kind=st.sampled_from([WSSE, MD5, SHA]),
    met=st.sampled_from(Met),
    own_time=st.booleans(),
    status=st.sampled_from([None, 200, 401, 404]),
    said=st.sampled_from(["", "GetProfiles", "timestamp"]),
)
OFFERS = st.builds(
    Offer,
    scheme=st.sampled_from(["digest", "basic"]),
    algorithm=st.sampled_from([None, "", "MD5", "SHA-256", "SHA-512-256"]),
)
CLUES = st.builds(
    Clues,
    attempts=st.lists(ATTEMPTS, max_size=4).map(tuple),
    offers=st.dictionaries(st.sampled_from(Service), st.lists(OFFERS, max_size=3).map(tuple)),
    skew_s=st.sampled_from([None, 0.0, 6.0, 3600.0, -86400.0]),
    knocked=st.sampled_from(
        [None, shut(), Knocked(onvif_port=80, rtsp_port=554, rtsp_speaks=True)]
    ),
    lock=st.sampled_from([None, Lock(left_s=None), Lock(left_s=1800)]),
    password=st.sampled_from([None, traits_of("abc"), traits_of("a b#")]),
    recorder=st.builds(Recorder, login=st.sampled_from(LoginKind)),
    stream=st.sampled_from([Stream(), Stream(path="/a", status=404, works_at="/b")]),
)


@given(CLUES)
def test_any_clues_are_judged(clues: Clues) -> None:
    """Whatever comes together, there is a judgement: surest first, told in both languages."""
    told = judge(clues)
    order = [list(Certainty).index(one.certainty) for one in told.diagnoses]

    assert order == sorted(order)
    assert all(reason.en and reason.zh for one in told.diagnoses for reason in one.reasons)
    assert told.outcome is not Outcome.UNTOLD or told.settle


@given(CLUES, st.integers(0, 5))
def test_nothing_is_tried_after_a_lock_or_the_third_login(clues: Clues, spent: int) -> None:
    """A lock, or three logins spent, end the examination."""
    wanted = next_try(clues, spent=spent)

    if spent >= MOST_ATTEMPTS or clues.lock is not None or clues.met(Met.LOCKED):
        assert wanted is None


@given(CLUES)
def test_nothing_is_tried_twice(clues: Clues) -> None:
    """A login that was refused is not made again at the same service."""
    wanted = next_try(clues, spent=0)

    if wanted is not None and not wanted.own_time:
        assert not clues.met(Met.REFUSED, wanted.service, kind=wanted.kind)


def test_a_path_with_a_login_in_it_is_told_without() -> None:
    """Some makers write the login into the stream's path; a reason goes to the collector."""
    path = "/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp"
    clues = Clues(stream=Stream(path=path, status=404, works_at="/b"))
    (reason,) = judge(clues).diagnoses[0].reasons

    assert "tlJwpbo6" not in reason.en + reason.zh
    assert "_password=***_channel=1" in reason.en


@pytest.mark.parametrize("met", [Met.ACCEPTED, Met.REFUSED])
def test_a_nameless_challenge_lets_in_only_who_was_let_in(met: Met) -> None:
    """Where every login was refused, nothing says that the agent is let in."""
    clues = Clues(
        attempts=(login(HTTP, MD5, met),),
        offers={HTTP: (Offer(scheme="digest", algorithm=None),)},
    )
    told = [d for d in judge(clues).diagnoses if d.cause is LoginCause.ALGORITHM_MISSING]

    assert [("is let in" in one.reasons[0].en) for one in told] == [met is Met.ACCEPTED]


def test_what_answers_no_onvif_is_to_be_looked_at() -> None:
    """No login was tried there, so that trying logins is no advice; each language has its words."""
    clues = Clues(knocked=shut(onvif=Cause.HTTP_REDIRECT, ports={80: Port.OPEN}))
    (settle,) = judge(clues).settle

    assert "http.redirect" in settle.en
    assert "preclaim-agent login" not in settle.en
    assert "HTTP 被重定向" in settle.zh


def test_what_stopped_an_examination_is_told_in_both_languages() -> None:
    """The English words of an error are not in the Chinese text where Chinese ones are known."""
    stopped = error_in_words(CameraError(Cause.LOCAL_MISSING, "no sensor"))
    (settle,) = judge(Clues(stopped_by=stopped)).settle

    assert settle.en == "put this right first: no sensor"
    assert "no sensor" not in settle.zh


def test_a_password_that_changes_meanwhile_is_no_low_level() -> None:
    """What worked, was forbidden and is then refused by another kind too, was changed."""
    seen = (
        login(ONVIF, WSSE, Met.ACCEPTED),
        login(ONVIF, WSSE, Met.FORBIDDEN, said="GetStreamUri"),
    )
    changed = judge(Clues(attempts=(*seen, login(ONVIF, SHA, Met.REFUSED))))
    forbidden = judge(Clues(attempts=seen))

    assert LoginCause.USER_LEVEL not in {one.cause for one in changed.diagnoses}
    assert LoginCause.USER_LEVEL in {one.cause for one in forbidden.diagnoses}
