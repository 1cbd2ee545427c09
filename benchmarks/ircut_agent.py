"""The agent's own program with short waits in a filter test, so that many can be killed."""

from __future__ import annotations

from functools import partial

from agent import __main__, parts
from agent.experiment.watcher import Pace

if __name__ == "__main__":
    assert vars(parts)["Pace"] is Pace, "the agent takes its pace from elsewhere"
    vars(parts)["Pace"] = partial(Pace, settle_s=0.3, patience_s=1.0, calm_s=0.0)
    __main__.main()
