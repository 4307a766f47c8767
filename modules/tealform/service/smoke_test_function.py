"""The Lambda function that tests green before it takes traffic."""

from __future__ import annotations

from dataclasses import dataclass

from tealform.aws import (
    Construct,
    ITerraformDependable,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionVpcConfig,
)
from tealform.common.iam import Condition, ServiceRole, ServiceRoleProps, Statement
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.network.security_group import allow_egress, connect, security_group
from tealform.service.lambda_packages import SMOKE_TEST
from tealform.service.platform import ServicePartProps
from tealform.settings.release import SmokeTest as TestSettings

# Seconds beyond the time for the right answer: to start, to find the load balancer, to report.
_EXTRA_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class SmokeTestFunctionProps(ServicePartProps):
    """Inputs of ``SmokeTestFunction``."""

    test: TestSettings
    """The ``smoke_test`` block."""


class SmokeTestFunction(Construct):
    """A Lambda function in the private subnets that reaches green through the test listener.

    It connects to the load balancer's addresses inside the VPC. Nothing else needs access to the test listener,
    and a public load balancer is reached without a route to the internet.
    """

    function_arn: str
    """The function's ARN, as a reference: callers are created after the function."""

    def __init__(self, scope: Construct, id_: str, props: SmokeTestFunctionProps) -> None:
        super().__init__(scope, id_)
        self._props, context = props, props.platform.context
        self._service = props.service
        self._name = f"{self._service}-smoke-test"
        self._logs = LogGroup(
            self, "logs", LogGroupProps(shared=props.platform, name=context.log_group(props.name, "smoke-test"))
        )
        self._role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context=context, name=self._name, service="lambda.amazonaws.com", statements=self._statements()
            ),
        )
        self._group = security_group(
            self,
            name=self._name,
            description=f"Smoke test of {self._service}",
            vpc_id=props.platform.network.vpc_id,
        )
        self.function_arn = self._function(self._connect()).arn

    def _statements(self) -> list[Statement]:
        props, context = self._props, self._props.platform.context
        # Lambda needs these; the function's own code must not have them:
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
        interfaces = [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:UnassignPrivateIpAddresses",
        ]
        return [
            self._logs.allow_write(),
            # A shared subnet belongs to another account.
            Statement(
                sid="JoinNetwork",
                actions=interfaces,
                resources=[f"arn:{context.partition}:ec2:{context.region}:*:*/*"],
            ),
            # AWS supports no narrower resource for these actions.
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
                conditions=[
                    Condition(
                        "ArnEquals", "lambda:SourceFunctionArn", [context.arn("lambda", f"function:{self._name}")]
                    )
                ],
            ),
            Statement(sid="ReadVariables", actions=["kms:Decrypt"], resources=[props.platform.key.arn]),
            *self._allow_report(),
        ]

    def _connect(self) -> list[ITerraformDependable]:
        """Allow the function to reach the test listener and AWS."""
        balancer, group = self._props.platform.load_balancer, self._group.id
        return [
            *connect(
                self,
                group,
                balancer.security_group_id,
                balancer.settings.test_port,
                ingress=("to-test-listener", f"Smoke test of {self._service}"),
                egress=("test-listener", "The test listener"),
            ),
            allow_egress(self, "aws", group, 443, "AWS, to find the load balancer and to report"),
        ]

    def _function(self, connections: list[ITerraformDependable]) -> LambdaFunction:
        props, platform = self._props, self._props.platform
        return LambdaFunction(
            self,
            "function",
            function_name=self._name,
            description=f"Asks green of {self._service} before it takes traffic",
            role=self._role.arn,
            runtime=SMOKE_TEST.runtime,
            architectures=["arm64"],
            handler=f"{SMOKE_TEST.module}.{props.settings.release.engine}",
            filename=SMOKE_TEST.archive,
            source_code_hash=SMOKE_TEST.hash,
            timeout=props.test.timeout_seconds + _EXTRA_SECONDS,
            # Lambda assigns processor time by memory, and boto3 loads the models of two services.
            memory_size=256,
            kms_key_arn=platform.key.arn,
            environment=LambdaFunctionEnvironment(variables=self._variables()),
            vpc_config=LambdaFunctionVpcConfig(
                subnet_ids=list(platform.network.private_subnet_ids), security_group_ids=[self._group.id]
            ),
            # Lambda keeps its network interfaces for up to 45 minutes; the group does not wait for them.
            replace_security_groups_on_destroy=True,
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=self._logs.group.name),
            # The function works from the first release on, and Lambda releases its network interfaces before these go.
            depends_on=[*self._role.permissions, *connections, *platform.network.egress_routes],
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

    def _allow_report(self) -> list[Statement]:
        """Allow reporting to CodeDeploy; ECS takes the function's return value instead.

        https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
        """
        if self._props.settings.release.engine == "ecs":
            return []
        group = f"deploymentgroup:{self._service}/{self._service}"
        return [
            Statement(
                sid="Report",
                actions=["codedeploy:PutLifecycleEventHookExecutionStatus"],
                resources=[self._props.platform.context.arn("codedeploy", group)],
            )
        ]
