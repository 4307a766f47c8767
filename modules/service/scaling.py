"""Autoscaling: the number of tasks follows the load."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
    AppautoscalingTarget,
    Construct,
)
from modules.settings.service import Service as Settings

# A task takes about a minute to start: new ones show in the average before more are added, and
# a lull must last before any is taken away.
_OUT_SECONDS = 60
_IN_SECONDS = 300


@dataclass(frozen=True)
class ScalingProps:
    """The service in ECS (its cluster's name and its own) and its limits."""

    prefix: str
    cluster_name: str
    service_name: str
    settings: Settings


class Scaling(Construct):
    """Target tracking on the service's average CPU and memory, which are those of both colours together."""

    def __init__(self, scope: Construct, id_: str, props: ScalingProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self._target = AppautoscalingTarget(
            self,
            "target",
            service_namespace="ecs",
            resource_id=f"service/{props.cluster_name}/{props.service_name}",
            scalable_dimension="ecs:service:DesiredCount",
            min_capacity=props.settings.tasks.min,
            max_capacity=props.settings.tasks.max,
        )
        self._track("cpu", "ECSServiceAverageCPUUtilization", props.settings.scaling.cpu_percent)
        self._track("memory", "ECSServiceAverageMemoryUtilization", props.settings.scaling.memory_percent)

    def _track(self, what: str, metric: str, percent: int) -> None:
        specification = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
            predefined_metric_type=metric
        )
        AppautoscalingPolicy(
            self,
            what,
            name=f"{self._props.prefix}-{what}",
            policy_type="TargetTrackingScaling",
            service_namespace=self._target.service_namespace,
            resource_id=self._target.resource_id,
            scalable_dimension=self._target.scalable_dimension,
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=percent,
                scale_out_cooldown=_OUT_SECONDS,
                scale_in_cooldown=_IN_SECONDS,
                predefined_metric_specification=specification,
            ),
        )
