"""Schemas of the AWS provider, made of the pinned bindings when they are first asked for and kept in the user's cache."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tealform.aws.lazy_bindings import PACKAGE
from tealform_harness.provider_stub.cache import Cache
from tealform_harness.provider_stub.schema import binding_parser, package, schema_builder, schema_overrides
from tealform_harness.provider_stub.schema.model import ProviderSchema, Schema

_PROVIDER = "provider"
_DATA = "data-aws-"


def schema_of(resource_types: Iterable[str], data_sources: Iterable[str]) -> ProviderSchema:
    """The provider's schema with just these types, like ``aws_vpc`` and ``aws_iam_policy_document``.

    A type that the provider does not have is left out, so that Terraform says so in its own words. The first
    call for a type reads the bindings (about two seconds, however many types); later ones take milliseconds.
    """
    resources = {_folder(each): each for each in resource_types}
    data = {f"{_DATA}{_folder(each)}": each for each in data_sources}
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
    cache = Cache("schema", [version(PACKAGE.replace("_", "-"))], Path(__file__).parent)
    schemas: dict[str, Schema] = {each: kept for each in wanted if (kept := cache.get(each))}
    if missing := [each for each in wanted if each not in schemas]:
        made = _make(missing)
        for name, schema in made.items():
            cache.keep(name, schema)
        schemas.update(made)
    return schemas


def _make(folders: list[str]) -> dict[str, Schema]:
    made = {}
    for name, text in package.typescript(folders).items():
        if module := binding_parser.parse(text):
            schema = schema_builder.schema(module)
            if not name.startswith(_DATA):
                schema_overrides.restore(module.terraform_type, schema)
            made[name] = schema
    if _PROVIDER in made:
        # CDKTF's own: in Terraform, an alias is not the provider's affair.
        del made[_PROVIDER]["block"]["attributes"]["alias"]
    return made
