"""The network of an environment: one that Tealform creates, or one that exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tealform.aws import Construct, ITerraformDependable
from tealform.common.shared_resources import SharedResources
from tealform.network.vpc import Endpoints, EndpointsProps, FlowLogs, FlowLogsProps, Vpc, VpcProps
from tealform.settings.network import CreatedNetwork, ExistingNetwork
from tealform.settings.service import Service


@dataclass(frozen=True, kw_only=True)
class NetworkProps:
    """Inputs of ``Network``."""

    shared: SharedResources
    """The environment, and the key and retention of the flow logs."""

    settings: CreatedNetwork | ExistingNetwork
    """The ``network`` block."""

    services: Iterable[Service]
    """The settings of the services, which decide the endpoints."""


class Network(Construct):
    """The parts of a network that the load balancer, tasks and builds use."""

    vpc_id: str
    """The VPC's id."""

    public_subnet_ids: Sequence[str]
    """The subnets of a public load balancer."""

    private_subnet_ids: Sequence[str]
    """The subnets of tasks, builds and an internal load balancer."""

    egress_routes: Sequence[ITerraformDependable] = ()
    """Routes to the internet, and endpoints; none for a network that exists.

    AWS refuses a public load balancer before its route exists, and tasks cannot pull images.
    """

    def __init__(self, scope: Construct, id_: str, props: NetworkProps) -> None:
        super().__init__(scope, id_)
        settings = props.settings
        if isinstance(settings, ExistingNetwork):
            self.vpc_id = settings.vpc_id
            self.public_subnet_ids = settings.public_subnet_ids
            self.private_subnet_ids = settings.private_subnet_ids
            return
        context = props.shared.context
        vpc = Vpc(self, "vpc", VpcProps(context=context, settings=settings))
        self.vpc_id = vpc.id
        self.public_subnet_ids = vpc.public_subnet_ids
        self.private_subnet_ids = vpc.private_subnet_ids
        interfaces = _select_endpoints(props.services) if settings.nat == "none" else []
        endpoints = Endpoints(
            self, "endpoints", EndpointsProps(context=context, vpc=vpc, cidr=settings.cidr, interfaces=interfaces)
        )
        self.egress_routes = [*vpc.routes, *endpoints.endpoints]
        if settings.flow_logs:
            FlowLogs(self, "flow-logs", FlowLogsProps(shared=props.shared, vpc_id=vpc.id))


def _select_endpoints(services: Iterable[Service]) -> list[str]:
    """Return the AWS services, except S3, that the tasks call: to pull, to log, for secrets, ECS Exec and smoke tests."""
    needed = {"ecr.api", "ecr.dkr", "logs"}
    for service in services:
        for arn in service.secrets.values():
            needed.add("secretsmanager" if arn.split(":")[2] == "secretsmanager" else "ssm")
        if service.exec:
            needed |= {"kms", "ssmmessages"}
        if service.release.smoke_test is not None:
            needed |= {"ec2", "codedeploy"} if service.release.engine == "codedeploy" else {"ec2"}
    return sorted(needed)
