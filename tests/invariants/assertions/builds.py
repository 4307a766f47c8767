"""Builds that are told secrets by their names alone, and that may read exactly those."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.invariants.assertions.document import Body, bodies, plain
from tests.invariants.assertions.grants import account, allowed, partition, region

_SECRET = re.compile(r"(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[^:]+)(:[^:]*:[^:]*:[^:]*)?")
_PARAMETER = re.compile(r"/?[\w.-]+|(/[\w.-]+){2,}", re.ASCII)
_RIGHTS = {"SECRETS_MANAGER": "secretsmanager:GetSecretValue", "PARAMETER_STORE": "ssm:GetParameters"}
# What a task is told is an ARN in plain text, which ECS looks up.
_OF_TASKS = {"CONTAINER_SECRETS"}


def builds_read_their_secrets(document: Body) -> Iterator[str]:
    """A variable from elsewhere says where, and the project's role may read there."""
    for name, project in bodies(document, "aws_codebuild_project").items():
        here = f"arn:{partition(document)}:ssm:{region(document)}:{account(document)}:parameter"
        rights = {kind: allowed(document, project["service_role"], action) for kind, action in _RIGHTS.items()}
        for variable in project["environment"].get("environment_variable", []):
            kind, value = variable.get("type", "PLAINTEXT"), plain(variable["value"])
            match kind:
                case "SECRETS_MANAGER":
                    found = _SECRET.fullmatch(value)
                    known = found is not None and found[1] in rights[kind]
                case "PARAMETER_STORE":
                    # It is asked for by name, in the project's own account and region.
                    known = bool(_PARAMETER.fullmatch(value)) and f"{here}/{value.lstrip('/')}" in rights[kind]
                case _:
                    known = variable["name"] in _OF_TASKS or not _SECRET.search(value)
            if not known:
                yield f"{name}: {variable['name']} is {kind} of {value}, and its role may read {rights}"


def registries_have_credentials_here(document: Body) -> Iterator[str]:
    """ECR reads the credentials of a registry in its own account and region alone."""
    for name, rule in bodies(document, "aws_ecr_pull_through_cache_rule").items():
        secret = rule.get("credential_arn")
        if secret is not None and secret.split(":")[3:5] != [region(document), account(document)]:
            yield f"{name}: {secret} is elsewhere"


ALL = (builds_read_their_secrets, registries_have_credentials_here)
