"""What a configuration of the provider (``provider "aws" { … }``) means for the resources."""

from __future__ import annotations

from dataclasses import dataclass, field

from tealform_harness.provider_stub.protocol import UNKNOWN, Value

_ANY_ACCOUNT = "123456789012"
_ANY_REGION = "us-east-1"


@dataclass(frozen=True)
class ProviderConfig:
    """Region, account and default tags of the resources that the provider creates."""

    region: str = _ANY_REGION
    account: str = _ANY_ACCOUNT
    default_tags: dict[str, Value] = field(default_factory=dict)

    @staticmethod
    def from_block(config: dict[str, Value]) -> ProviderConfig:
        """Read a provider block.

        The account is the first that is allowed: only AWS knows which one the credentials belong to.
        """
        tags: dict[str, Value] = {}
        for block in config.get("default_tags") or []:
            tags.update(block.get("tags") or {})
        accounts, region = config.get("allowed_account_ids"), config.get("region")
        account = accounts[0] if isinstance(accounts, list) and accounts and accounts[0] != UNKNOWN else _ANY_ACCOUNT
        return ProviderConfig(region if isinstance(region, str) else _ANY_REGION, account, tags)
