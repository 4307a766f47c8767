"""The edits that mutants are made of: where they go, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tealform_harness.mutation.edits import add, create, drop, move, put, remove, replace
from tealform_harness.mutation.mutant import Change


def _named(path: str, **body: Any) -> dict[str, Any]:
    return {"//": {"metadata": {"path": f"dev/{path}"}}, **body}


def _document() -> dict[str, Any]:
    return {
        "provider": {"aws": [{"region": "eu-west-1"}]},
        "resource": {
            "aws_vpc": {"main": _named("network/vpc")},
            "aws_ecs_service": {
                "web": _named(
                    "web/service",
                    depends_on=["aws_vpc.main", "aws_lb.main"],
                    stage=[{"name": "Build"}, {"name": "Deploy", "action": [{"configuration": {"Path": "a"}}]}],
                    containers=json.dumps([{"name": "web", "environment": [{"name": "PORT", "value": "80"}]}]),
                    policy={"resources": ["${aws_vpc.main.arn}", "${aws_vpc.main2.arn}", "*"]},
                )
            },
        },
    }


def _service(change: Change) -> dict[str, Any]:
    document = _document()
    change(document)
    service: dict[str, Any] = document["resource"]["aws_ecs_service"]["web"]
    return service


def test_put_goes_by_names_through_lists_and_blocks() -> None:
    service = _service(put("web/service", "stage/Deploy/action/configuration/Path", "b"))
    assert service["stage"] == [{"name": "Build"}, {"name": "Deploy", "action": [{"configuration": {"Path": "b"}}]}]


def test_put_goes_into_texts_that_hold_json() -> None:
    service = _service(put("web/service", "containers/web/environment/PORT/value", "81"))
    assert json.loads(service["containers"]) == [{"name": "web", "environment": [{"name": "PORT", "value": "81"}]}]


def test_put_adds_what_was_not_said() -> None:
    assert _service(put("web/service", "stage/Deploy/timeout", 5))["stage"][1]["timeout"] == 5


def test_put_into_the_document_itself() -> None:
    document = _document()
    put("", "provider/aws/region", "eu-west-2")(document)
    assert document["provider"] == {"aws": [{"region": "eu-west-2"}]}


def test_drop_takes_away_an_argument_or_an_item() -> None:
    assert "policy" not in _service(drop("web/service", "policy"))
    assert _service(drop("web/service", "stage/Build"))["stage"][0]["name"] == "Deploy"
    assert _service(drop("web/service", "depends_on/aws_lb.main"))["depends_on"] == ["aws_vpc.main"]


def test_add_and_replace() -> None:
    assert _service(add("web/service", "depends_on", "aws_lb.second"))["depends_on"][-1] == "aws_lb.second"
    containers = json.loads(_service(add("web/service", "containers", {"name": "agent"}))["containers"])
    assert [each["name"] for each in containers] == ["web", "agent"]
    assert '"name": "api"' in _service(replace("web/service", "containers", '"web"', '"api"'))["containers"]


def test_move_changes_the_order_alone() -> None:
    stages = _service(move("web/service", "stage", "Deploy", before="Build"))["stage"]
    assert [each["name"] for each in stages] == ["Deploy", "Build"]


def test_remove_takes_along_what_refers_to_it_in_lists() -> None:
    document = _document()
    remove("network/vpc")(document)
    service = document["resource"]["aws_ecs_service"]["web"]
    assert document["resource"]["aws_vpc"] == {}
    assert service["depends_on"] == ["aws_lb.main"]
    assert service["policy"]["resources"] == ["${aws_vpc.main2.arn}", "*"]


def test_create_adds_resources_and_data_sources() -> None:
    document = _document() | {"data": {}}
    create("aws_vpc.second", cidr_block="10.0.0.0/16")(document)
    create("data.aws_region.here")(document)
    assert document["resource"]["aws_vpc"]["second"] == {"cidr_block": "10.0.0.0/16"}
    assert document["data"] == {"aws_region": {"here": {}}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("web/other", "name", "a"), "no resources at web/other"),
        (put("web/service", "stage/Test/name", "a"), "no Test in "),
        (drop("web/service", "lifecycle"), "there is no lifecycle to drop"),
        (replace("web/service", "containers", "nginx", "httpd"), "no nginx in "),
        (create("aws_vpc.main"), "there is aws_vpc.main already"),
    ],
)
def test_what_is_not_there_is_an_error(change: Change, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        change(_document())
