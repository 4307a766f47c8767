"""Who reaches whom: security groups, subnets, routes, flow logs."""

from __future__ import annotations

from typing import Any

from tealform_harness.mutation.edits import add, create, drop, put, remove, together
from tealform_harness.mutation.mutant import Change, Mutant

_BALANCER_GROUP = "${aws_security_group.load-balancer_security-group.id}"
_TASKS_GROUP = "${aws_security_group.service-web_security-group.id}"
_FROM_BALANCER = "service-web/from-load-balancer"


def _ingress(group: str, port: int, **source: Any) -> Change:
    """A rule that somebody adds by hand, and for which a service waits as for the others."""
    body = {"description": "For a look", "ip_protocol": "tcp", "from_port": port, "to_port": port, **source}
    address = "aws_vpc_security_group_ingress_rule.temporary"
    return together(create(address, security_group_id=group, **body), add("service-web/service", "depends_on", address))


def _open(path: str, **source: str) -> Change:
    return together(drop(path, "referenced_security_group_id"), *(put(path, key, source[key]) for key in source))


MUTANTS = (
    Mutant(
        "tasks-open-to-the-world",
        "tasks take requests from anywhere, not from the load balancer alone",
        "Whoever gets into the VPC or to a public address is past the web ACL, TLS and the access logs.",
        "prod",
        _open(_FROM_BALANCER, cidr_ipv4="0.0.0.0/0"),
    ),
    Mutant(
        "tasks-open-to-the-network",
        "tasks take requests from the whole VPC",
        "What was broken into beside them reaches them past the load balancer.",
        "prod",
        _open(_FROM_BALANCER, cidr_ipv4="10.40.0.0/16"),
    ),
    Mutant(
        "tasks-open-to-the-builds",
        "tasks take requests from the builds' security group too",
        "What a pull request builds reaches production.",
        "prod",
        _ingress(
            _TASKS_GROUP,
            8080,
            referenced_security_group_id="${aws_security_group.delivery-api_build_network_security-group.id}",
        ),
    ),
    Mutant(
        "ssh-from-anywhere",
        "port 22 is open to the world",
        "Whatever listens there is tried out within minutes.",
        "prod",
        _ingress(_TASKS_GROUP, 22, cidr_ipv4="0.0.0.0/0"),
    ),
    Mutant(
        "test-listener-open",
        "the test listener is open to the world",
        "Anybody sees what has not been released yet, and can attack it before its alarms are on.",
        "prod",
        _ingress(_BALANCER_GROUP, 8443, cidr_ipv4="0.0.0.0/0"),
    ),
    Mutant(
        "test-listener-open-by-ipv6",
        "the test listener is open to the world's IPv6 addresses",
        "Anybody sees what has not been released yet.",
        "prod",
        _ingress(_BALANCER_GROUP, 8443, cidr_ipv6="::/0"),
    ),
    Mutant(
        "test-listener-open-by-halves",
        "the test listener is open to one half of the world (0.0.0.0/1)",
        "Nearly anybody sees what has not been released yet.",
        "prod",
        _ingress(_BALANCER_GROUP, 8443, cidr_ipv4="0.0.0.0/1"),
    ),
    Mutant(
        "test-listener-open-by-a-range",
        "the load balancer takes all ports from 443 to 9000 from the world",
        "The test listener is one of them.",
        "prod",
        put("load-balancer/production-from-0-0-0-0-0", "to_port", 9000),
    ),
    Mutant(
        "test-listener-open-in-staging",
        "the test listener in staging is open to the world instead of the office",
        "Anybody sees what has not been released yet.",
        "staging",
        put("load-balancer/test-from-203-0-113-0-24", "cidr_ipv4", "0.0.0.0/0"),
    ),
    Mutant(
        "all-protocols-in",
        "the load balancer takes every protocol on every port",
        "The test listener is open with it, and whatever is added later.",
        "prod",
        together(
            put("load-balancer/production-from-0-0-0-0-0", "ip_protocol", "-1"),
            drop("load-balancer/production-from-0-0-0-0-0", "from_port"),
            drop("load-balancer/production-from-0-0-0-0-0", "to_port"),
        ),
    ),
    Mutant(
        "old-kind-of-rule",
        "a rule of the older kind opens the tasks to the world",
        "Whoever gets into the VPC or to a public address is past the load balancer.",
        "prod",
        create(
            "aws_security_group_rule.temporary",
            type="ingress",
            description="For a look",
            protocol="tcp",
            from_port=8080,
            to_port=8080,
            cidr_blocks=["0.0.0.0/0"],
            security_group_id=_TASKS_GROUP,
        ),
    ),
    Mutant(
        "rule-inside-of-the-group",
        "a rule inside of the security group opens the tasks to the world",
        "Besides, it and the rules beside the group undo each other in turns.",
        "prod",
        put(
            "service-web/security-group",
            "ingress",
            [
                {
                    "description": "For a look",
                    "protocol": "tcp",
                    "from_port": 8080,
                    "to_port": 8080,
                    "cidr_blocks": ["0.0.0.0/0"],
                    "ipv6_cidr_blocks": None,
                    "prefix_list_ids": None,
                    "security_groups": None,
                    "self": None,
                }
            ],
        ),
    ),
    Mutant(
        "open-egress",
        "tasks may open any connection",
        "What has got into one can send anything anywhere.",
        "prod",
        together(
            put("service-web/egress-443", "ip_protocol", "-1"),
            drop("service-web/egress-443", "from_port"),
            drop("service-web/egress-443", "to_port"),
        ),
    ),
    Mutant(
        "balancer-reaches-no-task",
        "the load balancer may not open connections to a service's tasks",
        "Their health checks fail: no release ever succeeds.",
        "prod",
        remove("service-web/load-balancer-to-tasks"),
    ),
    Mutant(
        "wrong-port-to-the-tasks",
        "tasks take requests on another port than they listen on",
        "Their health checks fail: no release ever succeeds.",
        "prod",
        together(put(_FROM_BALANCER, "from_port", 8081), put(_FROM_BALANCER, "to_port", 8081)),
    ),
    Mutant(
        "open-default-group",
        "the VPC's default security group lets its members talk to each other and to all",
        "Whatever was made without a group is in it.",
        "prod",
        together(
            put(
                "network/vpc/default-security-group",
                "ingress",
                [{"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}],
            ),
            put(
                "network/vpc/default-security-group",
                "egress",
                [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
            ),
        ),
    ),
    Mutant(
        "no-default-group",
        "Terraform no longer closes the VPC's default security group",
        "It is as AWS makes it: open among its members.",
        "prod",
        remove("network/vpc/default-security-group"),
    ),
    Mutant(
        "public-addresses-by-default",
        "a private subnet gives out public addresses",
        "Whatever starts there is on the internet.",
        "prod",
        put("network/vpc/private-a", "map_public_ip_on_launch", True),
    ),
    Mutant(
        "private-subnet-with-a-way-in",
        "a private subnet's way out is the internet gateway instead of the NAT gateway",
        "Tasks without public addresses reach nothing, and with one they are on the internet.",
        "prod",
        together(
            drop("network/vpc/private-a-internet", "nat_gateway_id"),
            put(
                "network/vpc/private-a-internet",
                "gateway_id",
                "${aws_internet_gateway.network_vpc_internet-gateway.id}",
            ),
        ),
    ),
    Mutant(
        "private-subnet-without-a-way-out",
        "a private subnet's way out was removed",
        "Tasks there cannot fetch their image: a third of every release fails.",
        "prod",
        remove("network/vpc/private-a-internet"),
    ),
    Mutant(
        "zones-share-a-nat-gateway",
        "a zone in production goes out through another zone's NAT gateway",
        "When that zone fails, so do both.",
        "prod",
        put(
            "network/vpc/private-c-internet",
            "nat_gateway_id",
            "${aws_nat_gateway.network_vpc_nat-a.id}",
        ),
        "How many NAT gateways an environment has is a setting (nat), and one for all zones is a choice that it offers.",
    ),
    Mutant(
        "no-flow-logs",
        "the VPC keeps no flow logs",
        "After an attack nobody knows what went where.",
        "prod",
        remove("network/flow-logs/flow-log"),
    ),
    Mutant(
        "flow-logs-of-what-was-let-in",
        "the VPC's flow logs leave out what was rejected",
        "Whoever is trying doors is not seen.",
        "prod",
        put("network/flow-logs/flow-log", "traffic_type", "ACCEPT"),
    ),
    Mutant(
        "peering-by-hand",
        "the VPC is connected to a network of another account",
        "What is over there can reach all that the VPC's addresses may reach.",
        "prod",
        create(
            "aws_vpc_peering_connection.temporary",
            vpc_id="${aws_vpc.network_vpc.id}",
            peer_vpc_id="vpc-0123456789abcdef0",
            peer_owner_id="999999999999",
        ),
    ),
)
