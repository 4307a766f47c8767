"""What runs until the first release has built an image."""

from __future__ import annotations

from tealform.settings.service import Service as Settings

IMAGE = "public.ecr.aws/docker/library/python:3.13-alpine"

# It answers every GET and HEAD as health check and smoke test expect, on any port, on a read-only root file system,
# as any user, on both architectures: so that it fits every service without further settings.
_SERVER = """\
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({answers}.get(self.path, {status}))
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"Waiting for the first release\\n")
    do_HEAD = do_GET
    def log_message(self, *arguments):
        pass
ThreadingHTTPServer(("", {port}), Handler).serve_forever()
"""


def image_and_command(settings: Settings) -> tuple[str, list[str]]:
    """The image and the command of revision 1; an image that the user names runs its own command."""
    if settings.bootstrap_image is not None:
        return settings.bootstrap_image, []
    status = int(settings.health_check.status[:3])
    test = settings.release.smoke_test
    # ECS calls its hooks on the first deployment already.
    answers = {test.path: test.expect} if test else {}
    return IMAGE, ["python", "-c", _SERVER.format(port=settings.port, status=status, answers=answers)]
