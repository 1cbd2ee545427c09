"""The session that a library without limits asks through."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from requests.auth import HTTPDigestAuth

from agent.second_opinion.session import CappedSession


def test_each_request_has_a_connection_of_its_own() -> None:
    """Also both of a digest login: cheap firmware cuts what its reply promised to keep."""
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
            """Ask for a digest login, then answer, without a word about the connection."""
            self.close_connection = False
            is_known = "Authorization" in self.headers
            self.send_response(200 if is_known else 401)
            if not is_known:
                self.send_header("WWW-Authenticate", 'Digest realm="cam", nonce="1", qop="auth"')
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
            login = HTTPDigestAuth("admin", "secret")
            assert session.get(f"http://{place}/", auth=login).text == "ok"
        server.shutdown()
        serving.join()

    assert connections == 6
