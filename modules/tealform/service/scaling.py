"""Autoscaling: the number of tasks follows the load."""

from __future__ import annotations

from dataclasses import dataclass

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
    LbTargetGroup,
    TerraformResourceLifecycle,
)
from tealform.network.load_balancer import LoadBalancer
from tealform.service.ignored_changes import OWNED_BY_SCHEDULES
from tealform.service.target_groups import TargetGroups
from tealform.settings.schedules import Schedule
from tealform.settings.service import Service as Settings

# A task takes about a minute to start: new ones show in the average before more are added, and
# a lull must last before any is taken away.
_OUT_SECONDS = 60
_IN_SECONDS = 300


@dataclass(frozen=True)
class ScalingProps:
    """The service in ECS (its cluster's name and its own), its limits, and where its requests are counted."""

    prefix: str
    cluster_name: str
    service_name: str
    settings: Settings
    load_balancer: LoadBalancer
    target_groups: TargetGroups


class Scaling(Construct):
    """Target tracking on the averages that are set, and limits that change with the clock."""

    def __init__(self, scope: Construct, id_: str, props: ScalingProps) -> None:
        super().__init__(scope, id_)
        self._props, scaling = props, props.settings.scaling
        self._target = AppautoscalingTarget(
            self,
            "target",
            service_namespace="ecs",
            resource_id=f"service/{props.cluster_name}/{props.service_name}",
            scalable_dimension="ecs:service:DesiredCount",
            min_capacity=props.settings.tasks.min,
            max_capacity=props.settings.tasks.max,
            # The clock changes them from then on.
            lifecycle=TerraformResourceLifecycle(ignore_changes=list(OWNED_BY_SCHEDULES)) if scaling.schedule else None,
        )
        self._track_use("cpu", "ECSServiceAverageCPUUtilization", scaling.cpu_percent)
        self._track_use("memory", "ECSServiceAverageMemoryUtilization", scaling.memory_percent)
        if scaling.requests_per_target is not None:
            self._track_requests(scaling.requests_per_target)
        for name, schedule in scaling.schedule.items():
            self._schedule(name, schedule)

    def _track_use(self, what: str, metric: str, percent: int) -> None:
        specification = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
            predefined_metric_type=metric
        )
        self._track(
            what,
            AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=percent,
                scale_out_cooldown=_OUT_SECONDS,
                scale_in_cooldown=_IN_SECONDS,
                predefined_metric_specification=specification,
            ),
        )

    def _track_requests(self, requests: int) -> None:
        """The predefined metric counts one target group only, and with it nothing after every other release."""
        colours = self._props.target_groups.colours
        both = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics(
            id="both", expression=" + ".join(colours), return_data=True
        )
        specification = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification(
            metrics=[both, *(self._requests_per_target(colour, group) for colour, group in colours.items())]
        )
        self._track(
            "requests",
            AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=requests,
                scale_out_cooldown=_OUT_SECONDS,
                scale_in_cooldown=_IN_SECONDS,
                customized_metric_specification=specification,
            ),
        )

    def _requests_per_target(
        self, colour: str, group: LbTargetGroup
    ) -> AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics:
        metric = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric(
            namespace=self._props.load_balancer.metrics,
            metric_name="RequestCountPerTarget",
            dimensions=[
                AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions(
                    name="TargetGroup", value=group.arn_suffix
                )
            ],
        )
        return AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics(
            id=colour,
            metric_stat=AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStat(
                metric=metric, stat="Sum"
            ),
            return_data=False,
        )

    def _track(self, what: str, how: AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration) -> None:
        target = self._target
        AppautoscalingPolicy(
            self,
            what,
            name=f"{self._props.prefix}-{what}",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            target_tracking_scaling_policy_configuration=how,
        )

    def _schedule(self, name: str, schedule: Schedule) -> None:
        target = self._target
        AppautoscalingScheduledAction(
            self,
            f"at-{name}",
            name=f"{self._props.prefix}-{name}",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            schedule=schedule.at,
            timezone=schedule.timezone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=str(schedule.min), max_capacity=str(schedule.max)
            ),
        )
