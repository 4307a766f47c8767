"""What a configuration of the provider (``provider "aws" { … }``) means for the resources."""

from __future__ import annotations

from dataclasses import dataclass, field

from tealform_harness.provider_stub.protocol.messages import UNKNOWN, Value

_ANY_ACCOUNT = "123456789012"
_ANY_REGION = "us-east-1"


@dataclass(frozen=True)
class Settings:
    """Region, account and tags of what the provider makes."""

    region: str = _ANY_REGION
    account: str = _ANY_ACCOUNT
    default_tags: dict[str, Value] = field(default_factory=dict)


def read(config: dict[str, Value]) -> Settings:
    """The settings in a provider's configuration.

    The account is the first that is allowed: which one the credentials belong to, nobody can say without AWS.
    """
    tags: dict[str, Value] = {}
    for block in config.get("default_tags") or []:
        tags.update(block.get("tags") or {})
    accounts = config.get("allowed_account_ids")
    account = accounts[0] if isinstance(accounts, list) and accounts and accounts[0] != UNKNOWN else _ANY_ACCOUNT
    region = config.get("region")
    return Settings(region if isinstance(region, str) else _ANY_REGION, account, tags)
