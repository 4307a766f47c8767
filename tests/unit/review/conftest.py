"""A pull request for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.review import pull_request
from tests.unit.review.pull_request import PullRequest


@pytest.fixture
def request_(tmp_path: Path) -> PullRequest:
    return pull_request.create(tmp_path / "project")
