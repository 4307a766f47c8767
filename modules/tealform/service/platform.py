"""The resources that the services of an environment run on, among them their ECS cluster."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import (
    Construct,
    EcsCluster,
    EcsClusterCapacityProviders,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.common.shared_resources import SharedResources
from tealform.network.load_balancer import LoadBalancer
from tealform.network.network import Network
from tealform.settings.service import Service as Settings


@dataclass(frozen=True, kw_only=True)
class ClusterProps:
    """Inputs of ``Cluster``."""

    shared: SharedResources
    """The environment, and the key and retention of the record of ECS Exec sessions."""


class Cluster(Construct):
    """A cluster with container insights, on Fargate and Fargate Spot. ECS Exec sessions are logged and encrypted."""

    name: str
    """The cluster's name, literal."""

    arn: str
    """The cluster's ARN, literal."""

    exec_logs: LogGroup
    """The record of ECS Exec sessions."""

    cluster: EcsCluster
    """The cluster itself."""

    capacity_providers: EcsClusterCapacityProviders
    """The capacity providers, which services depend on."""

    def __init__(self, scope: Construct, id_: str, props: ClusterProps) -> None:
        super().__init__(scope, id_)
        context = props.shared.context
        self.name = context.name()
        self.arn = context.arn("ecs", f"cluster/{self.name}")
        self.exec_logs = LogGroup(self, "exec-logs", LogGroupProps(shared=props.shared, name=context.log_group("exec")))
        self.cluster = EcsCluster(
            self,
            "cluster",
            name=self.name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
            configuration=EcsClusterConfiguration(
                execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                    kms_key_id=props.shared.key.arn,
                    logging="OVERRIDE",
                    log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                        cloud_watch_encryption_enabled=True, cloud_watch_log_group_name=self.exec_logs.group.name
                    ),
                )
            ),
        )
        self.capacity_providers = EcsClusterCapacityProviders(
            self, "capacity-providers", cluster_name=self.cluster.name, capacity_providers=["FARGATE", "FARGATE_SPOT"]
        )


@dataclass(frozen=True, kw_only=True)
class ServicePlatform(SharedResources):
    """The shared resources, with the network, load balancer and cluster of the same account."""

    network: Network
    """The VPC that tasks and builds run in."""

    load_balancer: LoadBalancer
    """The load balancer in front of the services."""

    cluster: Cluster
    """The ECS cluster that runs the tasks."""


@dataclass(frozen=True, kw_only=True)
class ServicePartProps:
    """Inputs that a service and all its parts have in common."""

    platform: ServicePlatform
    """The network, load balancer and cluster that the service runs on."""

    name: str
    """The service's label, which is also the container's name."""

    settings: Settings
    """The ``service`` block."""

    @property
    def service(self) -> str:
        """The service's full name: ``<project>-<environment>-<label>``."""
        return self.platform.context.name(self.name)
