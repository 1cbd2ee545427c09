"""Read a policy file. Pure: text in, a policy or every problem out.

It is TOML; whatever it leaves out has the value of the factory's published policy::

    tick_s = 5.0                        # how often the jobs loop looks
    recheck_s = 300.0                   # when a decision that had to wait is looked at again
    passive_opens_drafts = false        # passive picture verdicts open drafts from day one
    trusted_passive_codes = []          # or only these codes do
    [trust]                             # when any other passive verdict has earned it, by model
    min_cameras = 20                    # cameras that engineers have decided about
    min_sites = 3                       # at so many sites
    min_precision = 0.90                # what the lower bound must hold
    confidence = 0.95                   # of that bound's two-sided interval
    [profiles]                          # readings of a firmware profile that is only documented
    confirmations = 0                   # independent ones after which they need no more; 0: never
    [warranty]
    months = 24
    zone = "Asia/Shanghai"              # the factory's calendar
    start_cap_months = 0                # begins so long after production at the latest; 0: never
    replacement_days = 90               # a replacement's own, where the rest is shorter
    serial_dates = []                   # patterns with the groups year and month, or year and week
    delivered_within_months = 6         # of production, where nothing else is known
    our_serials = []                    # patterns; what fits none is another maker's
    our_ouis = []                       # "aa:bb:cc"
    [warranty.product_months]           # by product line of the registry
    [warranty.component_months]         # by component of the fault, e.g. battery = 24
    [opening]
    repeat_days = 90                    # the same fault so soon after 'resolved' is a repeat
    [opening.outcomes]                  # by code: claimable | firmware | maintenance |
                                        # configuration | siting | site | never
    [packs]
    keep_days = 1095                    # files of claim packs after their claim ended; 0: for ever
    [hold_s]                            # seconds by fault code; "*" for every other code
    [tasks.verified_s]                  # after 'done', how long probes may need to see it; by code
                                        # or "*"; without it the hold, at least the agent's pace
    [site_loss]
    share = 0.6                         # of the site's devices unreachable at once
    min_devices = 2
    margin_s = 60.0
    wait = true                         # no decision before site loss can be known
    together_s = 1800.0                 # losses further apart are not one outage
    reopen_s = 1800.0                   # what is lost again sooner was not over
    recovery_s = 3600.0                 # after the last return the rest is looked at alone
    [flapping]                          # an outage that comes and goes stays one incident
    losses = 4                          # more than so many
    within_s = 86400.0                  # in this time, and until it was calm for as long
    [liveness]
    factor = 2.5                        # times the promised interval
    default_promise_s = 300.0           # until the agent has promised one
    max_promise_s = 86400.0             # a longer promise is not believed
    [dead_device]                       # a draft when nothing else can keep it silent
    siblings = 1                        # others on the same supply and link that are heard
    good_for_s = 259200.0               # for so long without any outage
    charge = 20.0                       # percent that its battery must have had at last
    [storm]                             # many sites that say the same at once wait for one look
    sites = 10                          # so many, or
    share = 0.01                        # this share of all sites, where that is more
    window_s = 3600.0                   # within this time
    hold_s = 86400.0                    # how long decisions wait when nobody has looked
    [evidence]                          # what the collector asks agents for by itself
    ask = true
    every_h = 24.0                      # between two requests for one item of a line; not less
    most = 3                            # requests for one item of a line in all
    refused_days = 7                    # of rest after an agent refused
    least_charge = 40.0                 # percent that a battery camera must have
    [clocks]                            # both clocks and the timed steps; see claims.clock_terms
    response_h = 48.0                   # elapsed, in UTC; response_working = true: of working days
    resolution_days = 30                # working days of the calendar, the day of submission not
    resolution_from = "submission"      # or "approval"
    country = "CN"                      # whose public holidays and make-up days
    holidays = []                       # the factory's own days off, e.g. ["2026-12-24"]
    workdays = []                       # worked although the calendar says otherwise
    announced = []                      # years whose make-up days stand in workdays, e.g. ["2027"]
    notice_begins = 9                   # notices of clocks come in these hours of the receiver
    notice_ends = 18
    close_after_days = 14               # from resolved to closed
    lapse_after_days = 30               # of silence, and
    reminders = 2                       # so many reminders before
    appeal_within_days = 14
    rma_valid_days = 90
    verified_after_days = 7             # the test that failed must be well for so long
    return_paths = ["replace_unit", "return_repair"]  # what the unit is asked back for
    auto_submit = []                    # organisations whose ready lines go by themselves if 'in'
    [silences]
    max_days = 30                       # how long one may last from now on
    [telemetry]
    points_days = 90                    # how long every sample is kept
    hours_days = 821                    # how long roll-ups by hour are kept: the longest warranty
                                        # and 90 days; never less than the warranty
    compact_after_s = 7200.0            # how long a batch stays as it came
    [origin]                            # see claims.origin.terms; the usual ones of most use:
    margin = 0.2                        # of the shares, that the first must lead by
    doubt = 1.0                         # what 'undetermined' weighs from the beginning
    [origin.weights.bumped]             # by signal: these classes in place of the table's
    user = 2.2
    [origin.shipping]                   # factory | customer | each | nobody, by origin
    transport = "each"
"""

from __future__ import annotations

import math
import tomllib
from datetime import timedelta
from typing import Final

from collector.claims.clock_terms import read_clock_terms
from collector.claims.dead_device import DeadTerms
from collector.claims.opening_terms import read_opening
from collector.claims.origin.read_terms import read_terms
from collector.claims.pack_terms import read_packs
from collector.claims.policy import DEFAULT, OutageTerms, Policy
from collector.claims.problem import Problem
from collector.claims.profiles import ProfileTerms
from collector.claims.request_terms import read_requests
from collector.claims.storm import StormTerms
from collector.claims.toml_reader import TomlReader
from collector.claims.trust import TrustTerms
from collector.claims.warranty_terms import read_warranty_terms
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Component
from shared.device import Product

_DAYS_OF_A_MONTH: Final = 30.4375  # 365.25 / 12
_SLACK_DAYS: Final = 90  # to file, inspect and decide a claim of the last day


class PolicyError(ValueError):
    """A policy file with problems; ``problems`` lists every one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def parse_policy(text: str) -> Policy:
    """Read a policy file's text; PolicyError with every problem at once."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = Problem(key="", wrong="not_toml", values={"why": str(error)})
        raise PolicyError((problem,)) from error
    top = TomlReader(table)
    warranty, site, live = top.table("warranty"), top.table("site_loss"), top.table("liveness")
    kept = top.table("telemetry")
    months = warranty.whole("months", DEFAULT.months, at_least=1, at_most=240)
    by_product = _months(warranty.table("product_months"), {p.value for p in Product})
    by_component = _months(warranty.table("component_months"), {c.value for c in Component})
    zone = warranty.zone("zone", DEFAULT.zone)
    longest = max(months, *by_product.values(), *by_component.values(), 0)
    policy = Policy(
        months=months,
        zone=zone,
        cover=read_warranty_terms(warranty, zone=zone),
        opening=read_opening(top.table("opening")),
        packs=read_packs(top.table("packs")),
        requests=read_requests(top.table("evidence")),
        product_months=by_product,
        component_months=by_component,
        hold_s=_holds(top.table("hold_s")),
        passive_opens_drafts=top.truth("passive_opens_drafts", DEFAULT.passive_opens_drafts),
        trusted_passive_codes=frozenset(top.choices("trusted_passive_codes", set(CATALOGUE))),
        trust=_trust(top.table("trust")),
        profiles=ProfileTerms(
            confirmations=top.table("profiles").whole(
                "confirmations", DEFAULT.profiles.confirmations, at_least=0, at_most=1000
            )
        ),
        site_loss_share=site.number("share", DEFAULT.site_loss_share, at_least=0.01, at_most=1),
        site_loss_min_devices=site.whole(
            "min_devices", DEFAULT.site_loss_min_devices, at_least=1, at_most=10_000
        ),
        site_loss_margin_s=site.number(
            "margin_s", DEFAULT.site_loss_margin_s, at_least=0, at_most=86_400
        ),
        site_loss_wait=site.truth("wait", DEFAULT.site_loss_wait),
        outages=_outages(site, top.table("flapping")),
        liveness_factor=live.number("factor", DEFAULT.liveness_factor, at_least=1, at_most=100),
        default_promise_s=live.number(
            "default_promise_s", DEFAULT.default_promise_s, at_least=0.1, at_most=86_400
        ),
        max_promise_s=live.number(
            "max_promise_s", DEFAULT.max_promise_s, at_least=1, at_most=10_000_000
        ),
        tick_s=top.number("tick_s", DEFAULT.tick_s, at_least=0.05, at_most=3600),
        recheck_s=top.number("recheck_s", DEFAULT.recheck_s, at_least=0.05, at_most=86_400),
        dead=_dead(top.table("dead_device")),
        storm=_storm(top.table("storm")),
        longest_silence=_days(top.table("silences"), "max_days", DEFAULT.longest_silence),
        points_kept=_days(kept, "points_days", DEFAULT.points_kept),
        hours_kept=_hours_kept(kept, longest),
        compact_after=timedelta(
            seconds=kept.number(
                "compact_after_s",
                DEFAULT.compact_after.total_seconds(),
                at_least=0,
                at_most=86_400,
            )
        ),
        verified_s=_holds(top.table("tasks").table("verified_s")),
        origin=read_terms(top.table("origin")),
        clocks=read_clock_terms(top.table("clocks"), zone=zone),
    )
    if problems := top.problems():
        raise PolicyError(problems)
    return policy


def _trust(table: TomlReader) -> TrustTerms:
    usual = DEFAULT.trust
    return TrustTerms(
        min_cameras=table.whole("min_cameras", usual.min_cameras, at_least=1, at_most=100_000),
        min_sites=table.whole("min_sites", usual.min_sites, at_least=1, at_most=10_000),
        min_precision=table.number(
            "min_precision", usual.min_precision, at_least=0.5, at_most=0.9999
        ),
        confidence=table.number("confidence", usual.confidence, at_least=0.5, at_most=0.9999),
    )


def _dead(table: TomlReader) -> DeadTerms:
    usual = DEFAULT.dead
    good_for_s = usual.good_for.total_seconds()
    return DeadTerms(
        good_for=timedelta(
            seconds=table.number("good_for_s", good_for_s, at_least=0.05, at_most=90 * 86_400)
        ),
        siblings=table.whole("siblings", usual.siblings, at_least=1, at_most=1000),
        charge=table.number("charge", usual.charge, at_least=0, at_most=100),
    )


def _storm(table: TomlReader) -> StormTerms:
    usual = DEFAULT.storm
    window_s, hold_s = usual.window.total_seconds(), usual.hold.total_seconds()
    return StormTerms(
        sites=table.whole("sites", usual.sites, at_least=2, at_most=100_000),
        share=table.number("share", usual.share, at_least=0, at_most=1),
        window=timedelta(
            seconds=table.number("window_s", window_s, at_least=1, at_most=7 * 86_400)
        ),
        hold=timedelta(seconds=table.number("hold_s", hold_s, at_least=1, at_most=30 * 86_400)),
    )


def _outages(site: TomlReader, flapping: TomlReader) -> OutageTerms:
    usual = DEFAULT.outages

    def span(table: TomlReader, key: str, usual: timedelta) -> timedelta:
        seconds = table.number(key, usual.total_seconds(), at_least=0.05, at_most=7 * 86_400)
        return timedelta(seconds=seconds)

    return OutageTerms(
        together=span(site, "together_s", usual.together),
        reopen=span(site, "reopen_s", usual.reopen),
        recovery=span(site, "recovery_s", usual.recovery),
        flapping_losses=flapping.whole("losses", usual.flapping_losses, at_least=1, at_most=1000),
        flapping_within=span(flapping, "within_s", usual.flapping_within),
    )


def _days(table: TomlReader, key: str, usual: timedelta, *, at_most: int = 3660) -> timedelta:
    return timedelta(days=table.whole(key, usual.days, at_least=1, at_most=at_most))


def _warranty_days(months: int) -> int:
    """The most days that so many months of the calendar can have, leap days included."""
    return math.ceil(months * _DAYS_OF_A_MONTH)


def _hours_kept(table: TomlReader, longest_months: int) -> timedelta:
    """As the file says, if that covers the longest warranty; else that and the slack.

    A claim on the last day is judged by what the device did since it was delivered.
    """
    needed = _warranty_days(longest_months)
    usual = timedelta(days=needed + _SLACK_DAYS)
    found = _days(table, "hours_days", usual, at_most=8000)
    if found.days < needed:
        table.wrong(
            "hours_days", "short_of_warranty", found=found.days, months=longest_months, low=needed
        )
    return max(found, timedelta(days=needed))


def _months(table: TomlReader, known: set[str]) -> dict[str, int]:
    return {
        key: table.whole(key, DEFAULT.months, at_least=1, at_most=240)
        for key in table.known_keys(known)
    }


def _holds(table: TomlReader) -> dict[str, float]:
    codes = table.known_keys({*CATALOGUE, "*"})
    return {code: table.number(code, 0.0, at_least=0, at_most=366 * 86_400) for code in codes}
