"""The clusters and services."""

from __future__ import annotations

from typing import Any, cast

from moto.core.utils import utcnow
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import Cluster, Service, ecs_backends

from tealform_harness.aws_emulator.ecs import rules
from tealform_harness.aws_emulator.ecs.service_deployment import deployment_history, strategy
from tealform_harness.aws_emulator.ecs.service_deployment.backend import BlueGreenBackend
from tealform_harness.aws_emulator.ecs.service_deployment.revision import Revision

Json = dict[str, Any]

# What a service is without being told.
_DEFAULTS: Json = {
    "availability_zone_rebalancing": "DISABLED",
    "capacity_provider_strategy": [],
    "enable_ecs_managed_tags": False,
    "enable_execute_command": False,
    "placement_constraints": [],
    "placement_strategy": [],
}
_DEPLOYMENT_CONFIGURATION: Json = {"maximumPercent": 200, "minimumHealthyPercent": 100}


class ContainerServiceBackend(BlueGreenBackend):
    """Adds to services all that they were created with, and refusals."""

    def create_service(
        self, cluster_str: str, service_name: str, *args: Any, settings: Json | None = None, **kwargs: Any
    ) -> Service:
        """Creates a service; ``settings`` are those that moto does not know, by their names in Python's spelling."""
        cluster = self._get_cluster(cluster_str)
        previous = self.services.get(f"{cluster.name}:{service_name}")
        if previous and previous.status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        settings = settings or {}
        capacity = self._strategy(cluster, settings.get("capacity_provider_strategy"), kwargs.get("launch_type"))
        self._check_tasks(kwargs)
        controller = (kwargs.get("deployment_controller") or {}).get("type", "ECS")
        asked = settings.get("deployment_configuration") or {}
        configuration = strategy.merge_configuration(_DEPLOYMENT_CONFIGURATION, asked)
        self._check_blue_green(controller, configuration, kwargs.get("load_balancers") or [])
        service = super().create_service(cluster_str, service_name, *args, **kwargs)
        vars(service).update({**_DEFAULTS, **settings, "capacity_provider_strategy": capacity, "created_at": utcnow()})
        vars(service)["deployment_configuration"] = configuration
        if capacity:
            service.launch_type = None
        if rules.runs_on_fargate(service.launch_type, capacity):
            service.platform_version = service.platform_version or "LATEST"
        if service.deployment_controller["type"] == "CODE_DEPLOY":
            self._create_primary_task_set(service)
        self._deploy_first(service)
        return service

    def update_service(self, service_properties: Json) -> Service:
        """Refuses what CodeDeploy owns, and services that are gone.

        A service that ECS deploys by blue and green gets a service deployment if the change takes one.
        """
        cluster, name = service_properties.get("cluster", "default"), service_properties["service"].split("/")[-1]
        service = self._get_service(cluster, name)
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        releases = deployment_history.get_history(service)
        rules.check_controller(service, service_properties, bool(releases and releases.under_way))
        rules.check_update(service, service_properties)
        changes = dict(service_properties)
        if changes.get("task_definition"):
            changes["task_definition"] = self._active_task_definition(changes["task_definition"]).arn
        if changes.get("deployment_configuration"):
            before = vars(service)["deployment_configuration"]
            changes["deployment_configuration"] = strategy.merge_configuration(before, changes["deployment_configuration"])
            rules.check_strategy(before, changes["deployment_configuration"], bool(releases and releases.under_way))
        if changes.get("capacity_provider_strategy"):
            capacity = self._strategy(self._get_cluster(cluster), changes["capacity_provider_strategy"], None)
            changes["capacity_provider_strategy"] = capacity
        self._check_change(service, changes)
        running, forced = Revision.of(service), changes.get("force_new_deployment", False)
        super().update_service(changes)
        self._deploy_change(service, running, forced)
        return service

    def delete_service(self, cluster_name: str, service_name: str, force: bool) -> Service:
        """Its tasks end at once. Refuses one with a deployment under way unless it is forced.

        Whoever is refused and tries again follows the deployment in his way: to be refused is a look at it, too.
        """
        name = service_name.split("/")[-1]
        releases = deployment_history.get_history(self._get_service(cluster_name, name))
        under_way = releases.under_way if releases else None
        if releases and under_way and not force:
            releases.advance(under_way)
            raise InvalidParameterException("The service cannot be stopped while deployments are active.")
        service = super().delete_service(cluster_name, name, force)
        if under_way:
            under_way.abandon("The service was deleted.")
        service.running_count = 0
        service.task_sets = []
        return service

    def delete_cluster(self, cluster_str: str) -> Cluster:
        """Refuses a cluster with services."""
        name = self._get_cluster(cluster_str).name
        if any(service.cluster_name == name and service.status == "ACTIVE" for service in self.services.values()):
            message = "The Cluster cannot be deleted while Services are active."
            raise ECSException("ClusterContainsServicesException", message)
        return super().delete_cluster(cluster_str)

    def put_cluster_capacity_providers(
        self, cluster_name: str, capacity_providers: list[str] | None, default_strategy: list[Json] | None
    ) -> Cluster:
        """Refuses providers that do not exist."""
        for name in capacity_providers or []:
            if name not in ("FARGATE", "FARGATE_SPOT") and self._get_provider(name) is None:
                raise InvalidParameterException(f"The specified capacity provider '{name}' was not found.")
        return super().put_cluster_capacity_providers(cluster_name, capacity_providers, default_strategy)

    def service(self, cluster: str, name: str) -> Service | None:
        """The active service of that name, if there is one."""
        service = self.services.get(f"{cluster.split('/')[-1]}:{name.split('/')[-1]}")
        return service if service and service.status == "ACTIVE" else None


def get_ecs(account_id: str, region: str) -> ContainerServiceBackend:
    """The ECS of an account in a region."""
    return cast(ContainerServiceBackend, ecs_backends[account_id][region])
