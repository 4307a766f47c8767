"""The CodeDeploy application and deployment group that move a service's traffic."""

from __future__ import annotations

from dataclasses import dataclass

from modules.aws import (
    CodedeployApp,
    CodedeployDeploymentConfig,
    CodedeployDeploymentConfigTrafficRoutingConfig,
    CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedCanary,
    CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedLinear,
    CodedeployDeploymentGroup,
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
    TerraformResourceLifecycle,
)
from modules.foundation import Foundation
from modules.iam import Condition, ServiceRole, ServiceRoleProps, Statement, pass_roles
from modules.pipeline.artifact_bucket import ArtifactBucket
from modules.pipeline.traffic import predefined
from modules.service.service import Service
from modules.settings.release import Release


@dataclass(frozen=True)
class DeploymentProps:
    """The release as it is set, the service that is released, and where its revisions are."""

    foundation: Foundation
    service: Service
    release: Release
    artifacts: ArtifactBucket


class Deployment(Construct):
    """Blue/green with traffic control, rolled back on failure and on request."""

    def __init__(self, scope: Construct, id_: str, props: DeploymentProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.foundation.context
        self.name = props.service.name
        self.application_arn = context.arn("codedeploy", f"application:{self.name}")
        self.group_arn = context.arn("codedeploy", f"deploymentgroup:{self.name}/{self.name}")
        application = CodedeployApp(self, "application", name=self.name, compute_platform="ECS")
        self.config_name = predefined(props.release) or self._own_config()
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=f"{self.name}-deploy",
                service="codedeploy.amazonaws.com",
                source_arn=self.group_arn,
                statements=self._statements(),
            ),
        )
        self.group = self._group(application, role)

    @property
    def config_arn(self) -> str:
        """The ARN of the deployment configuration; AWS's own have this account's number too."""
        return self._props.foundation.context.arn("codedeploy", f"deploymentconfig:{self.config_name}")

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
                deployment_ready_option=CodedeployDeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOption(
                    action_on_timeout="CONTINUE_DEPLOYMENT"
                ),
                terminate_blue_instances_on_deployment_success=CodedeployDeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccess(
                    action="TERMINATE", termination_wait_time_in_minutes=release.keep_blue_minutes
                ),
            ),
            auto_rollback_configuration=CodedeployDeploymentGroupAutoRollbackConfiguration(
                enabled=True, events=["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]
            ),
            ecs_service=CodedeployDeploymentGroupEcsService(
                cluster_name=props.foundation.cluster.cluster.name, service_name=props.service.ecs_service.name
            ),
            load_balancer_info=self._load_balancer_info(),
            depends_on=role.permissions,
        )

    def _load_balancer_info(self) -> CodedeployDeploymentGroupLoadBalancerInfo:
        balancer, groups = self._props.foundation.load_balancer, self._props.service.target_groups
        pair = CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfo(
            prod_traffic_route=CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRoute(
                listener_arns=[balancer.production_listener.arn]
            ),
            test_traffic_route=CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRoute(
                listener_arns=[balancer.test_listener.arn]
            ),
            target_group=[
                CodedeployDeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroup(name=group.name)
                for group in (groups.blue, groups.green)
            ],
        )
        return CodedeployDeploymentGroupLoadBalancerInfo(target_group_pair_info=pair)

    def _statements(self) -> list[Statement]:
        """What the managed policy AWSCodeDeployRoleForECS allows, on this service alone.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForECS.html
        """
        foundation, service = self._props.foundation, self._props.service
        balancer = foundation.load_balancer
        cluster = foundation.cluster.arn
        task_sets = foundation.context.arn("ecs", f"task-set/{foundation.cluster.name}/{service.name}/*")
        listeners = [balancer.production_listener.arn, balancer.test_listener.arn]
        rules = [service.target_groups.production_rule.arn, service.target_groups.test_rule.arn]
        return [
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
                actions=["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"],
                resources=[*listeners, *rules],
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
            Statement(
                sid="ReadRevision",
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=[f"{self._props.artifacts.arn}/*"],
            ),
            Statement(sid="DecryptRevision", actions=["kms:Decrypt"], resources=[foundation.key.arn]),
            pass_roles(service.roles.arns, "ecs-tasks.amazonaws.com"),
        ]
