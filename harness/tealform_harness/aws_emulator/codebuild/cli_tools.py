"""The ``aws`` and ``docker`` commands of one build, on the emulated AWS."""

from __future__ import annotations

import hashlib
import json
import logging
import shlex
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.core.exceptions import ServiceException
from moto.ecr.models import ECRBackend, ecr_backends

from tealform_harness.aws_emulator.codebuild import aws_commands, cli_shim
from tealform_harness.aws_emulator.codebuild.aws_commands import ToolError
from tealform_harness.aws_emulator.ecr import MANIFEST_MEDIA_TYPE, render_manifest


def write_executable(path: Path, *command: str) -> None:
    """Write an executable file that runs ``command`` with the arguments that it gets."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    path.chmod(0o755)


LOG = logging.getLogger(__name__)

# What a program follows goes on with each look here, not with time.
_WITHOUT_PAUSES = ("/usr/bin/env", "SECONDS_BETWEEN_LOOKS=0")


class Tools:
    """Answers calls of ``aws`` and ``docker``; what is built and logged in to lasts as long as this object.

    They know what a build of the release contract calls, and fail with a clear message at anything else.
    """

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id = account_id
        self._region = region
        self._registry = f"{account_id}.dkr.ecr.{region}.amazonaws.com"
        self._password = hashlib.sha256(self._registry.encode()).hexdigest()
        self._logged_in: set[str] = set()
        self._built: dict[str, str] = {}

    def answer(self, call: list[str], given: str, folder: Path) -> str:
        """What ``call``, made in ``folder`` with ``given`` on its standard input, prints; raises ``ToolError``."""
        match call:
            case ["aws", "ecr", "get-login-password", *_]:
                return f"{self._password}\n"
            case ["aws", "ecr", "batch-get-image", *options]:
                return self._batch_get_image(_options(options))
            case ["aws", service, command, *options] if service in aws_commands.COMMANDS:
                return aws_commands.run_command(service, self._region, command, _options(options), folder)
            case ["docker", "login", *options]:
                return self._login(options[-1], given)
            case ["docker", "build", *options]:
                return self._build(options, folder)
            case ["docker", "push", reference]:
                return self._push(reference)
        raise ToolError(f"not emulated: {shlex.join(call)}")

    @property
    def _ecr(self) -> ECRBackend:
        return ecr_backends[self._account_id][self._region]

    def _batch_get_image(self, options: dict[str, list[str]]) -> str:
        image_ids = [dict([pair.split("=", 1) for pair in given.split(",")]) for given in options["--image-ids"]]
        try:
            found = self._ecr.batch_get_image(options["--repository-name"][0], image_ids=image_ids)
        except ServiceException as error:
            raise ToolError(f"An error occurred when calling the BatchGetImage operation: {error.message}") from None
        accepted = options.get("--accepted-media-types", [MANIFEST_MEDIA_TYPE])
        images = [
            {
                "registryId": image.registry_id,
                "repositoryName": image.repository_name,
                "imageId": image.image_id,
                "imageManifest": image.image_manifest,
                "imageManifestMediaType": image.image_manifest_media_type,
            }
            for image in found["images"]
            if image.image_manifest_media_type in accepted
        ]
        return aws_commands.format_answer({"images": images, "failures": found["failures"]}, options)

    def _login(self, registry: str, password: str) -> str:
        if registry == self._registry and password.strip() != self._password:
            raise ToolError(
                f"Error response from daemon: login attempt to https://{registry}/v2/ failed: 400 Bad Request"
            )
        self._logged_in.add(registry)
        return "Login Succeeded\n"

    def _build(self, options: list[str], folder: Path) -> str:
        context = folder / options[-1]
        if not (context / "Dockerfile").is_file():
            raise ToolError("ERROR: failed to read dockerfile: open Dockerfile: no such file or directory")
        digest = hashlib.sha256(json.dumps(options).encode())
        for path in sorted(path for path in context.rglob("*") if path.is_file()):
            digest.update(path.relative_to(context).as_posix().encode() + b"\0" + path.read_bytes())
        for reference in _options(options[:-1])["--tag"]:
            self._built[reference] = digest.hexdigest()
        return f"writing image sha256:{digest.hexdigest()}\n"

    def _push(self, reference: str) -> str:
        repository, _, tag = reference.rpartition(":")
        registry, _, name = repository.partition("/")
        if reference not in self._built:
            raise ToolError(f"An image does not exist locally with the tag: {repository}")
        if registry != self._registry or registry not in self._logged_in:
            raise ToolError("no basic auth credentials")
        if name not in self._ecr.repositories:
            raise ToolError(f"name unknown: The repository with name '{name}' does not exist in the registry")
        text = render_manifest(self._built[reference])
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        try:
            self._ecr.put_image(name, text, tag, MANIFEST_MEDIA_TYPE, digest)
        except ServiceException as error:
            raise ToolError(f"tag invalid: {error.message}") from None
        return f"{tag}: digest: {digest} size: {len(text)}\n"


@contextmanager
def on_path(tools: Tools, folder: Path) -> Iterator[Path]:
    """A folder, made in ``folder``, with the executables ``aws``, ``docker`` and ``python3``; they answer meanwhile."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = json.load(self.rfile)
            try:
                answer = {"code": 0, "output": tools.answer(asked["call"], asked["input"], Path(asked["folder"]))}
            except ToolError as error:
                answer = {"code": 1, "output": f"{error}\n"}
            except Exception as error:
                LOG.exception("%s failed in the emulation", shlex.join(asked["call"]))
                answer = {"code": 1, "output": f"the emulation failed: {type(error).__name__}: {error}\n"}
            self.wfile.write(json.dumps(answer).encode())

    socket, executables = folder / "socket", folder / "bin"
    executables.mkdir()
    write_executable(executables / "python3", *_WITHOUT_PAUSES, sys.executable, "-I", "-S")
    for name in ("aws", "docker"):
        write_executable(executables / name, sys.executable, "-I", "-S", cli_shim.__file__, str(socket), name)
    with socketserver.ThreadingUnixStreamServer(str(socket), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield executables
        finally:
            server.shutdown()


def _options(given: list[str]) -> dict[str, list[str]]:
    """The values of each option."""
    options: dict[str, list[str]] = {}
    for word in given:
        if word.startswith("--"):
            values = options.setdefault(word, [])
        else:
            values.append(word)
    return options
