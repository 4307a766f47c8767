"""A pull request for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.pull_request import requests
from tests.harness.pull_request.requests import PullRequest


@pytest.fixture
def request_(tmp_path: Path) -> PullRequest:
    return requests.made(tmp_path / "project")
