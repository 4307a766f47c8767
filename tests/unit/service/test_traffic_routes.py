"""The path of a service's traffic: its target groups and rules, their order, and who owns them after creation."""

import json
from pathlib import Path

import pytest

from tealform.aws import App
from tealform.network.load_balancer import ApplicationLoadBalancer
from tealform.service.service import Service
from tealform.service.traffic_routes import ListenerRules, ListenerRulesProps, WeightedTargetGroup
from tealform.synth.stack import EnvironmentStack
from tests.support import Template, environment, settings, template

BLUE, GREEN = (f"${{aws_lb_target_group.service-web_target-groups_{colour}.arn}}" for colour in ("blue", "green"))
NO_TEST = 'protocol = "http"\n  test_listener = false'
API = 'service "api" {\n port = 9000\n priority = 50\n paths = ["/api/*"]\n}'


def web(service: str = "", load_balancer: str = 'protocol = "http"', top: str = "") -> Template:
    return template(environment(service=service, load_balancer=load_balancer, top=top))


def engine(name: str, load_balancer: str = 'protocol = "http"') -> Template:
    return web(f'release {{\n engine = "{name}"\n}}', load_balancer)


def rules(generated: Template) -> dict[str, object]:
    """The actions of each rule, by listener."""
    return {
        body["listener_arn"].split("_")[-1].removesuffix("-listener.arn}"): body["action"]
        for body in generated.resources("aws_lb_listener_rule").values()
    }


def forward(group: str) -> list[object]:
    return [{"type": "forward", "target_group_arn": group}]


def weighted(**weights: int) -> list[object]:
    groups = {"blue": BLUE, "green": GREEN}
    shares = [{"arn": groups[colour], "weight": weight} for colour, weight in weights.items()]
    return [{"type": "forward", "forward": {"target_group": shares}}]


def test_codedeploy_gets_rules_of_one_group_each_blue_in_production_and_green_to_be_tested() -> None:
    assert rules(engine("codedeploy")) == {"production": forward(BLUE), "test": forward(GREEN)}


def test_ecs_sees_both_groups_in_production_and_exactly_one_of_them_serves() -> None:
    assert rules(engine("ecs")) == {"production": weighted(blue=100, green=0), "test": forward(GREEN)}


@pytest.mark.parametrize(("name", "production"), [("codedeploy", forward(BLUE)), ("ecs", weighted(blue=100, green=0))])
def test_without_a_test_listener_there_is_no_rule_on_it(name: str, production: list[object]) -> None:
    assert rules(engine(name, NO_TEST)) == {"production": production}


@pytest.mark.parametrize("name", ["codedeploy", "ecs"])
def test_what_the_rules_do_belongs_to_the_release_and_nothing_else_of_them(name: str) -> None:
    for rule in engine(name).resources("aws_lb_listener_rule").values():
        assert rule["lifecycle"] == {"ignore_changes": ["action"]}
    # The listeners themselves are Terraform's, whole: their default action leads to no service.
    assert not any("lifecycle" in listener for listener in engine(name).resources("aws_lb_listener").values())


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("", [{"path_pattern": {"values": ["/*"]}}]),
        ('paths = ["/a", "/b/*"]', [{"path_pattern": {"values": ["/a", "/b/*"]}}]),
        ('hosts = ["a.example.com"]', [{"host_header": {"values": ["a.example.com"]}}]),
        (
            'hosts = ["a.example.com"]\n paths = ["/a"]',
            [{"host_header": {"values": ["a.example.com"]}}, {"path_pattern": {"values": ["/a"]}}],
        ),
    ],
)
def test_hosts_and_paths_lead_to_the_service_on_both_listeners(text: str, conditions: list[object]) -> None:
    found = [rule["condition"] for rule in web(text).resources("aws_lb_listener_rule").values()]
    assert found == [conditions, conditions]


def test_services_share_the_load_balancer_each_with_rules_of_its_own() -> None:
    both = web(top=API)
    priorities = {name: rule["priority"] for name, rule in both.resources("aws_lb_listener_rule").items()}
    assert priorities == {
        "service-api_rules_production": 50,
        "service-api_rules_test": 50,
        "service-web_rules_production": 100,
        "service-web_rules_test": 100,
    }
    assert {rule["tags"]["Name"] for rule in both.resources("aws_lb_listener_rule").values()} == {
        "shop-test-api",
        "shop-test-web",
    }
    assert len(both.resources("aws_lb")) == 1
    assert len(both.resources("aws_lb_target_group")) == 4
    assert len(both.resources("aws_ecs_cluster")) == 1


@pytest.mark.parametrize("listener", ["production", "test"])
def test_codedeploy_gets_no_rule_with_two_groups(tmp_path: Path, listener: str) -> None:
    """CodeDeploy would fail in the middle of a release. Settings cannot cause it, so the construct refuses it."""
    of_environment = settings(environment())
    stack = EnvironmentStack(App(outdir=str(tmp_path)), of_environment)
    balancer, service = stack.node.find_child("load-balancer"), stack.node.find_child("service-web")
    assert isinstance(balancer, ApplicationLoadBalancer)
    assert isinstance(service, Service)
    groups = service.target_groups
    one, both = (
        [WeightedTargetGroup(groups.blue, 100)],
        [WeightedTargetGroup(groups.blue, 100), WeightedTargetGroup(groups.green, 0)],
    )
    production, test = (both, one) if listener == "production" else (one, both)
    props = ListenerRulesProps(
        service="shop-test-more",
        settings=of_environment.environment.service["web"],
        load_balancer=balancer,
        production=production,
        test=test,
    )
    with pytest.raises(ValueError, match="target groups") as refused:
        ListenerRules(stack, "more", props)
    assert str(refused.value) == (
        f"the {listener} rule of shop-test-more leads to 2 target groups; CodeDeploy moves rules that lead to one: "
        'give it one, or use engine "ecs"'
    )


# --- target groups --------------------------------------------------------------------------


def test_tasks_register_with_blue_first() -> None:
    generated = web()
    assert generated.named("aws_lb_target_group", "blue")["name"] == "shop-test-web-blue"
    assert generated.named("aws_lb_target_group", "green")["name"] == "shop-test-web-green"
    assert generated.only("aws_ecs_service")["load_balancer"] == [
        {"container_name": "web", "container_port": 8080, "target_group_arn": BLUE}
    ]


def test_another_port_does_not_replace_the_target_groups() -> None:
    before, after = (template(environment(port=port)) for port in (8080, 9090))
    for color in ("blue", "green"):
        ports = [each.named("aws_lb_target_group", color)["port"] for each in (before, after)]
        assert ports[0] == ports[1]
    (container,) = json.loads(after.only("aws_ecs_task_definition")["container_definitions"])
    (listening,) = container["portMappings"]
    assert (listening["containerPort"], listening["hostPort"]) == (9090, 9090)


def test_both_colors_are_checked_alike() -> None:
    generated = web(
        'health_check {\n path = "/well"\n status = "200-204"\n interval = 30\n timeout = 10\n healthy = 3\n'
        " unhealthy = 4\n grace = 90\n}\n deregistration_delay = 5"
    )
    for color in ("blue", "green"):
        group = generated.named("aws_lb_target_group", color)
        assert (group["target_type"], group["protocol"], group["deregistration_delay"]) == ("ip", "HTTP", "5")
        assert group["health_check"] == {
            "path": "/well",
            "matcher": "200-204",
            "interval": 30,
            "timeout": 10,
            "healthy_threshold": 3,
            "unhealthy_threshold": 4,
            "protocol": "HTTP",
            "port": "traffic-port",
        }
    assert generated.only("aws_ecs_service")["health_check_grace_period_seconds"] == 90
