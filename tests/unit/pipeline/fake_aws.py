"""Stands in for the ``aws`` executable; run as ``fake_aws.py ecs ARGUMENTS``.

The folder in FAKE_STATE is the service: ``calls`` holds one line of JSON for each call, ``deployments.json`` what ECS
knows of. A deployment goes through its ``course`` look by look, and ``course.json`` is that of the next one.
FAKE_FAILURE ("update-service") makes a call fail.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

STATE = Path(os.environ.get("FAKE_STATE", ""))
REGISTERED = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-test-web:7"


def load(name: str) -> Any:
    return json.loads((STATE / name).read_text())


def save(name: str, content: object) -> None:
    (STATE / name).write_text(json.dumps(content))


def argument(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def shown(deployment: dict[str, Any]) -> dict[str, Any]:
    """A deployment as it is now; without a target as long as it has none."""
    told = {"serviceDeploymentArn": deployment["arn"], "createdAt": deployment["createdAt"], **deployment["course"][0]}
    if deployment["course"][0]["status"] != "PENDING":
        told["targetServiceRevisionArn"] = deployment["arn"].replace("service-deployment", "service-revision")
    return told


def update(words: list[str]) -> None:
    """Begins a deployment of the task definition, which shows only after the looks that FAKE_LATE says."""
    save(
        "deployments.json",
        [
            *load("deployments.json"),
            {
                "arn": "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop-test/shop-test-web/new",
                "createdAt": "2027-01-02T00:00:00.5+00:00",
                "brings": argument(words, "--task-definition"),
                "course": load("course.json"),
                "late": int(os.environ.get("FAKE_LATE", "0")),
            },
        ],
    )


def looked(deployment: dict[str, Any]) -> None:
    """A look at a deployment takes it a step further."""
    if len(deployment["course"]) > 1:
        deployment["course"].pop(0)


def listed() -> list[dict[str, Any]]:
    deployments = load("deployments.json")
    answer = [shown(each) for each in deployments if not each["late"]]
    for each in deployments:
        if each["late"]:
            each["late"] -= 1
        elif each["course"][0]["status"] == "PENDING" and "new" in each["arn"]:
            looked(each)
    save("deployments.json", deployments)
    return answer


def page(words: list[str]) -> dict[str, Any]:
    """One deployment a page: how many AWS puts on one is its own affair."""
    number = int(argument(words, "--next-token")) if "--next-token" in words else 0
    if number == 0:
        save("pages.json", listed())
    pages = load("pages.json")
    more = {"nextToken": str(number + 1)} if number + 1 < len(pages) else {}
    return {"serviceDeployments": pages[number : number + 1], **more}


def described(arn: str) -> dict[str, Any]:
    deployments = load("deployments.json")
    (found,) = (each for each in deployments if each["arn"] == arn)
    answer = shown(found)
    looked(found)
    save("deployments.json", deployments)
    return answer


def brought(revision: str) -> str:
    arn = revision.replace("service-revision", "service-deployment")
    (found,) = (each["brings"] for each in load("deployments.json") if each["arn"] == arn)
    return str(found)


def main(words: list[str]) -> None:
    with (STATE / "calls").open("a") as calls:
        calls.write(json.dumps(words) + "\n")
    assert argument(words, "--output") == "json", "without it the answer is as the user's profile says"
    if os.environ.get("FAKE_FAILURE") == words[1]:
        sys.exit(f"An error occurred (AccessDeniedException) when calling {words[1]}")
    if "--service" in words:
        assert (argument(words, "--cluster"), argument(words, "--service")) == ("shop-test", "shop-test-web")
    answer: dict[str, Any] = {}
    match words[:2]:
        case ["ecs", "register-task-definition"]:
            save("registered.json", json.loads(argument(words, "--cli-input-json")))
            answer = {"taskDefinition": {"taskDefinitionArn": REGISTERED}}
        case ["ecs", "list-service-deployments"]:
            answer = page(words)
        case ["ecs", "describe-service-deployments"]:
            answer = {"serviceDeployments": [described(argument(words, "--service-deployment-arns"))]}
        case ["ecs", "describe-service-revisions"]:
            revision = argument(words, "--service-revision-arns")
            answer = {"serviceRevisions": [{"serviceRevisionArn": revision, "taskDefinition": brought(revision)}]}
        case ["ecs", "update-service"]:
            update(words)
        case _:
            sys.exit(f"{words} is not a call that the role or this test knows")
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
