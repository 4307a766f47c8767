"""What somebody does elsewhere: completes a connection, and pushes to a repository on GitHub, GitLab or Bitbucket."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from moto.codepipeline.models import codepipeline_backends

from tealform.errors import TealformError
from tealform_harness.aws_emulator.codepipeline.backend import PipelineBackend
from tealform_harness.aws_emulator.codepipeline.triggers import CONNECTION_PROVIDER, find_started_action
from tealform_harness.aws_emulator.connections import Push, get_connections
from tealform_harness.aws_emulator.server import EmulatedAws

# Paths of the emulated AWS; no service of AWS has one like them.
HANDSHAKE_PATH = "/emulated-aws/handshake"
PUSH_PATH = "/emulated-aws/push"


def complete_handshake(emulated: EmulatedAws, arn: str) -> None:
    """Make the connection of that ARN available, as somebody does once in the console; raises TealformError if there is none."""
    _ask(emulated, HANDSHAKE_PATH, {"arn": arn})


def push(
    emulated: EmulatedAws, region: str, repository: str, branch: str, files: Mapping[str, bytes], message: str
) -> str:
    """Put a commit with exactly ``files`` on a branch of the repository of that full name; return the commit's id.

    It starts the pipelines in ``region`` whose source action, connection and triggers say so.
    """
    encoded = {path: base64.b64encode(content).decode() for path, content in files.items()}
    asked = {"region": region, "repository": repository, "branch": branch, "files": encoded, "message": message}
    return str(_ask(emulated, PUSH_PATH, {**asked, "account": emulated.account})["commit_id"])


def push_tag(emulated: EmulatedAws, region: str, repository: str, tag: str, branch: str) -> str:
    """Tag the newest commit of ``branch``, which starts pipelines as ``push`` does; return the commit's id."""
    asked = {"account": emulated.account, "region": region, "repository": repository, "branch": branch, "tag": tag}
    return str(_ask(emulated, PUSH_PATH, asked)["commit_id"])


def answer_handshake(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the emulated AWS does at HANDSHAKE_PATH; raises ValueError if there is no such connection."""
    _, _, _, region, account, _ = str(asked["arn"]).split(":")
    backend = get_connections(account, region)
    if not any(each.endswith(asked["arn"].rpartition("/")[2]) for each in backend.connections):
        raise ValueError(f"there is no connection {asked['arn']}")
    backend.complete_handshake(asked["arn"])
    return {}


def answer_push(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the emulated AWS does at PUSH_PATH: pushes, and starts the pipelines that wait for it.

    Raises ValueError if there is no branch to tag. A connection that waits for its handshake reports no push.
    """
    account, region = asked["account"], asked["region"]
    repository = get_connections(account, region).repository(asked["repository"])
    if tag := asked.get("tag"):
        if asked["branch"] not in repository.branches:
            raise ValueError(f"{asked['repository']} has no branch {asked['branch']}")
        pushed = repository.push_tag(tag, asked["branch"])
    else:
        files = {path: base64.b64decode(content) for path, content in asked["files"].items()}
        pushed = repository.push(asked["branch"], files, asked["message"])
    _start(account, region, pushed)
    return {"commit_id": pushed.commit_id}


def _start(account: str, region: str, pushed: Push) -> None:
    backend = codepipeline_backends[account][region]
    assert isinstance(backend, PipelineBackend)
    for name in tuple(backend.pipelines):
        pipeline, _ = backend.get_pipeline(name)
        action = find_started_action(pipeline, pushed)
        if action and _reports(account, region, pipeline, action):
            backend.start(name, "WebhookV2", pushed.repository, pinned={action: pushed.commit_id})


def _reports(account: str, region: str, pipeline: Mapping[str, Any], action: str) -> bool:
    (arn,) = (
        each["configuration"]["ConnectionArn"]
        for each in pipeline["stages"][0]["actions"]
        if each["name"] == action and each["actionTypeId"]["provider"] == CONNECTION_PROVIDER
    )
    backend = get_connections(account, region)
    known = (
        each for each in backend.connections.values() if each.settings["ConnectionArn"].endswith(arn.split("/")[1])
    )
    return any(each.is_available for each in known)


def _ask(emulated: EmulatedAws, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(emulated.post(path, asked))
    except ValueError as error:
        raise TealformError(f"refused by the emulated AWS: {error}") from None
