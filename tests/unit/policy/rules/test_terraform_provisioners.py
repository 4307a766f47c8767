"""Nothing runs commands or fetches pages during a plan or an apply."""

from __future__ import annotations

import pytest

from tealform.policy.rules.terraform_provisioners import CHECK
from tests.unit.policy.rules import shipped
from tests.unit.policy.rules.changes import put

BAD = {
    "a command of a resource": (
        put("aws_vpc.network_vpc", "provisioner", to=[{"local-exec": {"command": "id"}}]),
        "aws_vpc.network_vpc has a provisioner",
    ),
    "a connection": (
        put("aws_vpc.network_vpc", "connection", to={"host": "h"}),
        "aws_vpc.network_vpc has a connection",
    ),
    **{
        address: (put(address, "program", to=["id"]), f"{address} may run or fetch anything")
        for address in ("data.external.own", "data.http.own", "null_resource.own", "terraform_data.own")
    },
}


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_shipped_environments_run_nothing(name: str) -> None:
    assert shipped.failed(CHECK, name) == {}


@pytest.mark.parametrize("way", BAD)
def test_what_runs_something_is_found(way: str) -> None:
    change, message = BAD[way]
    assert shipped.failed(CHECK, "prod", change) == {"cdk.tf.json": message}
