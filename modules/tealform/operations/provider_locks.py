"""``tealform lock``: write the lock files, which pin the packages of the providers for several platforms."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tealform.console import Echo
from tealform.errors import TealformError
from tealform.operations import root_module
from tealform.settings.loader import GENERATED
from tealform.synth import environments
from tealform.synth.atomic_write import write_atomic
from tealform.synth.environments import LOCK_FILE
from tealform.synth.terraform_json import blocks
from tealform.terraform import diagnostics, subprocesses, terraform_binaries

# Laptops, CI, and the machines of HCP Terraform, which are linux_amd64.
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64")


def lock(root: Path, names: Sequence[str], arguments: Sequence[str], echo: Echo) -> None:
    """Write the lock files of the root modules ``names``, or of all in the project. ``echo`` gets a line for each.

    ``arguments`` are those of ``terraform providers lock``, like ``-fs-mirror=FOLDER`` where there is no registry:
    https://developer.hashicorp.com/terraform/cli/commands/providers/lock
    Raises ``TealformError`` with Terraform's message if the providers are not available; then every file is unchanged.
    """
    folders = [root_module.folder(root, name) for name in names or root_module.list_names(root)]
    if not folders:
        raise TealformError(environments.NO_ENVIRONMENTS)
    wanted = {folder: _required(folder) for folder in folders}
    locks: dict[str, bytes] = {}
    for requirements in wanted.values():
        if requirements not in locks:
            locks[requirements] = _locked(requirements, [_absolute(each) for each in arguments])
    for folder, requirements in wanted.items():
        written = write_atomic(locks[requirements], folder / LOCK_FILE)
        echo(f"{folder.relative_to(root)}/{LOCK_FILE}: {'written' if written else 'unchanged'}")


def _required(folder: Path) -> str:
    """Return a configuration with only the required providers and their versions, which is what Terraform locks."""
    required: dict[str, Any] = {}
    for terraform in blocks(environments.load_document(folder).get("terraform")):
        for providers in blocks(terraform.get("required_providers")):
            required |= providers
    return json.dumps({"terraform": {"required_providers": required}}, sort_keys=True)


def _locked(requirements: str, arguments: Sequence[str]) -> bytes:
    terraform = terraform_binaries.list_terraforms()[0]
    platforms = [f"-platform={platform}" for platform in PLATFORMS]
    with tempfile.TemporaryDirectory(prefix="tealform-lock-") as scratch:
        (Path(scratch) / GENERATED).write_text(requirements, encoding="utf-8")
        command = [*terraform.command, "providers", "lock", "-no-color", *platforms, *arguments]
        ran = subprocesses.run(command, {**os.environ, "TF_IN_AUTOMATION": "1"}, Path(scratch))
        if ran.returncode:
            (*_, error) = diagnostics.parse(ran.stdout, ran.stderr, failed=True)
            raise TealformError(f"the providers cannot be locked, every lock file is as it was: {error.message}")
        return (Path(scratch) / LOCK_FILE).read_bytes()


def _absolute(argument: str) -> str:
    """Make the folder of a mirror absolute, because Terraform runs in another folder than the caller."""
    name, equals, value = argument.partition("=")
    return f"{name}={Path(value).resolve()}" if equals and name.endswith("fs-mirror") else argument
