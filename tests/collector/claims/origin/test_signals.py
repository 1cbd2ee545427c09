"""The signals of the table: what is found, what is absent, what is not known."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.origin.arrival_signs import is_on_arrival
from collector.claims.origin.facts import (
    Cell,
    Failures,
    Lot,
    OriginFacts,
    Other,
    Shipment,
    Site,
    SiteWeather,
    Update,
    Version,
)
from collector.claims.origin.kinds import Origin, Payer
from collector.claims.origin.shipping import payer
from collector.claims.origin.signal import State
from collector.claims.origin.suggest import Suggestion, suggest
from collector.claims.origin.table import BY_ID, SIGNALS
from collector.claims.origin.terms import OriginTerms
from collector.claims.policy import DEFAULT
from collector.claims.read_policy import PolicyError, parse_policy

ONSET = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = OriginTerms()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
QUIET = Site(devices=5, died_together=0, same_family=0, outages=0, neighbours=4)
FEW = Failures(failed=2, device_days=400_000)
LOT = Lot(
    name="L-7", units=100, peers=0, peer_sites=0, own=Failures(failed=1, device_days=20_000),
    others=FEW,
)  # fmt: skip


def case(code: str = "ircut.stuck_open", **known: object) -> OriginFacts:
    """A device of 200 days that worked at a quiet site, with what the test adds."""
    usual: dict[str, object] = {
        "code": code,
        "onset_at": ONSET,
        "proof": "experiment",
        "delivered_at": ONSET - 200 * DAY,
        "first_seen_at": ONSET - 190 * DAY,
        "lot": LOT,
        "shipment": Shipment(units=20, faulty_on_arrival=0, elsewhere=0),
        "at_position": (),
        "updates": (),
        "version": Version(name="1.4.2", own=FEW, others=FEW, lots=2),
        "site": QUIET,
        "failed_elsewhere": False,
        "repaired_before": False,
        "predecessor_failed": False,
        "weather": SiteWeather(days=30, own_low_c=5, own_high_c=35),
    }
    return OriginFacts(**{**usual, **known})  # type: ignore[arg-type]


def found(made: Suggestion) -> set[str]:
    """The signals that were found."""
    return {reason.signal for reason in made.reasons}


def fresh(**known: object) -> dict[str, object]:
    """Delivered three weeks ago, first heard a day before the onset."""
    return {
        "delivered_at": ONSET - 21 * DAY,
        "first_seen_at": ONSET - DAY,
        "updates": None,
        **known,
    }


BAD_LOT = dataclasses.replace(LOT, peers=4, peer_sites=3, own=Failures(failed=5, device_days=2_000))
OFTEN = Version(name="2.0", own=Failures(failed=9, device_days=900), others=FEW, lots=3)

STORIES = [
    pytest.param(case(delivered_at=ONSET - 20 * DAY, lot=BAD_LOT), Origin.FACTORY, "early_peers",
                 id="a month old, peers of the lot"),
    pytest.param(case(lot=BAD_LOT), Origin.FACTORY, "lot_above_others", id="a bad lot, later"),
    pytest.param(case(), Origin.FACTORY, "nothing_outside", id="an inner part, nothing outside"),
    pytest.param(
        case("mainboard.flash_error", **fresh(
            shipment=Shipment(units=20, faulty_on_arrival=3, elsewhere=0))),
        Origin.TRANSPORT, "shipment", id="several of one shipment dead on arrival"),
    pytest.param(
        case("picture.tilted_focus", proof="passive", **fresh(
            at_position=(Other(code="picture.film_left_on", before=HOUR, since_first=HOUR),))),
        Origin.INSTALLATION, "since_fitting", id="askew since day 0, film left on"),
    pytest.param(
        case("picture.tilted_focus", proof="passive", **fresh(
            site=dataclasses.replace(QUIET, askew=3))),
        Origin.INSTALLATION, "fitter", id="several of a site askew since day 0"),
    pytest.param(
        case("mainboard.flash_error", **fresh(
            lot=dataclasses.replace(BAD_LOT, shipments=3),
            shipment=Shipment(units=20, faulty_on_arrival=3, elsewhere=0))),
        Origin.TRANSPORT, "shipment", id="the lot's peers all came in this shipment"),
    pytest.param(
        case("mainboard.flash_error", **fresh(
            lot=dataclasses.replace(BAD_LOT, shipments=3, peer_shipments=2),
            shipment=Shipment(units=20, faulty_on_arrival=1, elsewhere=0))),
        Origin.FACTORY, "early_peers", id="the lot's peers came in several shipments"),
    pytest.param(case("picture.blurred", accepted=False, **fresh()), Origin.INSTALLATION,
                 "refused", id="acceptance refused"),
    pytest.param(
        case("picture.blurred", proof="passive",
             at_position=(Other(code="picture.moved", before=3 * HOUR, since_first=190 * DAY),)),
        Origin.USER, "bumped", id="bumped three hours before"),
    pytest.param(case("mainboard.dead", site=dataclasses.replace(QUIET, died_together=2)),
                 Origin.ENVIRONMENT, "struck", id="three died within minutes"),
    pytest.param(
        case("battery.not_charging", proof="fact",
             weather=SiteWeather(days=30, own_low_c=-18, own_high_c=20, frost_days=12,
                                 dull_days=9)),
        Origin.ENVIRONMENT, "frost", id="a battery in frost below the data sheet"),
    pytest.param(
        case("mainboard.reboot_loop", proof="fact", version=OFTEN,
             updates=(Update(of="camera", before="1.9", after="2.0", ago=2 * HOUR),)),
        Origin.FIRMWARE, "bad_update", id="updated to a version that fails everywhere"),
    pytest.param(
        case("cellular.antenna_fault", cell=Cell(name="Operator cell 7", down=5, others=6)),
        Origin.OPERATOR, "cell_down", id="the whole cell is down"),
    pytest.param(case("battery.capacity_lost", delivered_at=ONSET - 600 * DAY),
                 Origin.UNDETERMINED, "worn", id="an old battery"),
    pytest.param(case("picture.condensation", proof="passive"), Origin.UNDETERMINED, None,
                 id="humidity, nothing else known"),
    pytest.param(
        case("picture.condensation", proof="passive", **fresh()), Origin.UNDETERMINED,
        "moist_on_arrival", id="one humid dome on arrival"),
    pytest.param(OriginFacts(code="ircut.stuck_open", onset_at=ONSET), Origin.UNDETERMINED, None,
                 id="nothing known"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "origin", "because"), STORIES)
def test_stories(facts: OriginFacts, origin: Origin, because: str | None) -> None:
    """Each story suggests its class, for the reason that makes it."""
    made = suggest(facts, TERMS)

    assert made.origin is origin, made
    assert because is None or because in found(made)


@pytest.mark.parametrize(
    "story",
    [
        pytest.param({"at_position": (Other(code="picture.moved", before=25 * HOUR,
                                            since_first=DAY),)}, id="bumped 25 hours before"),
        pytest.param({"at_position": (Other(code="picture.moved", before=-7 * HOUR,
                                            since_first=DAY),)}, id="moved afterwards"),
        pytest.param({"at_position": (Other(code="picture.dirty", before=HOUR,
                                            since_first=DAY),)}, id="only dirty"),
    ],
)  # fmt: skip
def test_no_bump(story: dict[str, object]) -> None:
    """Only a bump within the 24 hours before is one."""
    assert "bumped" not in found(suggest(case("picture.blurred", **story), TERMS))


def test_a_shipment_is_not_blamed_for_a_fitter() -> None:
    """Askew cameras of one shipment hang at one site mostly: that is no word on the transport."""
    sent = Shipment(units=20, faulty_on_arrival=4, elsewhere=0)

    assert "shipment" not in found(
        suggest(case("picture.tilted_focus", **fresh(shipment=sent)), TERMS)
    )
    assert "shipment" in found(
        suggest(case("mainboard.flash_error", **fresh(shipment=sent)), TERMS)
    )


def test_peers_at_one_site_are_no_batch() -> None:
    """Peers that all hang at this site share weather and installer: they are not the lot's word."""
    here = dataclasses.replace(BAD_LOT, peer_sites=0)
    made = suggest(case(delivered_at=ONSET - 20 * DAY, lot=here), TERMS)

    assert "early_peers" not in found(made)


@pytest.mark.parametrize(
    ("version", "updates"),
    [
        pytest.param(dataclasses.replace(OFTEN, lots=1), 2, id="one lot alone"),
        pytest.param(dataclasses.replace(OFTEN, own=Failures(failed=1, device_days=20_000)), 2,
                     id="no more often"),
        pytest.param(OFTEN, 30, id="30 hours ago"),
        pytest.param(None, 2, id="no other version known"),
    ],
)  # fmt: skip
def test_an_update_alone_is_no_proof(version: Version | None, updates: int) -> None:
    """Both must hold: just updated, and far above others across lots."""
    change = Update(of="camera", before="1.9", after="2.0", ago=updates * HOUR)
    made = suggest(case("mainboard.reboot_loop", version=version, updates=(change,)), TERMS)

    assert made.origin is not Origin.FIRMWARE
    assert "bad_update" not in found(made)


def test_first_contact_long_after_delivery_says_nothing() -> None:
    """A camera first watched a year after delivery may have worked until the day before."""
    made = suggest(
        case(delivered_at=ONSET - 365 * DAY, first_seen_at=ONSET - HOUR, updates=None), TERMS
    )

    assert "on_arrival" not in found(made)
    assert "on_arrival" in {one.signal for one in made.not_known}


def test_a_cause_that_nobody_looked_at_keeps_the_device_out() -> None:
    """'Nothing outside' is said only when all of it was looked at."""
    blind = suggest(case(updates=None), TERMS)

    assert "nothing_outside" in found(suggest(case(), TERMS))
    assert "nothing_outside" not in found(blind)
    assert "nothing_outside" in {one.signal for one in blind.not_known}
    assert blind.origin is Origin.UNDETERMINED


OPTIONAL = [
    field.name
    for field in dataclasses.fields(OriginFacts)
    if field.name not in {"code", "onset_at", "proof", "component"}
]


@given(
    facts=st.sampled_from([param.values[0] for param in STORIES]),
    forgotten=st.sets(st.sampled_from(OPTIONAL)),
)
def test_forgetting_finds_nothing_new(facts: OriginFacts, forgotten: set[str]) -> None:
    """What becomes unknown takes reasons away and adds none but weaker ones it had hidden; it adds
    nothing to any class that had nothing before, save doubt."""
    known = suggest(facts, TERMS)
    blind = suggest(dataclasses.replace(facts, **dict.fromkeys(forgotten)), TERMS)
    weaker = {
        "early", "updated", "on_arrival", "since_fitting", "peers", "version_above_others",
        "lot_above_others", "early_peers",
    }  # fmt: skip

    assert found(blind) - found(known) <= weaker
    assert len(blind.not_known) >= len(known.not_known) - len(weaker)


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_unknown_fact_changes_nothing(name: str) -> None:
    """Of every story: a fact that no reason rests on may as well be unknown."""
    for param in STORIES:
        facts = param.values[0]
        known = suggest(facts, TERMS)
        blind = suggest(dataclasses.replace(facts, **{name: None}), TERMS)
        if found(known) == found(blind):
            assert (known.origin, known.shares) == (blind.origin, blind.shares)


def test_each_signal_is_found_in_some_story() -> None:
    """No row of the table is dead: each is found by a case, and says so in both languages."""
    heard = {
        reason.signal for param in STORIES for reason in suggest(param.values[0], TERMS).reasons
    }
    more = [
        case(accepted=True),
        case("picture.blurred", accepted=True),
        case("login.onvif_off", at_position=(
            Other(code="login.wrong_password", before=HOUR, since_first=DAY),)),
        case("cellular.antenna_fault", at_position=(
            Other(code="cellular.sim_missing", before=HOUR, since_first=DAY),)),
        case("picture.condensation", weather=SiteWeather(
            days=30, misty_mornings=4, own_misty_mornings=0)),
        case("picture.condensation", weather=SiteWeather(
            days=30, misty_mornings=0, own_misty_mornings=4)),
        case("mainboard.reboot_loop", site=dataclasses.replace(QUIET, outages=4, same_family=3)),
        case(predecessor_failed=True, failed_elsewhere=True, repaired_before=True),
        case(updates=(Update(of="recorder", before="1", after="2", ago=HOUR),)),
        case(version=OFTEN),
        case("mainboard.flash_error", **fresh()),
    ]  # fmt: skip
    for facts in more:
        made = suggest(facts, TERMS)
        heard |= found(made)
        for reason in made.reasons:
            assert reason.en.isascii() or "°" in reason.en
            assert any("\u4e00" <= sign <= "\u9fff" for sign in reason.zh), reason.zh

    assert heard == {signal.id for signal in SIGNALS}
    assert len(BY_ID) == len(SIGNALS)


def test_every_missing_thing_is_named_in_both_languages() -> None:
    """Where nothing is known, the page can say what is missing."""
    for code in ("picture.tilted_focus", "battery.not_charging", "cellular.antenna_fault"):
        made = suggest(OriginFacts(code=code, onset_at=ONSET), TERMS)
        assert made.not_known
        for one in made.not_known:
            assert (
                BY_ID[one.signal].look(OriginFacts(code=code, onset_at=ONSET), TERMS).state
                is State.UNKNOWN
            )
            assert one.en and one.zh


@pytest.mark.parametrize(
    ("origin", "on_arrival", "pays"),
    [
        (Origin.FACTORY, False, Payer.FACTORY),
        (Origin.FIRMWARE, True, Payer.NOBODY),
        (Origin.USER, True, Payer.CUSTOMER),
        (Origin.UNDETERMINED, False, Payer.EACH),
        (Origin.UNDETERMINED, True, Payer.FACTORY),
        (Origin.TRANSPORT, True, Payer.FACTORY),
    ],
)
def test_who_pays(origin: Origin, on_arrival: bool, pays: Payer) -> None:
    """The reference's table; for what arrived dead the factory pays, unless another did it."""
    assert payer(origin, is_on_arrival=on_arrival, terms=TERMS) is pays


def test_dead_on_arrival_needs_a_delivery_within_30_days() -> None:
    """First contact and delivery both count; an unknown date is no arrival."""
    assert is_on_arrival(case(**fresh()), TERMS)
    assert not is_on_arrival(case(**fresh(delivered_at=ONSET - 31 * DAY)), TERMS)
    assert not is_on_arrival(case(**fresh(delivered_at=None)), TERMS)


POLICY = """
[origin]
margin = 0.3
no_fault_fee = 25
no_fault_currency = "gbp"
[origin.weights.bumped]
user = 0.5
installation = 0.25
[origin.shipping]
transport = "factory"
no_fault_found = "each"
"""


def test_policy_file_changes_weights_margin_and_shipping() -> None:
    """What the file says holds, what it leaves out is as usual."""
    terms = parse_policy(POLICY).origin

    assert terms.margin == 0.3
    assert terms.weights == {"bumped": {Origin.USER: 0.5, Origin.INSTALLATION: 0.25}}
    assert terms.pays[Origin.TRANSPORT] is Payer.FACTORY
    assert terms.pays[Origin.USER] is Payer.CUSTOMER
    assert terms.no_fault is Payer.EACH
    assert terms.no_fault_fee == "25.00 GBP"
    usual = dataclasses.replace(terms, margin=0.2, weights={}, pays=DEFAULT.origin.pays)
    assert dataclasses.replace(usual, no_fault=Payer.CUSTOMER, no_fault_fee="") == TERMS


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[origin.weights.bumpd]\nuser = 1", "origin.weights.bumpd"),
        ("[origin.weights.bumped]\nusers = 1", "origin.weights.bumped.users"),
        ("[origin.weights.bumped]\nuser = -1", "origin.weights.bumped.user"),
        ('[origin.shipping]\nuser = "me"', "origin.shipping.user"),
        ('[origin.shipping]\nno_fault_found = "me"', "origin.shipping.no_fault_found"),
        ("[origin]\nmargin = 2", "origin.margin"),
        ('[origin]\nno_fault_currency = "euro"', "origin.no_fault_currency"),
        ("[origin]\nmargins = 0.2", "origin.margins"),
    ],
)
def test_policy_mistakes_are_named(text: str, key: str) -> None:
    """A misspelt signal, class or payer, or a weight out of range, is told with its place."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert key in {problem.key for problem in caught.value.problems}
