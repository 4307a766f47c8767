"""The task definitions and task sets: what runs."""

from __future__ import annotations

from typing import Any, cast

from moto.core.utils import utcnow
from moto.ecs.exceptions import EcsClientException, TaskDefinitionNotFoundException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service, TaskDefinition, TaskSet
from moto.elbv2.models import elbv2_backends

from tealform_harness.aws_emulator.ecs import validation
from tealform_harness.aws_emulator.moto_patch import ExtendedBackend

Json = dict[str, Any]


class TaskBackend(ExtendedBackend, EC2ContainerServiceBackend):
    """Adds refusals, and tasks that run at once wherever they are wanted."""

    def register_task_definition(
        self, family: str, container_definitions: list[Json], *args: Any, **settings: Any
    ) -> TaskDefinition:
        """Refuse what Fargate cannot run, where Fargate is required."""
        if "FARGATE" in (settings.get("requires_compatibilities") or []):
            names = ("cpu", "memory", "network_mode", "execution_role_arn", "placement_constraints")
            validation.check_fargate(**{name: settings.get(name) for name in names}, containers=container_definitions)
        for container in container_definitions:
            for mapping in container.get("portMappings", []):
                mapping.setdefault("protocol", "tcp")
                if settings.get("network_mode") == "awsvpc":
                    mapping.setdefault("hostPort", mapping["containerPort"])
        registered = super().register_task_definition(family, container_definitions, *args, **settings)
        vars(registered)["registered_at"] = utcnow()
        return registered

    def create_task_set(
        self, service: str, cluster_str: str, task_definition: str, *args: Any, **kwargs: Any
    ) -> TaskSet:
        """Refuse tasks that could not be reached or placed; the tasks run at once.

        Where a capacity provider strategy is given there is no launch type.
        """
        owner = self._get_service(cluster_str, service.split("/")[-1])
        self._check_tasks({**kwargs, "task_definition_str": task_definition})
        if kwargs.get("network_configuration"):
            owner._validate_network(kwargs["network_configuration"])
        self._strategy(
            self._get_cluster(cluster_str), kwargs.get("capacity_provider_strategy"), kwargs.get("launch_type")
        )
        task_set = super().create_task_set(service, cluster_str, task_definition, *args, **kwargs)
        if task_set.capacity_provider_strategy:
            task_set.launch_type = None
        self._run_tasks(owner)
        return task_set

    def delete_task_set(self, cluster: str, service: str, task_set: str) -> TaskSet:
        """Its tasks end at once."""
        deleted = super().delete_task_set(cluster, service, task_set)
        self._run_tasks(self._get_service(cluster, service.split("/")[-1]))
        return deleted

    def update_service_primary_task_set(self, cluster: str, service: str, primary_task_set: str) -> TaskSet:
        """As AWS says, "any parameters that are updated on the primary task set in a service will transition to the service".

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateServicePrimaryTaskSet.html
        """
        primary = super().update_service_primary_task_set(cluster, service, primary_task_set)
        owner = self._get_service(cluster, service.split("/")[-1])
        owner.network_configuration = primary.network_configuration or {}
        owner.platform_version = primary.platform_version
        owner.launch_type = primary.launch_type
        vars(owner)["capacity_provider_strategy"] = primary.capacity_provider_strategy
        return primary

    def primary_task_set(self, service: Service) -> TaskSet:
        """The task set that serves production."""
        return next(task_set for task_set in service.task_sets if task_set.status == "PRIMARY")

    def _strategy(self, cluster: Cluster, given: list[Json] | None, launch_type: str | None) -> list[Json]:
        default = [] if launch_type else cluster.default_capacity_provider_strategy or []
        strategy = given or default
        validation.check_capacity(strategy, launch_type, cluster.capacity_providers)
        return [{"weight": 0, "base": 0, **item} for item in strategy]

    def _check_tasks(self, request: Json) -> None:
        if not request.get("task_definition_str"):
            return
        task_definition = self._active_task_definition(request["task_definition_str"])
        validation.check_task_definition(task_definition, request.get("network_configuration"))
        groups = elbv2_backends[self.account_id][self.region_name].target_groups
        for load_balancer in request.get("load_balancers") or []:
            group = groups.get(load_balancer.get("targetGroupArn", ""))
            validation.check_load_balancer(load_balancer, task_definition, group)

    def _active_task_definition(self, name: str) -> TaskDefinition:
        try:
            return self.describe_task_definition(name)
        except TaskDefinitionNotFoundException:
            raise EcsClientException("TaskDefinition not found.") from None

    def _create_primary_task_set(self, service: Service) -> None:
        task_set = self.create_task_set(
            service.name,
            service.cluster_name,
            cast(str, service.task_definition),
            network_configuration=service.network_configuration,
            load_balancers=service.load_balancers,
            service_registries=service.service_registries,
            launch_type=service.launch_type,
            capacity_provider_strategy=vars(service)["capacity_provider_strategy"],
            platform_version=service.platform_version,
        )
        task_set.status = "PRIMARY"

    def _run_tasks(self, service: Service) -> None:
        service.running_count, service.pending_count = service.desired_count, 0
        for deployment in service.deployments:
            deployment.update(desiredCount=service.desired_count, runningCount=service.desired_count, pendingCount=0)
            deployment["rolloutState"] = "COMPLETED"
            deployment["taskDefinition"] = service.task_definition
        for task_set in service.task_sets:
            wanted = round(service.desired_count * task_set.scale["value"] / 100)
            vars(task_set).update(computed_desired_count=wanted, running_count=wanted, pending_count=0)
        if service.task_sets:
            service.running_count = sum(vars(task_set)["running_count"] for task_set in service.task_sets)
