"""One pass over one device: probe, judge, append. READ THIS FIRST.

    due probes -> budget -> readings -> history -> findings -> one transaction:
    memories, events with signed manifests, evidence chunks, spend, last runs

Nothing is stored while the device is being asked (``asking``); everything is stored at once
afterwards (``recording``). A kill in between costs the pass, never half of what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from agent.asking import Take, ask, awake, bear_witness
from agent.budget import Budget, Spend, allows
from agent.camera.port import Camera, ClipLimits
from agent.clips import make_clip, order_clip
from agent.config import Device
from agent.config_power import wake_window_of
from agent.consult import consult
from agent.delivery import keepsake_store, reading_store, spend_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.relief import commit
from agent.probes.probe import Attachment, Pass, Probe
from agent.recording import Outcome, Settings, record
from agent.wanted import Wanted
from shared.reading import Reading


async def run_pass(
    device: Device,
    camera: Camera,
    probes: Sequence[Probe],
    *,
    budget: Budget,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    clock: Callable[[], datetime],
    wanted: Wanted | None = None,
    on_battery: bool = False,
) -> Outcome:
    """Ask a device, judge what it said, and commit the outcome.

    ``wanted``: what of this pass goes to the collector whatever it shows.
    ``on_battery``: its firmware profile says so, whatever the configuration does.
    Raises nothing that a camera can cause. ``sqlite3.Error`` passes through: then nothing of the
    pass was kept.
    """
    db = database.connection
    now = clock()
    latest = reading_store.latest(db, device.device_id)
    spend = spend_store.read_spend(db, device.device_id, now=now)
    ordered = order_clip(
        db,
        device.device_id,
        probes,
        settings.rules,
        latest=latest,
        terms=lambda: settings.clip_terms(
            device, on_battery=on_battery, room_bytes=outbox.room_bytes()
        ),
        budget=budget,
        spend=spend,
        watch_seconds=settings.watch_seconds,
        now=now,
        is_wanted=wanted is not None and wanted.has_clip,
    )
    visit = Pass(
        now=now,
        watch_seconds=settings.watch_seconds,
        recorder_login=settings.recorder_login,
        recorder_speaks=settings.recorder_speaks,
        previous=latest,
        references=keepsake_store.read_references(db, device.device_id),
        clip=ordered if isinstance(ordered, ClipLimits) else None,
    )
    reserve(database, device.device_id, probes, budget=budget, spend=spend)
    with settings.clip_purse.lend(device.device_id, ordered, now=now):
        take = await ask(probes, camera, visit, budget=budget, spend=spend)
        bear_witness(take, settings.witness, camera, visit)
        await consult(take, camera, visit, budget=budget)
        take.clip = await make_clip(camera, visit, ordered)
        return commit(
            database,
            outbox,
            lambda: record(
                device,
                camera.exchanges,
                replace(take, readings=list(take.readings)),
                latest,
                now=now,
                settings=settings,
                database=database,
                outbox=outbox,
                wanted=wanted,
                before=spend,
                wake_window=wake_window_of(
                    device.wake_window, on_battery=device.is_battery or on_battery
                ),
            ),
        )


def reserve(
    database: Database, device_id: str, probes: Sequence[Probe], *, budget: Budget, spend: Spend
) -> None:
    """Keep what the probes may cost at most, before the first of them logs in.

    The pass's own transaction puts the true spend in its place. An agent that is killed in every
    pass has then used up its logins of the day, and does not log in unseen for ever.
    """
    reserved = spend
    for probe in probes:
        cost = probe.cost if reserved.wakeups == spend.wakeups else awake(probe.cost)
        if allows(budget, reserved, cost) is None:
            reserved = reserved.plus(cost)
    if reserved.logins > spend.logins:
        with database.transaction() as db:
            spend_store.keep_spend(db, device_id, reserved)


def record_readings(
    device: Device,
    readings: Sequence[Reading],
    *,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    now: datetime,
    attachments: Sequence[Attachment] = (),
    is_visit: bool = True,
) -> Outcome:
    """Judge and commit readings that no camera gave: those of the recorder itself.

    ``is_visit``: whether it counts as a look at the device, after a few of which further evidence
    of an open fault is sent.
    """
    db = database.connection
    spend = spend_store.read_spend(db, device.device_id, now=now)
    take = Take(
        ran=[], readings=list(readings), pictures=[], attachments=list(attachments), spend=spend
    )
    latest = reading_store.latest(db, device.device_id)

    def keep() -> Outcome:
        return record(
            device,
            (),
            replace(take, readings=list(take.readings)),
            latest,
            now=now,
            settings=settings,
            database=database,
            outbox=outbox,
            is_visit=is_visit,
        )

    return commit(database, outbox, keep)
