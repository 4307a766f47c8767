"""Hands a new version to Amazon ECS, and waits until its blue/green deployment has ended.

Reads what the build made: ``taskdef.json``, and ``imagedefinitions.json``, which says the image of each container. Wants
the variables ``CLUSTER`` and ``SERVICE``; ``RELEASE_ROLE_ARN`` is the role of another account that ECS is asked with. Exits with 0 if green has taken over for good, and with 1 if not.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

SECONDS_BETWEEN_LOOKS = float(os.environ.get("SECONDS_BETWEEN_LOOKS", "15"))
LOOKS_FOR_IT = 40
UNDER_WAY = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


def become(role: str) -> None:
    """Lets the AWS CLI take a role for every call, so that none finds its hour over.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html
    """
    config = Path(tempfile.mkdtemp(), "config")
    config.write_text(f"[profile release]\nrole_arn = {role}\ncredential_source = EcsContainer\n", encoding="utf-8")
    os.environ.update(AWS_CONFIG_FILE=str(config), AWS_PROFILE="release")


def aws(*words: str) -> Any:
    """What ``aws ecs <words>`` answers; its complaint goes to the log, and ends the program."""
    done = subprocess.run(["aws", "ecs", *words, "--output", "json"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"aws ecs {words[0]} failed")
    return json.loads(done.stdout)


def task_definition() -> dict[str, Any]:
    """The task definition with the image that was built."""
    definition: dict[str, Any] = json.loads(Path("taskdef.json").read_text(encoding="utf-8"))
    built = json.loads(Path("imagedefinitions.json").read_text(encoding="utf-8"))
    images = {each["name"]: each["imageUri"] for each in built}
    for container in definition["containerDefinitions"]:
        if container["name"] not in images:
            sys.exit(f"imagedefinitions.json: no image for the container {container['name']} of taskdef.json")
        container["image"] = images[container["name"]]
    return definition


def deployments(where: list[str]) -> dict[str, dict[str, Any]]:
    """The service's deployments, by their ARNs."""
    found: dict[str, dict[str, Any]] = {}
    page: list[str] = []
    while True:
        answer = aws("list-service-deployments", *where, *page)
        found |= {each["serviceDeploymentArn"]: each for each in answer["serviceDeployments"]}
        if not answer.get("nextToken"):
            return found
        page = ["--next-token", answer["nextToken"]]


def brings(deployment: dict[str, Any], task_definition_arn: str) -> bool:
    """Whether a deployment brings that task definition."""
    revision = deployment.get("targetServiceRevisionArn")
    if not revision:
        return False
    found = aws("describe-service-revisions", "--service-revision-arns", revision)["serviceRevisions"]
    return any(each["taskDefinition"] == task_definition_arn for each in found)


def begun(where: list[str], before: Collection[str], task_definition_arn: str) -> str:
    """The deployment, other than those ``before``, that brings the task definition; it takes ECS a moment to have it."""
    for _ in range(LOOKS_FOR_IT):
        for arn, deployment in deployments(where).items():
            if arn not in before and brings(deployment, task_definition_arn):
                return arn
        time.sleep(SECONDS_BETWEEN_LOOKS)
    sys.exit(f"ECS began no deployment of {task_definition_arn}")


def described(arn: str) -> dict[str, Any]:
    """A deployment with its stage and the reason of its status."""
    found = aws("describe-service-deployments", "--service-deployment-arns", arn)["serviceDeployments"]
    return dict(found[0])


def ended(arn: str) -> dict[str, Any]:
    """Looks until the deployment ``arn`` has ended, and says when its state changes. How it ended."""
    told = None
    while True:
        found = described(arn)
        state = " ".join(filter(None, [found["status"], found.get("lifecycleStage")]))
        if state != told:
            print(state, flush=True)
            told = state
        if found["status"] not in UNDER_WAY:
            return found
        time.sleep(SECONDS_BETWEEN_LOOKS)


def main() -> None:
    """Registers, updates, waits."""
    if "RELEASE_ROLE_ARN" in os.environ:
        become(os.environ["RELEASE_ROLE_ARN"])
    where = ["--cluster", os.environ["CLUSTER"], "--service", os.environ["SERVICE"]]
    registered = aws("register-task-definition", "--cli-input-json", json.dumps(task_definition()))
    arn = registered["taskDefinition"]["taskDefinitionArn"]
    before = deployments(where)
    # Of two at the same time, ECS would have to reconcile three versions; the first one of all is Terraform's own.
    for earlier, deployment in before.items():
        if deployment["status"] in UNDER_WAY:
            print(f"Waiting for {earlier}", flush=True)
            ended(earlier)
    aws("update-service", *where, "--task-definition", arn)
    print(f"Releasing {arn}", flush=True)
    found = ended(begun(where, before, arn))
    if found["status"] != "SUCCESSFUL":
        reason = found.get("statusReason") or found.get("rollback", {}).get("reason") or "no reason given"
        sys.exit(f"The deployment ended as {found['status']}: {reason}")


if __name__ == "__main__":
    main()
