"""Something new where a service's releases come from, as somebody else would put it there."""

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


def give(aws: EmulatedAws, settings: LoadedEnvironment, name: str, source: Path, message: str) -> None:
    """Pushes the files of the folder ``source``, or what the service's kind of source takes instead; each ``message`` is a version."""
    files = {
        str(file.relative_to(source)): file.read_bytes()
        for file in sorted(source.rglob("*"))
        if file.is_file() and not _NOT_CODE & set(file.parts)
    }
    files["MESSAGE"] = message.encode()
    of = settings.environment.service[name].source
    match of:
        case CodeCommit():
            _commit(aws, settings, of.repository or settings.context.name(name), of.branch, files, message)
        case S3():
            _put(aws, settings, of.bucket or settings.context.bucket(name, "source"), of.key, _packed(files))
        case Promotion():
            before = settings.project.pipelines(of.environment)
            _put(
                aws,
                settings,
                before.bucket(name, "releases"),
                KEY,
                _packed(_release(aws, settings, name, files, message)),
            )
        case _:
            _complete_handshakes(aws, settings)
            changed = {path.replace("*", "x"): message.encode() for path in of.paths}
            git_hosting.push(aws, settings.context.region, of.repository, of.branch, {**files, **changed}, message)
            for pattern in of.tags[:1]:
                tag = pattern.replace("*", _digest(message)[:6])
                git_hosting.push_tag(aws, settings.context.region, of.repository, tag, of.branch)


def image_repository(settings: LoadedEnvironment, name: str) -> str:
    """The name of the repository that a service's images are in, whoever builds them."""
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
    parent = {}
    try:
        parent["parentCommitId"] = repositories.get_branch(repositoryName=repository, branchName=branch)["branch"][
            "commitId"
        ]
    except repositories.exceptions.BranchDoesNotExistException:
        parent = {}
    repositories.create_commit(
        repositoryName=repository,
        branchName=branch,
        putFiles=[{"filePath": path, "fileContent": content} for path, content in files.items()],
        commitMessage=message,
        **parent,
    )


def _put(aws: EmulatedAws, settings: LoadedEnvironment, bucket: str, key: str, content: bytes) -> None:
    aws.client("s3", settings.context.region).put_object(Bucket=bucket, Key=key, Body=content)


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packed.getvalue()


def _release(
    aws: EmulatedAws, settings: LoadedEnvironment, name: str, files: Mapping[str, bytes], message: str
) -> dict[str, bytes]:
    """What another environment hands over: an image that is new, and the templates of the release contract."""
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
    """As somebody does in the console, once."""
    connections = aws.client("codeconnections", settings.context.region)
    for connection in connections.list_connections()["Connections"]:
        if connection["ConnectionStatus"] == "PENDING":
            git_hosting.complete_handshake(aws, connection["ConnectionArn"])
