"""What ECS answers and refuses beyond moto."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.aws_emulator.shop import Shop, container, task_definition

Json = dict[str, Any]


@pytest.fixture
def ecs(shop: Shop) -> Any:
    return shop.ecs


@pytest.mark.parametrize(
    ("cpu", "memory"), [("256", "2048"), ("4096", "30720"), ("16384", "122880"), (".5 vCPU", "1 GB")]
)
def test_fargate_takes_its_sizes(ecs: Any, cpu: str, memory: str) -> None:
    registered = ecs.register_task_definition(**task_definition(cpu=cpu, memory=memory))["taskDefinition"]
    assert (registered["cpu"], registered["memory"]) == (cpu, memory)


@pytest.mark.parametrize(("cpu", "memory"), [("256", "4096"), ("300", "512"), ("512", "1536"), ("8192", "18432")])
def test_fargate_refuses_other_sizes(ecs: Any, cpu: str, memory: str) -> None:
    with pytest.raises(
        ClientError, match=f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memo"
    ):
        ecs.register_task_definition(**task_definition(cpu=cpu, memory=memory))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"networkMode": "bridge"}, "Fargate only supports network mode ‘awsvpc’."),
        ({"cpu": ""}, "Fargate requires that 'cpu' be defined at the task level."),
        ({"placementConstraints": [{"type": "memberOf"}]}, "do not support placement constraints"),
        ({"containerDefinitions": [container(privileged=True)]}, "do not support privileged"),
        ({"containerDefinitions": [container(linuxParameters={"sharedMemorySize": 64})]}, "support sharedMemorySize"),
        ({"containerDefinitions": [container(memory=1024)]}, "The 'memory' setting for container is greater than"),
        (
            {"containerDefinitions": [container(portMappings=[{"containerPort": 8080, "hostPort": 80}])]},
            "the host ports and container ports in port mappings must match",
        ),
    ],
)
def test_fargate_refuses_what_it_cannot_run(ecs: Any, changes: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        ecs.register_task_definition(**task_definition(**changes))


@pytest.mark.parametrize(
    "needs",
    [
        {"secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:a"}]},
        {"logConfiguration": {"logDriver": "awslogs"}},
        {"image": "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/shop:1"},
    ],
)
def test_secrets_logs_and_images_of_ecr_need_an_execution_role(ecs: Any, needs: Json) -> None:
    asked = task_definition(containerDefinitions=[container(**needs)])
    assert ecs.register_task_definition(**asked)["taskDefinition"]["status"] == "ACTIVE"
    del asked["executionRoleArn"]
    with pytest.raises(ClientError, match=r"executionRoleArn|execution role ARN"):
        ecs.register_task_definition(**asked)


def test_only_fargate_asks_for_sizes(ecs: Any) -> None:
    registered = ecs.register_task_definition(family="other", containerDefinitions=[container(memory=128)])
    assert registered["taskDefinition"]["networkMode"] == "bridge"


def test_a_service_tells_what_it_was_created_with(shop: Shop) -> None:
    settings: Json = {
        "enableECSManagedTags": True,
        "enableExecuteCommand": True,
        "healthCheckGracePeriodSeconds": 60,
        "propagateTags": "SERVICE",
        "launchType": None,
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        "deploymentConfiguration": {"maximumPercent": 150},
    }
    shop.create_service(**settings)
    service = shop.service()
    told = {name: service.get(name) for name in settings}
    assert told == {**settings, "deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 100}}
    assert (service["platformVersion"], service["availabilityZoneRebalancing"]) == ("LATEST", "DISABLED")
    assert service["networkConfiguration"] == shop.network_configuration()


def test_all_tasks_run_at_once_in_the_primary_task_set(shop: Shop) -> None:
    service = shop.create_service()
    assert (service["runningCount"], service["pendingCount"], service["deployments"]) == (2, 0, [])
    (primary,) = service["taskSets"]
    assert (primary["status"], primary["taskDefinition"], primary["runningCount"]) == ("PRIMARY", shop.first, 2)
    assert primary["loadBalancers"][0]["targetGroupArn"] == shop.blue
    shop.ecs.update_service(cluster="shop", service="web", desiredCount=5)
    assert shop.service()["taskSets"][0]["runningCount"] == 5


def test_a_service_of_ecs_itself_has_a_finished_deployment(shop: Shop) -> None:
    service = shop.create_service(deploymentController={"type": "ECS"})
    assert service.get("taskSets", []) == []
    assert [(each["rolloutState"], each["runningCount"]) for each in service["deployments"]] == [("COMPLETED", 2)]
    second = shop.register()
    shop.ecs.update_service(cluster="shop", service="web", taskDefinition="shop:2")
    assert shop.service()["taskDefinition"] == second


def test_a_service_of_ecs_itself_tells_of_its_service_deployment_and_revision(shop: Shop) -> None:
    shop.create_service(deploymentController={"type": "ECS"})
    (brief,) = shop.ecs.list_service_deployments(cluster="shop", service="web")["serviceDeployments"]
    arn, missing = brief["serviceDeploymentArn"], brief["serviceDeploymentArn"] + "0"
    described = shop.ecs.describe_service_deployments(serviceDeploymentArns=[arn, missing])
    (deployment,) = described["serviceDeployments"]
    assert (deployment["status"], deployment["targetServiceRevision"]["runningTaskCount"]) == ("SUCCESSFUL", 2)
    assert described["failures"] == [{"arn": missing, "reason": "MISSING"}]
    revisions = [brief["targetServiceRevisionArn"]]
    (revision,) = shop.ecs.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
    assert revision["taskDefinition"] == shop.first


def test_a_service_under_codedeploy_has_no_service_deployments(shop: Shop) -> None:
    shop.create_service()
    assert shop.ecs.list_service_deployments(cluster="shop", service="web")["serviceDeployments"] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"containerName": "api"}, "The container api does not exist in the task definition."),
        ({"containerPort": 81}, "The container web did not have a container port 81 defined."),
    ],
)
def test_a_service_needs_a_container_and_port_of_its_task_definition(shop: Shop, changes: Json, message: str) -> None:
    balancer = {"targetGroupArn": shop.blue, "containerName": "web", "containerPort": 8080}
    with pytest.raises(ClientError, match=message):
        shop.create_service(loadBalancers=[{**balancer, **changes}])
    assert shop.create_service(loadBalancers=[balancer])["status"] == "ACTIVE"


def test_a_service_needs_a_target_group_that_hangs_on_a_listener(shop: Shop) -> None:
    lonely = shop.target_group("lonely")
    balancer = {"targetGroupArn": lonely, "containerName": "web", "containerPort": 8080}
    message = f"The target group with targetGroupArn {lonely} does not have an associated load balancer."
    with pytest.raises(ClientError, match=message):
        shop.create_service(loadBalancers=[balancer])
    shop.rule(shop.test, lonely, 2)
    assert shop.create_service(loadBalancers=[balancer])["loadBalancers"] == [balancer]


def test_a_service_in_awsvpc_needs_a_target_group_of_addresses(shop: Shop) -> None:
    group = shop.target_group("instances", "instance")
    shop.rule(shop.test, group, 2)
    with pytest.raises(ClientError, match="target type instance, which is incompatible with the awsvpc network mode"):
        shop.create_service(loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 8080}])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"taskDefinition": "shop:9"}, "TaskDefinition not found."),
        ({"networkConfiguration": None}, "Network Configuration must be provided when networkMode 'awsvpc'"),
        ({"launchType": None, "capacityProviderStrategy": [{"capacityProvider": "none"}]}, "'none' was not found"),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, "Specifying both a launch type and capacity"),
    ],
)
def test_a_service_that_cannot_run_is_not_created(shop: Shop, changes: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        shop.create_service(**changes)


def test_a_service_does_not_run_a_task_definition_that_was_deregistered(shop: Shop) -> None:
    shop.ecs.deregister_task_definition(taskDefinition=shop.first)
    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        shop.create_service()


def test_a_name_is_free_again_once_its_service_is_gone(shop: Shop) -> None:
    shop.create_service()
    with pytest.raises(ClientError, match="Creation of service was not idempotent"):
        shop.create_service()
    with pytest.raises(ClientError, match="cannot be stopped while it is scaled above 0"):
        shop.ecs.delete_service(cluster="shop", service="web")
    shop.ecs.update_service(cluster="shop", service="web", desiredCount=0)
    shop.ecs.delete_service(cluster="shop", service="web")
    assert (shop.service()["status"], shop.service()["runningCount"]) == ("INACTIVE", 0)
    with pytest.raises(ClientError, match="ServiceNotActiveException"):
        shop.ecs.update_service(cluster="shop", service="web", desiredCount=1)
    assert shop.create_service()["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"taskDefinition": "shop:1"}, "Unable to update task definition"),
        ({"loadBalancers": [{"containerName": "web", "containerPort": 8080}]}, "Unable to update load balancers"),
        ({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}}}, "Unable to update network parameters"),
        ({"platformVersion": "1.4.0"}, "Unable to update platform version"),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, "Unable to update capacity providers"),
        ({"forceNewDeployment": True}, "Cannot force a new deployment"),
    ],
)
def test_what_codedeploy_owns_is_not_updated(shop: Shop, change: Json, message: str) -> None:
    shop.create_service()
    with pytest.raises(ClientError, match=f"{message} on services with a CODE_DEPLOY deployment controller. Use AWS C"):
        shop.ecs.update_service(cluster="shop", service="web", **change)


def test_what_codedeploy_does_not_own_is_updated(shop: Shop) -> None:
    shop.create_service(deploymentConfiguration={"maximumPercent": 150})
    changes = {"healthCheckGracePeriodSeconds": 30, "enableECSManagedTags": True, "propagateTags": "SERVICE"}
    shop.ecs.update_service(
        cluster="shop", service="web", deploymentConfiguration={"minimumHealthyPercent": 50}, **changes
    )
    service = shop.service()
    assert service.items() >= changes.items()
    assert service["deploymentConfiguration"] == {"maximumPercent": 150, "minimumHealthyPercent": 50}


def test_what_changes_with_the_primary_task_set_transitions_to_the_service(shop: Shop) -> None:
    shop.create_service()
    second = shop.register()
    balancers = [{"targetGroupArn": shop.green, "containerName": "web", "containerPort": 8080}]
    green = shop.ecs.create_task_set(
        cluster="shop",
        service="web",
        taskDefinition=second,
        loadBalancers=balancers,
        platformVersion="1.4.0",
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": shop.network.subnets[:1], "securityGroups": []}},
    )["taskSet"]
    assert shop.service()["taskDefinition"] == shop.first
    shop.ecs.update_service_primary_task_set(cluster="shop", service="web", primaryTaskSet=green["taskSetArn"])
    service = shop.service()
    assert (service["taskDefinition"], service["loadBalancers"]) == (second, balancers)
    assert service["platformVersion"] == "1.4.0"
    assert service["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert service["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == shop.network.subnets[:1]
    assert "launchType" not in service


def test_a_cluster_is_deleted_once_its_services_are(shop: Shop) -> None:
    shop.create_service()
    with pytest.raises(ClientError, match="ClusterContainsServicesException"):
        shop.ecs.delete_cluster(cluster="shop")
    shop.ecs.delete_service(cluster="shop", service="web", force=True)
    assert shop.ecs.delete_cluster(cluster="shop")["cluster"]["status"] == "INACTIVE"


def test_a_cluster_takes_only_capacity_providers_that_exist(ecs: Any) -> None:
    with pytest.raises(ClientError, match="The specified capacity provider 'none' was not found"):
        ecs.put_cluster_capacity_providers(
            cluster="shop", capacityProviders=["none"], defaultCapacityProviderStrategy=[]
        )
    ecs.put_cluster_capacity_providers(
        cluster="shop", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    assert ecs.describe_clusters(clusters=["shop"])["clusters"][0]["capacityProviders"] == ["FARGATE"]
