"""Run the demo from its first file to its table, and end cleanly."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from simulator.demo import report
from simulator.demo.arguments import parse
from simulator.demo.cast import DEMO, SITE_NAMES, Cast, Ending
from simulator.demo.processes import ProcessEnded, Processes
from simulator.demo.stage import Stage, prepare, set_up
from simulator.demo.watch import Story, Watch, wait_until
from simulator.demo.words import name_of, say

HEALTHY_WITHIN_S = 90.0
LEARNING_S = 8.0  # a baseline needs a few pictures of each camera when it is well
DARK_AFTER_S = 25.0  # after the first fault, so that both can be seen apart
SETTLE_S = 6.0  # watched on after the last ending, for what must not come


class Interrupted(Exception):
    """The person pressed Ctrl-C, or the system asked us to end."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


def main(arguments: list[str] | None = None) -> int:
    """The command ``preclaim-demo``; 0 when everything came as expected."""
    options = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    demo = Demo(DEMO, options.lang)
    try:
        return demo.play(options.dir, for_s=options.for_s, report_to=options.report)
    except (ProcessEnded, TimeoutError, OSError) as error:
        print(say("stuck", options.lang, why=error), file=sys.stderr)
        return 1


class Demo:
    """One performance of a cast."""

    def __init__(self, cast: Cast, language: str) -> None:
        self._cast = cast
        self._language = language

    def say(self, key: str, **values: object) -> None:
        """Print one line of the play."""
        print(say(key, self._language, **values), flush=True)

    def _name(self, ending: Ending) -> str:
        return name_of(ending, self._language)

    def play(self, root: Path, *, for_s: float, report_to: Path | None) -> int:
        """Set up, inject, watch, report; ``for_s`` 0 stays open until Ctrl-C."""
        began = time.monotonic()
        folder = prepare(root)
        self.say("setting_up", root=folder.root)
        watch: Watch | None = None
        try:
            with Processes(folder.root / "logs") as processes:
                stage = set_up(folder, self._cast, processes, language=self._language)
                watch = Watch(stage.api, self._cast)
                self._announce(stage)
                until = began + for_s if for_s else float("inf")
                self._perform(stage, watch, until)
        except Interrupted:
            print(flush=True)
        self.say("ended")
        if watch is None:
            return 1
        if report_to is not None:
            report_to.write_text(
                report.as_json(watch.stories.values(), watch.strangers), encoding="utf-8"
            )
        return self._conclude(watch, folder.root / "logs")

    def _announce(self, stage: Stage) -> None:
        self.say("policy", policy=stage.folder.policy)
        self.say("plan")
        for role in self._cast.roles:
            if role.fault:
                print(f"  {role.name:18} {role.fault:22} → {self._name(role.ending)}")
        site, ending = SITE_NAMES.get(self._cast.dark_site, ""), Ending.INCIDENT
        print(f"  {say('power_off', self._language, site=site, ending=self._name(ending))}")
        self.say("open", link=stage.setup_link)
        own = "preclaim-agent probe ADDRESS --user admin"
        self.say("own_camera", command=f"{Path(sys.executable).parent / own}")

    def _perform(self, stage: Stage, watch: Watch, until: float) -> None:
        self._wait_for_health(stage, watch, until)
        for role in self._cast.roles:
            if role.fault:
                stage.inject(role.onvif_serial, role.fault)
                watch.stories[role.device_id].injected_at = time.monotonic()
                self.say("inject", device=role.name, serial=role.label_serial, fault=role.fault)
        dark_at, settled_at, told = time.monotonic() + DARK_AFTER_S, 0.0, False
        while time.monotonic() < until:
            stage.processes.check()
            self._tell(watch.refresh())
            if self._cast.dark_site and watch.dark_at is None and time.monotonic() > dark_at:
                self._cut_power(stage, watch)
            if watch.is_complete() and not settled_at:
                settled_at = time.monotonic()
            if settled_at and not told and time.monotonic() > settled_at + SETTLE_S:
                told = True
                if until != float("inf"):
                    return
                print(report.table(watch.stories.values(), self._language))
                self.say("done")
            time.sleep(0.3)

    def _wait_for_health(self, stage: Stage, watch: Watch, until: float) -> None:
        total, last = len(self._cast.roles), -1
        limit = min(HEALTHY_WITHIN_S, max(until - time.monotonic(), 1.0))

        def all_healthy() -> bool:
            nonlocal last
            stage.processes.check()
            count = watch.healthy_devices()
            if count != last:
                self.say("waiting", total=total, count=count)
                last = count
            return count >= total

        if not wait_until(all_healthy, timeout_s=limit):
            self.say("slow_start", seconds=limit)
        self.say("learning", seconds=LEARNING_S)
        time.sleep(LEARNING_S)

    def _cut_power(self, stage: Stage, watch: Watch) -> None:
        site = self._cast.dark_site
        self.say("dark", site=SITE_NAMES.get(site, site))
        stage.cut_power(site)
        watch.dark_at = time.monotonic()
        for role in self._cast.at(site):
            watch.stories[role.device_id].injected_at = watch.dark_at

    def _tell(self, news: list[Story]) -> None:
        for story in news:
            ending, word = story.endings[-1]
            expected = ending is story.role.ending
            self.say(
                "news" if expected else "unexpected",
                device=story.role.name,
                ending=self._name(ending),
                claim=story.claim if ending is Ending.CLAIM else "",
                word=word,
                seconds="–" if story.seconds is None else f"{story.seconds:.1f} s",
            )

    def _conclude(self, watch: Watch, logs: Path) -> int:
        print(report.table(watch.stories.values(), self._language))
        if watch.is_complete():
            self.say("good")
            return 0
        self.say("bad", logs=logs)
        return 1
