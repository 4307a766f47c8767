"""What an organization holds: workspaces, their states and configurations, and runs."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

FINAL = {
    "planned_and_finished",
    "applied",
    "errored",
    "discarded",
    "canceled",
    "policy_soft_failed",
}
"""In these, nothing more happens with a run. https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#run-states"""


@dataclass
class Log:
    """What a plan or an apply has said so far, as Terraform fetches it."""

    text: str = ""
    status: str = "pending"

    @property
    def content(self) -> bytes:
        """With the marks for beginning and end; they are characters of control: STX and ETX."""
        done = self.status in ("finished", "errored", "canceled", "unreachable")
        return b"\x02" + self.text.encode() + (b"\x03" if done else b"")


@dataclass
class Run:
    """One run; ``files`` are the names of what was uploaded for it."""

    id: str
    workspace: Workspace
    configuration: Configuration
    attributes: dict[str, Any]
    status: str = "pending"
    history: list[str] = field(default_factory=list)
    has_changes: bool = False
    plan: Log = field(default_factory=Log)
    apply: Log = field(default_factory=Log)
    plan_json: str = ""
    files: list[str] = field(default_factory=list)
    confirmed: threading.Event = field(default_factory=threading.Event)
    halted: threading.Event = field(default_factory=threading.Event)

    def becomes(self, status: str) -> None:
        """Takes on a status, unless it has come to its end already."""
        if self.status not in FINAL:
            self.status = status
            self.history.append(status)

    def asked(self, attribute: str) -> bool:
        """Whether the run was created with an attribute like ``plan-only``."""
        return bool(self.attributes.get(attribute))


@dataclass
class Configuration:
    """An uploaded configuration, as a compressed archive."""

    id: str
    speculative: bool = False
    content: bytes = b""


@dataclass
class Workspace:
    """A workspace; ``states`` are all versions of its state, and ``locked_by`` is who holds it, or nobody.

    ``failing_policy`` is the enforcement level (``hard-mandatory`` or ``soft-mandatory``) of a policy that every run
    breaks, or empty.
    """

    id: str
    name: str
    project: str = "Default Project"
    execution_mode: str = "remote"
    terraform_version: str = ""
    working_directory: str = ""
    vcs: bool = False
    failing_policy: str = ""
    locked_by: str = ""
    states: list[bytes] = field(default_factory=list)


@dataclass
class Organization:
    """An organization of a ``name``, and the ``token`` that opens it. Without ``may_create``, it takes no new workspace."""

    name: str
    token: str
    may_create: bool = True
    projects: list[str] = field(default_factory=lambda: ["Default Project"])
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    configurations: dict[str, Configuration] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self, kind: str) -> str:
        """An id like those of HCP Terraform, which Terraform checks the form of: ``ws-`` and 16 letters and digits."""
        return f"{kind}-{next(self._ids):016d}"

    def add_workspace(self, name: str, **attributes: Any) -> Workspace:
        """Creates a workspace."""
        made = Workspace(self.new_id("ws"), name, **attributes)
        self.workspaces[name] = made
        return made

    def cancel(self, run: Run, status: str) -> None:
        """Ends a run as somebody does who looks at it: ``canceled`` or ``discarded``."""
        run.becomes(status)
        run.halted.set()

    def workspace(self, id_: str) -> Workspace | None:
        """The workspace with an id."""
        return next((each for each in self.workspaces.values() if each.id == id_), None)
