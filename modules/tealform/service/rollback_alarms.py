"""Alarms that roll a release back, for both colors of a service."""

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
from tealform.service.platform import ServicePartProps
from tealform.service.traffic_routes import TargetGroups

_PERIOD_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class RollbackAlarmsProps(ServicePartProps):
    """Inputs of ``RollbackAlarms``."""

    target_groups: TargetGroups
    """The target groups that the alarms watch."""


class RollbackAlarms(Construct):
    """One alarm of each kind for each color, and the user's own by name.

    A color without traffic has no data, or zeros; neither raises an alarm.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """

    alarms: list[CloudwatchMetricAlarm]
    """The alarms that Tealform creates."""

    def __init__(self, scope: Construct, id_: str, props: RollbackAlarmsProps) -> None:
        super().__init__(scope, id_)
        self._props, self._settings = props, props.settings.release.alarms
        create: dict[str, Callable[[str, LbTargetGroup], CloudwatchMetricAlarm]] = {
            "unhealthy": self._unhealthy,
            "errors": self._errors,
            "latency": self._latency,
        }
        self.alarms = [
            create[kind](color, group)
            for kind in self._settings.kinds(props.platform.load_balancer.settings.type)
            for color, group in props.target_groups.colors.items()
        ]

    @property
    def names(self) -> list[str]:
        """The names of all alarms that roll a release back."""
        return [*(alarm.alarm_name for alarm in self.alarms), *self._settings.names]

    def _unhealthy(self, color: str, group: LbTargetGroup) -> CloudwatchMetricAlarm:
        return self._alarm(
            "unhealthy",
            color,
            "Targets fail their health checks",
            threshold=self._settings.unhealthy_targets,
            namespace=self._props.platform.load_balancer.metrics,
            metric_name="UnHealthyHostCount",
            statistic="Maximum",
            period=_PERIOD_SECONDS,
            dimensions=self._dimensions(group),
        )

    def _errors(self, color: str, group: LbTargetGroup) -> CloudwatchMetricAlarm:
        # A metric without data counts as 0. If no metric has data, there is no result:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
        return self._alarm(
            "errors",
            color,
            "Targets answer with 5xx",
            threshold=self._settings.errors_percent,
            metric_query=[
                self._with_traffic("100 * errors / requests", "Share of 5xx in percent"),
                self._metric("errors", "HTTPCode_Target_5XX_Count", "Sum", group),
                self._metric("requests", "RequestCount", "Sum", group),
            ],
        )

    def _latency(self, color: str, group: LbTargetGroup) -> CloudwatchMetricAlarm:
        settings = self._settings
        return self._alarm(
            "latency",
            color,
            f"Targets take long to answer ({settings.latency_percentile})",
            threshold=settings.latency_milliseconds / 1000,
            metric_query=[
                self._with_traffic("latency", "Seconds to an answer"),
                self._metric("latency", "TargetResponseTime", settings.latency_percentile, group),
                self._metric("requests", "RequestCount", "Sum", group),
            ],
        )

    def _with_traffic(self, expression: str, label: str) -> CloudwatchMetricAlarmMetricQuery:
        """Return ``expression``, or 0 if there are too few requests, so that the alarm of an idle color ends."""
        enough = f"requests >= {self._settings.from_requests}"
        return CloudwatchMetricAlarmMetricQuery(
            id="watched", expression=f"IF({enough}, {expression}, 0)", label=label, return_data=True
        )

    def _alarm(self, kind: str, color: str, description: str, threshold: float, **metric: Any) -> CloudwatchMetricAlarm:
        settings, service = self._settings, self._props.service
        return CloudwatchMetricAlarm(
            self,
            f"{kind}-{color}",
            alarm_name=f"{service}-{color}-{kind}",
            alarm_description=f"{description}: {color} of {service}. Rolls a release back.",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=threshold,
            evaluation_periods=settings.minutes,
            datapoints_to_alarm=settings.minutes,
            treat_missing_data="notBreaching",
            **metric,
        )

    def _metric(
        self, id_: str, metric_name: str, statistic: str, group: LbTargetGroup
    ) -> CloudwatchMetricAlarmMetricQuery:
        metric = CloudwatchMetricAlarmMetricQueryMetric(
            namespace=self._props.platform.load_balancer.metrics,
            metric_name=metric_name,
            stat=statistic,
            period=_PERIOD_SECONDS,
            dimensions=self._dimensions(group),
        )
        return CloudwatchMetricAlarmMetricQuery(id=id_, metric=metric)

    def _dimensions(self, group: LbTargetGroup) -> dict[str, str]:
        return {"LoadBalancer": self._props.platform.load_balancer.arn_suffix, "TargetGroup": group.arn_suffix}
