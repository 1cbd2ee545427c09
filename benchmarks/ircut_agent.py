"""The agent's own program with short waits in a filter test, so that many can be killed."""

from __future__ import annotations

from functools import partial

from agent import __main__, app
from agent.experiment.ircut import Pace

if __name__ == "__main__":
    vars(app)["Pace"] = partial(Pace, settle_s=0.3, patience_s=1.0, calm_s=0.0)
    __main__.main()
