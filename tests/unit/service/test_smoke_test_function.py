"""The smoke test's function, its permissions and its network; ``test_functions_smoke_test.py`` tests the program."""

from __future__ import annotations

import ast
import base64
import hashlib
import inspect
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tealform.service import lambda_packages
from tealform.service.functions import smoke_test
from tealform.settings.release import SMOKE_TEST_STAGE
from tealform.synth.synthesis import synthesize
from tests.support import ZONES, Template, environment, settings, template

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0f4b2c1d-7e8a-4f6b-8c9d-1a2b3c4d5e6f"
ECR_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bootstrap:1"
NAME = "arn:aws:lambda:eu-west-1:123456789012:function:shop-test-web-smoke-test"
FUNCTION = "${aws_lambda_function.service-web_smoke-test_function.arn}"
OURS = "${aws_security_group.service-web_smoke-test_security-group.id}"
BALANCER = "${aws_security_group.load-balancer_security-group.id}"
FULL = """
smoke_test {
  path            = "/api/health?full=1"
  expect          = 204
  timeout_seconds = 90
}
"""


def web(*lines: str, service: str = "", load_balancer: str = 'protocol = "http"', network: str = ZONES) -> Template:
    text = "\n".join(("release {", *lines, "}", service))
    return template(environment(service=text, load_balancer=load_balancer, network=network))


def function(generated: Template) -> dict[str, Any]:
    return generated.only("aws_lambda_function")


def variables(generated: Template) -> dict[str, str]:
    found: dict[str, str] = function(generated)["environment"]["variables"]
    return found


def test_it_does_not_exist_by_default() -> None:
    resources = template(environment()).document["resource"]
    assert "aws_lambda_function" not in resources
    assert not any("smoke-test" in name for kind in resources.values() for name in kind)


@pytest.mark.parametrize("engine", ["codedeploy", "ecs"])
def test_the_function_runs_the_packed_program_for_its_engine(engine: str) -> None:
    body = function(web(f'engine = "{engine}"', "smoke_test {}"))
    assert body["function_name"] == "shop-test-web-smoke-test"
    assert body["filename"] == lambda_packages.SMOKE_TEST.archive == "smoke-test.zip"
    digest = hashlib.sha256(lambda_packages.SMOKE_TEST.content).digest()
    assert body["source_code_hash"] == base64.b64encode(digest).decode()
    module, _, name = body["handler"].partition(".")
    with zipfile.ZipFile(io.BytesIO(lambda_packages.SMOKE_TEST.content)) as archive:
        tree = ast.parse(archive.read(f"{module}.py"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_the_function_gets_every_variable_that_it_reads() -> None:
    told = variables(web(FULL, load_balancer=f'certificate = "{CERTIFICATE}"\n  test_port = 9443'))
    assert told == {
        "BALANCER": "${aws_lb.load-balancer.arn_suffix}",
        "PROTOCOL": "https",
        "PORT": "9443",
        "EXPECT": "204",
        "URL_PATH": "/api/health?full=1",
        "SECONDS": "90",
    }
    read = {
        call.args[0].value
        for call in ast.walk(ast.parse(inspect.getsource(smoke_test)))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "_variable"
        and isinstance(call.args[0], ast.Constant)
    }
    assert set(told) == read


def test_the_variables_give_the_request_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables(web(FULL, service='hosts = ["a.example.com", "b.example.com"]')).items():
        monkeypatch.setenv(name, value)
    assert smoke_test.Question.from_environment() == smoke_test.Question(
        balancer="${aws_lb.load-balancer.arn_suffix}",
        protocol="http",
        port=8443,
        host="a.example.com",
        path="/api/health?full=1",
        expect=204,
        seconds=90,
    )


@pytest.mark.parametrize(
    ("test", "service", "host"),
    [
        ("smoke_test {}", "", None),
        ("smoke_test {}", 'hosts = ["a.example.com", "b.example.com"]', "a.example.com"),
        ('smoke_test { host = "b.example.com" }', 'hosts = ["a.example.com", "b.example.com"]', "b.example.com"),
        ('smoke_test { host = "b.example.com" }', "", "b.example.com"),
    ],
)
def test_the_host_is_that_of_the_test_or_the_first_of_the_service(test: str, service: str, host: str | None) -> None:
    assert variables(web(test, service=service)).get("HOST") == host


def test_the_function_has_time_to_find_the_load_balancer_and_to_report_beside_that_for_the_answer() -> None:
    assert function(web(FULL))["timeout"] == 150
    # Lambda takes no more than 15 minutes.
    assert function(web("smoke_test { timeout_seconds = 840 }"))["timeout"] == 900


def test_its_variables_and_its_log_are_under_the_environments_key() -> None:
    generated = web(FULL)
    assert function(generated)["kms_key_arn"] == "${aws_kms_key.key.arn}"
    assert generated.statements("smoke-test_role_permissions")["ReadVariables"]["resources"] == [
        "${aws_kms_key.key.arn}"
    ]
    group = generated.named("aws_cloudwatch_log_group", "smoke-test_logs_group")
    assert (group["name"], group["kms_key_id"]) == ("/shop/test/web/smoke-test", "${aws_kms_key.key.arn}")
    assert function(generated)["logging_config"]["log_group"] == (
        "${aws_cloudwatch_log_group.service-web_smoke-test_logs_group.name}"
    )


def test_the_role_is_for_functions_of_the_account_and_reports_to_its_own_deployment_group_alone() -> None:
    generated = web("smoke_test {}")
    trust = generated.statements("service-web_smoke-test_role_trust")["Trust"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}]
    assert [(each["variable"], each["values"]) for each in trust["condition"]] == [
        ("aws:SourceAccount", ["123456789012"])
    ]
    statements = generated.statements("service-web_smoke-test_role_permissions")
    assert statements["Report"]["resources"] == [
        "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:shop-test-web/shop-test-web"
    ]
    assert "Report" not in web('engine = "ecs"', "smoke_test {}").statements("service-web_smoke-test_role_permissions")


def test_joining_the_network_is_for_lambda_and_not_for_the_functions_own_code() -> None:
    statements = web("smoke_test {}").statements("service-web_smoke-test_role_permissions")
    left, joined = statements["LeaveNetworkToLambda"], statements["JoinNetwork"]
    assert left["effect"] == "Deny"
    assert left["actions"] == joined["actions"]
    assert left["condition"] == [{"test": "ArnEquals", "variable": "lambda:SourceFunctionArn", "values": [NAME]}]
    assert not any("ModifyNetworkInterface" in action for action in joined["actions"])


def test_it_is_in_the_private_subnets_and_reaches_only_the_test_listener_and_aws() -> None:
    generated = web("smoke_test {}", load_balancer='protocol = "http"\n  test_port = 9443')
    assert function(generated)["vpc_config"] == {
        "subnet_ids": ["${aws_subnet.network_vpc_private-a.id}", "${aws_subnet.network_vpc_private-b.id}"],
        "security_group_ids": [OURS],
    }
    out = [
        (rule.get("referenced_security_group_id", rule.get("cidr_ipv4")), rule["from_port"], rule["to_port"])
        for rule in generated.resources("aws_vpc_security_group_egress_rule").values()
        if rule["security_group_id"] == OURS
    ]
    assert sorted(out) == [(BALANCER, 9443, 9443), ("0.0.0.0/0", 443, 443)]
    ingress = generated.resources("aws_vpc_security_group_ingress_rule").values()
    (admitted,) = (rule for rule in ingress if rule.get("referenced_security_group_id") == OURS)
    assert (admitted["security_group_id"], admitted["from_port"], admitted["to_port"]) == (BALANCER, 9443, 9443)
    # Nobody connects to the function.
    assert not any(rule["security_group_id"] == OURS for rule in ingress)


def test_it_is_created_after_everything_that_it_needs() -> None:
    assert set(function(web("smoke_test {}"))["depends_on"]) == {
        "aws_iam_role_policy.service-web_smoke-test_role_policy",
        "aws_vpc_security_group_ingress_rule.service-web_smoke-test_to-test-listener",
        "aws_vpc_security_group_egress_rule.service-web_smoke-test_test-listener",
        "aws_vpc_security_group_egress_rule.service-web_smoke-test_aws",
        "aws_route.network_vpc_public-internet",
        "aws_route.network_vpc_private-a-internet",
        "aws_route.network_vpc_private-b-internet",
        "aws_vpc_endpoint.network_endpoints_s3",
    }


def test_codedeploy_calls_it_while_green_has_test_traffic_and_is_created_after_it() -> None:
    generated = web("smoke_test {}")
    project = generated.only("aws_codebuild_project")
    told = {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}
    # A reference: neither the build nor the right to call it is there before the function is.
    assert json.loads(told["HOOKS"]) == [{"AfterAllowTestTraffic": FUNCTION}]
    assert generated.statements("delivery-web_deployment_role_permissions")["CallHooks"]["resources"] == [FUNCTION]


def test_ecs_calls_it_while_green_has_test_traffic_and_is_created_after_it() -> None:
    """ECS calls its hooks on the first deployment already: that of the apply which creates the function."""
    generated = web('engine = "ecs"', "smoke_test {}")
    (hook,) = generated.only("aws_ecs_service")["deployment_configuration"]["lifecycle_hook"]
    assert (hook["hook_target_arn"], hook["lifecycle_stages"]) == (FUNCTION, [SMOKE_TEST_STAGE["ecs"].upper()])
    assert hook["lifecycle_stages"] == ["POST_TEST_TRAFFIC_SHIFT"]


@pytest.mark.parametrize(
    ("engine", "smoke_tested", "interfaces"),
    [
        ("codedeploy", False, set()),
        ("ecs", False, set()),
        ("codedeploy", True, {"ec2", "codedeploy"}),
        ("ecs", True, {"ec2"}),
    ],
)
def test_without_a_way_to_the_internet_it_reaches_aws_through_endpoints(
    engine: str, smoke_tested: bool, interfaces: set[str]
) -> None:
    generated = web(
        f'engine = "{engine}"',
        *(["smoke_test {}"] if smoke_tested else []),
        service=f'bootstrap_image = "{ECR_IMAGE}"',
        network=f'{ZONES}\n  nat = "none"',
    )
    found = {
        body["service_name"].removeprefix("com.amazonaws.eu-west-1.")
        for body in generated.resources("aws_vpc_endpoint").values()
        if body["vpc_endpoint_type"] == "Interface"
    }
    assert found == {"ecr.api", "ecr.dkr", "logs"} | interfaces


# --- the program ----------------------------------------------------------------------------


def test_the_packed_program_is_the_module_that_lambda_can_read() -> None:
    with zipfile.ZipFile(io.BytesIO(lambda_packages.SMOKE_TEST.content)) as archive:
        (entry,) = archive.infolist()
        assert entry.filename == "smoke_test.py"
        assert archive.read(entry) == Path(smoke_test.__file__).read_bytes()
        assert (entry.external_attr >> 16) & 0o777 == 0o644


def test_the_same_source_gives_the_same_bytes_whenever_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash of the archive is in the generated Terraform: it must not change from machine to machine."""
    copied = tmp_path / "smoke_test.py"
    copied.write_bytes(Path(smoke_test.__file__).read_bytes())
    copied.chmod(0o600)
    monkeypatch.setattr(lambda_packages, "_FUNCTIONS", tmp_path)
    elsewhere = lambda_packages.LambdaPackage("smoke_test", "smoke-test.zip")
    assert (elsewhere.content, elsewhere.hash) == (lambda_packages.SMOKE_TEST.content, lambda_packages.SMOKE_TEST.hash)
    copied.write_text("pass\n")
    other = lambda_packages.LambdaPackage("smoke_test", "smoke-test.zip")
    assert other.hash != lambda_packages.SMOKE_TEST.hash


def test_the_program_is_next_to_the_stack_that_cdktf_writes(tmp_path: Path) -> None:
    with_test, without = settings(environment(service="release { smoke_test {} }"), "with"), settings(environment())
    synthesize([with_test, without], tmp_path)
    archive = tmp_path / "stacks" / "with" / "smoke-test.zip"
    assert archive.read_bytes() == lambda_packages.SMOKE_TEST.content
    assert not (tmp_path / "stacks" / "test" / "smoke-test.zip").exists()
