"""What speaks against a plan: the plan guard's objections, and what the policies find in what would be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tealform.operations.root_module import RootModule
from tealform.plan import guard
from tealform.plan.blocker import Objection
from tealform.policy import plan_gate


@dataclass(frozen=True)
class Judgement:
    """Objections of the guard, of which somebody may let some pass, and what the policies say."""

    objections: tuple[Objection, ...]
    policy: plan_gate.PlanGateResult

    def left(self, allowed: Collection[str], read: Iterable[Sequence[str]] | None = None) -> list[Objection]:
        """The objections that stop the plan still.

        Those are what ``allowed`` does not name, and what is not among the ``identities`` that were ``read`` with the plan;
        without ``read``, all were. Raises ``TealformError`` if ``allowed`` names what nobody objects to.
        """
        return guard.left(self.objections, allowed, read)

    def has_unread(self, read: Iterable[Sequence[str]] | None) -> bool:
        """Whether there is an objection that was not there when the plan was made, so that nobody can have allowed it."""
        return read is not None and bool(guard.unread(self.objections, read))

    @property
    def identities(self) -> list[tuple[str, str]]:
        """What the objections are recognized by when the plan is applied."""
        return [each.identity for each in self.objections]


def judge(root: Path, module: RootModule, plan: Mapping[str, Any], destroys: bool) -> Judgement:
    """Judges a plan of ``module``; ``destroys`` is whether it was made to destroy everything.

    Nobody objects to the destruction of what is disposable: to say that it is was the word that the guard wants.
    """
    objections = () if destroys and module.disposable else guard.objections(plan, _aws(module))
    return Judgement(tuple(objections), plan_gate.check_plan(root, module.folder, plan))


def _aws(module: RootModule) -> Any:
    def client(service: str) -> Any:
        # Here, because it takes a moment, and most plans ask AWS nothing.
        import boto3
        from botocore.config import Config

        soon = Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2})
        return boto3.Session(region_name=module.region).client(service, config=soon)  # type: ignore[call-overload]

    return client
