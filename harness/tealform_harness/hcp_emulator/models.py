"""What an organization holds: workspaces, their states and configurations, and runs."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


@dataclass(eq=False)
class Run:
    """One run; ``files`` are the names of what was uploaded for it.

    ``check`` is the status of its policy check, and empty where there is none.
    """

    id: str
    workspace: EmulatedWorkspace
    configuration: Configuration
    attributes: dict[str, Any]
    status: str = "pending"
    history: list[str] = field(default_factory=list)
    has_changes: bool = False
    plan: Log = field(default_factory=Log)
    apply: Log = field(default_factory=Log)
    plan_json: str = ""
    redacted_json: str = ""
    check: str = ""
    files: list[str] = field(default_factory=list)
    confirmed: threading.Event = field(default_factory=threading.Event)
    overridden: threading.Event = field(default_factory=threading.Event)
    halted: threading.Event = field(default_factory=threading.Event)
    ends_as: str = "canceled"

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


@dataclass(eq=False)
class EmulatedWorkspace:
    """A workspace; ``states`` are all versions of its state, and ``locked_by`` is who holds it, or nobody.

    ``failing_policy`` is the enforcement level (``hard-mandatory`` or ``soft-mandatory``) of a policy that every run
    breaks, or empty. ``denied`` are the permissions that the token lacks: ``can-queue-apply`` and the like, and
    ``json-output`` for plans with what is sensitive in them. ``structured`` is whether runs write their logs in JSON.
    ``current`` is the run that holds the workspace.
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
    denied: tuple[str, ...] = ()
    structured: bool = False
    states: list[bytes] = field(default_factory=list)
    current: Run | None = None
    _queue: list[Run] = field(default_factory=list)
    _one: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def queued(self, run: Run) -> Iterator[None]:
        """Puts ``run`` at the end of the queue, and takes it out and ends its turn however the block ends."""
        with self._one:
            self._queue.append(run)
        try:
            yield
        finally:
            with self._one:
                self._queue.remove(run)
                if self.current is run:
                    self.current = None

    def turn(self, run: Run) -> bool:
        """Whether the turn is that of ``run``, which then holds the workspace: one at a time, and none if it is locked.

        https://developer.hashicorp.com/terraform/cloud-docs/run/states#the-pending-stage
        """
        with self._one:
            if self.current is None and not self.locked_by and self._queue[0] is run:
                self.current = run
            return self.current is run

    @property
    def first(self) -> Run | None:
        """The run that holds the workspace, or will as soon as it is unlocked."""
        with self._one:
            return self.current or next(iter(self._queue), None)

    def position(self, run: Run) -> int:
        """How many have their turn before ``run``."""
        with self._one:
            return self._queue.index(run) if run in self._queue else 0


@dataclass
class Organization:
    """An organization of a ``name``, and the ``token`` that opens it. Without ``may_create``, it takes no new workspace.

    ``users`` are the names of those whose tokens open it as well, by token.
    """

    name: str
    token: str
    may_create: bool = True
    users: dict[str, str] = field(default_factory=dict)
    projects: list[str] = field(default_factory=lambda: ["Default Project"])
    workspaces: dict[str, EmulatedWorkspace] = field(default_factory=dict)
    configurations: dict[str, Configuration] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_id(self, kind: str) -> str:
        """An id like those of HCP Terraform, which Terraform checks the form of: ``ws-`` and 16 letters and digits."""
        return f"{kind}-{next(self._ids):016d}"

    def add_workspace(self, name: str, **attributes: Any) -> EmulatedWorkspace:
        """Creates a workspace."""
        made = EmulatedWorkspace(self.new_id("ws"), name, **attributes)
        self.workspaces[name] = made
        return made

    def state_changed(self, by: Run) -> None:
        """Discards the saved plans that a change of the workspace's state has made stale.

        https://developer.hashicorp.com/terraform/cloud-docs/run/modes-and-options#saved-plans
        """
        for run in list(self.runs.values()):
            if run.workspace is by.workspace and run.status == "planned_and_saved":
                self.cancel(run, "discarded")

    def cancel(self, run: Run, status: str) -> None:
        """Ends a run as somebody does who looks at it: ``canceled`` or ``discarded``.

        One that has begun gets the new status once Terraform has ended, which brings what it does to an end first.
        """
        run.ends_as = status
        if run.status not in ("planning", "applying"):
            run.becomes(status)
        run.halted.set()

    def workspace(self, id_: str) -> EmulatedWorkspace | None:
        """The workspace with an id."""
        return next((each for each in self.workspaces.values() if each.id == id_), None)
