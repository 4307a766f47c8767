"""Serves an emulated HCP Terraform in this process, and configures Terraform to use it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from tealform_harness.hcp_emulator.api import ApiServer
from tealform_harness.hcp_emulator.models import Organization

HOST = "app.terraform.io"
TOKEN = "emulated.atlasv1.token"

# With a host block, Terraform needs no service discovery, which requires TLS:
# https://developer.hashicorp.com/terraform/internals/remote-service-discovery
_CONFIGURATION = """
host "{host}" {{
  services = {{
    "tfe.v2"   = "{endpoint}/api/v2/"
    "tfe.v2.1" = "{endpoint}/api/v2/"
    "tfe.v2.2" = "{endpoint}/api/v2/"
  }}
}}
"""
_POLL_SECONDS = 0.05
_CREDENTIALS = 'credentials "{host}" {{ token = "{token}" }}\n'


@dataclass(frozen=True)
class EmulatedHcp:
    """An emulated HCP Terraform with one ``organization``, which lives as long as the block of ``running``."""

    endpoint: str
    organization: Organization
    calls: list[str]
    folder: Path

    def environment(self, token: str | None = TOKEN) -> Mapping[str, str]:
        """Return the variables that make Terraform use it, with a token or, for ``None``, without."""
        file = self.folder / f"{token}.tfrc"
        credentials = _CREDENTIALS.format(host=HOST, token=token) if token else ""
        file.write_text(_CONFIGURATION.format(host=HOST, endpoint=self.endpoint) + credentials, encoding="utf-8")
        return {"TF_CLI_CONFIG_FILE": str(file), "CHECKPOINT_DISABLE": "1", "HOME": str(self.folder)}


@contextmanager
def running(organization: Organization, variables: Mapping[str, str]) -> Iterator[EmulatedHcp]:
    """Serve ``organization`` while the ``with`` block lasts. The Terraform of each run gets ``variables``."""
    api = ApiServer(organization, variables)
    server = make_server("127.0.0.1", 0, api, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=[_POLL_SECONDS], daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="emulated-hcp-") as folder:
        try:
            yield EmulatedHcp(f"http://127.0.0.1:{server.port}", organization, api.calls, Path(folder))
        finally:
            for run in list(organization.runs.values()):
                run.halted.set()
            for worker in api.workers:
                worker.join()
            server.shutdown()
            server.server_close()


class _Quiet(WSGIRequestHandler):
    """Logs no calls; ``EmulatedHcp.calls`` has them."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Log nothing."""
