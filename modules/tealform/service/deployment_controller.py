"""The deployment controller of a service: AWS CodeDeploy, or the blue/green deployment built into Amazon ECS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from tealform.service.ignored_changes import CONTROLLER_TYPES
from tealform.service.platform import ServicePartProps
from tealform.service.rollback_alarms import RollbackAlarms
from tealform.service.traffic_routes import TargetGroups, TrafficRoutes

# The provider's default timeout: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service
_DELETE_MINUTES = 20

_STRATEGIES = {"all_at_once": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}


@dataclass(frozen=True)
class DeploymentController:
    """The arguments of ``aws_ecs_service`` that the engine decides; ``type`` is CODE_DEPLOY or ECS.

    The service is created after ``depends_on`` and destroyed before it: roles that the controller needs to the end.
    """

    type: str
    advanced_configuration: EcsServiceLoadBalancerAdvancedConfiguration | None = None
    deployment_configuration: EcsServiceDeploymentConfiguration | None = None
    circuit_breaker: EcsServiceDeploymentCircuitBreaker | None = None
    alarms: EcsServiceAlarms | None = None
    timeouts: EcsServiceTimeouts | None = None
    force_new_deployment: bool | None = None
    depends_on: Sequence[ITerraformDependable] = ()


CODEDEPLOY = DeploymentController(type=CONTROLLER_TYPES["codedeploy"])
"""The controller of CodeDeploy, whose configuration is in its deployment group."""


@dataclass(frozen=True, kw_only=True)
class EcsBlueGreenProps(ServicePartProps):
    """Inputs of ``EcsBlueGreen``."""

    target_groups: TargetGroups
    """The target groups of both colors."""

    routes: TrafficRoutes
    """The routes that a release moves."""

    alarms: RollbackAlarms
    """The alarms that roll a release back."""

    hooks: Sequence[tuple[str, str]]
    """Stages, each with the ARN of the function to call."""


class EcsBlueGreen(Construct):
    """The arguments of a service that ECS deploys, and the roles that ECS uses to move traffic and to call functions.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
    """

    controller: DeploymentController
    """The arguments for ``aws_ecs_service``."""

    def __init__(self, scope: Construct, id_: str, props: EcsBlueGreenProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        infrastructure = self._role("infrastructure", [])
        attachment = IamRolePolicyAttachment(
            self,
            "infrastructure-policy",
            role=infrastructure.role.name,
            policy_arn=f"arn:{props.platform.context.partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
        )
        # ECS deregisters targets with this role: without its policy a destroy hangs on draining tasks.
        dependencies: list[ITerraformDependable] = [attachment]
        hooks = self._hooks(dependencies)
        minutes = props.settings.release.duration_minutes(props.platform.load_balancer.settings.type)
        self.controller = DeploymentController(
            type=CONTROLLER_TYPES["ecs"],
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
            # A delete waits for the release in progress.
            timeouts=EcsServiceTimeouts(delete=f"{minutes + _DELETE_MINUTES}m"),
            # Without it the provider refuses to change the capacity, or replaces the service.
            force_new_deployment=True,
            depends_on=dependencies,
        )

    def _configuration(
        self, hooks: list[EcsServiceDeploymentConfigurationLifecycleHook]
    ) -> EcsServiceDeploymentConfiguration:
        release = self._props.settings.release
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

    def _hooks(self, dependencies: list[ITerraformDependable]) -> list[EcsServiceDeploymentConfigurationLifecycleHook]:
        hooks = self._props.hooks
        if not hooks:
            return []
        functions = sorted({arn for _, arn in hooks})
        call = Statement(sid="CallHooks", actions=["lambda:InvokeFunction"], resources=functions)
        role = self._role("hooks", [call])
        dependencies += role.permissions
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
                context=props.platform.context,
                name=f"{props.service}-{kind}",
                service="ecs.amazonaws.com",
                # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
                sends_source=False,
                statements=statements,
            ),
        )
