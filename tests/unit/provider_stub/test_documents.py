"""Documents are rendered as by the provider: ``rendered_documents.json`` holds what provider 5.100.0 wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tealform_harness import provider_stub
from tests.unit.provider_stub.conftest import make_root_module

_CASES = json.loads((Path(__file__).parent / "rendered_documents.json").read_text(encoding="utf-8"))


def _data(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = {}
    for case in cases:
        data.setdefault(case["data_source"], {})[case["name"].replace(" ", "_")] = case["arguments"]
    return data


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the stand-in renders of all cases in one run, by the name of the case."""
    data = _data(_CASES)
    with provider_stub.serving([{"data": data}]) as served:
        workspace = make_root_module(tmp_path_factory.mktemp("documents"), served, data=data)
        assert not workspace.plan().errors
        resources = workspace.planned()["prior_state"]["values"]["root_module"]["resources"]
    return {resource["name"]: resource["values"]["json"] for resource in resources}


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_a_document_is_the_providers_own_byte_for_byte(case: dict[str, Any], rendered: dict[str, str]) -> None:
    assert rendered[case["name"].replace(" ", "_")] == "\n".join(case["rendered"])
