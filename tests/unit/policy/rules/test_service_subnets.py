"""Tasks stand where the internet has no way in, and they have a way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tealform.policy.rules.service_subnets import CHECK
from tests.unit.policy.rules.parts import SERVICE, body, put, remove, together
from tests.unit.policy.rules.shipped import Json, failed, judged

PRIVATE, PUBLIC = "aws_subnet.network_vpc_private-a", "aws_subnet.network_vpc_public-a"
WAY, TABLE = "aws_route.network_vpc_private-a-internet", "aws_route_table.network_vpc_private-a-table"
API = "aws_ecs_service.service-api_service"
NO_WAY = f"no way leads out of it, and {API} runs in it"
BY_NAT = {"nat_gateway_id": "${aws_nat_gateway.network_vpc_nat-a.id}"}


def by_gateway(gateway: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        route = body(document, WAY)
        del route["nat_gateway_id"]
        route["gateway_id"] = gateway

    return change


def endpoint(document: Json) -> None:
    document["resource"]["aws_vpc_endpoint"]["ecr"] = {
        "vpc_endpoint_type": "Interface",
        "subnet_ids": [f"${{{PRIVATE}.id}}"],
    }


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_the_shipped_environments_are_as_it_wants_them(name: str) -> None:
    assert not any(judged(CHECK, name).values())


@pytest.mark.parametrize(
    ("change", "address", "message"),
    [
        pytest.param(
            put(SERVICE, "network_configuration.subnets", [f"${{{PUBLIC}.id}}"]),
            PUBLIC,
            "an internet gateway is its way out, and aws_ecs_service.service-web_service runs in it",
            id="tasks in public",
        ),
        pytest.param(
            put("aws_lambda_function.service-web_smoke-test_function", "vpc_config.subnet_ids", [f"${{{PUBLIC}.id}}"]),
            PUBLIC,
            "an internet gateway is its way out, and aws_lambda_function.service-web_smoke-test_function runs in it",
            id="function in public",
        ),
        pytest.param(
            put("aws_codebuild_project.delivery-api_build_project", "vpc_config.subnets", [f"${{{PUBLIC}.id}}"]),
            PUBLIC,
            "an internet gateway is its way out, and aws_codebuild_project.delivery-api_build_project runs in it",
            id="builds in public",
        ),
        pytest.param(
            by_gateway("${aws_internet_gateway.network_vpc_internet-gateway.id}"),
            PRIVATE,
            f"an internet gateway is its way out, and {API} runs in it",
            id="made public",
        ),
        pytest.param(
            by_gateway("igw-0123456789abcdef0"),
            PRIVATE,
            f"an internet gateway is its way out, and {API} runs in it",
            id="made public by a gateway of somebody's",
        ),
        pytest.param(
            remove(WAY),
            PRIVATE,
            "no way leads out of it, and aws_ecs_service.service-api_service runs in it",
            id="no way",
        ),
        pytest.param(put(WAY, "destination_cidr_block", "10.0.0.0/8"), PRIVATE, NO_WAY, id="a way to somewhere"),
        pytest.param(
            remove("aws_route_table_association.network_vpc_private-a-routes"), PRIVATE, NO_WAY, id="no route table"
        ),
    ],
)
def test_it_tells_what_is_wrong(change: Callable[[Json], None], address: str, message: str) -> None:
    assert failed(CHECK, "prod", change) == {address: message}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(together(remove(WAY), endpoint), id="endpoints"),
        pytest.param(
            together(remove(WAY), put(TABLE, "route", [{"cidr_block": "0.0.0.0/0", **BY_NAT}])), id="within the table"
        ),
        pytest.param(by_gateway("vgw-0123456789abcdef0"), id="a private gateway"),
    ],
)
def test_there_are_other_ways_out(change: Callable[[Json], None]) -> None:
    assert not failed(CHECK, "prod", change)


def test_where_nothing_runs_it_does_not_matter() -> None:
    assert PUBLIC not in judged(CHECK, "prod")
