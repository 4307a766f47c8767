"""Two applies at once, and what a state says of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, at, is_true
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks

_KNOWN = ("cloud", "local", "s3")
_CREDENTIALS = ("access_key", "profile", "secret_key", "token")


def _judge(root: Resource, _environment: Environment) -> Iterator[str]:
    settings = root.body.get("terraform")
    kinds = [kind for each in blocks(at(settings, "backend")) for kind in each] + ["cloud"] * bool(
        at(settings, "cloud")
    )
    yield from (f"keeps the state by {kind}" for kind in kinds if kind not in _KNOWN)
    if len(kinds) != 1:
        yield f"says {len(kinds) or 'no'} places for the state, where one is meant"
    for s3 in blocks(at(settings, "backend", "s3")):
        if not is_true(s3.get("use_lockfile")):
            yield "the state in S3 is not locked: use_lockfile is not true"
        if not is_true(s3.get("encrypt", True)):
            yield "the state in S3 is not encrypted"
        yield from (f"the backend holds {key}" for key in _CREDENTIALS if s3.get(key))


CHECK = Check(
    Rule(
        id="TEAL_TERRAFORM_STATE",
        severity="high",
        title="The state is in one place, locked and encrypted",
        why="Two applies at the same time leave a state that knows half of what is there; and it holds every value in plain text",
        fix="Set the state block; `tealform synth` writes the backend",
        link="https://developer.hashicorp.com/terraform/language/backend/s3",
        setting="state",
    ),
    types=("root",),
    judge=_judge,
)
