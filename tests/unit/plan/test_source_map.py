from __future__ import annotations

import json
from pathlib import Path

import pytest

from tealform.plan import source_map
from tealform.settings import loader
from tealform.settings.environment import Environment
from tealform.terraform.diagnostics import Diagnostic
from tests import projects, support
from tests.inventory import ROOT

ENVIRONMENTS = ROOT / "environments"


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    """A small environment, and a resource of its service."""
    body = {"//": {"metadata": {"path": "dev/service-web/scaling/target"}}}
    folder = projects.write(tmp_path, {"resource": {"aws_appautoscaling_target": {"web": body}}})
    (folder / loader.FILE).write_text(support.environment(service="scaling { cpu_percent = 50 }"))
    return folder


_TARGET = "aws_appautoscaling_target.web"
_SCALING = f"{_TARGET} (dev/service-web/scaling/target)"


def test_diagnostic_leads_to_the_line_of_the_setting(dev: Path) -> None:
    lines = (dev / loader.FILE).read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "scaling {" in text)
    diagnostic = Diagnostic("error", "Invalid value", "max_capacity\nis too small", _TARGET)
    assert source_map.SourceMap(dev).describe(diagnostic) == (
        f"environments/dev/environment.hcl:{line}: service.web.scaling: {_SCALING}: "
        "Invalid value: max_capacity is too small"
    )


@pytest.mark.parametrize(
    ("file", "content", "diagnostic", "text"),
    [
        pytest.param(
            "",
            "",
            Diagnostic("error", "Unsupported block type", file="cdk.tf.json", line=7),
            "/cdk.tf.json:7: Unsupported block type",
            id="no construct",
        ),
        pytest.param(
            loader.FILE,
            "project = ",
            Diagnostic("error", "Cycle", address=_TARGET),
            f"/cdk.tf.json: {_SCALING}: Cycle",
            id="broken settings",
        ),
        pytest.param(loader.GENERATED, "{", Diagnostic("error", "Invalid JSON"), ": Invalid JSON", id="no JSON"),
        *(
            pytest.param(
                loader.GENERATED,
                json.dumps({"resource": {"aws_vpc": {"main": {"//": comment}}}}),
                Diagnostic("error", "Cycle", address="aws_vpc.main"),
                "/cdk.tf.json: aws_vpc.main: Cycle",
                id=f"comment {comment}",
            )
            for comment in ("by hand", {"metadata": "none"}, {"metadata": {"path": 5}}, None)
        ),
    ],
)
def test_diagnostic_without_a_setting(dev: Path, file: str, content: str, diagnostic: Diagnostic, text: str) -> None:
    if file:
        (dev / file).write_text(content)
    assert source_map.SourceMap(dev).describe(diagnostic) == f"environments/dev{text}"


def test_generated_file_that_is_nested_too_deeply_is_no_obstacle(dev: Path) -> None:
    (dev / loader.GENERATED).write_text("[" * 100_000)
    assert source_map.SourceMap(dev).construct_path("aws_vpc.main") == ""


def test_setting_of_a_construct_comes_with_its_place(dev: Path) -> None:
    setting, place = source_map.SourceMap(dev).setting_at("service-web/scaling/target")
    assert setting == "service.web.scaling"
    assert place.startswith("environments/dev/environment.hcl:")
    assert source_map.SourceMap(dev).setting_at("key/key") == ("", "")
    (dev / loader.FILE).write_text("project = ")
    assert source_map.SourceMap(dev).setting_at("service-web/scaling/target") == ("", "")


def test_attribute_is_made_from_what_it_refers_to(dev: Path) -> None:
    subnet = {
        "vpc_id": "${aws_vpc.main.id}",
        "tags": {"a": "${data.aws_region.here.name} aws_vpc.else"},
        "cidr": "10.0",
    }
    document = {
        "resource": {"aws_vpc": {"main": {}}, "aws_subnet": {"a": subnet}},
        "data": {"aws_region": {"here": {}}},
    }
    projects.write(dev.parent.parent, document)
    made = source_map.SourceMap(dev).made_from
    assert [made("aws_subnet.a[0]", each) for each in ("vpc_id", "tags", "cidr", "none")] == [
        {"aws_vpc.main"},
        {"data.aws_region.here"},
        set(),
        set(),
    ]
    assert made("aws_eip.unknown", "vpc_id") == set()


@pytest.mark.parametrize("name", loader.list_environments(ENVIRONMENTS))
def test_every_construct_of_the_shipped_environments_has_a_setting_or_is_always_there(name: str) -> None:
    document = json.loads((ENVIRONMENTS / name / loader.GENERATED).read_text())
    paths = [
        body["//"]["metadata"]["path"].partition("/")[2]
        for block in ("resource", "data")
        for resources in document[block].values()
        for body in resources.values()
    ]
    assert paths
    always = {path.partition("/")[0] for path in paths if source_map.find_setting(path) == ()}
    assert always <= {"key", "access-logs", "cluster"}


@pytest.mark.parametrize(
    "construct",
    [
        "service-web/service",
        "service-web/alarms/errors-blue",
        "service-web/smoke-test/function",
        "delivery-web/source/repository",
        "images-web/lifecycle",
        "network/vpc/vpc",
    ],
)
def test_settings_exist_in_the_model(construct: str) -> None:
    first, *rest = source_map.find_setting(construct)
    assert first in Environment.model_fields
    service = support.settings(support.environment()).environment.service["web"]
    if rest[1:]:
        assert rest[1] in type(service).model_fields
    if rest[2:]:
        assert rest[2] in type(service.release).model_fields
