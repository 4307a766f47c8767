from pathlib import Path

import pytest

from tests.artifacts.codebuild import Account


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "account")
