"""The real AWS provider: found on this machine or fetched by Terraform, and served to it."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tealform import cache
from tealform.errors import TealformError
from tealform.terraform import subprocesses, terraform_binaries
from tealform.terraform.subprocesses import HALT
from tealform.terraform.terraform_binaries import Terraform

VARIABLE = "TEALFORM_AWS_PROVIDER"
"""The environment variable that names a folder with the provider."""

_PROGRAM = re.compile(r"terraform-provider-aws_v(?P<version>\d+\.\d+\.\d+)(_x\d+)?(\.exe)?")
_REATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(?P<value>.*)'")
_START_SECONDS = 60
_SOURCES = ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_TOKEN_")

# https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
_PLUGIN_FOLDERS = ("~/.terraform.d", "~/.local/share/terraform", "/usr/local/share/terraform", "/usr/share/terraform")


@dataclass(frozen=True)
class Provider:
    """One real provider: its program and its version, like ``6.25.0``."""

    program: Path
    version: str

    @contextmanager
    def serving(self, variables: Mapping[str, str], folder: Path) -> Iterator[str]:
        """Start it with ``variables``, and yield the value of TF_REATTACH_PROVIDERS that leads Terraform to it.

        It reads files that the configuration names by a relative path from ``folder``, as it would from Terraform's.

        One process serves any number of Terraform's commands, and ``terraform init`` asks no registry for
        it, whichever version the configuration wants. The AWS configuration of the caller does not reach it.
        https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode

        Raises ``TealformError`` if it does not start.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
        command = subprocesses.watch_stdin([str(self.program), "-debug"])
        with (
            tempfile.TemporaryDirectory(prefix="tealform-provider-") as scratch,
            Path(scratch, "log").open("w+") as log,
        ):
            # Its socket lies in TMPDIR, and it leaves it there.
            environment = {**kept, **variables, "TMPDIR": scratch}
            # In a process group of its own, Ctrl-C does not end it before Terraform, which still needs it, has ended.
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=log, stderr=log, stdin=subprocess.PIPE, process_group=0
            )
            try:
                yield _wait_for_reattach(self.program, process, log.fileno())
            finally:
                process.communicate()


def find(version: str, terraform: Terraform) -> Provider:
    """Find the provider of that version, or else the newest other one.

    If TEALFORM_AWS_PROVIDER is set, only the folder that it names is searched. Otherwise ``terraform init`` searches
    Terraform's plugin folders and the registry; what it finds is kept in the user's cache. Otherwise any other version in
    Terraform's plugin folders will do. Raises ``TealformError``, which says what to do, if there is none.
    """
    if named := os.environ.get(VARIABLE):
        return _find_in(Path(named), version)
    reason = "Terraform could not fetch it from the registry"
    try:
        if fetched := _pick_best(_fetch(version, terraform), version):
            return fetched
    except TealformError as error:
        reason = str(error)
    if other := _pick_best(_list_programs(_plugin_folders()), version):
        return other
    raise TealformError(
        f"there is no AWS provider {version} on this machine ({reason}); "
        f"unpack it into a folder and name that: {VARIABLE}=FOLDER"
    )


def list_installed() -> list[Provider]:
    """Return the providers in the folder that TEALFORM_AWS_PROVIDER names, otherwise in Terraform's plugin folders.

    Nothing is fetched. Raises ``TealformError`` if TEALFORM_AWS_PROVIDER names a folder without a provider.
    """
    if named := os.environ.get(VARIABLE):
        return [_find_in(Path(named), "")]
    return list(dict.fromkeys(_list_programs(_plugin_folders())))


def _plugin_folders() -> Iterator[Path]:
    for folder in _PLUGIN_FOLDERS:
        with suppress(RuntimeError):  # A container's user may have no home.
            yield Path(folder).expanduser()


def _find_in(folder: Path, version: str) -> Provider:
    found = _pick_best(_list_programs([folder]), version)
    if found is None:
        raise TealformError(
            f"{VARIABLE} names {folder}, which is no folder with a program called terraform-provider-aws_v…"
        )
    return found


def _list_programs(folders: Iterable[Path]) -> Iterator[Provider]:
    for folder in folders:
        for file in sorted(folder.rglob("terraform-provider-aws_v*")):
            found = _PROGRAM.fullmatch(file.name)
            if found and file.is_file() and os.access(file, os.X_OK) and _is_for_this_machine(file):
                yield Provider(file.resolve(), found["version"])


def _is_for_this_machine(program: Path) -> bool:
    """Return whether it lies in no other platform's folder, like ``…/6.25.0/linux_arm64/``."""
    folder = re.fullmatch(r"(linux|darwin|windows|freebsd)_(amd64|arm64|arm|386)", program.parent.name)
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
    return folder is None or folder[0] == f"{platform.system().lower()}_{architecture}"


def _pick_best(found: Iterable[Provider], version: str) -> Provider | None:
    def rank(provider: Provider) -> tuple[bool, list[int]]:
        return provider.version == version, [int(part) for part in provider.version.split(".")]

    return max(found, key=rank, default=None)


class _NotFetchedError(Exception):
    """Terraform could not install the provider."""


def _fetch(version: str, terraform: Terraform) -> list[Provider]:
    """Return what ``terraform init`` installs for the provider's version, if anything; it is kept in the user's cache.

    Raises ``TealformError`` if the cache cannot be written.
    """

    def build(folder: Path) -> None:
        _initialize(folder, version, terraform)
        if not _installed(folder):
            raise _NotFetchedError

    try:
        activity = f"fetching the AWS provider {version}"
        return _installed(cache.build_folder(f"provider-aws-{version}", build, activity, HALT.get().check))
    except (_NotFetchedError, OSError):
        return []


def _installed(folder: Path) -> list[Provider]:
    # Terraform installs a link where the provider comes from a mirror on this machine, and `**` follows no link.
    return list(_list_programs(folder.glob(".terraform/providers/*/*/*/*/*")))


def _initialize(folder: Path, version: str, terraform: Terraform) -> None:
    folder.mkdir()
    wanted = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}}
    (folder / "wanted.tf.json").write_text(json.dumps(wanted), encoding="utf-8")
    # Where the caller's Terraform would get it from, and nothing else of the caller's.
    sources = {name: value for name, value in os.environ.items() if name.startswith(_SOURCES)}
    environment = {**terraform_binaries.unattended_environment(), "TF_CLI_CONFIG_FILE": "", **sources}
    subprocesses.run([*terraform.command, "init"], environment, folder)


def _wait_for_reattach(program: Path, process: subprocess.Popen[bytes], log: int) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        HALT.get().check()
        output = os.pread(log, 1 << 20, 0).decode(errors="replace")
        if found := _REATTACH.search(output):
            return found["value"]
        if process.poll() is not None:
            raise TealformError(f"{program} ended with exit code {process.returncode}: {output.strip()}")
        time.sleep(0.02)
    raise TealformError(f"{program} did not start within {_START_SECONDS} seconds")
