"""Clusters and services, and how service deployments begin."""

from __future__ import annotations

from typing import Any, cast

from moto.core.utils import utcnow
from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import Cluster, Service, ecs_backends
from moto.elbv2.models import elbv2_backends

from tealform_harness.aws_emulator.ecs import validation
from tealform_harness.aws_emulator.ecs.service_deployment import deployment_history, strategy
from tealform_harness.aws_emulator.ecs.service_deployment import strategy as blue_green_rules
from tealform_harness.aws_emulator.ecs.service_deployment.deployment import ServiceDeployment
from tealform_harness.aws_emulator.ecs.service_deployment.deployment_history import DeploymentHistory
from tealform_harness.aws_emulator.ecs.service_deployment.revision import Revision
from tealform_harness.aws_emulator.ecs.task_backend import TaskBackend
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend

Json = dict[str, Any]


class BlueGreenBackend(TaskBackend):
    """Adds service deployments that bring their tasks and move the traffic in their own time."""

    def service_deployment(self, arn: str) -> tuple[DeploymentHistory, ServiceDeployment] | None:
        """The service deployment of that ARN, with the history that it belongs to, if ECS moves its traffic."""
        for service in self.services.values():
            releases = deployment_history.get_history(service)
            for deployment in releases.deployments if releases else ():
                if releases and deployment.arn == arn:
                    return releases, deployment
        return None

    def stop_service_deployment(self, arn: str) -> None:
        """Let a service deployment roll back; raises where there is none, or where it is over."""
        found = self.service_deployment(arn)
        if found is None:
            raise ECSException("ServiceDeploymentNotFoundException", "Service deployment not found.")
        releases, deployment = found
        if deployment.has_ended:
            raise ECSException("ConflictException", f"The service deployment is in the state {deployment.status}.")
        deployment.stop()
        releases.update_service()

    def _check_blue_green(self, controller: str, configuration: Json, load_balancers: list[Json]) -> None:
        if controller != "ECS" and strategy.get_strategy(configuration) != strategy.ROLLING:
            named = strategy.get_strategy(configuration)
            message = f"The deployment strategy {named} needs the deployment controller ECS, not {controller}"
            raise InvalidParameterException(message)
        elbv2 = cast(LoadBalancingBackend, elbv2_backends[self.account_id][self.region_name])
        blue_green_rules.check_load_balancers(configuration, load_balancers, elbv2)

    def _check_change(self, service: Service, changes: Json) -> None:
        """As CreateService does, of what ECS is to deploy by blue and green after the change."""
        names = ("deployment_controller", "deployment_configuration", "load_balancers", "network_configuration")
        controller, configuration, load_balancers, network = (
            changes[name] if changes.get(name) is not None else vars(service)[name] for name in names
        )
        self._check_blue_green(controller["type"], configuration, load_balancers)
        if strategy.get_strategy(configuration) == strategy.ROLLING:
            return
        wanted = changes.get("task_definition") or str(service.task_definition)
        if changes.get("load_balancers"):
            asked = {"task_definition_str": wanted, "load_balancers": load_balancers, "network_configuration": network}
            self._check_tasks(asked)
        elif changes.get("task_definition"):
            task_definition = self._active_task_definition(wanted)
            validation.check_task_definition(task_definition, network)
            for balancer in load_balancers:
                validation.check_container(task_definition, balancer["containerName"], balancer["containerPort"])

    def _deploy_first(self, service: Service) -> None:
        """The first deployment of all goes on by itself, as far as it can: nobody follows it.

        Whoever creates the service would have to wait otherwise, and Terraform does not.
        """
        releases = deployment_history.update_history(service, None)
        if releases is None:
            self._run_tasks(service)
        else:
            releases.begin().run()
            releases.update_service()

    def _deploy_change(self, service: Service, running: Revision, forced: bool) -> None:
        releases = deployment_history.update_history(service, running)
        if service.task_sets and service.deployment_controller["type"] == "ECS":
            service.task_sets = []
            DeploymentHistory(service, running).update_service()
        if releases is None:
            self._run_tasks(service)
            return
        if forced or Revision.from_service(service).differs_from(running):
            releases.begin()
        releases.update_service()


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
        """Create a service; ``settings`` are those that moto does not know, by their names in Python's spelling."""
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
        if validation.runs_on_fargate(service.launch_type, capacity):
            service.platform_version = service.platform_version or "LATEST"
        if service.deployment_controller["type"] == "CODE_DEPLOY":
            self._create_primary_task_set(service)
        self._deploy_first(service)
        return service

    def update_service(self, service_properties: Json) -> Service:
        """Refuse what CodeDeploy owns, and services that are gone.

        A service that ECS deploys by blue and green gets a service deployment if the change takes one.
        """
        cluster, name = service_properties.get("cluster", "default"), service_properties["service"].split("/")[-1]
        service = self._get_service(cluster, name)
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        releases = deployment_history.get_history(service)
        validation.check_controller(service, service_properties, bool(releases and releases.under_way))
        validation.check_update(service, service_properties)
        changes = dict(service_properties)
        if changes.get("task_definition"):
            changes["task_definition"] = self._active_task_definition(changes["task_definition"]).arn
        if changes.get("deployment_configuration"):
            before = vars(service)["deployment_configuration"]
            changes["deployment_configuration"] = strategy.merge_configuration(
                before, changes["deployment_configuration"]
            )
            validation.check_strategy(
                before, changes["deployment_configuration"], bool(releases and releases.under_way)
            )
        if changes.get("capacity_provider_strategy"):
            capacity = self._strategy(self._get_cluster(cluster), changes["capacity_provider_strategy"], None)
            changes["capacity_provider_strategy"] = capacity
        self._check_change(service, changes)
        running, forced = Revision.from_service(service), changes.get("force_new_deployment", False)
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
        """Refuse a cluster with services."""
        name = self._get_cluster(cluster_str).name
        if any(service.cluster_name == name and service.status == "ACTIVE" for service in self.services.values()):
            message = "The Cluster cannot be deleted while Services are active."
            raise ECSException("ClusterContainsServicesException", message)
        return super().delete_cluster(cluster_str)

    def put_cluster_capacity_providers(
        self, cluster_name: str, capacity_providers: list[str] | None, default_strategy: list[Json] | None
    ) -> Cluster:
        """Refuse providers that do not exist."""
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
