"""What the real provider asks of AWS, as its log tells it, and whether a role may."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tealform.policy.iam import service_reference
from tealform.policy.iam.policy_reader import PolicyStatement, Role
from tealform.policy.iam.service_reference import may_be_arn
from tealform_harness.verify.aws_provider import Provider

LOGGING = {"TF_LOG_PROVIDER": "DEBUG"}

_SERVICES = {
    "Application Auto Scaling": "application-autoscaling",
    "CloudWatch Logs": "logs",
    "Elastic Load Balancing v2": "elasticloadbalancing",
    "EventBridge": "events",
    "codestar notifications": "codestar-notifications",
}
# Elsewhere an operation is called like the action that allows it.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_S3 = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}


@dataclass(frozen=True)
class Call:
    """An IAM action that the provider needs, and the type of resource that it is for."""

    action: str
    kind: str


class Log:
    """The log of a provider, which is read on from where it was read last."""

    def __init__(self, provider: Provider, folder: Path) -> None:
        self._file = folder / "log"
        self._file.touch()
        self._read = 0
        program = folder / provider.program.name
        program.write_text(f'#!/bin/sh\nexec {provider.program} "$@" 2>>{self._file}\n', encoding="utf-8")
        program.chmod(0o755)
        self.provider = Provider(program, provider.version)
        """The provider whose log it is."""

    def calls(self) -> set[Call]:
        """What has been asked since the last time."""
        text = self._file.read_bytes()[self._read :]
        self._read += len(text)
        return set(_calls(text.decode(errors="replace")))


def _calls(log: str) -> Iterator[Call]:
    for line in log.splitlines():
        if '"rpc.method"' in line and "HTTP Request Sent" in line:
            said = json.loads(line)
            service, operation = said["rpc.service"], said["rpc.method"]
            if service == "S3":
                operation = _S3.get(operation, operation)
            kind = said.get("tf_resource_type") or said.get("tf_data_source_type") or "the provider"
            yield Call(f"{_SERVICES.get(service, service.lower())}:{operation}", kind)


@dataclass(frozen=True)
class Thing:
    """A resource in Terraform's state: its ARN and its tags."""

    arn: str
    tags: Mapping[str, str]


def things(state: Mapping[str, Any]) -> dict[str, list[Thing]]:
    """The resources in a state that have an ARN, as ``terraform show -json`` tells them, by type."""
    found: dict[str, list[Thing]] = {}
    for each in state["values"]["root_module"]["resources"]:
        if arn := each["values"].get("arn"):
            found.setdefault(each["type"], []).append(Thing(arn, each["values"].get("tags_all") or {}))
    return found


def refusals(role: Role, calls: set[Call], there: Mapping[str, list[Thing]]) -> list[str]:
    """What of ``calls`` a role may not do: with anything, or with one of the resources ``there`` that they are for."""
    may = [statement for policy in (*role.inline, *role.attached) for statement in policy.statements]
    return sorted(line for call in calls for line in _refusals(call, may, there.get(call.kind, [])))


def _refusals(call: Call, may: list[PolicyStatement], there: list[Thing]) -> Iterator[str]:
    allowing = [each for each in may if each.effect == "Allow" and call.action.lower() in map(str.lower, each.actions)]
    if not allowing:
        yield f"{call.action} for {call.kind}"
    (known,) = service_reference.find_actions(call.action)
    for thing in there if allowing else ():
        if any(may_be_arn(thing.arn, template) for template in known.resources) and not any(
            _covers(statement, thing) for statement in allowing
        ):
            yield f"{call.action} on {thing.arn}"


def _covers(statement: PolicyStatement, thing: Thing) -> bool:
    tags = {
        each.variable.removeprefix("aws:ResourceTag/"): each.values
        for each in statement.conditions
        if each.variable.startswith("aws:ResourceTag/") and each.test.startswith("StringEquals")
    }
    return any(fnmatchcase(thing.arn, pattern) for pattern in statement.resources) and all(
        thing.tags.get(tag) in values for tag, values in tags.items()
    )
