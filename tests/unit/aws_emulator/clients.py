"""Clients of the emulated AWS, made once: reading a service's model takes longer than any test."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"


@cache
def client(service: str) -> Any:
    """A client of ``service``, for use inside ``mock_aws``."""
    session: Any = boto3.Session("test", "test", region_name=REGION)
    return session.client(service)
