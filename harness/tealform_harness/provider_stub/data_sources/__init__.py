"""Data sources whose result can be told without AWS: documents, and the provider's own region and account."""

from __future__ import annotations

from tealform_harness.provider_stub.data_sources import lifecycle_policy_document, policy_document
from tealform_harness.provider_stub.diagnostic import Diagnostic
from tealform_harness.provider_stub.protocol.messages import Value
from tealform_harness.provider_stub.provider_config import Settings


def problems(data_source: str, config: dict[str, Value]) -> list[Diagnostic]:
    """Why the data source cannot be read."""
    return policy_document.problems(config) if data_source == "aws_iam_policy_document" else []


def results(data_source: str, config: dict[str, Value], settings: Settings) -> dict[str, Value]:
    """The values that are known of the data source; all others are invented."""
    match data_source:
        case "aws_iam_policy_document":
            return policy_document.result(config)
        case "aws_ecr_lifecycle_policy_document":
            return lifecycle_policy_document.result(config)
        case "aws_region":
            return dict.fromkeys(("id", "name", "region"), settings.region)
        case "aws_caller_identity":
            return dict.fromkeys(("id", "account_id"), settings.account)
        case _:
            return {}
