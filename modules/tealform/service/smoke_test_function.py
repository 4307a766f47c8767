"""The function that asks green a question before it takes traffic."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import (
    Construct,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionVpcConfig,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from tealform.common.iam import Condition, ServiceRole, ServiceRoleProps, Statement
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.service import lambda_packages
from tealform.service.platform import ServicePlatform
from tealform.settings.release import SmokeTest as TestSettings
from tealform.settings.service import Service as Settings

# Beyond the time for the right answer: to start, to find the load balancer, to report.
_SECONDS_BESIDE = 60


@dataclass(frozen=True)
class SmokeTestProps:
    """The service, by its full name and its own, as it is set, and its test."""

    platform: ServicePlatform
    service: str
    name: str
    settings: Settings
    test: TestSettings


class SmokeTest(Construct):
    """A Lambda function in the private subnets that reaches green through the test listener.

    It reaches the load balancer at its addresses inside the VPC: so nobody else needs to be let in, and a public load
    balancer is reached without a way through the internet.
    """

    def __init__(self, scope: Construct, id_: str, props: SmokeTestProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.platform.context
        self.name = f"{props.service}-smoke-test"
        self._arn = context.arn("lambda", f"function:{self.name}")
        self._logs = LogGroup(
            self,
            "logs",
            LogGroupProps(
                context,
                context.log_group(props.name, "smoke-test"),
                props.platform.key,
                props.platform.retention_days,
            ),
        )
        self._role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context,
                name=self.name,
                service="lambda.amazonaws.com",
                statements=self._statements(),
            ),
        )
        # By reference: whoever calls the function comes after it.
        self.function_arn = self._function(self._security_group()).arn

    def _statements(self) -> list[Statement]:
        props, context = self._props, self._props.platform.context
        # What the function's own code must not do with them:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
        interfaces = [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:UnassignPrivateIpAddresses",
        ]
        return [
            self._logs.writing(),
            # A subnet that is shared belongs to another account.
            Statement(
                sid="JoinNetwork",
                actions=interfaces,
                resources=[f"arn:{context.partition}:ec2:{context.region}:*:*/*"],
            ),
            # AWS knows no narrower resource for these.
            Statement(
                sid="LookAtNetwork",
                actions=["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
                resources=["*"],
            ),
            Statement(
                sid="LeaveNetworkToLambda",
                effect="Deny",
                actions=interfaces,
                resources=["*"],
                conditions=[Condition("ArnEquals", "lambda:SourceFunctionArn", [self._arn])],
            ),
            Statement(sid="ReadVariables", actions=["kms:Decrypt"], resources=[props.platform.key.arn]),
            *_reporting(props),
        ]

    def _security_group(self) -> SecurityGroup:
        props = self._props
        platform, port = props.platform, props.platform.load_balancer.settings.test_port
        balancer = platform.load_balancer.security_group_id
        group = SecurityGroup(
            self,
            "security-group",
            name=self.name,
            description=f"Smoke test of {props.service}",
            vpc_id=platform.network.vpc_id,
            tags={"Name": self.name},
        )
        self._connections = [
            VpcSecurityGroupIngressRule(
                self,
                "to-test-listener",
                security_group_id=balancer,
                description=f"Smoke test of {props.service}",
                referenced_security_group_id=group.id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            ),
            VpcSecurityGroupEgressRule(
                self,
                "test-listener",
                security_group_id=group.id,
                description="The test listener",
                referenced_security_group_id=balancer,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            ),
            VpcSecurityGroupEgressRule(
                self,
                "aws",
                security_group_id=group.id,
                description="AWS, to find the load balancer and to report",
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
            ),
        ]
        return group

    def _function(self, group: SecurityGroup) -> LambdaFunction:
        props = self._props
        platform, program = props.platform, lambda_packages.SMOKE_TEST
        return LambdaFunction(
            self,
            "function",
            function_name=self.name,
            description=f"Asks green of {props.service} before it takes traffic",
            role=self._role.arn,
            runtime=program.runtime,
            architectures=["arm64"],
            handler=f"{program.module}.{props.settings.release.engine}",
            filename=program.archive,
            source_code_hash=program.hash,
            timeout=props.test.timeout_seconds + _SECONDS_BESIDE,
            # Its share of a processor comes with its memory, and it loads the models of two services.
            memory_size=256,
            kms_key_arn=platform.key.arn,
            environment=LambdaFunctionEnvironment(variables=self._variables()),
            vpc_config=LambdaFunctionVpcConfig(
                subnet_ids=list(platform.network.private_subnet_ids), security_group_ids=[group.id]
            ),
            # Lambda keeps its network interfaces for up to three quarters of an hour; the group need not wait for them.
            replace_security_groups_on_destroy=True,
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=self._logs.group.name),
            # It works from the first release on, and Lambda gives its network interfaces back while these are there.
            depends_on=[*self._role.permissions, *self._connections, *platform.network.ways_out],
        )

    def _variables(self) -> dict[str, str]:
        test, balancer = self._props.test, self._props.platform.load_balancer
        variables = {
            "BALANCER": balancer.arn_suffix,
            "PROTOCOL": balancer.settings.protocol,
            "PORT": str(balancer.settings.test_port),
            "URL_PATH": test.path,
            "EXPECT": str(test.expect),
            "SECONDS": str(test.timeout_seconds),
        }
        host = test.host or next(iter(self._props.settings.hosts), None)
        return variables | ({"HOST": host} if host else {})


def _reporting(props: SmokeTestProps) -> list[Statement]:
    """ECS takes the function's answer; CodeDeploy wants to be called.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
    """
    if props.settings.release.engine == "ecs":
        return []
    group = props.platform.context.arn("codedeploy", f"deploymentgroup:{props.service}/{props.service}")
    actions = ["codedeploy:PutLifecycleEventHookExecutionStatus"]
    return [Statement(sid="Report", actions=actions, resources=[group])]
