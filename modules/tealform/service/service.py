"""A service on Fargate whose releases are blue/green."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tealform.aws import (
    Construct,
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentController,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
    SecurityGroup,
    TerraformResourceLifecycle,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.network.application_load_balancer import ApplicationLoadBalancer
from tealform.network.network_load_balancer import NetworkLoadBalancer
from tealform.service import placeholder_image
from tealform.service.deployment_controller import CODEDEPLOY, Controller
from tealform.service.ecs_blue_green import BlueGreen, BlueGreenProps
from tealform.service.ignored_changes import OWNED_BY_AUTOSCALING, OWNED_BY_CONTROLLER
from tealform.service.listener_rules import Rules, RulesProps
from tealform.service.listeners import Listeners, ListenersProps
from tealform.service.platform import ServicePlatform
from tealform.service.rollback_alarms import Alarms, AlarmsProps
from tealform.service.scaling import Scaling, ScalingProps
from tealform.service.smoke_test_function import SmokeTest, SmokeTestProps
from tealform.service.target_groups import TargetGroups, TargetGroupsProps
from tealform.service.task_roles import TaskRoles, TaskRolesProps
from tealform.service.traffic_routes import Routes, Weighted
from tealform.settings.release import HOOK_STAGES, SMOKE_TEST_STAGE
from tealform.settings.release_templates import PLATFORM_VERSION, Placement, Task, hooks_variables
from tealform.settings.service import Service as Settings


@dataclass(frozen=True)
class ServiceProps:
    """The service's name and settings, what it stands on, and the repository that its images come from."""

    platform: ServicePlatform
    name: str
    settings: Settings
    repository_arn: str


class Service(Construct):
    """Task definition, service, target groups and their routes, roles, security group, logs, alarms and scaling.

    ``contract()`` is what the release contract is filled from; the deployment needs ``roles``,
    ``target_groups``, ``routes``, ``alarms``, ``hooks`` (stages with their function's ARN) and ``ecs_service``.
    """

    def __init__(self, scope: Construct, id_: str, props: ServiceProps) -> None:
        super().__init__(scope, id_)
        self._props, settings, platform = props, props.settings, props.platform
        context, cluster = platform.context, platform.cluster
        self.name = context.name(props.name)
        self.arn = context.arn("ecs", f"service/{cluster.name}/{self.name}")
        self._logs = LogGroup(
            self,
            "logs",
            LogGroupProps(context, context.log_group(props.name), platform.key, platform.retention_days),
        )
        self.roles = TaskRoles(
            self,
            "roles",
            TaskRolesProps(
                context,
                props.name,
                settings,
                props.repository_arn,
                self._logs,
                cluster.exec_logs,
                platform.key.arn,
            ),
        )
        self.security_group = self._security_group()
        self.target_groups = TargetGroups(
            self,
            "target-groups",
            TargetGroupsProps(
                context, props.name, settings, platform.network.vpc_id, platform.load_balancer.target_protocol
            ),
        )
        self.routes = self._routes()
        self.alarms = Alarms(
            self,
            "alarms",
            AlarmsProps(self.name, settings.release.alarms, platform.load_balancer, self.target_groups),
        )
        self.hooks = self._hooks()
        self.task = self._task()
        self.placement = self._placement()
        self.ecs_service = self._service(self._task_definition(), self._controller())
        Scaling(
            self,
            "scaling",
            ScalingProps(
                self.name,
                cluster.name,
                self.ecs_service.name,
                settings,
                platform.load_balancer,
                self.target_groups,
            ),
        )

    def contract(self) -> dict[str, str]:
        """The variables of the release contract."""
        hooks = dict(self.hooks)
        # ECS has its own hooks in the service.
        events = {_event(stage): hooks[stage] for stage in HOOK_STAGES["codedeploy"] if stage in hooks}
        return self.task.variables() | self.placement.variables() | hooks_variables(events)

    def _routes(self) -> Routes:
        props, groups = self._props, self.target_groups
        balancer = props.platform.load_balancer
        if isinstance(balancer, NetworkLoadBalancer):
            return Listeners(self, "listeners", ListenersProps(balancer, groups.blue, groups.green))
        assert isinstance(balancer, ApplicationLoadBalancer)
        blue, green = Weighted(groups.blue, 100), Weighted(groups.green, 0)
        # CodeDeploy takes a rule with one group only, ECS wants to see both:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
        production = [blue, green] if props.settings.release.engine == "ecs" else [blue]
        test = [Weighted(groups.green, 100)]
        return Rules(self, "rules", RulesProps(self.name, props.settings, balancer, production, test))

    def _hooks(self) -> list[tuple[str, str]]:
        """Stages with the ARN of a function; ECS can call two at one."""
        props = self._props
        release = props.settings.release
        hooks = [*release.hooks.given().items()]
        if release.smoke_test is not None:
            test = SmokeTest(
                self,
                "smoke-test",
                SmokeTestProps(props.platform, self.name, props.name, props.settings, release.smoke_test),
            )
            hooks.append((SMOKE_TEST_STAGE[release.engine], test.function_arn))
        return hooks

    def _controller(self) -> Controller:
        release = self._props.settings.release
        if release.engine == "codedeploy":
            return CODEDEPLOY
        props = BlueGreenProps(
            self._props.platform.context,
            self.name,
            release,
            self.target_groups,
            self.routes,
            self.alarms,
            self.hooks,
            self._props.platform.load_balancer.settings.type,
        )
        return BlueGreen(self, "blue-green", props).controller

    def _security_group(self) -> SecurityGroup:
        props = self._props
        group = SecurityGroup(
            self,
            "security-group",
            name=self.name,
            description=f"Tasks of {self.name}",
            vpc_id=props.platform.network.vpc_id,
            tags={"Name": self.name},
        )
        balancer, port = props.platform.load_balancer.security_group_id, props.settings.port
        self._connections = [
            VpcSecurityGroupIngressRule(
                self,
                "from-load-balancer",
                security_group_id=group.id,
                description="Requests and health checks from the load balancer",
                referenced_security_group_id=balancer,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            ),
            VpcSecurityGroupEgressRule(
                self,
                "load-balancer-to-tasks",
                security_group_id=balancer,
                description=f"Requests and health checks to {self.name}",
                referenced_security_group_id=group.id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            ),
            *(
                VpcSecurityGroupEgressRule(
                    self,
                    f"egress-{egress_port}",
                    security_group_id=group.id,
                    description=f"Connections to port {egress_port}",
                    cidr_ipv4="0.0.0.0/0",
                    ip_protocol="tcp",
                    from_port=egress_port,
                    to_port=egress_port,
                )
                for egress_port in props.settings.egress_ports
            ),
        ]
        return group

    def _task(self) -> Task:
        settings = self._props.settings
        return Task(
            family=self.name,
            cpu=settings.cpu,
            memory=settings.memory,
            architecture=settings.architecture,
            task_role_arn=self.roles.task.arn,
            execution_role_arn=self.roles.execution.arn,
            container_name=self._props.name,
            port=settings.port,
            log_group=self._logs.name,
            region=self._props.platform.context.region,
            read_only_root_filesystem=settings.read_only_root_filesystem,
            stop_timeout=settings.stop_timeout,
            environment=settings.environment,
            secrets=settings.secrets,
            writable_paths=settings.writable_paths,
        )

    def _placement(self) -> Placement:
        capacity = self._props.settings.capacity
        return Placement(
            subnets=self._props.platform.network.private_subnet_ids,
            security_groups=[self.security_group.id],
            base=capacity.base,
            on_demand=capacity.on_demand,
            spot=capacity.spot,
        )

    def _task_definition(self) -> EcsTaskDefinition:
        task = self.task
        image, command = placeholder_image.image_and_command(self._props.settings)
        container = task.container(image, command)
        return EcsTaskDefinition(
            self,
            "task-definition",
            family=task.family,
            cpu=str(task.cpu),
            memory=str(task.memory),
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                cpu_architecture=task.cpu_architecture, operating_system_family="LINUX"
            ),
            task_role_arn=task.task_role_arn,
            execution_role_arn=task.execution_role_arn,
            volume=[EcsTaskDefinitionVolume(name=name) for name in task.volumes()] or None,
            container_definitions=json.dumps([container], sort_keys=True, ensure_ascii=False),
            # A revision that tasks were started from stays valid when settings make a new one.
            skip_destroy=not self._props.platform.disposable,
        )

    def _service(self, task_definition: EcsTaskDefinition, controller: Controller) -> EcsService:
        props, settings = self._props, self._props.settings
        owned = [*OWNED_BY_CONTROLLER[settings.release.engine], *OWNED_BY_AUTOSCALING]
        return EcsService(
            self,
            "service",
            name=self.name,
            cluster=props.platform.cluster.cluster.arn,
            task_definition=task_definition.arn,
            desired_count=settings.tasks.min,
            deployment_controller=EcsServiceDeploymentController(type=controller.type),
            deployment_configuration=controller.deployment_configuration,
            deployment_circuit_breaker=controller.circuit_breaker,
            alarms=controller.alarms,
            platform_version=PLATFORM_VERSION,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(
                    base=provider["Base"], capacity_provider=provider["CapacityProvider"], weight=provider["Weight"]
                )
                for provider in self.placement.strategy()
            ],
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=list(self.placement.subnets),
                security_groups=list(self.placement.security_groups),
                assign_public_ip=False,
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    container_name=self.task.container_name,
                    container_port=self.task.port,
                    target_group_arn=self.target_groups.blue.arn,
                    advanced_configuration=controller.advanced_configuration,
                )
            ],
            health_check_grace_period_seconds=settings.health_check.grace,
            enable_execute_command=settings.exec,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            lifecycle=TerraformResourceLifecycle(ignore_changes=owned),
            # It holds no data, and without force a release under way keeps it from being deleted.
            force_delete=True,
            force_new_deployment=controller.force_new_deployment,
            timeouts=controller.timeouts,
            # Created after, and destroyed before: a target group must hang on a listener when the service
            # comes, and tasks that are draining still need their rules, logs, permissions and network.
            depends_on=[
                *props.platform.network.ways_out,
                *self._connections,
                *(route.resource for route in self.routes.all),
                self._logs.group,
                props.platform.cluster.capacity_providers,
                *self.roles.permissions,
                *controller.depends_on,
            ],
        )


def _event(stage: str) -> str:
    """A stage as CodeDeploy calls it: ``BeforeInstall``."""
    return "".join(map(str.capitalize, stage.split("_")))
