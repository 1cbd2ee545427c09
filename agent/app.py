"""The agent put together: builds the parts, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.config import Config, Mates, budget_of
from agent.delivery import keys
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox, rows_limit
from agent.delivery.salvage import open_or_salvage
from agent.delivery.uplink import Uplink
from agent.diagnosis import RULES, rules_with
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Rule
from agent.edge import Edge
from agent.episodes import Author
from agent.modules import Modules
from agent.overlay import Source
from agent.parts import Parts
from agent.probes import PROBES
from agent.probes.probe import Probe
from agent.recording import Settings
from agent.running import Agent
from agent.standing import stored_standings
from agent.sun_watch import SunWatch
from shared.version import VERSION

DATABASE = "agent.db"


def judgement_of(config: Config, rules: Sequence[Rule]) -> tuple[Levels, tuple[Rule, ...]]:
    """Levels and rules with what the configuration overrides."""
    levels = replace(Levels(), **config.judgement.levels)
    opens, clears = config.judgement.opens, config.judgement.clears
    factor = config.judgement.span_factor
    paced = rules_with(opens=opens, clears=clears, span_factor=factor, rules=rules)
    return levels, tuple(_patient(rule, config.pace.every) for rule in paced)


def _patient(rule: Rule, every: Mapping[str, timedelta]) -> Rule:
    """The rule, with suspicions that outlive three looks of a pace that the owner made slow.

    Who reads vendors' figures is in no list of names: then the slowest of all counts.
    """
    reading = [p for p in PROBES if not set(p.names).isdisjoint(rule.needs)] or PROBES
    slow = max((every[p.name] for p in reading if p.name in every), default=timedelta(0))
    forget_after = max(rule.persistence.forget_after, 3 * slow)
    return replace(rule, persistence=replace(rule.persistence, forget_after=forget_after))


def build(
    config: Config,
    edge: Edge,
    *,
    probes: Sequence[Probe] = PROBES,
    rules: Sequence[Rule] = RULES,
    source: Source | None = None,
    database: Database | None = None,
    former: Agent | None = None,
) -> Agent:
    """Open the database, load the keys and connect the parts; nothing runs yet.

    ``source`` is what orders may be laid over, ``database`` one that is open already, ``former``
    the agent that ran in this process with another configuration. Raises OSError and
    KeyFileError for files that cannot be used.
    """
    config.data_dir.mkdir(parents=True, exist_ok=True)
    author = Author(
        agent_id=config.agent_id,
        version=VERSION,
        recorder_firmware=config.recorder_firmware,
        signer=Signer(keys.load_or_make(config.keys.evidence)),
        keeps_pictures=frozenset(
            device.device_id for device in config.devices if not device.consent.pictures
        ),
        module_of=Modules(config.devices, edge.profiles).code_of,
    )
    command_key = keys.load_public(config.keys.command) if config.keys.command else None
    if database is None:
        database, _ = open_or_salvage(config.data_dir / DATABASE, now=edge.clock())
    levels, paced = judgement_of(config, rules)
    uplink = Uplink(
        config.plan, database=database, clock=edge.clock, is_metered=config.uplink == "metered"
    )
    collector_clock = CollectorClock(database, clock=edge.clock, steady_s=edge.steady_s)
    mates = Mates(config.devices)
    sun = SunWatch(database, collector_clock=collector_clock, clock=edge.clock, mates=mates)
    settings = Settings(
        rules=paced,
        levels=levels,
        watch_seconds=config.pace.watch_seconds,
        recorder_login=config.recorder_login,
        recorder_speaks=config.recorder_speaks,
        author=author,
        sun=sun.over,
        mates=mates,
        witness=next((probe for probe in probes if probe.name == "login"), None),
        clip_seconds=config.pace.clip_seconds,
        is_paid=uplink.is_paid,
        uplink_mode=uplink.mode,
    )
    parts = Parts(
        config=config,
        edge=edge,
        database=database,
        outbox=Outbox(database, limit_bytes=rows_limit(config.outbox_mib)),
        settings=settings,
        budgets={device.device_id: budget_of(device) for device in config.devices},
        standings=stored_standings(config, database),
        source=source,
        former=former,
        uplink=uplink,
        collector_clock=collector_clock,
    )
    return parts.connect(probes, command_key)


def data_file(config: Config) -> Path:
    """Where the agent's database lies."""
    return config.data_dir / DATABASE
