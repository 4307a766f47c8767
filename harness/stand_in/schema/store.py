"""Schemas of the AWS provider, made of the pinned bindings when they are first asked for and kept in ``.cache/``."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import cast

from harness.stand_in.schema import conversion, lost_facts, package, typescript
from harness.stand_in.schema.model import ProviderSchema, Schema
from modules.bindings import CACHE, PACKAGE

_PROVIDER = "provider"


def schema_of(resource_types: Iterable[str], data_sources: Iterable[str]) -> ProviderSchema:
    """The provider's schema with just these types, like ``aws_vpc`` and ``aws_iam_policy_document``.

    A type that the provider does not have is left out, so that Terraform says so in its own words. The first
    call for a type reads the bindings (about two seconds, however many types); later ones take milliseconds.
    """
    resources = {_folder(each): each for each in resource_types}
    data = {f"data-aws-{_folder(each)}": each for each in data_sources}
    schemas = _schemas([_PROVIDER, *resources, *data])
    return {
        "provider": schemas[_PROVIDER],
        "resource_schemas": {each: schemas[name] for name, each in resources.items() if name in schemas},
        "data_source_schemas": {each: schemas[name] for name, each in data.items() if name in schemas},
    }


def _folder(terraform_type: str) -> str:
    return terraform_type.removeprefix("aws_").replace("_", "-")


def _schemas(folders: Iterable[str]) -> dict[str, Schema]:
    existing = package.modules()
    wanted = [each for each in folders if each.replace("-", "") in existing]
    cache = _cache()
    schemas = {each: _read(cache / f"{each}.json") for each in wanted if (cache / f"{each}.json").is_file()}
    if missing := [each for each in wanted if each not in schemas]:
        made = _make(missing)
        for name, schema in made.items():
            _write(cache / f"{name}.json", schema)
        schemas.update(made)
    return schemas


def _make(folders: list[str]) -> dict[str, Schema]:
    made = {}
    for name, text in package.typescript(folders).items():
        if module := typescript.parse(text):
            schema = conversion.schema(module)
            lost_facts.restore(module.terraform_type, schema)
            made[name] = schema
    # CDKTF's own: in Terraform, an alias is not the provider's affair.
    made.get(_PROVIDER, {"block": {"attributes": {}}})["block"]["attributes"].pop("alias", None)
    return made


def _cache() -> Path:
    """A folder for the schemas that these bindings and this code make."""
    code = [file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("*.py"))]
    key = hashlib.sha256("\n".join([version(PACKAGE.replace("_", "-")), *code]).encode()).hexdigest()[:16]
    return CACHE / f"schema-{key}"


def _read(file: Path) -> Schema:
    return cast(Schema, json.loads(file.read_text(encoding="utf-8")))


def _write(file: Path, schema: Schema) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Others may be making the same file; each of them replaces it as a whole.
    handle, scratch = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(schema, stream)
    Path(scratch).replace(file)
