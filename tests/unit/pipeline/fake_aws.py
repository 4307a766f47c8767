"""A fake of the ``aws`` executable; run as ``fake_aws.py ecs|ecr|ssm ARGUMENTS``.

The folder in FAKE_STATE is the account: ``calls`` gets one line of JSON for each call, with its ``words`` and AWS's ``config``.
ECS: ``deployments.json`` are the service's deployments. A deployment goes through its ``course`` look by look, and
``course.json`` is that of the next one. FAKE_FAILURE ("update-service") makes a call fail.
ECR: ``images.json`` is the manifest of each digest, ``tags.json`` the digest of each tag, and ``scans.json`` the answers to
one look at a scan after the other, the last one again and again; an answer that is text is an error's name.
Systems Manager: ``parameters.json`` are the values of Parameter Store.
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


def put_image(words: list[str]) -> dict[str, Any]:
    """A tag never moves, and a manifest is the digest's own to the last byte."""
    tags, tag, digest = load("tags.json"), argument(words, "--image-tag"), argument(words, "--image-digest")
    manifest = Path(argument(words, "--image-manifest").removeprefix("file://")).read_text()
    if manifest != load("images.json")[digest]:
        sys.exit("An error occurred (ImageDigestDoesNotMatchException) when calling the PutImage operation")
    if tags.get(tag) == digest:
        sys.exit("An error occurred (ImageAlreadyExistsException) when calling the PutImage operation")
    save("tags.json", {**tags, tag: digest})
    return {"image": {}}


def scanned() -> Any:
    first, *others = load("scans.json")
    save("scans.json", others or [first])
    if isinstance(first, str):
        sys.exit(f"\nAn error occurred ({first}) when calling the DescribeImageScanFindings operation: why")
    return first


def main(words: list[str]) -> None:
    config = os.environ.get("AWS_CONFIG_FILE")
    with (STATE / "calls").open("a") as calls:
        calls.write(json.dumps({"words": words, "config": Path(config).read_text() if config else ""}) + "\n")
    assert argument(words, "--output") == "json", "without it the answer is as the user's profile says"
    if os.environ.get("FAKE_FAILURE") == words[1]:
        sys.exit(f"An error occurred (AccessDeniedException) when calling {words[1]}")
    if "--service" in words:
        assert (argument(words, "--cluster"), argument(words, "--service")) == ("shop-test", "shop-test-web")
    answer: Any = {}
    if words[0] not in load("services.json"):
        sys.exit(f"{words} is not a call that the role or this test knows")
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
        case ["ecr", "describe-image-scan-findings"]:
            answer = scanned()
        case ["ecr", "batch-get-image"]:
            manifest = load("images.json").get(argument(words, "--image-ids").removeprefix("imageDigest="))
            image = {"imageManifest": manifest, "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json"}
            answer = {"images": [image] if manifest else []}
        case ["ecr", "put-image"]:
            answer = put_image(words)
        case ["ssm", "get-parameters-by-path"]:
            path = argument(words, "--path")
            found = {name: value for name, value in load("parameters.json").items() if name.startswith(f"{path}/")}
            answer = {"Parameters": [{"Name": name, "Value": value} for name, value in found.items()]}
        case _:
            sys.exit(f"{words} is not a call that the role or this test knows")
    print(json.dumps(answer))


def install(folder: Path, *services: str) -> dict[str, str]:
    """Prepare ``folder`` for a build that finds this fake and a plain Python; return the variables that say where.

    ``services`` are those that the build's role may call, like ``ecr``.
    """
    from tealform_harness.aws_emulator.codebuild.cli_tools import write_executable

    for name in ("bin", "state", "source", "scratch"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "state" / "calls").write_text("")
    (folder / "state" / "services.json").write_text(json.dumps(services))
    write_executable(folder / "bin" / "python3", sys.executable, "-I", "-S")
    write_executable(folder / "bin" / "aws", sys.executable, "-I", "-S", __file__)
    return {"PATH": f"{folder / 'bin'}:{os.defpath}", "FAKE_STATE": str(folder / "state")}


def read_calls(folder: Path) -> list[dict[str, Any]]:
    """Return the calls of a build in ``folder``: their ``words``, and AWS's ``config`` if there was one."""
    return [json.loads(line) for line in (folder / "state" / "calls").read_text().splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
