"""A shop to release to by CodeDeploy (``Shop``) or by ECS itself (``Store``): load balancer, target groups, service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, role

Json = dict[str, Any]

EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-execution"
PRODUCTION_PORT, TEST_PORT = 80, 8080
MAY_CALL_AND_LOOK = {
    "Effect": "Allow",
    "Action": ["lambda:InvokeFunction", "cloudwatch:DescribeAlarms"],
    "Resource": "*",
}
BOTH = {"maximumPercent": 200, "minimumHealthyPercent": 100}
_NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


def task_definition(**changes: Any) -> Json:
    """What RegisterTaskDefinition takes for the shop's container, with ``changes``."""
    return {
        "family": "shop",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": EXECUTION_ROLE,
        "containerDefinitions": [container()],
        **changes,
    }


def container(**changes: Any) -> Json:
    """The shop's container, with ``changes``."""
    return {
        "name": "web",
        "image": "public.ecr.aws/nginx/nginx:1",
        "portMappings": [{"containerPort": 8080}],
        **changes,
    }


def blue_green(action: str = "CONTINUE_DEPLOYMENT", minutes: int = 0, keep_blue: int = 60) -> Json:
    """How long to wait before and after the traffic moves."""
    terminate = {"action": "TERMINATE", "terminationWaitTimeInMinutes": keep_blue}
    return {
        "terminateBlueInstancesOnDeploymentSuccess": terminate,
        "deploymentReadyOption": {"actionOnTimeout": action, "waitTimeInMinutes": minutes},
    }


class Network:
    """A VPC with two subnets and a security group, and a key."""

    def __init__(self) -> None:
        ec2 = client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
            for number in range(2)
        ]
        self.key = client("kms").create_key()["KeyMetadata"]["Arn"]
        self.group = ec2.create_security_group(GroupName="shop", Description="shop", VpcId=self.vpc)["GroupId"]


class Shop:
    """Production and test listener with a rule each, two target groups, a cluster, a task definition."""

    def __init__(self, network: Network) -> None:
        self.elbv2, self.ecs = client("elbv2"), client("ecs")
        self.network = network
        self.balancer = self.load_balancer("shop")
        self.blue, self.green = self.target_group("shop-blue"), self.target_group("shop-green")
        self.production, self.test = self.listener(PRODUCTION_PORT), self.listener(TEST_PORT)
        self.production_rule, self.test_rule = self.rule(self.production, self.blue), self.rule(self.test, self.green)
        self.ecs.create_cluster(clusterName="shop")
        self.ecs.put_cluster_capacity_providers(
            cluster="shop", capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
        )
        self.first = self.register()

    def register(self, **changes: Any) -> str:
        """Register the next revision of the task definition, with ``changes``; return its ARN."""
        made = self.ecs.register_task_definition(**task_definition(**changes))
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def load_balancer(self, name: str) -> str:
        """Create a load balancer; return its ARN."""
        made = self.elbv2.create_load_balancer(Name=name, Subnets=self.network.subnets)
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])

    def target_group(self, name: str, target_type: str = "ip") -> str:
        """Create a target group; return its ARN."""
        made = self.elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=self.network.vpc, TargetType=target_type
        )
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listener(self, port: int, balancer: str | None = None) -> str:
        """Create a listener that finds nothing by default; return its ARN."""
        made = self.elbv2.create_listener(
            LoadBalancerArn=balancer or self.balancer, Protocol="HTTP", Port=port, DefaultActions=[_NOT_FOUND]
        )
        return str(made["Listeners"][0]["ListenerArn"])

    def rule(self, listener: str, group: str, priority: int = 1) -> str:
        """Create a rule that forwards everything to a target group; return its ARN."""
        made = self.elbv2.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return str(made["Rules"][0]["RuleArn"])

    def network_load_balancer(self) -> tuple[str, str, dict[str, str]]:
        """Create one with a production and a test listener; return their ARNs and those of its groups by colour."""
        made = self.elbv2.create_load_balancer(
            Name="tcp", Type="network", Subnets=self.network.subnets, SecurityGroups=[self.network.group]
        )
        balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
        groups, listeners = {}, []
        for port, colour in ((PRODUCTION_PORT, "blue"), (TEST_PORT, "green")):
            group = self.elbv2.create_target_group(
                Name=f"shop-tcp-{colour}", Protocol="TCP", Port=80, VpcId=self.network.vpc, TargetType="ip"
            )
            groups[colour] = group["TargetGroups"][0]["TargetGroupArn"]
            listener = self.elbv2.create_listener(
                LoadBalancerArn=balancer,
                Protocol="TCP",
                Port=port,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[colour]}],
            )
            listeners.append(listener["Listeners"][0]["ListenerArn"])
        production, test = listeners
        return production, test, groups

    def network_configuration(self) -> Json:
        """The network configuration of the service."""
        return {
            "awsvpcConfiguration": {
                "subnets": self.network.subnets,
                "securityGroups": [self.network.group],
                "assignPublicIp": "DISABLED",
            }
        }

    def create_service(self, **changes: Any) -> Json:
        """Create the service, with ``changes``, and return it as CreateService does."""
        asked = {
            "cluster": "shop",
            "serviceName": "web",
            "desiredCount": 2,
            "taskDefinition": self.first,
            "deploymentController": {"type": "CODE_DEPLOY"},
            "launchType": "FARGATE",
            "networkConfiguration": self.network_configuration(),
            "loadBalancers": [{"targetGroupArn": self.blue, "containerName": "web", "containerPort": 8080}],
            **changes,
        }
        created: Json = self.ecs.create_service(**{name: value for name, value in asked.items() if value is not None})
        return dict(created["service"])

    def service(self) -> Json:
        """The service as DescribeServices returns it."""
        return dict(self.ecs.describe_services(cluster="shop", services=["web"])["services"][0])

    def weights(self, rule: str) -> dict[str, int]:
        """Where a rule forwards to: target groups by name, with their weights."""
        (action,) = self.elbv2.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"]
        groups = action["ForwardConfig"]["TargetGroups"]
        return {group["TargetGroupArn"].split("/")[1].removeprefix("shop-"): group["Weight"] for group in groups}

    def create_application(self) -> None:
        """Create CodeDeploy's application and its role."""
        self.codedeploy = client("codedeploy")
        self.deployment_role = role("codedeploy", "codedeploy.amazonaws.com", MAY_CALL_AND_LOOK)
        self.codedeploy.create_application(applicationName="web", computePlatform="ECS")

    def deployment_group(self, **changes: Any) -> Json:
        """What CreateDeploymentGroup takes for the service, with ``changes``."""
        return {
            "applicationName": "web",
            "deploymentGroupName": "web",
            "serviceRoleArn": self.deployment_role,
            "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "blueGreenDeploymentConfiguration": blue_green(),
            "autoRollbackConfiguration": {
                "enabled": True,
                "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"],
            },
            "ecsServices": [{"clusterName": "shop", "serviceName": "web"}],
            "loadBalancerInfo": {"targetGroupPairInfoList": [self.pair()]},
            **changes,
        }

    def pair(self, **changes: Any) -> Json:
        """The pair of target groups with its listeners, with ``changes``."""
        return {
            "targetGroups": [{"name": "shop-blue"}, {"name": "shop-green"}],
            "prodTrafficRoute": {"listenerArns": [self.production]},
            "testTrafficRoute": {"listenerArns": [self.test]},
            **changes,
        }


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
        """Create the service, with ``configuration`` over that of its deployments."""
        wanted = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 60, **BOTH, **(configuration or {})}
        asked = {
            "deploymentController": {"type": "ECS"},
            "deploymentConfiguration": {name: value for name, value in wanted.items() if value is not None},
            "loadBalancers": [self.balancer()],
            **changes,
        }
        return self.shop.create_service(**asked)

    def update(self, **changes: Any) -> Json:
        """Update the service."""
        return dict(self.ecs.update_service(cluster="shop", service="web", **changes)["service"])

    def release(self) -> ServiceRelease:
        """Begin to deploy the next revision of the task definition."""
        second = self.shop.register()
        self.update(taskDefinition=second)
        return ServiceRelease(self, second)

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


class ServiceRelease:
    """The newest deployment, of the task definition ``second``."""

    def __init__(self, store: Store, second: str) -> None:
        self.store, self.second = store, second
        self.arn = store.deployments()[0]["serviceDeploymentArn"]

    def step(self) -> Json:
        """Let it go on, and return how it is."""
        (found,) = self.store.ecs.describe_service_deployments(serviceDeploymentArns=[self.arn])["serviceDeployments"]
        return dict(found)

    def until(self, wanted: str) -> Json:
        """Let it go on until it has that stage or status."""
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
        """Stop it."""
        self.store.ecs.stop_service_deployment(serviceDeploymentArn=self.arn, **options)
