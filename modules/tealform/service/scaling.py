"""Autoscaling of the number of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tealform.aws import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStat,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
    AppautoscalingTarget,
    Construct,
    EcsService,
    LbTargetGroup,
    TerraformResourceLifecycle,
)
from tealform.service.ignored_changes import OWNED_BY_SCHEDULES
from tealform.service.platform import ServicePartProps
from tealform.service.traffic_routes import TargetGroups
from tealform.settings.schedules import Schedule

# A task takes about a minute to start: new tasks count in the average before more are added, and
# load must stay low before any is removed.
_OUT_SECONDS = 60
_IN_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class ScalingProps(ServicePartProps):
    """Inputs of ``Scaling``."""

    ecs_service: EcsService
    """The service whose tasks are counted."""

    target_groups: TargetGroups
    """The target groups of both colors, whose requests are added."""


class Scaling(Construct):
    """Target tracking of averages, and limits that change on a schedule."""

    def __init__(self, scope: Construct, id_: str, props: ScalingProps) -> None:
        super().__init__(scope, id_)
        self._props, scaling = props, props.settings.scaling
        self._target = AppautoscalingTarget(
            self,
            "target",
            service_namespace="ecs",
            resource_id=f"service/{props.platform.cluster.name}/{props.ecs_service.name}",
            scalable_dimension="ecs:service:DesiredCount",
            min_capacity=props.settings.tasks.min,
            max_capacity=props.settings.tasks.max,
            # Scheduled actions change both limits after creation.
            lifecycle=TerraformResourceLifecycle(ignore_changes=list(OWNED_BY_SCHEDULES)) if scaling.schedule else None,
        )
        self._track_use("cpu", "ECSServiceAverageCPUUtilization", scaling.cpu_percent)
        self._track_use("memory", "ECSServiceAverageMemoryUtilization", scaling.memory_percent)
        if scaling.requests_per_target is not None:
            self._track_requests(scaling.requests_per_target)
        for name, schedule in scaling.schedule.items():
            self._schedule(name, schedule)

    def _track_use(self, id_: str, metric: str, percent: int) -> None:
        specification = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
            predefined_metric_type=metric
        )
        self._track(id_, percent, predefined_metric_specification=specification)

    def _track_requests(self, requests: int) -> None:
        """Track the requests of both groups: the predefined metric counts one only, which every other release leaves idle."""
        colors = self._props.target_groups.colors
        both = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics(
            id="both", expression=" + ".join(colors), return_data=True
        )
        specification = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification(
            metrics=[both, *(self._requests_per_target(color, group) for color, group in colors.items())]
        )
        self._track("requests", requests, customized_metric_specification=specification)

    def _requests_per_target(
        self, color: str, group: LbTargetGroup
    ) -> AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics:
        metric = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric(
            namespace=self._props.platform.load_balancer.metrics,
            metric_name="RequestCountPerTarget",
            dimensions=[
                AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions(
                    name="TargetGroup", value=group.arn_suffix
                )
            ],
        )
        return AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics(
            id=color,
            metric_stat=AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStat(
                metric=metric, stat="Sum"
            ),
            return_data=False,
        )

    def _track(self, id_: str, value: int, **specification: Any) -> None:
        AppautoscalingPolicy(
            self,
            id_,
            name=f"{self._props.service}-{id_}",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=value,
                scale_out_cooldown=_OUT_SECONDS,
                scale_in_cooldown=_IN_SECONDS,
                **specification,
            ),
            **self._target_arguments(),
        )

    def _schedule(self, name: str, schedule: Schedule) -> None:
        AppautoscalingScheduledAction(
            self,
            f"at-{name}",
            name=f"{self._props.service}-{name}",
            schedule=schedule.at,
            timezone=schedule.timezone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=str(schedule.min), max_capacity=str(schedule.max)
            ),
            **self._target_arguments(),
        )

    def _target_arguments(self) -> dict[str, Any]:
        return {
            "service_namespace": self._target.service_namespace,
            "resource_id": self._target.resource_id,
            "scalable_dimension": self._target.scalable_dimension,
        }
