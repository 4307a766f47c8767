"""``aws <service> <command>`` in a build, answered by the emulated AWS without a network.

https://docs.aws.amazon.com/cli/latest/reference/
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import jmespath
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ParamValidationError
from flask import Flask
from moto.backends import SERVICE_NAMES
from moto.core.models import botocore_stubber
from moto.moto_server.werkzeug_app import create_backend_app


class ToolError(Exception):
    """What a command prints when it fails."""


class _Body(io.BytesIO):
    """Read as urllib3's responses are."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


@cache
def get_local_client(service: SERVICE_NAMES, region: str) -> Any:
    """A client whose requests come to the service without a network, wherever the emulated AWS is served, if at all.

    It checks what is asked and reads what is answered as any client does. It is the same one each time, since reading
    a service's model takes longer than most requests.
    """
    session: Any = boto3.Session("emulated", "emulated", region_name=region)
    made = session.client(service)
    app = create_backend_app(service)

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        # Inside moto's mock, this hears of requests that moto answers as well.
        return None if botocore_stubber.enabled else _send(app, request)

    made.meta.events.register("before-send", send)
    return made


def _send(app: Flask, request: AWSPreparedRequest) -> AWSResponse:
    asked: Any = request
    path = urlsplit(asked.url).path or "/"
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in asked.headers.items()}
    answer = app.test_client().open(path, method=asked.method, headers=headers, data=asked.body)
    raw: Any = _Body(answer.data)
    return AWSResponse(asked.url, answer.status_code, HTTPHeaders.from_dict(dict(answer.headers)), raw)


Options = Mapping[str, Sequence[str]]

COMMANDS = {
    "ecr": {
        "describe-image-scan-findings": "DescribeImageScanFindings",
        "describe-images": "DescribeImages",
        "describe-repositories": "DescribeRepositories",
        "put-image": "PutImage",
        "start-image-scan": "StartImageScan",
    },
    "ecs": {
        "describe-service-deployments": "DescribeServiceDeployments",
        "describe-service-revisions": "DescribeServiceRevisions",
        "list-service-deployments": "ListServiceDeployments",
        "register-task-definition": "RegisterTaskDefinition",
        "update-service": "UpdateService",
    },
    "ssm": {
        "get-parameter": "GetParameter",
        "get-parameters": "GetParameters",
        "get-parameters-by-path": "GetParametersByPath",
    },
}
# Those that say how to answer, not what is asked, by the number of their values.
_OUTPUT_OPTIONS = {"--output": 1, "--query": 1, "--region": 1, "--no-cli-pager": 0}


def run_command(service: str, region: str, command: str, options: Options, folder: Path = Path()) -> str:
    """What ``aws <service> <command>`` prints; raises ToolError for what it refuses, or what is not emulated.

    Files that options name ("file://taskdef.json") are read in ``folder``. What the build's role may do is not asked.
    """
    known = COMMANDS.get(service, {})
    if command not in known:
        raise ToolError(f"not emulated: aws {service} {command}; known are {', '.join(known)}")
    if options.get("--output") == ["text"] and "--query" not in options:
        raise _unknown("--output", ["text"])
    client = get_local_client(cast(Any, service), _one(options, "--region") or region)
    shape = client.meta.service_model.operation_model(known[command]).input_shape
    try:
        answer = _answer(client, xform_name(known[command]), _asked(options, shape, folder))
    except ParamValidationError as error:
        raise ToolError(str(error)) from None
    except ClientError as error:
        raise ToolError(f"\n{error}") from None
    return format_answer(answer, options)


def format_answer(answer: Any, options: Options) -> str:
    """``answer`` as ``--query`` and ``--output`` in ``options`` want it."""
    if query := _one(options, "--query"):
        answer = jmespath.search(query, answer)
    match _one(options, "--output") or "json":
        case "json":
            return json.dumps(answer, indent=4, default=_text) + "\n"
        case "text" if isinstance(answer, list) and not any(isinstance(each, dict | list) for each in answer):
            return "\t".join(str(each) for each in answer) + "\n"
        case "text" if not isinstance(answer, dict | list):
            return f"{answer}\n"
        case output:
            raise _unknown("--output", [output])


def _answer(client: Any, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """All pages of it, as the command line fetches them."""
    if client.can_paginate(operation):
        return dict(client.get_paginator(operation).paginate(**asked).build_full_result())
    answer = getattr(client, operation)(**asked)
    del answer["ResponseMetadata"]
    return dict(answer)


def _asked(options: Options, shape: Any, folder: Path) -> dict[str, Any]:
    """The parameters: those of ``--cli-input-json``, with the other options over them."""
    members = {f"--{xform_name(name, '-')}": (name, member) for name, member in shape.members.items()}
    asked: dict[str, Any] = {}
    for option, given in options.items():
        values = [_read(value, folder) for value in given]
        if option == "--cli-input-json":
            asked = {**_document(" ".join(values)), **asked}
        elif option in members:
            name, member = members[option]
            asked[name] = _value(option, values, member)
        elif _OUTPUT_OPTIONS.get(option) != len(values):
            raise _unknown(option, values)
    return asked


def _value(option: str, values: list[str], member: Any) -> Any:
    match member.type_name, values:
        case "string", [value]:
            return value
        case "boolean", []:
            return True
        case "structure", [value]:
            return _structure(option, value)
        case "list", _:
            return [_structure(option, value) for value in values] if member.member.type_name == "structure" else values
    raise _unknown(option, values)


def _structure(option: str, text: str) -> dict[str, str]:
    """https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html."""
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(equals for _, equals, _ in pairs):
        raise _unknown(option, [text])
    return {name: value for name, _, value in pairs}


def _read(value: str, folder: Path) -> str:
    """https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html."""
    if not value.startswith("file://"):
        return value
    try:
        return (folder / value.removeprefix("file://")).read_text(encoding="utf-8")
    except OSError as error:
        raise ToolError(f"Error parsing parameter: Unable to load paramfile {value}: {error}") from None


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ToolError(f"Error parsing parameter 'cli-input-json': Invalid JSON received: {error}") from None
    if not isinstance(document, dict):
        raise ToolError("Error parsing parameter 'cli-input-json': it is no object")
    return document


def _one(options: Options, name: str) -> str | None:
    return next(iter(options.get(name, [])), None)


def _unknown(option: str, values: Sequence[str]) -> ToolError:
    return ToolError(f"not emulated: {option} {' '.join(values)}".rstrip())


def _text(value: object) -> str:
    """Times as the command line prints them."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be printed")
