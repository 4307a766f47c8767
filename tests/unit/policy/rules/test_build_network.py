"""Builds in the network are in a security group of their own."""

from __future__ import annotations

from tealform.policy.rules.build_network import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

PROJECT = "aws_codebuild_project.delivery-api_build_project"


def test_the_shipped_build_has_a_group_of_its_own() -> None:
    assert shipped.judged(CHECK, "prod") == {PROJECT: ""}


def test_a_service_s_security_group_is_found() -> None:
    group = "aws_security_group.service-api_security-group"
    among = put(PROJECT, "vpc_config", "security_group_ids", to=[f"${{{group}.id}}"])
    assert shipped.failed(CHECK, "prod", among) == {PROJECT: f"shares {group} with a service's tasks"}
