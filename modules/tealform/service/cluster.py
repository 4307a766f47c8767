"""The ECS cluster that the services of an environment share."""

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
from tealform.common.kms_key import Key
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.naming import Context


@dataclass(frozen=True)
class ClusterProps:
    """The key and the days for the record of ECS Exec sessions."""

    context: Context
    key: Key
    retention_days: int


class Cluster(Construct):
    """A cluster with container insights, on Fargate and Fargate Spot. ECS Exec sessions are logged and encrypted."""

    def __init__(self, scope: Construct, id_: str, props: ClusterProps) -> None:
        super().__init__(scope, id_)
        context = props.context
        self.name = context.name()
        self.arn = context.arn("ecs", f"cluster/{self.name}")
        self.exec_logs = LogGroup(
            self, "exec-logs", LogGroupProps(context, context.log_group("exec"), props.key, props.retention_days)
        )
        self.cluster = EcsCluster(
            self,
            "cluster",
            name=self.name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
            configuration=EcsClusterConfiguration(
                execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
                    kms_key_id=props.key.arn,
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
