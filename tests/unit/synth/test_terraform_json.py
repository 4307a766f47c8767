from __future__ import annotations

from typing import Any

import pytest

from tealform.synth import terraform_json

BODY = {"cidr_block": "10.0.0.0/16"}


@pytest.mark.parametrize(
    "section",
    [
        {"aws_vpc": {"main": BODY}},
        [{"aws_vpc": {"main": BODY}}],
        {"aws_vpc": [{"main": [BODY]}]},
    ],
)
def test_resources_are_found_however_they_are_nested(section: Any) -> None:
    (found,) = terraform_json.resources({"resource": section})
    assert (found.address, found.body) == ("aws_vpc.main", BODY)
    assert terraform_json.types({"resource": section}, "resource") == {"aws_vpc"}


def test_data_sources_have_addresses_of_their_own() -> None:
    (found,) = terraform_json.resources({"data": {"aws_region": {"here": {}}}})
    assert found.address == "data.aws_region.here"


@pytest.mark.parametrize("section", [None, 1, "text", [1], {"aws_vpc": 1}, {"aws_vpc": {"main": 1}}])
def test_what_is_no_block_is_left_to_terraform(section: Any) -> None:
    assert list(terraform_json.resources({"resource": section})) == []
