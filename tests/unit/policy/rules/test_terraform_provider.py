"""The provider is told account, region and tags, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tealform.policy.rules.terraform_provider import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_providers_are_told_no_more(name: str) -> None:
    assert shipped.judged(CHECK, name) == {"provider.aws": ""}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("access_key", "AKIA"),
        ("assume_role", [{"role_arn": "arn"}]),
        ("endpoints", [{"s3": "https://example.com"}]),
        ("ignore_tags", [{"keys": ["environment"]}]),
        ("insecure", True),
        ("skip_requesting_account_id", True),
    ],
)
def test_anything_else_is_found(argument: str, value: Any) -> None:
    assert shipped.failed(CHECK, "prod", put("provider", argument, to=value)) == {"provider.aws": f"says {argument}"}


def test_a_second_configuration_is_found() -> None:
    def more(document: dict[str, Any]) -> None:
        document["provider"]["aws"].append({"alias": "far", "region": "us-east-1"})

    message = "is a second configuration, and resources may be where nobody looks"
    assert shipped.failed(CHECK, "prod", more) == {"provider.aws.far": message}
