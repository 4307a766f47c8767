"""Hands a new version to Amazon ECS, and waits until its blue/green deployment has ended.

Reads what the build made: ``taskdef.json``, and ``imagedefinitions.json``, which says the image of each container. Wants
the variables ``CLUSTER`` and ``SERVICE``. Exits with 0 if green has taken over for good, and with 1 if not.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SECONDS_BETWEEN_LOOKS = float(os.environ.get("SECONDS_BETWEEN_LOOKS", "15"))
UNDER_WAY = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


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


def deployments(where: list[str]) -> list[dict[str, Any]]:
    """The service's deployments, the newest first."""
    return sorted(
        aws("list-service-deployments", *where)["serviceDeployments"],
        key=lambda deployment: deployment["createdAt"],
        reverse=True,
    )


def brings(deployment: dict[str, Any], arn: str) -> bool:
    """Whether a deployment brings the task definition ``arn``."""
    revision = deployment.get("targetServiceRevisionArn")
    if not revision:
        return False
    found = aws("describe-service-revisions", "--service-revision-arns", revision)["serviceRevisions"]
    return any(each["taskDefinition"] == arn for each in found)


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
    where = ["--cluster", os.environ["CLUSTER"], "--service", os.environ["SERVICE"]]
    registered = aws("register-task-definition", "--cli-input-json", json.dumps(task_definition()))
    arn = registered["taskDefinition"]["taskDefinitionArn"]
    # Of two at the same time, ECS would have to reconcile three versions; the first one of all is Terraform's own.
    for deployment in deployments(where):
        if deployment["status"] in UNDER_WAY:
            print(f"Waiting for {deployment['serviceDeploymentArn']}", flush=True)
            ended(deployment["serviceDeploymentArn"])
    aws("update-service", *where, "--task-definition", arn)
    print(f"Releasing {arn}", flush=True)
    while True:
        newest = deployments(where)[:1]
        if newest and brings(newest[0], arn):
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
    found = ended(newest[0]["serviceDeploymentArn"])
    if found["status"] != "SUCCESSFUL":
        sys.exit(f"The deployment ended as {found['status']}: {found.get('statusReason') or 'no reason given'}")


if __name__ == "__main__":
    main()
