"""Alarms that roll releases back."""

from __future__ import annotations

from tealform_harness.mutation.edits import drop, put, remove, together
from tealform_harness.mutation.mutant import Mutant

_ALARM = "service-web/alarms/errors-green"
_UNHEALTHY = "service-web/alarms/unhealthy-green"

MUTANTS = (
    Mutant(
        "alarm-that-is-never-raised",
        "an alarm is raised at more than a hundred percent of errors",
        "It is never raised.",
        "prod",
        put(_ALARM, "threshold", 101),
    ),
    Mutant(
        "alarm-upside-down",
        "an alarm is raised while there are few errors, not many",
        "It stops good releases, and lets bad ones through.",
        "prod",
        put(_ALARM, "comparison_operator", "LessThanThreshold"),
    ),
    Mutant(
        "alarm-without-data-is-raised",
        "an alarm of the colour without traffic is raised, for it has no data",
        "Each release is rolled back the moment it begins.",
        "prod",
        put(_ALARM, "treat_missing_data", "breaching"),
    ),
    Mutant(
        "alarm-that-takes-an-hour",
        "an alarm is raised after an hour of errors",
        "The release is long over, and so is blue.",
        "prod",
        together(put(_ALARM, "evaluation_periods", 60), put(_ALARM, "datapoints_to_alarm", 60)),
    ),
    Mutant(
        "alarm-of-a-day",
        "an alarm looks at the errors of whole days",
        "The release is long over, and so is blue.",
        "prod",
        put(_UNHEALTHY, "period", 86400),
    ),
    Mutant(
        "green-alarm-watches-blue",
        "green's alarm watches blue's target group",
        "Green's errors do not stop a release.",
        "prod",
        put(_UNHEALTHY, "dimensions/TargetGroup", "${aws_lb_target_group.service-web_target-groups_blue.arn_suffix}"),
    ),
    Mutant(
        "alarm-without-its-target-group",
        "an alarm of a service watches the whole load balancer",
        "Every service's errors stop its releases, and its own are lost among them.",
        "prod",
        drop(_UNHEALTHY, "dimensions/TargetGroup"),
    ),
    Mutant(
        "alarm-of-a-metric-that-is-not",
        "the name of an alarm's metric is misspelt",
        "It has no data, and is never raised.",
        "prod",
        put(_UNHEALTHY, "metric_name", "UnhealthyHostCount"),
    ),
    Mutant(
        "alarm-removed",
        "green's alarm on errors was removed, from the deployment group too",
        "Errors in green do not stop a release.",
        "prod",
        remove(_ALARM),
    ),
    Mutant(
        "alarm-renamed",
        "an alarm was renamed, and what tells people of alarms was not",
        "It is raised, and nobody hears of it.",
        "prod",
        put(_ALARM, "alarm_name", "web-errors-of-green"),
    ),
)
