"""``aws ecs`` in a build.

https://docs.aws.amazon.com/cli/latest/reference/ecs/
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

from harness.emulated_aws.codebuild import in_process
from harness.emulated_aws.codebuild.tool_error import ToolError

Options = Mapping[str, Sequence[str]]

COMMANDS = {
    "describe-service-deployments": "DescribeServiceDeployments",
    "describe-service-revisions": "DescribeServiceRevisions",
    "list-service-deployments": "ListServiceDeployments",
    "register-task-definition": "RegisterTaskDefinition",
    "update-service": "UpdateService",
}


def run(region: str, command: str, options: Options) -> str:
    """What ``aws ecs <command>`` prints, as JSON; raises ToolError for what it refuses, or what is not emulated.

    What the build's role may do is not asked.
    """
    if command not in COMMANDS:
        raise ToolError(f"not emulated: aws ecs {command}; known are {', '.join(COMMANDS)}")
    operation = COMMANDS[command]
    ecs = in_process.client("ecs", region)
    shape = ecs.meta.service_model.operation_model(operation).input_shape
    try:
        answer = getattr(ecs, xform_name(operation))(**_asked(options, shape))
    except ParamValidationError as error:
        raise ToolError(str(error)) from None
    except ClientError as error:
        raise ToolError(f"\n{error}") from None
    del answer["ResponseMetadata"]
    return json.dumps(answer, indent=4, default=_text) + "\n"


def _asked(options: Options, shape: Any) -> dict[str, Any]:
    """The parameters: those of ``--cli-input-json``, with the other options over them."""
    members = {f"--{xform_name(name, '-')}": (name, member.type_name) for name, member in shape.members.items()}
    asked: dict[str, Any] = {}
    for option, values in options.items():
        match option, members.get(option):
            case "--cli-input-json", _:
                asked = {**_document(" ".join(values)), **asked}
            case "--output", _ if list(values) == ["json"]:
                pass
            case _, (name, "string") if len(values) == 1:
                asked[name] = values[0]
            case _, (name, "list"):
                asked[name] = list(values)
            case _:
                raise ToolError(f"not emulated: {option} {' '.join(values)}".rstrip())
    return asked


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ToolError(f"Error parsing parameter 'cli-input-json': Invalid JSON received: {error}") from None
    if not isinstance(document, dict):
        raise ToolError("Error parsing parameter 'cli-input-json': it is no object")
    return document


def _text(value: object) -> str:
    """Times as the command line prints them."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be printed")
