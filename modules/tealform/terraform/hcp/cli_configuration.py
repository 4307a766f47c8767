"""What Terraform's CLI configuration says of hosts: where their services are, and with which token they are asked.

https://developer.hashicorp.com/terraform/cli/config/config-file
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hcl  # type: ignore[import-untyped]  # It comes without types.

from tealform.errors import TealformError
from tealform.synth.terraform_json import blocks

_OVERRIDES = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")
_TOKEN = "TF_TOKEN_"


@dataclass(frozen=True)
class CliConfiguration:
    """All files together. By host: ``services`` (by their name, like ``tfe.v2``), which are then not discovered, and ``tokens``.

    ``helper`` is the program that knows the tokens of other hosts; empty if there is none.
    """

    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    helper: str = ""


def read() -> CliConfiguration:
    """Reads the files that Terraform reads, in its order: what a later one says of a host replaces what was said before.

    Raises ``TealformError`` for a file that cannot be read.
    """
    services: dict[str, Mapping[str, str]] = {}
    tokens: dict[str, str] = {}
    helper = ""
    for file in _files():
        content = _content(file)
        for host, body in _labelled(content, "host"):
            services[host] = next(blocks(body.get("services")), {})
        for host, body in _labelled(content, "credentials"):
            tokens[host] = str(body.get("token", ""))
        for helper_, _ in _labelled(content, "credentials_helper"):
            helper = helper_
    return CliConfiguration(services, tokens | _tokens_of_environment(), helper)


def _files() -> Iterator[Path]:
    """An override makes Terraform pass over its folder too, and with it what ``terraform login`` has written there.

    https://github.com/hashicorp/terraform/blob/main/internal/command/cliconfig/cliconfig.go
    """
    if override := next((os.environ[name] for name in _OVERRIDES if os.environ.get(name)), ""):
        files = [Path(override)]
    else:
        folder = Path.home() / ".terraform.d"
        files = [Path.home() / ".terraformrc", *sorted((*folder.glob("*.tfrc"), *folder.glob("*.tfrc.json")))]
    yield from (file for file in files if file.exists() and not file.is_dir())


def _content(file: Path) -> Mapping[str, Any]:
    try:
        content = hcl.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TealformError(f"{file}: Terraform's CLI configuration cannot be read: {error.strerror}") from error
    except ValueError as error:
        # Its message may quote the line, and the line a token.
        raise TealformError(f"{file}: Terraform's CLI configuration is not valid HCL or JSON") from error
    return content if isinstance(content, dict) else {}


def _labelled(content: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in blocks(content.get(kind)):
        for label, bodies in block.items():
            for body in blocks(bodies):
                yield str(label).lower(), body


def _tokens_of_environment() -> dict[str, str]:
    """``TF_TOKEN_app_terraform_io`` and the like; a hyphen of the host's name is written ``__``, or as it is.

    https://developer.hashicorp.com/terraform/cli/config/config-file#environment-variable-credentials
    """
    return {
        name.removeprefix(_TOKEN).replace("__", "-").replace("_", ".").lower(): value
        for name, value in os.environ.items()
        if name.startswith(_TOKEN)
    }
