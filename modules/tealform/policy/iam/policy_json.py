"""Reads policies that are written as JSON text, in the words of IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tealform.errors import TealformError

Json = dict[str, Any]

_POLICY = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
}  # fmt: skip
_ANYBODY = "*"


def is_policy(value: object) -> bool:
    """Return whether ``value`` is a policy as text."""
    return isinstance(value, str) and '"Statement"' in value and isinstance(_parsed(value), dict)


def parse_statements(text: str) -> list[Json]:
    """Return the statements of a policy, in the words of ``aws_iam_policy_document``.

    Raises ``TealformError`` for what is not JSON or no policy.
    """
    policy = _parsed(text)
    if not isinstance(policy, dict):
        raise TealformError(f"is neither an aws_iam_policy_document nor JSON, but {_short(text)}")
    _refuse_unknown(policy, _POLICY)
    found = policy.get("Statement")
    found = found if isinstance(found, list) else [found]
    if not found or not all(isinstance(each, dict) for each in found):
        raise TealformError("has no Statement that is an object, or a list of objects")
    return [_statement(each) for each in found]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _statement(body: Json) -> Json:
    _refuse_unknown(body, _STATEMENT)
    said = {
        "sid": body.get("Sid", ""),
        "effect": body.get("Effect", "Allow"),
        "actions": _texts(body.get("Action")),
        "resources": _texts(body.get("Resource")),
        "principals": list(_principals(body.get("Principal"))),
        "condition": list(_conditions(body.get("Condition"))),
        "not_actions": _texts(body.get("NotAction")),
        "not_resources": _texts(body.get("NotResource")),
        "not_principals": list(_principals(body.get("NotPrincipal"))),
    }
    return {key: value for key, value in said.items() if value}


def _principals(value: Any) -> Iterator[Json]:
    """``"*"`` is anybody, as ``{"AWS": "*"}`` is."""
    if value == _ANYBODY:
        yield {"type": _ANYBODY, "identifiers": [_ANYBODY]}
    for kind, identifiers in _object(value if value != _ANYBODY else None, "Principal").items():
        yield {"type": kind, "identifiers": _texts(identifiers)}


def _conditions(value: Any) -> Iterator[Json]:
    for test, asked in _object(value, "Condition").items():
        for variable, values in _object(asked, f"Condition.{test}").items():
            yield {"test": test, "variable": variable, "values": _texts(values)}


def _object(value: Any, where: str) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TealformError(f"has a {where} that is no object")
    return value


def _texts(value: Any) -> list[str]:
    """Return a text or list of texts as a list; other values (a condition's ``true``) as JSON."""
    if value is None:
        return []
    return [
        each if isinstance(each, str) else json.dumps(each) for each in (value if isinstance(value, list) else [value])
    ]


def _refuse_unknown(body: Json, known: set[str]) -> None:
    if unknown := sorted(body.keys() - known):
        raise TealformError(f"holds {', '.join(unknown)}, which IAM does not know")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
