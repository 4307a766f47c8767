"""The deployment action CodeDeployToECS.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from botocore import xform_name
from botocore.validate import ParamValidator
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import get_service_model

from tealform_harness.aws_emulator.codedeploy.backend import get_codedeploy
from tealform_harness.aws_emulator.codepipeline.action_run import ActionError, ActionRun
from tealform_harness.aws_emulator.ecs.backend import get_ecs

LARGEST_ARTIFACT_BYTES = 3 * 1024 * 1024
_IMAGES = range(1, 5)


def run_codedeploy(action: ActionRun) -> Iterator[None]:
    """Register the task definition with its images, and deploy it by the AppSpec."""
    task_definition = _register(action, _task_definition(action))
    settings = action.configuration
    path = settings.get("AppSpecTemplatePath") or "appspec.yaml"
    appspec = _read(action, settings["AppSpecTemplateArtifact"], path, "AppSpec")
    content = appspec.replace("<TASK_DEFINITION>", task_definition)
    codedeploy = get_codedeploy(action.account_id, action.region)
    request = {
        "applicationName": settings["ApplicationName"],
        "deploymentGroupName": settings["DeploymentGroupName"],
        "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    }
    try:
        deployment = codedeploy.deploy(request)
    except JsonRESTError as error:
        raise ActionError("JobFailed", f"{error.error_type}: {error.message}") from error
    action.external_execution_id = deployment.deployment_id
    while not deployment.has_ended:
        deployment.advance()
        action.summary = f"Deployment {deployment.status}"
        yield
    if deployment.error_information:
        message = (
            f"Deployment {deployment.deployment_id} {deployment.status}: {deployment.error_information['message']}"
        )
        raise ActionError("JobFailed", message)


def _task_definition(action: ActionRun) -> str:
    settings = action.configuration
    path = settings.get("TaskDefinitionTemplatePath") or "taskdef.json"
    text = _read(action, settings["TaskDefinitionTemplateArtifact"], path, "task definition")
    for number in _IMAGES:
        artifact, name = settings.get(f"Image{number}ArtifactName"), settings.get(f"Image{number}ContainerName")
        if artifact and name:
            text = text.replace(f"<{name}>", _image(action, artifact))
    return text


def _image(action: ActionRun, artifact: str) -> str:
    detail = _json(_read(action, artifact, "imageDetail.json", "image"), "imageDetail.json")
    uri = detail.get("ImageURI")
    if not isinstance(uri, str) or not uri:
        raise ActionError("JobFailed", f"imageDetail.json in the artifact {artifact} has no ImageURI")
    return uri


def _register(action: ActionRun, text: str) -> str:
    """Register a task definition, of which only what RegisterTaskDefinition takes is read; return its ARN."""
    shape = get_service_model("ecs").operation_model("RegisterTaskDefinition").input_shape
    given = _json(text, "the task definition")
    asked = {name: value for name, value in given.items() if name in shape.members and value is not None}
    report = ParamValidator().validate(asked, shape)
    if report.has_errors():
        raise ActionError("JobFailed", f"The task definition is not valid: {report.generate_report()}")
    parameters: dict[str, Any] = {xform_name(name): value for name, value in asked.items()}
    try:
        return get_ecs(action.account_id, action.region).register_task_definition(**parameters).arn
    except ServiceException as error:
        raise ActionError("JobFailed", f"Error registering the task definition: {error.message}") from error


def _read(action: ActionRun, artifact: str, path: str, what: str) -> str:
    content = action.input(artifact)
    if len(content) > LARGEST_ARTIFACT_BYTES:
        size = f"{len(content)} bytes; at most {LARGEST_ARTIFACT_BYTES} are allowed"
        raise ActionError("JobFailed", f"The artifact {artifact} is too large: {size}")
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        names = files.namelist()
        if path in names:
            return files.read(path).decode()
    hint = ""
    if path == "imageDetail.json" and "imagedefinitions.json" in names:
        hint = "; imagedefinitions.json is for the rolling ECS action, this one wants imageDetail.json"
    message = f"Exception while trying to read the {what} artifact file from: {artifact}: there is no {path}{hint}"
    raise ActionError("JobFailed", message)


def _json(text: str, what: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ActionError("JobFailed", f"{what} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ActionError("JobFailed", f"{what} is not a JSON object")
    return value
