"""What the ARN of a resource of AWS says."""

from __future__ import annotations

_PARTS = 6


def account(arn: object) -> str:
    """The account in an ARN; empty for what is none, or has none in it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    parts = str(arn).split(":", _PARTS - 1)
    return parts[4] if len(parts) == _PARTS and parts[0] == "arn" else ""
