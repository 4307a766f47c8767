"""A service on Fargate whose releases are blue/green."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import (
    Construct,
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentController,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsTaskDefinition,
    ITerraformDependable,
    SecurityGroup,
    TerraformResourceLifecycle,
)
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.network.security_group import allow_egress, connect, security_group
from tealform.service.deployment_controller import CODEDEPLOY, DeploymentController, EcsBlueGreen, EcsBlueGreenProps
from tealform.service.ignored_changes import OWNED_BY_AUTOSCALING, OWNED_BY_CONTROLLER
from tealform.service.platform import ServicePartProps
from tealform.service.rollback_alarms import RollbackAlarms, RollbackAlarmsProps
from tealform.service.scaling import Scaling, ScalingProps
from tealform.service.smoke_test_function import SmokeTestFunction, SmokeTestFunctionProps
from tealform.service.task_definition import TaskRoles, TaskRolesProps, register_task
from tealform.service.traffic_routes import TargetGroups, TrafficRoutes, route_traffic
from tealform.settings.release import HOOK_STAGES, SMOKE_TEST_STAGE
from tealform.settings.release_templates import PLATFORM_VERSION, Placement, Task, hooks_variables


@dataclass(frozen=True, kw_only=True)
class ServiceProps(ServicePartProps):
    """Inputs of ``Service``."""

    repository_arn: str
    """The ECR repository of the service's images."""


class Service(Construct):
    """Task definition, service, target groups and their routes, roles, security group, logs, alarms and scaling."""

    name: str
    """The service's full name: ``<project>-<environment>-<label>``."""

    arn: str
    """The service's ARN, literal."""

    logs: LogGroup
    """The log group of the container."""

    roles: TaskRoles
    """The roles of the tasks."""

    security_group: SecurityGroup
    """The security group of the tasks."""

    target_groups: TargetGroups
    """The target groups of both colors."""

    routes: TrafficRoutes
    """The rules or listeners that a release moves."""

    alarms: RollbackAlarms
    """The alarms that roll a release back."""

    hooks: list[tuple[str, str]]
    """Stages of a release, each with the ARN of the function to call. ECS can call two functions at one stage."""

    task_definition: EcsTaskDefinition
    """Revision 1 of the task definition."""

    ecs_service: EcsService
    """The service in ECS."""

    def __init__(self, scope: Construct, id_: str, props: ServiceProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        platform, name, settings = props.platform, props.name, props.settings
        context = platform.context
        self.name = props.service
        self.arn = context.arn("ecs", f"service/{platform.cluster.name}/{self.name}")
        self.logs = LogGroup(self, "logs", LogGroupProps(shared=platform, name=context.log_group(name)))
        self.roles = TaskRoles(
            self,
            "roles",
            TaskRolesProps(
                platform=platform, name=name, settings=settings, repository_arn=props.repository_arn, logs=self.logs
            ),
        )
        self.security_group = security_group(
            self, name=self.name, description=f"Tasks of {self.name}", vpc_id=platform.network.vpc_id
        )
        self._connections = self._connect()
        self.target_groups = TargetGroups(
            self, "target-groups", ServicePartProps(platform=platform, name=name, settings=settings)
        )
        self.routes = route_traffic(
            self,
            service=self.name,
            settings=settings,
            load_balancer=platform.load_balancer,
            target_groups=self.target_groups,
        )
        self.alarms = RollbackAlarms(
            self,
            "alarms",
            RollbackAlarmsProps(platform=platform, name=name, settings=settings, target_groups=self.target_groups),
        )
        self.hooks = self._hooks()
        self._task = self._describe_task()
        self._placement = Placement(
            subnets=platform.network.private_subnet_ids,
            security_groups=[self.security_group.id],
            base=settings.capacity.base,
            on_demand=settings.capacity.on_demand,
            spot=settings.capacity.spot,
        )
        self.task_definition = register_task(self, self._task, settings, disposable=platform.disposable)
        self.ecs_service = self._ecs_service(self._controller())
        Scaling(
            self,
            "scaling",
            ScalingProps(
                platform=platform,
                name=name,
                settings=settings,
                ecs_service=self.ecs_service,
                target_groups=self.target_groups,
            ),
        )

    def contract(self) -> dict[str, str]:
        """Return the variables from which a release fills the release contract."""
        hooks = dict(self.hooks)
        # With the engine ECS, the hooks belong to the service.
        events = {_format_event(stage): hooks[stage] for stage in HOOK_STAGES["codedeploy"] if stage in hooks}
        return self._task.variables() | self._placement.variables() | hooks_variables(events)

    def _connect(self) -> list[ITerraformDependable]:
        """Allow the load balancer to reach the tasks, and the tasks to reach the ports of the settings."""
        settings, group = self._props.settings, self.security_group.id
        return [
            *connect(
                self,
                self._props.platform.load_balancer.security_group_id,
                group,
                settings.port,
                ingress=("from-load-balancer", "Requests and health checks from the load balancer"),
                egress=("load-balancer-to-tasks", f"Requests and health checks to {self.name}"),
            ),
            *(
                allow_egress(self, f"egress-{port}", group, port, f"Connections to port {port}")
                for port in settings.egress_ports
            ),
        ]

    def _hooks(self) -> list[tuple[str, str]]:
        props, release = self._props, self._props.settings.release
        hooks = [*release.hooks.given().items()]
        if release.smoke_test is not None:
            test = SmokeTestFunction(
                self,
                "smoke-test",
                SmokeTestFunctionProps(
                    platform=props.platform, name=props.name, settings=props.settings, test=release.smoke_test
                ),
            )
            hooks.append((SMOKE_TEST_STAGE[release.engine], test.function_arn))
        return hooks

    def _describe_task(self) -> Task:
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
            log_group=self.logs.name,
            region=self._props.platform.context.region,
            read_only_root_filesystem=settings.read_only_root_filesystem,
            stop_timeout=settings.stop_timeout,
            environment=settings.environment,
            secrets=settings.secrets,
            writable_paths=settings.writable_paths,
        )

    def _controller(self) -> DeploymentController:
        props = self._props
        if props.settings.release.engine == "codedeploy":
            return CODEDEPLOY
        return EcsBlueGreen(
            self,
            "blue-green",
            EcsBlueGreenProps(
                platform=props.platform,
                name=props.name,
                settings=props.settings,
                target_groups=self.target_groups,
                routes=self.routes,
                alarms=self.alarms,
                hooks=self.hooks,
            ),
        ).controller

    def _ecs_service(self, controller: DeploymentController) -> EcsService:
        props, settings = self._props, self._props.settings
        owned = [*OWNED_BY_CONTROLLER[settings.release.engine], *OWNED_BY_AUTOSCALING]
        return EcsService(
            self,
            "service",
            name=self.name,
            cluster=props.platform.cluster.cluster.arn,
            task_definition=self.task_definition.arn,
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
                for provider in self._placement.strategy()
            ],
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=list(self._placement.subnets),
                security_groups=list(self._placement.security_groups),
                assign_public_ip=False,
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    container_name=self._task.container_name,
                    container_port=self._task.port,
                    target_group_arn=self.target_groups.blue.arn,
                    advanced_configuration=controller.advanced_configuration,
                )
            ],
            health_check_grace_period_seconds=settings.health_check.grace,
            enable_execute_command=settings.exec,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            lifecycle=TerraformResourceLifecycle(ignore_changes=owned),
            # It stores no data. Without force, a release in progress prevents the deletion.
            force_delete=True,
            force_new_deployment=controller.force_new_deployment,
            timeouts=controller.timeouts,
            # Created after them, and destroyed before: AWS requires that a target group has a listener when the service
            # is created, and draining tasks still need their rules, logs, permissions and network.
            depends_on=[
                *props.platform.network.egress_routes,
                *self._connections,
                *(route.resource for route in self.routes.all),
                self.logs.group,
                props.platform.cluster.capacity_providers,
                *self.roles.permissions,
                *controller.depends_on,
            ],
        )


def _format_event(stage: str) -> str:
    """Return CodeDeploy's name of a stage, such as ``BeforeInstall``."""
    return "".join(map(str.capitalize, stage.split("_")))
