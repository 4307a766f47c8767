"""One release: start green beside blue, move the listener rules from blue to green, then remove blue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from moto.core.exceptions import ServiceException
from moto.ecs.models import Service, TaskSet
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import FakeRule, elbv2_backends

from tealform_harness.aws_emulator.codedeploy.appspec import AppSpec
from tealform_harness.aws_emulator.codedeploy.deployment_config import DeploymentConfig
from tealform_harness.aws_emulator.codedeploy.lifecycle import Caller, DeploymentError, LifecycleEvent
from tealform_harness.aws_emulator.ecs.backend import ContainerServiceBackend, get_ecs
from tealform_harness.aws_emulator.elbv2 import LoadBalancingBackend, rule_weights


class TaskSetTraffic:
    """The rules, default rules too, that forward to one of the pair; those of other services stay as they are.

    ``blue`` is the ARN of the target group that the primary task set has.
    """

    def __init__(self, account_id: str, region: str, pair: Mapping[str, Any], blue: str) -> None:
        self._elbv2 = cast(LoadBalancingBackend, elbv2_backends[account_id][region])
        self._pair = self._target_groups(pair)
        self.blue, self.green = blue, self._other(blue)
        self._production = self._rules(pair["prodTrafficRoute"])
        self._test = self._rules(pair.get("testTrafficRoute") or {"listenerArns": []})
        self._before = [(rule, rule_weights(rule)) for rule in (*self._production, *self._test)]
        if not any(rule_weights(rule).get(blue) for rule in self._production):
            (listener,) = pair["prodTrafficRoute"]["listenerArns"]
            raise _invalid(f"Primary taskset target group must be behind listener {listener}")

    @property
    def has_test_traffic(self) -> bool:
        """Whether there is test traffic."""
        return bool(self._test)

    def attach_green(self) -> None:
        """Give green a place in production's rules, without a share of the traffic, where no rule leads to it yet.

        ECS takes no target group that hangs on no load balancer.
        https://github.com/traveloka/terraform-aws-alb-single-listener/issues/47
        """
        if not self._elbv2.target_groups[self.green].load_balancer_arns:
            self.shift(0)

    def show_test_traffic(self) -> None:
        """Route the test listener to green."""
        for rule in self._test:
            self._elbv2.forward(rule, {self.green: 100, self.blue: 0})

    def shift(self, percentage: int) -> None:
        """Route that much of production's traffic to green. At 100 blue stays behind with weight 0."""
        for rule in self._production:
            self._elbv2.forward(rule, {self.green: percentage, self.blue: 100 - percentage})

    def restore(self) -> None:
        """Route all traffic where it went at first."""
        for rule, weights in self._before:
            self._elbv2.forward(rule, weights)

    def weight(self, group: str) -> int:
        """How much of production's traffic goes to a target group, in percent."""
        weights = rule_weights(self._production[0])
        return round(100 * weights.get(group, 0) / (sum(weights.values()) or 1))

    def name(self, group: str) -> str:
        """The name of a target group of the pair."""
        return self._pair[group]

    def _target_groups(self, pair: Mapping[str, Any]) -> dict[str, str]:
        names = [group["name"] for group in pair["targetGroups"]]
        try:
            return {group.arn: group.name for group in self._elbv2.describe_target_groups(None, [], names)}
        except ELBClientError as error:
            raise _invalid(error.message) from error

    def _other(self, blue: str) -> str:
        if blue not in self._pair:
            raise _invalid("Primary taskset target group is not one of the deployment group's target group pair")
        return next(arn for arn in self._pair if arn != blue)

    def _rules(self, route: Mapping[str, Any]) -> list[FakeRule]:
        try:
            rules = [rule for listener in route["listenerArns"] for rule in self._elbv2.list_rules(listener)]
        except ELBClientError as error:
            raise _invalid(error.message) from error
        return [rule for rule in rules if self._pair.keys() & rule_weights(rule).keys()]


def _invalid(message: str) -> DeploymentError:
    return DeploymentError(
        "ELASTIC_LOAD_BALANCING_INVALID", f"The ELB could not be updated due to the following error: {message}"
    )


Json = Mapping[str, Any]

LOOKS_BEFORE_IT_STOPS = 5
"""How many steps somebody has to continue a deployment that is ready."""


@dataclass(frozen=True)
class Wait:
    """A time that CodeDeploy would wait: what for, and how many minutes. Here it takes one step, or a few for people."""

    reason: str
    minutes: int


class TaskSetRelease:
    """The work of a deployment, which is the ``caller`` of its hooks, on one ECS service.

    ``settings`` are those of the deployment group.

    Each ``yield`` of ``steps`` ends a step: whoever looks then sees what a user would see at that moment.
    """

    def __init__(self, caller: Caller, settings: Json, appspec: AppSpec, config: DeploymentConfig) -> None:
        self._caller = caller
        self._account_id, self._region, self._deployment_id = caller.account_id, caller.region, caller.deployment_id
        self._settings, self._appspec, self._config = settings, appspec, config
        (self.target,) = settings["ecsServices"]
        self.events: list[LifecycleEvent] = []
        self.waits: list[Wait] = []
        self.continued: set[str] = set()
        self.ready = self.blue_is_leaving = False
        self.traffic: TaskSetTraffic | None = None
        self.blue: TaskSet | None = None
        self.green: TaskSet | None = None

    def steps(self) -> Iterator[None]:
        """All that is to be done, step by step; raises DeploymentError where it cannot go on."""
        self.blue = blue = self._ecs.primary_task_set(self._service())
        self.traffic = traffic = self._traffic(blue)
        yield from self._hook("BeforeInstall")
        with self._event("Install").under_way():
            self.green = green = self._install(blue, traffic)
            yield
        yield from self._hook("AfterInstall")
        if traffic.has_test_traffic:
            with self._event("AllowTestTraffic").under_way():
                traffic.show_test_traffic()
                yield
            yield from self._hook("AfterAllowTestTraffic")
        yield from self._hook("BeforeAllowTraffic")
        # https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_codedeploy-readme.html
        yield from self._wait_until_ready()
        with self._event("AllowTraffic").under_way():
            yield from self._shift(traffic)
            self._make_primary(green)
            yield
        yield from self._hook("AfterAllowTraffic")
        yield from self._keep_blue()
        self._remove(blue)

    def roll_back(self) -> None:
        """Route the traffic back to blue and removes green; what was registered stays registered."""
        if self.traffic:
            self.traffic.restore()
        if self.blue and self.green:
            self._make_primary(self.blue)
            self._remove(self.green)

    def task_sets(self) -> Iterator[dict[str, Any]]:
        """Blue and green as GetDeploymentTarget returns them."""
        for label, task_set in (("Blue", self.blue), ("Green", self.green)):
            if task_set and self.traffic:
                group = task_set.load_balancers[0]["targetGroupArn"]
                yield {
                    "identifer": task_set.id,
                    "taskSetLabel": label,
                    "status": task_set.status,
                    **{name: vars(task_set)[name] for name in ("pending_count", "running_count")},
                    "desired_count": vars(task_set)["computed_desired_count"],
                    "trafficWeight": self.traffic.weight(group),
                    "targetGroup": {"name": self.traffic.name(group)},
                }

    @property
    def _ecs(self) -> ContainerServiceBackend:
        return get_ecs(self._account_id, self._region)

    def _service(self) -> Service:
        service = self._ecs.service(self.target["clusterName"], self.target["serviceName"])
        if service is None:
            raise DeploymentError("INVALID_ECS_SERVICE", "The ECS service does not exist or is not active.")
        return service

    def _traffic(self, blue: TaskSet) -> TaskSetTraffic:
        (pair,) = self._settings["loadBalancerInfo"]["targetGroupPairInfoList"]
        return TaskSetTraffic(self._account_id, self._region, pair, blue.load_balancers[0]["targetGroupArn"])

    def _event(self, name: str) -> LifecycleEvent:
        self.events.append(LifecycleEvent(name))
        return self.events[-1]

    def _hook(self, name: str) -> Iterator[None]:
        event, function = self._event(name), self._appspec.hooks.get(name)
        with event.under_way():
            if function:
                yield from event.run_hook(self._caller, function)

    def _install(self, blue: TaskSet, traffic: TaskSetTraffic) -> TaskSet:
        service, appspec = self._service(), self._appspec
        for left_over in [each for each in service.task_sets if each is not blue]:
            self._remove(left_over)
        traffic.attach_green()
        balancer = {
            "targetGroupArn": traffic.green,
            "containerName": appspec.container_name,
            "containerPort": appspec.container_port,
        }
        strategy = appspec.capacity_provider_strategy
        try:
            return self._ecs.create_task_set(
                service.name,
                service.cluster_name,
                appspec.task_definition,
                external_id=self._deployment_id,
                network_configuration=appspec.network_configuration or blue.network_configuration,
                load_balancers=[balancer],
                launch_type=None if strategy else blue.launch_type,
                capacity_provider_strategy=strategy or blue.capacity_provider_strategy,
                platform_version=appspec.platform_version or blue.platform_version,
            )
        except ServiceException as error:
            message = f"The ECS service cannot be updated due to an unexpected error: {error.message}"
            raise DeploymentError("ECS_UPDATE_ERROR", message) from error

    def _wait_until_ready(self) -> Iterator[None]:
        option = self._settings["blueGreenDeploymentConfiguration"]["deploymentReadyOption"]
        if option.get("actionOnTimeout") != "STOP_DEPLOYMENT":
            return
        self.ready = True
        self.waits.append(Wait("ready", option["waitTimeInMinutes"]))
        for _ in range(LOOKS_BEFORE_IT_STOPS):
            yield
            if "READY_WAIT" in self.continued:
                break
        self.ready = False
        if "READY_WAIT" not in self.continued:
            message = "The deployment was not continued before its wait time ended."
            raise DeploymentError("TIMEOUT", message, "DEPLOYMENT_STOP_ON_REQUEST")

    def _shift(self, traffic: TaskSetTraffic) -> Iterator[None]:
        for percentage, minutes in self._config.shifts():
            traffic.shift(percentage)
            if percentage < 100:
                yield from self._wait(f"{percentage}%", minutes)

    def _keep_blue(self) -> Iterator[None]:
        option = self._settings["blueGreenDeploymentConfiguration"]["terminateBlueInstancesOnDeploymentSuccess"]
        minutes = option.get("terminationWaitTimeInMinutes", 0)
        self.blue_is_leaving = True
        if minutes:
            yield from self._wait("blue", minutes)

    def _wait(self, reason: str, minutes: int) -> Iterator[None]:
        self.waits.append(Wait(reason, minutes))
        yield

    def _make_primary(self, task_set: TaskSet) -> None:
        service = self._service()
        self._ecs.update_service_primary_task_set(service.cluster_name, service.name, task_set.task_set_arn)

    def _remove(self, task_set: TaskSet) -> None:
        service = self._service()
        self._ecs.delete_task_set(service.cluster_name, service.name, task_set.task_set_arn)
