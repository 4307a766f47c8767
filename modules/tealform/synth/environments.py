"""Finds the environments of a project and what was generated for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.loader import GENERATED
from tealform.synth.terraform_json import blocks

BOOTSTRAP = "bootstrap"
"""The folder of a project with the generated Terraform of each account, in a folder of its own."""

LOCK_FILE = ".terraform.lock.hcl"
"""The file that says which provider packages may be installed. Terraform writes it, and it is to be committed."""

NO_ENVIRONMENTS = f"there are no environments; write environments/<name>/{loader.FILE}"
"""What to do in a project without environments."""

_DECLARATION = re.compile(r'^\s*(resource|data)\s+"(\w+)"', re.MULTILINE)
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def list_names(root: Path) -> list[str]:
    """Return the names of the environments of the project in ``root``, in alphabetical order.

    A folder with generated Terraform only counts too: it can be applied, so nothing may overlook it.
    """
    generated = {file.parent.name for file in (root / "environments").glob(f"*/{GENERATED}")}
    return sorted(generated.union(loader.list_environments(root / "environments")))


def list_accounts(root: Path) -> list[str]:
    """Return the accounts with generated Terraform, like ``bootstrap/123456789012``, in alphabetical order."""
    return sorted(f"{BOOTSTRAP}/{file.parent.name}" for file in (root / BOOTSTRAP).glob(f"*/{GENERATED}"))


def is_account(name: str) -> bool:
    """Whether a root module is the bootstrap of an account, like ``bootstrap/123456789012``, and no environment."""
    return name.startswith(f"{BOOTSTRAP}/")


def find_folder(root: Path, name: str) -> Path:
    """Return the folder of the environment ``name``; raises ``TealformError`` if there is no such environment."""
    require(root, [name])
    return root / "environments" / name


def require(root: Path, names: Iterable[str]) -> None:
    """Raise ``TealformError`` for the ``names`` that are no environments; the message has a line for each."""
    known = list_names(root)
    if unknown := [name for name in dict.fromkeys(names) if name not in known]:
        raise TealformError("\n".join(describe_unknown(name, known) for name in unknown))


def describe_unknown(name: str, known: Sequence[str]) -> str:
    """Return the error for a ``name`` that is not among the ``known`` ones."""
    return f'there is no environment "{name}"; use {", ".join(known)}' if known else NO_ENVIRONMENTS


def find_generated(environment: Path) -> Path:
    """Return the generated file in an environment's folder; raises ``TealformError`` if there is none yet."""
    file = environment / GENERATED
    if not file.is_file():
        raise TealformError(f"{_display_path(environment)} does not exist; {_how_to_generate(environment)}")
    return file


def load_document(environment: Path) -> dict[str, Any]:
    """Return the generated Terraform of an environment; raises ``TealformError`` if it is missing or no JSON object."""
    file = find_generated(environment)
    shown, how = _display_path(environment), _how_to_generate(environment)
    try:
        content = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_refuse_duplicates)
    except RecursionError as error:
        raise TealformError(f"{shown}: is nested too deeply; {how}") from error
    except UnicodeDecodeError as error:
        raise TealformError(f"{shown}: is not UTF-8; {how}") from error
    except json.JSONDecodeError as error:
        raise TealformError(f"{shown}:{error.lineno}: is not valid JSON ({error.msg}); {how}") from error
    except _DuplicateKeyError as error:
        raise TealformError(f'{shown}:1: has "{error}" twice in one object; {how}') from error
    if not isinstance(content, dict):
        raise TealformError(f"{shown}:1: is not a JSON object; {how}")
    return content


class _DuplicateKeyError(Exception):
    """An object has a key twice."""


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these pairs. Python would keep the last of two with one key, and Terraform applies both."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise _DuplicateKeyError(next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place])))
    return content


def list_declared(environment: Path) -> list[dict[str, Any]]:
    """Return the generated Terraform of an environment, and the types in handwritten Terraform beside it, in the same form.

    Raises ``TealformError`` for generated Terraform that is missing or no JSON object.
    """
    documents = [load_document(environment)]
    for file in environment.rglob("*.tf"):
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        documents += [{mode: {kind: {}}} for mode, kind in _DECLARATION.findall(text)]
    return documents


def read_provider_version(environment: Path) -> str:
    """Return the version of the AWS provider that an environment pins, like ``6.25.0``; raises ``TealformError`` if none."""
    for terraform in blocks(load_document(environment).get("terraform")):
        for providers in blocks(terraform.get("required_providers")):
            for aws in blocks(providers.get("aws")):
                if _VERSION.fullmatch(str(aws.get("version"))):
                    return str(aws["version"])
    raise TealformError(
        f"{_display_path(environment)}: pins no version of the AWS provider, like 6.25.0; {_how_to_generate(environment)}"
    )


def _display_path(environment: Path) -> str:
    return f"{environment.parent.name}/{environment.name}/{GENERATED}"


def _how_to_generate(environment: Path) -> str:
    """Return how to generate it again: an environment, or the bootstrap of an account, generated with all the others."""
    return "run: " + (
        f"tealform synth {environment.name}" if environment.parent.name == "environments" else "tealform bootstrap"
    )
