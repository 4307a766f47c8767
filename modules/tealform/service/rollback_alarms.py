"""Alarms that roll a release back, on whichever colour takes the traffic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tealform.aws import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
    Construct,
    LbTargetGroup,
)
from tealform.network.load_balancer import LoadBalancer
from tealform.service.target_groups import TargetGroups
from tealform.settings.release import Alarms as Settings

_PERIOD = 60


@dataclass(frozen=True)
class AlarmsProps:
    """The service's full name, its alarms as they are set, and where its traffic passes."""

    service: str
    settings: Settings
    load_balancer: LoadBalancer
    target_groups: TargetGroups


class Alarms(Construct):
    """An alarm of each kind on each colour, and those of the user's own by name.

    A colour without traffic has no data, or zeros; neither raises an alarm.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """

    def __init__(self, scope: Construct, id_: str, props: AlarmsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        made: dict[str, Callable[[str, LbTargetGroup], CloudwatchMetricAlarm]] = {
            "unhealthy": self._unhealthy,
            "errors": self._errors,
            "latency": self._latency,
        }
        balancer = props.load_balancer
        self.alarms = [
            made[kind](colour, group)
            for kind in props.settings.kinds(balancer.settings.type)
            for colour, group in props.target_groups.colours.items()
        ]

    @property
    def names(self) -> list[str]:
        """The names of all alarms that roll back."""
        return [*(alarm.alarm_name for alarm in self.alarms), *self._props.settings.names]

    def _unhealthy(self, colour: str, group: LbTargetGroup) -> CloudwatchMetricAlarm:
        return self._alarm(
            "unhealthy",
            colour,
            "Targets fail their health checks",
            threshold=self._props.settings.unhealthy_targets,
            namespace=self._props.load_balancer.metrics,
            metric_name="UnHealthyHostCount",
            statistic="Maximum",
            period=_PERIOD,
            dimensions=self._dimensions(group),
        )

    def _errors(self, colour: str, group: LbTargetGroup) -> CloudwatchMetricAlarm:
        # What has no data counts as 0 here, and where nothing has any there is no result:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
        return self._alarm(
            "errors",
            colour,
            "Targets answer with 5xx",
            threshold=self._props.settings.errors_percent,
            metric_query=[
                self._with_traffic("100 * errors / requests", "Share of 5xx in percent"),
                self._metric("errors", "HTTPCode_Target_5XX_Count", "Sum", group),
                self._metric("requests", "RequestCount", "Sum", group),
            ],
        )

    def _latency(self, colour: str, group: LbTargetGroup) -> CloudwatchMetricAlarm:
        settings = self._props.settings
        return self._alarm(
            "latency",
            colour,
            f"Targets take long to answer ({settings.latency_percentile})",
            threshold=settings.latency_milliseconds / 1000,
            metric_query=[
                self._with_traffic("latency", "Seconds to an answer"),
                self._metric("latency", "TargetResponseTime", settings.latency_percentile, group),
                self._metric("requests", "RequestCount", "Sum", group),
            ],
        )

    def _with_traffic(self, expression: str, label: str) -> CloudwatchMetricAlarmMetricQuery:
        """``expression``, or 0 where there are too few requests: the alarm of an idle colour ends."""
        enough = f"requests >= {self._props.settings.from_requests}"
        return CloudwatchMetricAlarmMetricQuery(
            id="watched", expression=f"IF({enough}, {expression}, 0)", label=label, return_data=True
        )

    def _alarm(
        self, kind: str, colour: str, description: str, threshold: float, **metric: Any
    ) -> CloudwatchMetricAlarm:
        props = self._props
        return CloudwatchMetricAlarm(
            self,
            f"{kind}-{colour}",
            alarm_name=f"{props.service}-{colour}-{kind}",
            alarm_description=f"{description}: {colour} of {props.service}. Rolls a release back.",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=threshold,
            evaluation_periods=props.settings.minutes,
            datapoints_to_alarm=props.settings.minutes,
            treat_missing_data="notBreaching",
            **metric,
        )

    def _metric(
        self, id_: str, metric_name: str, statistic: str, group: LbTargetGroup
    ) -> CloudwatchMetricAlarmMetricQuery:
        metric = CloudwatchMetricAlarmMetricQueryMetric(
            namespace=self._props.load_balancer.metrics,
            metric_name=metric_name,
            stat=statistic,
            period=_PERIOD,
            dimensions=self._dimensions(group),
        )
        return CloudwatchMetricAlarmMetricQuery(id=id_, metric=metric)

    def _dimensions(self, group: LbTargetGroup) -> dict[str, str]:
        return {"LoadBalancer": self._props.load_balancer.arn_suffix, "TargetGroup": group.arn_suffix}
