"""Schemas of the AWS provider, built from the pinned bindings when they are first needed and kept in the user's cache.

The bindings are read from the Python package that is installed, without importing it. It carries an npm package as
``_jsii/*.jsii.tgz``. In there, each resource type has a folder like ``lib/ecs-service`` (a data source
``lib/data-aws-…``, the provider ``lib/provider``) whose JavaScript ends with a source map, and the source map holds the
TypeScript that it was compiled from.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Collection, Iterable
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from tealform.aws.lazy_bindings import PACKAGE
from tealform_harness.provider_stub.cache import Cache
from tealform_harness.provider_stub.schema import binding_parser, schema_builder, schema_overrides
from tealform_harness.provider_stub.schema.model import ProviderSchema, Schema

_PROVIDER = "provider"
_DATA = "data-aws-"
_SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,(?P<map>\S+)")


def load_schema(resource_types: Iterable[str], data_sources: Iterable[str]) -> ProviderSchema:
    """Load the provider's schema with just these types, like ``aws_vpc`` and ``aws_iam_policy_document``.

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
    existing = _list_modules()
    wanted = [each for each in folders if each.replace("-", "") in existing]
    cache = Cache("schema", [version(PACKAGE.replace("_", "-"))], Path(__file__).parent)
    schemas: dict[str, Schema] = {each: kept for each in wanted if (kept := cache.get(each))}
    if missing := [each for each in wanted if each not in schemas]:
        built = _build(missing)
        for name, schema in built.items():
            cache.put(name, schema)
        schemas.update(built)
    return schemas


def _build(folders: list[str]) -> dict[str, Schema]:
    built = {}
    for name, text in read_typescript(folders).items():
        if module := binding_parser.parse(text):
            schema = schema_builder.build_schema(module)
            if not name.startswith(_DATA):
                schema_overrides.restore(module.terraform_type, schema)
            built[name] = schema
    if _PROVIDER in built:
        # CDKTF's own: in Terraform, an alias is not the provider's affair.
        del built[_PROVIDER]["block"]["attributes"]["alias"]
    return built


def _package_folder() -> Path:
    """Return where the bindings are installed. Raises ``ModuleNotFoundError`` if it is not."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; run: pip install tealform", name=PACKAGE)
    return Path(spec.submodule_search_locations[0])


def _list_modules() -> set[str]:
    """Return the names of all modules without what separates their words, like ``dataawsiampolicydocument``.

    Python's names separate words otherwise than Terraform's (``s3_control_bucket``, ``aws_s3control_bucket``).
    """
    return {each.name.replace("_", "") for each in _package_folder().iterdir()}


def read_typescript(folders: Collection[str]) -> dict[str, str]:
    """Read the TypeScript of the modules in ``folders`` (like ``ecs-service``), by folder; large ones are in several files.

    Takes about two seconds at most, since the archive can only be read as a whole.
    """
    found: dict[str, list[str]] = defaultdict(list)
    archive = next((_package_folder() / "_jsii").glob("*.jsii.tgz"))
    with tarfile.open(archive) as files:
        for member in files:
            path = PurePosixPath(member.name)
            if path.suffix != ".js" or len(path.parts) < 4 or path.parts[2] not in folders:
                continue
            content = files.extractfile(member)
            if content is not None and (source := _SOURCE_MAP.search(content.read().decode())):
                found[path.parts[2]] += json.loads(base64.b64decode(source["map"]))["sourcesContent"]
    return {name: "\n".join(texts) for name, texts in found.items()}
