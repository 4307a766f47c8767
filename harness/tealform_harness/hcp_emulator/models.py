"""An organization: its workspaces, with states and configurations, and runs."""

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
"""Statuses of a run that has ended. https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#run-states"""


@dataclass
class Log:
    """The output of a plan or an apply so far, as Terraform fetches it."""

    text: str = ""
    status: str = "pending"

    @property
    def content(self) -> bytes:
        """The text between the control characters STX and, if it is complete, ETX."""
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

    def set_status(self, status: str) -> None:
        """Set the status, unless the run has ended."""
        if self.status not in FINAL:
            self.status = status
            self.history.append(status)

    def has(self, attribute: str) -> bool:
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
    """A workspace; ``states`` are all versions of its state, and ``locked_by`` is the user who locked it, or empty.

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
        """Put ``run`` at the end of the queue; remove it and end its turn when the block ends."""
        with self._one:
            self._queue.append(run)
        try:
            yield
        finally:
            with self._one:
                self._queue.remove(run)
                if self.current is run:
                    self.current = None

    def take_turn(self, run: Run) -> bool:
        """Let ``run`` hold the workspace if it is next and the workspace is free; return whether it does.

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
        """Return the number of runs before ``run``."""
        with self._one:
            return self._queue.index(run) if run in self._queue else 0


@dataclass
class Organization:
    """An organization. ``token`` gives access to it. Without ``may_create``, no workspace can be created.

    ``users`` are the names of users by their tokens, which give access too.
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
        """Return an id in the form that Terraform checks: ``ws-`` and 16 letters and digits."""
        return f"{kind}-{next(self._ids):016d}"

    def add_workspace(self, name: str, **attributes: Any) -> EmulatedWorkspace:
        """Create a workspace."""
        made = EmulatedWorkspace(self.new_id("ws"), name, **attributes)
        self.workspaces[name] = made
        return made

    def discard_stale_plans(self, by: Run) -> None:
        """Discard the saved plans that a change of the workspace's state by a run has made stale.

        https://developer.hashicorp.com/terraform/cloud-docs/run/modes-and-options#saved-plans
        """
        for run in list(self.runs.values()):
            if run.workspace is by.workspace and run.status == "planned_and_saved":
                self.cancel(run, "discarded")

    def cancel(self, run: Run, status: str) -> None:
        """End a run as a user does: ``canceled`` or ``discarded``.

        A run that has begun gets the new status once Terraform has ended, which finishes its current work first.
        """
        run.ends_as = status
        if run.status not in ("planning", "applying"):
            run.set_status(status)
        run.halted.set()

    def find_workspace(self, id_: str) -> EmulatedWorkspace | None:
        """Return the workspace with an id."""
        return next((each for each in self.workspaces.values() if each.id == id_), None)
