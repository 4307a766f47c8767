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
        """Starts it with ``variables``, and gives the value of TF_REATTACH_PROVIDERS that leads Terraform to it.

        Files that the configuration names by a relative path it reads from ``folder``, as it would from Terraform's.

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
                yield _reattach(self.program, process, log.fileno())
            finally:
                process.communicate()


def find(version: str, terraform: Terraform, cache: Path) -> Provider:
    """The provider of that version, or the newest other one where that cannot be had.

    Looked for in the folder that TEALFORM_AWS_PROVIDER names and nowhere else if it is set; else by
    ``terraform init``, which looks in Terraform's plugin folders and in the registry, and keeps what it found
    in ``cache``; else any other version in Terraform's plugin folders.
    Raises ``TealformError``, which says what to do, if there is none.
    """
    if named := os.environ.get(VARIABLE):
        return _only_in(Path(named), version)
    if fetched := _best(_fetched(version, terraform, cache), version):
        return fetched
    if other := _best(_programs(_plugin_folders()), version):
        return other
    raise TealformError(
        f"there is no AWS provider {version} on this machine, and Terraform could not fetch it from the registry; "
        f"unpack it into a folder and name that: {VARIABLE}=FOLDER"
    )


def _plugin_folders() -> Iterator[Path]:
    for folder in _PLUGIN_FOLDERS:
        with suppress(RuntimeError):  # Whoever runs a container may have no home.
            yield Path(folder).expanduser()


def _only_in(folder: Path, version: str) -> Provider:
    found = _best(_programs([folder]), version)
    if found is None:
        raise TealformError(f"{VARIABLE} names {folder}, which holds no program called terraform-provider-aws_v…")
    return found


def _programs(folders: Iterable[Path]) -> Iterator[Provider]:
    for folder in folders:
        for file in sorted(folder.rglob("terraform-provider-aws_v*")):
            found = _PROGRAM.fullmatch(file.name)
            if found and file.is_file() and os.access(file, os.X_OK) and _is_for_this_machine(file):
                yield Provider(file.resolve(), found["version"])


def _is_for_this_machine(program: Path) -> bool:
    """Whether it lies in no other platform's folder, like ``…/6.25.0/linux_arm64/``."""
    folder = re.fullmatch(r"(linux|darwin|windows|freebsd)_(amd64|arm64|arm|386)", program.parent.name)
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
    return folder is None or folder[0] == f"{platform.system().lower()}_{architecture}"


def _best(found: Iterable[Provider], version: str) -> Provider | None:
    def rank(provider: Provider) -> tuple[bool, list[int]]:
        return provider.version == version, [int(part) for part in provider.version.split(".")]

    return max(found, key=rank, default=None)


def _fetched(version: str, terraform: Terraform, cache: Path) -> list[Provider]:
    """What ``terraform init`` installs when it is asked for the provider; nothing where there is none to be had.

    It is kept in ``cache`` once it is whole: others may be fetching it too, and may be interrupted.
    """
    kept = cache / f"provider-aws-{version}"
    if not kept.is_dir():
        with suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                made = Path(scratch, "made")
                _initialize(made, version, terraform)
                if _installed(made):
                    made.rename(kept)
    return _installed(kept)


def _installed(folder: Path) -> list[Provider]:
    # Terraform installs a link where the provider comes from a mirror on this machine, and «**» follows no link.
    return list(_programs(folder.glob(".terraform/providers/*/*/*/*/*")))


def _initialize(folder: Path, version: str, terraform: Terraform) -> None:
    folder.mkdir()
    wanted = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": version}}}}
    (folder / "wanted.tf.json").write_text(json.dumps(wanted), encoding="utf-8")
    # Where the caller's Terraform would get it from, and nothing else of the caller's.
    sources = {name: value for name, value in os.environ.items() if name.startswith(_SOURCES)}
    environment = {**terraform_binaries.unattended_environment(), "TF_CLI_CONFIG_FILE": "", **sources}
    subprocesses.run([*terraform.command, "init"], environment, folder)


def _reattach(program: Path, process: subprocess.Popen[bytes], log: int) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        HALT.get().check()
        said = os.pread(log, 1 << 20, 0).decode(errors="replace")
        if found := _REATTACH.search(said):
            return found["value"]
        if process.poll() is not None:
            raise TealformError(f"{program} ended with exit code {process.returncode}: {said.strip()}")
        time.sleep(0.02)
    raise TealformError(f"{program} did not start within {_START_SECONDS} seconds")
