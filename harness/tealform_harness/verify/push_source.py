"""Pushes a new version to the source of a service's releases, as a developer would."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tealform.pipeline.promotion_bucket import KEY
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.release_templates import APPSPEC, TASKDEF
from tealform.settings.source import S3, CodeCommit, Promotion
from tealform_harness.aws_emulator import git_hosting
from tealform_harness.aws_emulator.server import EmulatedAws

_NOT_CODE = {"__pycache__", ".pytest_cache"}


def push(aws: EmulatedAws, settings: LoadedEnvironment, name: str, folder: Path, message: str) -> None:
    """Push the files in ``folder``, or what the service's kind of source takes instead; each ``message`` is a version."""
    files = {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not _NOT_CODE & set(file.parts)
    }
    files["MESSAGE"] = message.encode()
    source = settings.environment.service[name].source
    match source:
        case CodeCommit():
            _commit(aws, settings, source.repository or settings.context.name(name), source.branch, files, message)
        case S3():
            _put(aws, settings, source.bucket or settings.context.bucket(name, "source"), source.key, files)
        case Promotion():
            bucket = settings.project.pipelines(source.environment).bucket(name, "releases")
            _put(aws, settings, bucket, KEY, _release(aws, settings, name, files, message))
        case _:
            _complete_handshakes(aws, settings)
            changed = {path.replace("*", "x"): message.encode() for path in source.paths}
            git_hosting.push(
                aws, settings.context.region, source.repository, source.branch, {**files, **changed}, message
            )
            for pattern in source.tags[:1]:
                tag = pattern.replace("*", _digest(message)[:6])
                git_hosting.push_tag(aws, settings.context.region, source.repository, tag, source.branch)


def image_repository(settings: LoadedEnvironment, name: str) -> str:
    """Return the name of the repository with a service's images, whichever environment builds them."""
    project = settings.project
    return project.pipelines(project.builder(settings.name, name)).name(name)


def _commit(
    aws: EmulatedAws,
    settings: LoadedEnvironment,
    repository: str,
    branch: str,
    files: Mapping[str, bytes],
    message: str,
) -> None:
    repositories = aws.client("codecommit", settings.context.region)
    try:
        found = repositories.get_branch(repositoryName=repository, branchName=branch)["branch"]
        parent = {"parentCommitId": found["commitId"]}
    except repositories.exceptions.BranchDoesNotExistException:
        parent = {}
    repositories.create_commit(
        repositoryName=repository,
        branchName=branch,
        putFiles=[{"filePath": path, "fileContent": content} for path, content in files.items()],
        commitMessage=message,
        **parent,
    )


def _put(aws: EmulatedAws, settings: LoadedEnvironment, bucket: str, key: str, files: Mapping[str, bytes]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    aws.client("s3", settings.context.region).put_object(Bucket=bucket, Key=key, Body=packed.getvalue())


def _release(
    aws: EmulatedAws, settings: LoadedEnvironment, name: str, files: Mapping[str, bytes], message: str
) -> dict[str, bytes]:
    """Return what another environment promotes: a new image, and the templates of the release contract."""
    repository = image_repository(settings, name)
    images = aws.client("ecr", settings.context.region)
    (found,) = images.describe_repositories(repositoryNames=[repository])["repositories"]
    pushed = images.put_image(
        repositoryName=repository, imageManifest=_manifest(message), imageTag=_digest(message)[:40]
    )
    uri = f"{found['repositoryUri']}@{pushed['image']['imageId']['imageDigest']}"
    templates = {f".release/{file}": files[file] for file in (TASKDEF, APPSPEC)}
    return {**templates, "imageDetail.json": json.dumps({"ImageURI": uri}).encode()}


def _manifest(message: str) -> str:
    layers: list[Any] = [
        {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 1, "digest": f"sha256:{_digest(message)}"}
    ]
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": f"sha256:{_digest('{}')}"}
    manifest = "application/vnd.oci.image.manifest.v1+json"
    return json.dumps({"schemaVersion": 2, "mediaType": manifest, "config": config, "layers": layers})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _complete_handshakes(aws: EmulatedAws, settings: LoadedEnvironment) -> None:
    """Complete the handshakes of connections, as a person does once in the console."""
    connections = aws.client("codeconnections", settings.context.region)
    for connection in connections.list_connections()["Connections"]:
        if connection["ConnectionStatus"] == "PENDING":
            git_hosting.complete_handshake(aws, connection["ConnectionArn"])
