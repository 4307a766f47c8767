"""A service that answers what a test says, as HCP Terraform would, and records the requests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import support

TOKEN = "a-token-that-nobody-may-see"
_API = "/api/v2/"


@dataclass
class Asked:
    """One request: its method, its path below the API's address (or the whole one), its headers and body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, Any] | tuple[int, Any, Mapping[str, str]]


@dataclass
class Service:
    """``answers`` by method and path, like ``GET runs/run-1``; a list is given one after the other, its last one for ever."""

    address: str = ""
    answers: dict[str, Answer | list[Answer] | Callable[[Asked], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def requests(self, method: str, path: str) -> list[Asked]:
        return [each for each in self.asked if (each.method, each.path) == (method, path)]

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        given = self.answers.get(f"{asked.method} {asked.path}")
        if given is None:
            return 404, {"errors": [{"status": "404", "title": "not found"}]}
        if isinstance(given, list):
            return given.pop(0) if len(given) > 1 else given[0]
        return given(asked) if callable(given) else given

    def configure(self, file: Path, host: str = "app.terraform.io", *, token: str = TOKEN) -> None:
        """Writes a CLI configuration that leads there."""
        credentials = f'credentials "{host}" {{\n  token = "{token}"\n}}\n' if token else ""
        services = f'host "{host}" {{\n  services = {{\n    "tfe.v2" = "{self.address}{_API}"\n  }}\n}}\n'
        file.write_text(credentials + services)


@contextmanager
def running() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path.removeprefix(_API)
            status, content, *headers = service.answer(Asked(self.command, path, dict(self.headers), body))
            raw = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **(headers[0] if headers else {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do  # noqa: N815 - so they are called

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def workspace(name: str = "shop-dev", relationships: Mapping[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """A workspace as the API tells it; ``said`` are attributes, with ``_`` for ``-``."""
    attributes = {
        "name": name,
        "execution-mode": "remote",
        "terraform-version": "1.11.4",
        "working-directory": "",
        "vcs-repo": None,
        "locked": False,
        "permissions": {"can-queue-run": True},
        **{key.replace("_", "-"): value for key, value in values.items()},
    }
    return {
        "data": {
            "id": "ws-1",
            "type": "workspaces",
            "attributes": attributes,
            "relationships": dict(relationships or {}),
        }
    }


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of whoever runs the tests: no token, no configuration, no proxy of theirs."""
    for name in list(os.environ):
        if name.startswith(("TF_", "TERRAFORM_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.fixture
def hcp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    """A service that the CLI configuration leads to, with organization acme, which has no workspace yet."""
    with running() as service:
        service.answers["GET organizations/acme/entitlement-set"] = (200, {"data": {"id": "org-1"}})
        service.configure(tmp_path / "cli.tfrc")
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
        yield service


Write = Callable[..., Path]


@pytest.fixture
def environment(tmp_path: Path) -> Write:
    """Writes an environment whose state is in HCP Terraform; returns its folder."""

    def write(state: str = 'state "cloud" { organization = "acme" }', name: str = "dev", **cloud: Any) -> Path:
        folder = tmp_path / "project" / "environments" / name
        folder.mkdir(parents=True)
        (folder / "environment.hcl").write_text(f"{state}\n{support.environment()}")
        terraform: dict[str, Any] = {"required_version": ">= 1.11", "cloud": {"organization": "acme"} | cloud}
        terraform["cloud"].setdefault("workspaces", {"name": f"shop-{name}"})
        (folder / "cdk.tf.json").write_text(
            json.dumps({"terraform": terraform, "output": {"word": {"value": "hello"}}})
        )
        return folder

    return write


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two attempts."""
    monkeypatch.setattr("tealform.terraform.hcp.api._FIRST_PAUSE", 0.0)
