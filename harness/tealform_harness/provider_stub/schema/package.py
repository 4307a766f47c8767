"""Finds the TypeScript of the AWS bindings in the Python package that is installed, without importing it.

The package carries an npm package as ``_jsii/*.jsii.tgz``. In there, each resource type has a folder like
``lib/ecs-service`` (a data source ``lib/data-aws-…``, the provider ``lib/provider``) whose JavaScript ends with a
source map, and the source map holds the TypeScript that it was compiled from.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from tealform.aws.lazy_bindings import PACKAGE

_SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,(?P<map>\S+)")


def folder() -> Path:
    """Where the package is installed. Raises ``ModuleNotFoundError`` if it is not."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; run `make synth`", name=PACKAGE)
    return Path(spec.submodule_search_locations[0])


def modules() -> set[str]:
    """The names of all modules without what separates their words, like ``dataawsiampolicydocument``.

    Python's names separate words otherwise than Terraform's (``s3_control_bucket``, ``aws_s3control_bucket``).
    """
    return {each.name.replace("_", "") for each in folder().iterdir()}


def typescript(folders: Collection[str]) -> dict[str, str]:
    """The TypeScript of the modules in ``folders`` (like ``ecs-service``), by folder; large ones are in several files.

    Takes about two seconds at most, since the archive can only be read as a whole.
    """
    found: dict[str, list[str]] = defaultdict(list)
    archive = next((folder() / "_jsii").glob("*.jsii.tgz"))
    with tarfile.open(archive) as files:
        for member in files:
            path = PurePosixPath(member.name)
            if path.suffix != ".js" or len(path.parts) < 4 or path.parts[2] not in folders:
                continue
            content = files.extractfile(member)
            if content is not None and (source := _SOURCE_MAP.search(content.read().decode())):
                found[path.parts[2]] += json.loads(base64.b64decode(source["map"]))["sourcesContent"]
    return {name: "\n".join(texts) for name, texts in found.items()}
