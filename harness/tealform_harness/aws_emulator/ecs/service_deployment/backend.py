"""How service deployments come to be."""

from __future__ import annotations

from typing import Any, cast

from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import Service
from moto.elbv2.models import elbv2_backends

from tealform_harness.aws_emulator.ecs import rules
from tealform_harness.aws_emulator.ecs.service_deployment import deployment_history, strategy
from tealform_harness.aws_emulator.ecs.service_deployment import validation as blue_green_rules
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
        """Lets a service deployment roll back; raises where there is none, or where it is over."""
        found = self.service_deployment(arn)
        if found is None:
            raise ECSException("ServiceDeploymentNotFoundException", "Service deployment not found.")
        releases, deployment = found
        if deployment.ended:
            raise ECSException("ConflictException", f"The service deployment is in the state {deployment.status}.")
        deployment.stop()
        releases.tell()

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
            rules.check_task_definition(task_definition, network)
            for balancer in load_balancers:
                rules.check_container(task_definition, balancer["containerName"], balancer["containerPort"])

    def _deploy_first(self, service: Service) -> None:
        """The first deployment of all goes on by itself, as far as it can: nobody follows it.

        Whoever creates the service would have to wait otherwise, and Terraform does not.
        """
        releases = deployment_history.update_history(service, None)
        if releases is None:
            self._run_tasks(service)
        else:
            releases.begin().run()
            releases.tell()

    def _deploy_change(self, service: Service, running: Revision, forced: bool) -> None:
        releases = deployment_history.update_history(service, running)
        if service.task_sets and service.deployment_controller["type"] == "ECS":
            service.task_sets = []
            DeploymentHistory(service, running).tell()
        if releases is None:
            self._run_tasks(service)
            return
        if forced or Revision.of(service).differs_from(running):
            releases.begin()
        releases.tell()
