"""The shop with a service that ECS deploys by blue and green, and its releases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.unit.aws_emulator.clients import ACCOUNT, REGION
from tests.unit.aws_emulator.shop import Shop, role

Json = dict[str, Any]

BOTH = {"maximumPercent": 200, "minimumHealthyPercent": 100}


class Store:
    """The shop with a service that ECS deploys itself."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.ecs = shop, shop.ecs
        self.infrastructure = role("infrastructure", "ecs.amazonaws.com")
        self.hook_role = role("hooks", "ecs.amazonaws.com")

    def balancer(self, primary: str | None = None, **changes: Any) -> Json:
        """The load balancer of the service, with ``changes`` of its advanced configuration; None leaves one out."""
        advanced = {
            "alternateTargetGroupArn": self.shop.green,
            "productionListenerRule": self.shop.production_rule,
            "testListenerRule": self.shop.test_rule,
            "roleArn": self.infrastructure,
            **changes,
        }
        return {
            "targetGroupArn": primary or self.shop.blue,
            "containerName": "web",
            "containerPort": 8080,
            "advancedConfiguration": {name: value for name, value in advanced.items() if value is not None},
        }

    def hook(self, *stages: str, **changes: Any) -> Json:
        """A lifecycle hook of the function ``check``."""
        target = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:check"
        return {"hookTargetArn": target, "roleArn": self.hook_role, "lifecycleStages": list(stages), **changes}

    def create(self, configuration: Json | None = None, **changes: Any) -> Json:
        """Creates the service, with ``configuration`` over that of its deployments."""
        wanted = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 60, **BOTH, **(configuration or {})}
        asked = {
            "deploymentController": {"type": "ECS"},
            "deploymentConfiguration": {name: value for name, value in wanted.items() if value is not None},
            "loadBalancers": [self.balancer()],
            **changes,
        }
        return self.shop.create_service(**asked)

    def update(self, **changes: Any) -> Json:
        """Updates the service."""
        return dict(self.ecs.update_service(cluster="shop", service="web", **changes)["service"])

    def release(self) -> Release:
        """Begins to deploy the next revision of the task definition."""
        second = self.shop.register()
        self.update(taskDefinition=second)
        return Release(self, second)

    def deployments(self, **where: Any) -> list[Json]:
        """The service's deployments, the newest first."""
        return list(self.ecs.list_service_deployments(cluster="shop", service="web", **where)["serviceDeployments"])

    def colours(self) -> tuple[dict[str, int], dict[str, int]]:
        """Where production and test traffic go."""
        return self.shop.weights(self.shop.production_rule), self.shop.weights(self.shop.test_rule)

    def running(self) -> list[tuple[str, str, int]]:
        """The deployments that the service tells of: how each goes, what it runs, and how many tasks."""
        told = self.shop.service()["deployments"]
        return [(each["rolloutState"], each["taskDefinition"], each["runningCount"]) for each in told]


class Release:
    """The newest deployment, of the task definition ``second``."""

    def __init__(self, store: Store, second: str) -> None:
        self.store, self.second = store, second
        self.arn = store.deployments()[0]["serviceDeploymentArn"]

    def step(self) -> Json:
        """Lets it go on, and returns how it is."""
        (found,) = self.store.ecs.describe_service_deployments(serviceDeploymentArns=[self.arn])["serviceDeployments"]
        return dict(found)

    def until(self, wanted: str) -> Json:
        """Lets it go on until it has that stage or status."""
        for _ in range(40):
            told = self.step()
            if wanted in (told["status"], told.get("lifecycleStage")):
                return told
        raise AssertionError(f"never {wanted}: {told}")

    def steps(self) -> Iterator[Json]:
        """Each step until it has ended."""
        while (told := self.step())["status"] not in ("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "STOPPED"):
            yield told

    def stop(self, **options: Any) -> None:
        """Stops it."""
        self.store.ecs.stop_service_deployment(serviceDeploymentArn=self.arn, **options)
