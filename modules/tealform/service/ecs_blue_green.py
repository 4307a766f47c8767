"""Blue/green that is built into Amazon ECS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tealform.aws import (
    Construct,
    EcsServiceAlarms,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceDeploymentConfiguration,
    EcsServiceDeploymentConfigurationCanaryConfiguration,
    EcsServiceDeploymentConfigurationLifecycleHook,
    EcsServiceDeploymentConfigurationLinearConfiguration,
    EcsServiceLoadBalancerAdvancedConfiguration,
    EcsServiceTimeouts,
    IamRolePolicyAttachment,
    ITerraformDependable,
)
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.naming import Context
from tealform.service.deployment_controller import Controller
from tealform.service.rollback_alarms import Alarms
from tealform.service.target_groups import TargetGroups
from tealform.service.traffic_routes import Routes
from tealform.settings.release import Release

# The provider's own time-out: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service
_DELETE_MINUTES = 20

_STRATEGIES = {"all_at_once": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}


@dataclass(frozen=True)
class BlueGreenProps:
    """The service's full name, its release as it is set, its traffic, the functions to call by stage, and the type of load balancer."""

    context: Context
    service: str
    release: Release
    target_groups: TargetGroups
    routes: Routes
    alarms: Alarms
    hooks: Sequence[tuple[str, str]]
    balancer: Literal["application", "network"]


class BlueGreen(Construct):
    """The two roles that ECS needs to move traffic and to call functions, and what the service says of them.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
    """

    def __init__(self, scope: Construct, id_: str, props: BlueGreenProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        infrastructure = self._role("infrastructure", [])
        attachment = IamRolePolicyAttachment(
            self,
            "infrastructure-policy",
            role=infrastructure.role.name,
            policy_arn=f"arn:{props.context.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
        )
        # ECS takes targets out through this role: without its policy a destroy hangs on draining tasks.
        needed: list[ITerraformDependable] = [attachment]
        hooks = self._hooks(needed)
        self.controller = Controller(
            type="ECS",
            advanced_configuration=EcsServiceLoadBalancerAdvancedConfiguration(
                alternate_target_group_arn=props.target_groups.green.arn,
                production_listener_rule=props.routes.production.arn,
                test_listener_rule=props.routes.test.arn if props.routes.test else None,
                role_arn=infrastructure.arn,
            ),
            deployment_configuration=self._configuration(hooks),
            circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            alarms=EcsServiceAlarms(alarm_names=props.alarms.names, enable=True, rollback=True)
            if props.alarms.names
            else None,
            timeouts=self._timeouts(),
            # Without it the provider refuses to change the capacity, or replaces the whole service for it.
            force_new_deployment=True,
            depends_on=needed,
        )

    def _timeouts(self) -> EcsServiceTimeouts:
        """A service is not deleted before the release that is under way has ended."""
        minutes = self._props.release.duration_minutes(self._props.balancer)
        return EcsServiceTimeouts(delete=f"{minutes + _DELETE_MINUTES}m")

    def _configuration(
        self, hooks: list[EcsServiceDeploymentConfigurationLifecycleHook]
    ) -> EcsServiceDeploymentConfiguration:
        release = self._props.release
        minutes = str(release.interval_minutes)
        canary = EcsServiceDeploymentConfigurationCanaryConfiguration(
            canary_percent=release.percent, canary_bake_time_in_minutes=minutes
        )
        linear = EcsServiceDeploymentConfigurationLinearConfiguration(
            step_percent=release.percent, step_bake_time_in_minutes=minutes
        )
        return EcsServiceDeploymentConfiguration(
            strategy=_STRATEGIES[release.strategy],
            bake_time_in_minutes=str(release.keep_blue_minutes),
            canary_configuration=canary if release.strategy == "canary" else None,
            linear_configuration=linear if release.strategy == "linear" else None,
            lifecycle_hook=hooks or None,
        )

    def _hooks(self, needed: list[ITerraformDependable]) -> list[EcsServiceDeploymentConfigurationLifecycleHook]:
        hooks = self._props.hooks
        if not hooks:
            return []
        functions = sorted({arn for _, arn in hooks})
        call = Statement(sid="CallHooks", actions=["lambda:InvokeFunction"], resources=functions)
        role = self._role("hooks", [call])
        needed += role.permissions
        return [
            EcsServiceDeploymentConfigurationLifecycleHook(
                hook_target_arn=arn, role_arn=role.arn, lifecycle_stages=[stage.upper()]
            )
            for stage, arn in hooks
        ]

    def _role(self, kind: str, statements: list[Statement]) -> ServiceRole:
        props = self._props
        return ServiceRole(
            self,
            kind,
            ServiceRoleProps(
                props.context,
                name=f"{props.service}-{kind}",
                service="ecs.amazonaws.com",
                # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
                says_for_whom=False,
                statements=statements,
            ),
        )
