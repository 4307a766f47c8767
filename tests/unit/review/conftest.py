"""A pull request for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.review import requests
from tests.unit.review.requests import PullRequest


@pytest.fixture
def request_(tmp_path: Path) -> PullRequest:
    return requests.made(tmp_path / "project")
