"""Reads policies of resources: keys and buckets that let a service of AWS do something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any


def find_allowing_statements(policy: str | bytes, service: str, action: str) -> Iterator[dict[str, Any]]:
    """The statements of ``policy`` that allow the principal ``service`` («logging.s3.amazonaws.com») ``action``.

    Their resources and conditions are the caller's to read.
    """
    for statement in as_list(json.loads(policy)["Statement"]):
        principal = statement.get("Principal", {})
        services = as_list(principal.get("Service", [])) if isinstance(principal, dict) else []
        if statement["Effect"] == "Allow" and service in services and matches_pattern(action, statement.get("Action", [])):
            yield statement


def matches_pattern(text: str, patterns: object) -> bool:
    """Whether one of ``patterns``, one or several, in which * stands for anything, is that of ``text``."""
    return any(fnmatchcase(text, pattern) for pattern in as_list(patterns))


def as_list(value: Any) -> list[Any]:
    """A policy may hold one value in the place of a list of one."""
    return value if isinstance(value, list) else [value]
