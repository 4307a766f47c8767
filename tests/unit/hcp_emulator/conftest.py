"""A client of HCP Terraform's API, with one server for a file of tests and a workspace for each test.

https://developer.hashicorp.com/terraform/cloud-docs/run/api
"""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from tealform_harness.hcp_emulator.models import FINAL, EmulatedWorkspace, Organization
from tealform_harness.hcp_emulator.server import TOKEN, EmulatedHcp, running

_PATIENCE_SECONDS = 30


def archive(document: Mapping[str, Any], folder: str = "") -> bytes:
    """A configuration as it is uploaded: a compressed archive."""
    content = json.dumps(document).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo(f"{folder}main.tf.json")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


class Client:
    """A client with a token."""

    def __init__(self, emulated: EmulatedHcp, token: str = TOKEN) -> None:
        self.emulated = emulated
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"} if token else {}, trust_env=False)

    def call(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> httpx.Response:
        return self._http.request(method, f"{self.emulated.endpoint}/api/v2{path}", json=document)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def post(
        self, path: str, attributes: Mapping[str, Any] | None = None, **related: Mapping[str, str]
    ) -> httpx.Response:
        relationships = {name.replace("_", "-"): {"data": identifier} for name, identifier in related.items()}
        return self.call("POST", path, {"data": {"attributes": attributes or {}, "relationships": relationships}})

    def start(
        self, workspace: EmulatedWorkspace, document: Mapping[str, Any], *, folder: str = "", **asked: object
    ) -> str:
        """Uploads a configuration and starts a run of it; returns the run's id."""
        made = self.post(f"/workspaces/{workspace.id}/configuration-versions", {"auto-queue-runs": False}).json()[
            "data"
        ]
        # The address is secret enough, so that no token goes along.
        httpx.put(made["attributes"]["upload-url"], content=archive(document, folder), trust_env=False)
        assert self.get(f"/configuration-versions/{made['id']}")["attributes"]["status"] == "uploaded"
        run = self.post(
            "/runs",
            {name.replace("_", "-"): value for name, value in asked.items()},
            workspace={"type": "workspaces", "id": workspace.id},
            configuration_version={"type": "configuration-versions", "id": made["id"]},
        )
        return str(run.json()["data"]["id"])

    def run(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/runs/{run}")["attributes"]
        return found

    def wait(self, run: str, *statuses: str) -> dict[str, Any]:
        """The run as soon as it has one of the statuses; it must not come to another end."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (found := self.run(run))["status"] not in statuses:
            over = found["status"] in FINAL or time.monotonic() > deadline
            assert not over, (found["status"], self.log("plan", run), self.log("apply", run))
            time.sleep(0.02)
        return found

    def wait_for_log(self, kind: str, run: str, words: str) -> None:
        """Waits until a log has the words in it."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while words not in self.log(kind, run):
            assert time.monotonic() < deadline, self.log(kind, run)
            time.sleep(0.02)

    def act(self, run: str, action: str) -> int:
        return self.post(f"/runs/{run}/actions/{action}").status_code

    def log(self, kind: str, run: str) -> str:
        resources = {"plan": "plans", "apply": "applies"}[kind]
        return httpx.get(self.get(f"/{resources}/{kind}-{run}")["attributes"]["log-read-url"], trust_env=False).text


@pytest.fixture(scope="module")
def hcp() -> Iterator[EmulatedHcp]:
    with running(Organization("acme", TOKEN, users={"annas-token": "anna"}), {}) as emulated:
        yield emulated


@pytest.fixture
def client(hcp: EmulatedHcp) -> Client:
    return Client(hcp)


@pytest.fixture
def anna(hcp: EmulatedHcp) -> Client:
    """Somebody else."""
    return Client(hcp, "annas-token")


@pytest.fixture
def workspace(hcp: EmulatedHcp, request: pytest.FixtureRequest) -> EmulatedWorkspace:
    return hcp.organization.add_workspace(str(request.node.name), terraform_version="1.11.4")
