"""How fast traffic moves from blue to green, in CodeDeploy's words."""

from __future__ import annotations

from tealform.settings.release import Release

# https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
_PREDEFINED = {
    ("linear", 10, 1): "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
    ("linear", 10, 3): "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
    ("canary", 10, 5): "CodeDeployDefault.ECSCanary10Percent5Minutes",
    ("canary", 10, 15): "CodeDeployDefault.ECSCanary10Percent15Minutes",
}


def predefined(release: Release) -> str | None:
    """The name of the configuration that AWS has ready for this strategy, if it has one."""
    if release.strategy == "all_at_once":
        return "CodeDeployDefault.ECSAllAtOnce"
    return _PREDEFINED.get((release.strategy, release.percent, release.interval_minutes))
