"""A sample application: a page in the colour, and with the version, of the task that answers.

Reads PORT, COLOUR and VERSION from the environment. Writes one line of JSON for each request to stdout.
"""

from __future__ import annotations

import html
import json
import os
import signal
import socketserver
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

PORT = int(os.environ.get("PORT", "8080"))
COLOUR = os.environ.get("COLOUR", "blue")
VERSION = os.environ.get("VERSION", "dev")

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{colour} {version}</title>
<style>body {{ display: grid; place-content: center; min-height: 90vh; text-align: center; font-family: sans-serif }}
main {{ padding: 2rem; background: white }}</style>
<body style="background: {colour}">
<main><h1>{colour}</h1><p>version {version}</p></main>
</body>
</html>
"""


class Handler(BaseHTTPRequestHandler):
    """Answers ``/`` and ``/health``."""

    # A client that sends nothing must not hold a thread, and with it the end of the task.
    timeout = 10

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/health":
            self._answer_json(HTTPStatus.OK, {"status": "ok"})
        elif path != "/":
            self._answer_json(HTTPStatus.NOT_FOUND, {"error": "not found"})
        elif "application/json" in self.headers.get("Accept", ""):
            self._answer_json(HTTPStatus.OK, {"colour": COLOUR, "version": VERSION})
        else:
            page = PAGE.format(colour=html.escape(COLOUR), version=html.escape(VERSION))
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer_json(self, status: HTTPStatus, content: dict[str, str]) -> None:
        self._answer(status, "application/json", json.dumps(content) + "\n")

    def _answer(self, status: HTTPStatus, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        # During a cutover a page from a cache would show the colour that is gone.
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # The load balancer asks every few seconds from every zone: its calls would bury the others.
        if self.requestline.split()[1:2] != ["/health"]:
            log(request=self.requestline, status=code, colour=COLOUR, version=VERSION)

    def log_error(self, *_: object, **__: object) -> None:
        """Says nothing: where there was a request, ``log_request`` has its line already."""


class Server(socketserver.ThreadingTCPServer):
    """A thread for each request; closing it waits for those under way."""

    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        # Clients that hang up are everyday life, not an error of this application.
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def log(**fields: object) -> None:
    """Writes one line of JSON, in one piece so that the lines of two threads never mix."""
    print(json.dumps(fields) + "\n", end="", flush=True)


def main() -> None:
    server = Server(("0.0.0.0", PORT), Handler)

    def stop(*_: object) -> None:
        # In a thread of its own: shutdown waits for the loop that this signal has interrupted.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log(message="listening", port=PORT, colour=COLOUR, version=VERSION)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    log(message="stopped")


if __name__ == "__main__":
    main()
