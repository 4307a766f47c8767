"""Reads policies of resources: keys and buckets that let a service of AWS do something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any


def allowing(policy: str | bytes, service: str, action: str) -> Iterator[dict[str, Any]]:
    """The statements of ``policy`` that allow the principal ``service`` («logging.s3.amazonaws.com») ``action``.

    Their resources and conditions are the caller's to read.
    """
    for statement in several(json.loads(policy)["Statement"]):
        principal = statement.get("Principal", {})
        services = several(principal.get("Service", [])) if isinstance(principal, dict) else []
        if statement["Effect"] == "Allow" and service in services and matches(action, statement.get("Action", [])):
            yield statement


def matches(text: str, patterns: object) -> bool:
    """Whether one of ``patterns``, one or several, in which * stands for anything, is that of ``text``."""
    return any(fnmatchcase(text, pattern) for pattern in several(patterns))


def several(value: Any) -> list[Any]:
    """A policy may hold one value in the place of a list of one."""
    return value if isinstance(value, list) else [value]
