"""The demo: twelve simulated devices at three sites, from fault to pre-claim, in a browser."""

from simulator.demo.run import main

__all__ = ["main"]
