"""Finds the environments of a project and what was generated for them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.settings import loader
from tealform.settings.loader import GENERATED
from tealform.synth.terraform_json import blocks

LOCK_FILE = ".terraform.lock.hcl"
"""Says which packages of the providers may be installed. Terraform writes it, and it is to be committed."""

_DECLARATION = re.compile(r'^\s*(resource|data)\s+"(\w+)"', re.MULTILINE)
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def names(root: Path) -> list[str]:
    """The environments of the project in ``root``, in alphabetical order.

    A folder that holds only generated Terraform counts too: it can be applied, so nothing may overlook it.
    """
    generated = {file.parent.name for file in (root / "environments").glob(f"*/{GENERATED}")}
    return sorted(generated.union(loader.list_environments(root / "environments")))


def folder(root: Path, name: str) -> Path:
    """The folder of the environment ``name``; raises ``TealformError`` if there is no such environment."""
    known = names(root)
    if name not in known:
        raise TealformError(f'there is no environment "{name}"; {_choice(known)}')
    return root / "environments" / name


def generated(environment: Path) -> Path:
    """The generated Terraform in an environment's folder; raises ``TealformError`` if there is none yet."""
    file = environment / GENERATED
    if not file.is_file():
        raise TealformError(f"{_shown(environment)} does not exist; {_again(environment)}")
    return file


def document(environment: Path) -> dict[str, Any]:
    """What was generated for an environment; raises ``TealformError`` for what is missing or no JSON object."""
    file = generated(environment)
    shown, again = _shown(environment), _again(environment)
    try:
        content = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except RecursionError as error:
        raise TealformError(f"{shown}: is nested too deeply; {again}") from error
    except UnicodeDecodeError as error:
        raise TealformError(f"{shown}: is not UTF-8; {again}") from error
    except json.JSONDecodeError as error:
        raise TealformError(f"{shown}:{error.lineno}: is not valid JSON ({error.msg}); {again}") from error
    except _TwiceError as error:
        raise TealformError(f'{shown}:1: has "{error}" twice in one object; {again}') from error
    if not isinstance(content, dict):
        raise TealformError(f"{shown}:1: is not a JSON object; {again}")
    return content


class _TwiceError(Exception):
    """A key that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs. Python would keep the last of two with one key, and Terraform makes what both say."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise _TwiceError(next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place])))
    return content


def declared(environment: Path) -> list[dict[str, Any]]:
    """What was generated for an environment, and the types of what was written by hand beside it, in the same form.

    Raises ``TealformError`` for generated Terraform that is missing or no JSON object.
    """
    documents = [document(environment)]
    for file in environment.rglob("*.tf"):
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        documents += [{mode: {kind: {}}} for mode, kind in _DECLARATION.findall(text)]
    return documents


def provider_version(environment: Path) -> str:
    """The version of the AWS provider that an environment pins, like ``6.25.0``; raises ``TealformError`` if none."""
    for terraform in blocks(document(environment).get("terraform")):
        for providers in blocks(terraform.get("required_providers")):
            for aws in blocks(providers.get("aws")):
                if _VERSION.fullmatch(str(aws.get("version"))):
                    return str(aws["version"])
    raise TealformError(
        f"{_shown(environment)}: pins no version of the AWS provider, like 6.25.0; {_again(environment)}"
    )


def _shown(environment: Path) -> str:
    return f"{environment.parent.name}/{environment.name}/{GENERATED}"


def _again(environment: Path) -> str:
    """How to generate it anew: an environment, or the bootstrap of an account, which is made with all the others."""
    return "run: " + (
        f"make synth ENV={environment.name}" if environment.parent.name == "environments" else "make bootstrap"
    )


def _choice(known: list[str]) -> str:
    if known:
        return f"use {', '.join(known)}"
    return "environments/ holds none; begin with environments/<name>/environment.hcl"
