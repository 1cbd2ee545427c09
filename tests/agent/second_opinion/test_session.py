"""The session that a library without limits asks through."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from agent.second_opinion.session import CappedSession


def test_each_request_has_a_connection_of_its_own() -> None:
    """What a reply promises to keep, cheap firmware cuts just when the next request is in it."""
    connections = 0

    class Keeping(BaseHTTPRequestHandler):
        """Says nothing of an end, and stays."""

        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            """Count."""
            nonlocal connections
            connections += 1
            super().setup()

        def do_GET(self) -> None:
            """Answer, without a word about the connection."""
            self.close_connection = False
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        place = f"127.0.0.1:{server.server_port}"
        session = CappedSession(frozenset({place}), fingerprint="", ca="")
        for _ in range(3):
            assert session.get(f"http://{place}/").text == "ok"
        server.shutdown()
        serving.join()

    assert connections == 3
