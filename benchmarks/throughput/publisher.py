"""Publishes made messages as fast as the broker takes them: ``publisher PORT FILE``.

Ready lines on standard output; begins at a line on standard input. Acknowledgements are read and
thrown away by a second thread.
"""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

from benchmarks.throughput import raw_mqtt
from benchmarks.throughput.messages import load

_GROUP = 50


def main() -> None:
    """Publish everything, then wait until the other side has closed our input."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    packets = [
        raw_mqtt.publication(message.topic, message.payload, mid=number % 65_535 + 1)
        for number, message in enumerate(load(path))
    ]
    groups = [b"".join(packets[n : n + _GROUP]) for n in range(0, len(packets), _GROUP)]
    link = raw_mqtt.connect(port, "throughput-publisher", clean=True)
    threading.Thread(target=_drain, args=(link,), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.readline()
    for group in groups:
        link.sendall(group)
    print("sent", flush=True)
    sys.stdin.readline()


def _drain(link: socket.socket) -> None:
    while link.recv(65_536):
        pass


if __name__ == "__main__":
    main()
