"""Listener rules, and listeners that move."""

from __future__ import annotations

from typing import Any

from tealform.plan.rules import listener_ports, listener_rules
from tests.unit.plan import recorded
from tests.unit.plan.made import change, plan
from tests.unit.plan.rules.state import forward, group


def _rule(action: list[dict[str, Any]] | None, kind: str = "aws_lb_listener_rule", **more: str) -> list[str]:
    before = {"action": action} if action else {}
    planned = plan(change("delete", address=f"{kind}.theirs", before=before, **more))
    return [each.address for each in listener_rules.objections(planned)]


def test_the_rule_of_test_traffic_may_go_and_that_of_production_not() -> None:
    for name in ("load_balancer", "destroy"):
        found = [each.address for each in listener_rules.objections(recorded.plan(name))]
        assert found == ["aws_lb_listener_rule.service-web_rules_production"]


def test_a_rule_that_forwards_nowhere_may_go() -> None:
    assert _rule([{"type": "redirect"}]) == []
    assert _rule(forward(group("blue", 1))) == _rule(None) == ["aws_lb_listener_rule.theirs"]
    assert _rule(forward(group("blue", 1)), "aws_alb_listener_rule") == ["aws_alb_listener_rule.theirs"]
    assert _rule(forward(group("blue", 1)), deposed="1a2b") == [], "another one has taken its place"


def _moved(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    planned = plan(change("update", address="aws_lb_listener.web", before=before, after=after))
    return [each.reason for each in listener_ports.objections(planned)]


def test_a_listener_that_moves_leaves_those_who_knew_it() -> None:
    http, https = {"port": 80, "protocol": "HTTP"}, {"port": 443, "protocol": "HTTPS"}
    assert _moved(http, https) == [
        "it serves HTTPS on port 443 from then on, and nobody who comes with HTTP on port 80"
    ]
    assert _moved(https | {"certificate_arn": "old"}, https | {"certificate_arn": "new"}) == []
