"""The CodeDeploy application and deployment group that move a service's traffic."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import (
    CodedeployApp,
    CodedeployDeploymentConfig,
    CodedeployDeploymentConfigTrafficRoutingConfig,
    CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedCanary,
    CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedLinear,
    CodedeployDeploymentGroup,
    CodedeployDeploymentGroupAlarmConfiguration,
    CodedeployDeploymentGroupAutoRollbackConfiguration,
    CodedeployDeploymentGroupBlueGreenDeploymentConfig,
    CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption,
    CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess,
    CodedeployDeploymentGroupDeploymentStyle,
    CodedeployDeploymentGroupEcsService,
    CodedeployDeploymentGroupLoadBalancerInfo,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup,
    CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute,
    Construct,
    ITerraformDependable,
    TerraformResourceLifecycle,
)
from tealform.common.iam import Condition, ServiceRole, ServiceRoleProps, Statement, allow_pass_role
from tealform.pipeline.action import BUILD, Step, create_action
from tealform.pipeline.artifact_bucket import Artifacts
from tealform.service.platform import ServicePlatform
from tealform.service.service import Service
from tealform.settings.release import Release

# https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
_PREDEFINED = {
    ("linear", 10, 1): "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
    ("linear", 10, 3): "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
    ("canary", 10, 5): "CodeDeployDefault.ECSCanary10Percent5Minutes",
    ("canary", 10, 15): "CodeDeployDefault.ECSCanary10Percent15Minutes",
}


@dataclass(frozen=True, kw_only=True)
class CodeDeployDeploymentProps:
    """Configures a ``CodeDeployDeployment``."""

    platform: ServicePlatform
    """The load balancer and cluster of the service."""

    service: Service
    """The service that is released."""

    release: Release
    """The ``release`` block of the service's settings."""

    artifacts: Artifacts
    """The artifacts that CodeDeploy reads revisions from."""


class CodeDeployDeployment(Construct):
    """Blue/green with traffic control, rolled back on failure, on request and on alarms."""

    def __init__(self, scope: Construct, id_: str, props: CodeDeployDeploymentProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.platform.context
        self.name = props.service.name
        self._application_arn = context.arn("codedeploy", f"application:{self.name}")
        self._group_arn = context.arn("codedeploy", f"deploymentgroup:{self.name}/{self.name}")
        application = CodedeployApp(self, "application", name=self.name, compute_platform="ECS")
        self.config_name = predefined_config(props.release) or self._own_config()
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context=context,
                name=f"{self.name}-deploy",
                service="codedeploy.amazonaws.com",
                source_arn=self._group_arn,
                statements=self._role_statements(),
            ),
        )
        self.permissions: list[ITerraformDependable] = [*role.permissions]
        self.group = self._group(application, role)

    def deploy(self) -> Step:
        """Return the step that starts a CodeDeploy deployment."""
        configuration = configure_codedeploy(self.group.app_name, self.group.deployment_group_name)
        deploy = create_action("Deploy", "Deploy", "CodeDeployToECS", configuration, inputs=[BUILD])
        return Step("Deploy", deploy, self.allow_deploy(), self.permissions)

    def allow_deploy(self) -> list[Statement]:
        """Return the permissions to start a CodeDeploy deployment."""
        # AWS's own configurations have this account's number too.
        config = self._props.platform.context.arn("codedeploy", f"deploymentconfig:{self.config_name}")
        return [
            Statement(
                sid="Deploy",
                actions=[
                    "codedeploy:CreateDeployment",
                    "codedeploy:GetApplication",
                    "codedeploy:GetApplicationRevision",
                    "codedeploy:GetDeployment",
                    "codedeploy:GetDeploymentConfig",
                    "codedeploy:RegisterApplicationRevision",
                ],
                resources=[self._application_arn, self._group_arn, config],
            ),
            # AWS knows no narrower resource for it.
            Statement(sid="RegisterTaskDefinition", actions=["ecs:RegisterTaskDefinition"], resources=["*"]),
            allow_pass_role(self._props.service.roles.arns, "ecs-tasks.amazonaws.com"),
        ]

    def _own_config(self) -> str:
        release = self._props.release
        name = f"{self.name}-{release.strategy}-{release.percent}-percent-{release.interval_minutes}-minutes"
        if release.strategy == "canary":
            routing = CodedeployDeploymentConfigTrafficRoutingConfig(
                type="TimeBasedCanary",
                time_based_canary=CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedCanary(
                    percentage=release.percent, interval=release.interval_minutes
                ),
            )
        else:
            routing = CodedeployDeploymentConfigTrafficRoutingConfig(
                type="TimeBasedLinear",
                time_based_linear=CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedLinear(
                    percentage=release.percent, interval=release.interval_minutes
                ),
            )
        config = CodedeployDeploymentConfig(
            self,
            "config",
            deployment_config_name=name,
            compute_platform="ECS",
            traffic_routing_config=routing,
            # One that a deployment group uses cannot be deleted; the name says the pace, so both can be.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return config.deployment_config_name

    def _group(self, application: CodedeployApp, role: ServiceRole) -> CodedeployDeploymentGroup:
        props, release = self._props, self._props.release
        alarms = props.service.alarms.names
        return CodedeployDeploymentGroup(
            self,
            "group",
            app_name=application.name,
            deployment_group_name=self.name,
            deployment_config_name=self.config_name,
            service_role_arn=role.arn,
            deployment_style=CodedeployDeploymentGroupDeploymentStyle(
                deployment_type="BLUE_GREEN", deployment_option="WITH_TRAFFIC_CONTROL"
            ),
            blue_green_deployment_config=CodedeployDeploymentGroupBlueGreenDeploymentConfig(
                deployment_ready_option=_ready_option(release.hold_minutes),
                terminate_blue_instances_on_deployment_success=CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess(
                    action="TERMINATE", termination_wait_time_in_minutes=release.keep_blue_minutes
                ),
            ),
            auto_rollback_configuration=CodedeployDeploymentGroupAutoRollbackConfiguration(
                enabled=True,
                events=[
                    "DEPLOYMENT_FAILURE",
                    "DEPLOYMENT_STOP_ON_REQUEST",
                    *(["DEPLOYMENT_STOP_ON_ALARM"] if alarms else []),
                ],
            ),
            alarm_configuration=CodedeployDeploymentGroupAlarmConfiguration(enabled=True, alarms=alarms)
            if alarms
            else None,
            ecs_service=CodedeployDeploymentGroupEcsService(
                cluster_name=props.platform.cluster.cluster.name, service_name=props.service.ecs_service.name
            ),
            load_balancer_info=self._load_balancer_info(),
            depends_on=role.permissions,
        )

    def _load_balancer_info(self) -> CodedeployDeploymentGroupLoadBalancerInfo:
        groups, routes = self._props.service.target_groups, self._props.service.routes
        test = CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute
        pair = CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo(
            prod_traffic_route=CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute(
                listener_arns=[routes.production.listener_arn]
            ),
            test_traffic_route=test(listener_arns=[routes.test.listener_arn]) if routes.test else None,
            target_group=[
                CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup(name=group.name)
                for group in (groups.blue, groups.green)
            ],
        )
        return CodedeployDeploymentGroupLoadBalancerInfo(target_group_pair_info=pair)

    def _role_statements(self) -> list[Statement]:
        """Return what the managed policy AWSCodeDeployRoleForECS allows, restricted to this service.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForECS.html
        """
        platform, service = self._props.platform, self._props.service
        cluster = platform.cluster.arn
        task_sets = platform.context.arn("ecs", f"task-set/{platform.cluster.name}/{service.name}/*")
        # A listener that is its own route stands here once.
        routes = dict.fromkeys(arn for route in service.routes.all for arn in (route.listener_arn, route.arn))
        statements = [
            # AWS knows no resource for it, only conditions:
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
            Statement(
                sid="CreateTaskSets",
                actions=["ecs:CreateTaskSet"],
                resources=["*"],
                conditions=[
                    Condition("ArnEquals", "ecs:cluster", [cluster]),
                    Condition("ArnEquals", "ecs:service", [service.arn]),
                ],
            ),
            Statement(
                sid="MoveTaskSets",
                actions=[
                    "ecs:DeleteTaskSet",
                    "ecs:DescribeServices",
                    "ecs:UpdateServicePrimaryTaskSet",
                ],
                resources=[service.arn, task_sets],
            ),
            Statement(
                sid="MoveTraffic",
                # A network load balancer has no rules.
                actions=[
                    "elasticloadbalancing:ModifyListener",
                    *(
                        ["elasticloadbalancing:ModifyRule"]
                        if platform.load_balancer.settings.type == "application"
                        else []
                    ),
                ],
                resources=list(routes),
            ),
            # AWS knows no narrower resource for these.
            Statement(
                sid="LookAtTraffic",
                actions=[
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTargetGroups",
                ],
                resources=["*"],
            ),
            *self._props.artifacts.allow_read(),
            allow_pass_role(service.roles.arns, "ecs-tasks.amazonaws.com"),
        ]
        if service.alarms.names:
            # A list of alarms is asked for as all alarms, of the account and region.
            alarms = platform.context.arn("cloudwatch", "alarm:*")
            statements.append(Statement(sid="LookAtAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[alarms]))
        if service.hooks:
            functions = sorted({arn for _, arn in service.hooks})
            statements.append(Statement(sid="CallHooks", actions=["lambda:InvokeFunction"], resources=functions))
        return statements


def _ready_option(hold_minutes: int) -> CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption:
    """STOP_DEPLOYMENT goes with a wait, CONTINUE_DEPLOYMENT without.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentReadyOption.html
    """
    if hold_minutes:
        return CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption(
            action_on_timeout="STOP_DEPLOYMENT", wait_time_in_minutes=hold_minutes
        )
    return CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption(
        action_on_timeout="CONTINUE_DEPLOYMENT"
    )


def configure_codedeploy(application: str, group: str) -> dict[str, str]:
    """Return the configuration of the action that fills in ``taskdef.json`` and ``appspec.yml`` for CodeDeploy.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
    """
    return {
        "ApplicationName": application,
        "DeploymentGroupName": group,
        "TaskDefinitionTemplateArtifact": BUILD,
        "TaskDefinitionTemplatePath": "taskdef.json",
        "AppSpecTemplateArtifact": BUILD,
        # The default is appspec.yaml; ours is called what every other AppSpec is called.
        "AppSpecTemplatePath": "appspec.yml",
        "Image1ArtifactName": BUILD,
        "Image1ContainerName": "IMAGE1_NAME",
    }


def predefined_config(release: Release) -> str | None:
    """Return the name of AWS's own deployment configuration for this strategy, if there is one."""
    if release.strategy == "all_at_once":
        return "CodeDeployDefault.ECSAllAtOnce"
    return _PREDEFINED.get((release.strategy, release.percent, release.interval_minutes))
