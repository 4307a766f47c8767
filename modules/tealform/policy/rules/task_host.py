"""A task shares no network, files, processes or memory with its host."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource, blocks


def _judge(definition: Resource, _environment: Environment) -> Iterator[str]:
    body = definition.body
    if (mode := body.get("network_mode")) != "awsvpc":
        yield f"its network_mode is {mode or 'missing'}, not awsvpc"
    yield from (f"its {key} is host" for key in ("pid_mode", "ipc_mode") if body.get(key) == "host")
    for volume in blocks(body.get("volume")):
        if path := volume.get("host_path"):
            yield f"its volume {volume.get('name')} is {path} of the host"


CHECK = Check(
    Rule(
        id="TEAL_TASK_HOST",
        severity="critical",
        title="A task has its own network, and nothing of its host",
        why="It reads what other tasks on the host have, without a security group in between; on Fargate, and behind "
        "target groups of type ip, it does not start.",
        fix="Use network_mode awsvpc, volumes without host_path, and neither pid_mode nor ipc_mode host.",
        link="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
    ),
    types=("aws_ecs_task_definition",),
    judge=_judge,
)
