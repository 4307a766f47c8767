"""Writes ``coverage.json``: which of checkov's checks have a result for every resource of a type, whatever the options."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tealform.errors import TealformError
from tealform.policy import checkov, checkov_input, coverage
from tealform.policy.checkov_input import Stack
from tealform.synth import environments

FILE = Path("modules", "tealform", "policy", "coverage.json")


def write(root: Path) -> Path:
    """Write the file and return it; takes about a minute. Raises what ``checkov.scan`` does."""
    file = root / FILE
    file.write_text(text(root), encoding="utf-8")
    return file


def text(root: Path) -> str:
    """Return the content: learned from the environments in ``root`` and an example of each option.

    Raises ``TealformError`` if one of them could not be scanned.
    """
    stacks = list(_stacks(root))
    scans = checkov.scan(stacks)
    if blind := [scan.blind for scan in scans if scan.blind]:
        raise TealformError("\n".join(blind))
    found = coverage.learn((each.addresses, scan.judged) for each, scan in zip(stacks, scans, strict=True))
    return json.dumps(found, indent=2) + "\n"


def _stacks(root: Path) -> Iterator[Stack]:
    # Here, because CDKTF takes a moment to load.
    from tools import iam_examples

    documents: Mapping[str, Any] = {
        **{
            name: environments.load_document(environments.find_folder(root, name))
            for name in environments.list_names(root)
        },
        **{f"example-{number}": document for number, document in enumerate(iam_examples.generated().values())},
    }
    for name, document in documents.items():
        yield checkov_input.from_document(name, document)
