"""The network that is set: one of its own, or one that exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tealform.aws import Construct, ITerraformDependable
from tealform.common.kms_key import Key
from tealform.naming import Context
from tealform.network.endpoints import Endpoints, EndpointsProps
from tealform.network.flow_logs import FlowLogs, FlowLogsProps
from tealform.network.vpc import Vpc, VpcProps
from tealform.settings.network import CreatedNetwork, ExistingNetwork
from tealform.settings.service import Service


@dataclass(frozen=True)
class NetworkProps:
    """The network as it is set; the services, whose needs decide which endpoints there are; key and days for flow logs."""

    context: Context
    network: CreatedNetwork | ExistingNetwork
    services: Iterable[Service]
    key: Key
    retention_days: int


class Network(Construct):
    """What the load balancer and the tasks need of a network: its id, its subnets, and the ways that lead out of it.

    AWS refuses a public load balancer, and tasks pull no image, before the ways out are there.
    """

    ways_out: Sequence[ITerraformDependable] = ()
    vpc_id: str
    public_subnet_ids: Sequence[str]
    private_subnet_ids: Sequence[str]

    def __init__(self, scope: Construct, id_: str, props: NetworkProps) -> None:
        super().__init__(scope, id_)
        if isinstance(props.network, ExistingNetwork):
            self.vpc_id = props.network.vpc_id
            self.public_subnet_ids = props.network.public_subnet_ids
            self.private_subnet_ids = props.network.private_subnet_ids
        else:
            self._create(props, props.network)

    def _create(self, props: NetworkProps, network: CreatedNetwork) -> None:
        vpc = Vpc(self, "vpc", VpcProps(props.context, network))
        self.vpc_id = vpc.id
        self.public_subnet_ids = vpc.public_subnet_ids
        self.private_subnet_ids = vpc.private_subnet_ids
        interfaces = interface_endpoints(props.services) if network.nat == "none" else []
        endpoints = Endpoints(self, "endpoints", EndpointsProps(props.context, vpc, network.cidr, interfaces))
        self.ways_out = [*vpc.routes, *endpoints.endpoints]
        if network.flow_logs:
            FlowLogs(self, "flow-logs", FlowLogsProps(props.context, vpc.id, props.key, props.retention_days))


def interface_endpoints(services: Iterable[Service]) -> list[str]:
    """The AWS services that the tasks of ``services`` call, beside S3: to pull, to log, for secrets, ECS Exec and smoke tests."""
    needed = {"ecr.api", "ecr.dkr", "logs"}
    for service in services:
        for arn in service.secrets.values():
            needed.add("secretsmanager" if arn.split(":")[2] == "secretsmanager" else "ssm")
        if service.exec:
            needed |= {"kms", "ssmmessages"}
        if service.release.smoke_test is not None:
            needed |= {"ec2", "codedeploy"} if service.release.engine == "codedeploy" else {"ec2"}
    return sorted(needed)
