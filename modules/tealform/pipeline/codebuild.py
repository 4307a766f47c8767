"""A step that AWS CodeBuild runs: the project, its permissions, its log group and its network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tealform.aws import (
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectCache,
    CodebuildProjectEnvironment,
    CodebuildProjectEnvironmentEnvironmentVariable,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    CodebuildProjectSource,
    CodebuildProjectVpcConfig,
    Construct,
    ITerraformDependable,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
)
from tealform.common import secret_access
from tealform.common.iam import Condition, ServiceRole, ServiceRoleProps, Statement
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.common.shared_resources import SharedResources
from tealform.naming import Context
from tealform.network.network import Network
from tealform.pipeline.action import Step, create_action
from tealform.service.platform import ServicePlatform

QUEUED_MINUTES = 60
"""Minutes that a build may wait for a machine."""

AWS_RETRIES = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "10"}
"""Variables with which the AWS CLI asks again before a wait of hours fails.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-retries.html
"""

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
CONTAINERS = {
    "x86_64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}


@dataclass(frozen=True, kw_only=True)
class CodeBuildProps:
    """Configures a ``CodeBuild`` project.

    Limits: https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
    """

    shared: SharedResources
    """The environment's key and log retention, in the pipeline's account; with a network if builds run in it."""

    service: str
    """The name of the service that the project works for."""

    part: str
    """The project's part in the pipeline (``build``, ``deploy``); role and log group are named after service and part."""

    name: str
    """The project's full name."""

    description: str
    """The project's description."""

    architecture: str = "x86_64"
    """The processor that builds run on, a key of ``CONTAINERS``. The default is for what runs on any, like Python."""

    timeout_minutes: int
    """Minutes that a build may take."""

    statements: Sequence[Statement] = ()
    """What builds may do beyond writing their log; nothing by default."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """Plain environment variables; none by default."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    """Environment variables with the ARN of the secret or parameter that holds their value; none by default."""

    secrets_kms_keys: Sequence[str] = ()
    """ARNs of the KMS keys that encrypt ``secrets``; by default AWS's own."""

    compute: str = "BUILD_GENERAL1_SMALL"
    """The compute type: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html"""

    buildspec: str | None = None
    """The buildspec, or its path in the source; by default ``buildspec.yml`` in the source."""

    privileged: bool = False
    """Whether builds run in privileged mode, which Docker needs to build; off by default."""

    local_layer_cache: bool = False
    """Whether a build host keeps Docker layers for the next build; off by default."""

    egress_ports: Sequence[int] | None = None
    """TCP ports that builds may connect to from the private subnets; by default builds run outside of the network."""


class CodeBuild(Construct):
    """A CodeBuild project with its role and log group. Source and artifacts are the pipeline's."""

    def __init__(self, scope: Construct, id_: str, props: CodeBuildProps) -> None:
        super().__init__(scope, id_)
        self._code_build_props, shared, context = props, props.shared, props.shared.context
        self.name = props.name
        self.arn = context.arn("codebuild", f"project/{self.name}")
        logs = LogGroup(
            self,
            "logs",
            LogGroupProps(shared=shared, name=context.log_group(props.service, props.part)),
        )
        self._network = self._build_network()
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                context=context,
                name=context.name(props.service, props.part),
                service="codebuild.amazonaws.com",
                source_arn=self.arn,
                statements=[
                    logs.allow_write(),
                    *props.statements,
                    *secret_access.allow_secret_reads(props.secrets, props.secrets_kms_keys),
                    *(self._network.allow_join() if self._network else ()),
                ],
            ),
        )
        self.permissions = role.permissions
        self.project = self._project(role, logs)

    def step(
        self,
        stage: str,
        inputs: Sequence[str],
        outputs: Sequence[str] = (),
        category: str = "Build",
        namespace: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Step:
        """Return the step that runs the project; CodeBuild looks for the buildspec in the first of ``inputs``.

        ``variables`` are those that only the pipeline knows.
        """
        configuration = {"ProjectName": self.project.name}
        if len(inputs) > 1:
            configuration["PrimarySource"] = inputs[0]
        if variables:
            configuration["EnvironmentVariables"] = json.dumps(
                [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in variables.items()]
            )
        return Step(
            stage,
            create_action(stage, category, "CodeBuild", configuration, inputs, outputs, namespace=namespace),
            [Statement(sid=stage, actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"], resources=[self.arn])],
            self.permissions,
        )

    def _build_network(self) -> BuildNetwork | None:
        props, shared = self._code_build_props, self._code_build_props.shared
        if props.egress_ports is None:
            return None
        assert isinstance(shared, ServicePlatform), "the rules want the pipeline where the network is"
        name = shared.context.name(props.service, props.part)
        return BuildNetwork(
            self,
            "network",
            BuildNetworkProps(
                context=shared.context, network=shared.network, name=name, egress_ports=props.egress_ports
            ),
        )

    def _variables(self) -> Iterator[CodebuildProjectEnvironmentEnvironmentVariable]:
        props = self._code_build_props
        given: dict[str, tuple[str | None, str]] = {name: (None, value) for name, value in props.variables.items()}
        given |= {name: secret_access.to_codebuild_variable(arn) for name, arn in props.secrets.items()}
        for name, (kind, value) in sorted(given.items()):
            yield CodebuildProjectEnvironmentEnvironmentVariable(name=name, type=kind, value=value)

    def _project(self, role: ServiceRole, logs: LogGroup) -> CodebuildProject:
        props = self._code_build_props
        kind, image = CONTAINERS[props.architecture]
        return CodebuildProject(
            self,
            "project",
            name=self.name,
            description=props.description,
            service_role=role.arn,
            build_timeout=props.timeout_minutes,
            queued_timeout=QUEUED_MINUTES,
            encryption_key=props.shared.key.arn,
            source=CodebuildProjectSource(type="CODEPIPELINE", buildspec=props.buildspec),
            artifacts=CodebuildProjectArtifacts(type="CODEPIPELINE"),
            environment=CodebuildProjectEnvironment(
                type=kind,
                image=image,
                compute_type=props.compute,
                privileged_mode=True if props.privileged else None,
                environment_variable=[*self._variables()] or None,
            ),
            cache=CodebuildProjectCache(type="LOCAL", modes=["LOCAL_DOCKER_LAYER_CACHE"])
            if props.local_layer_cache
            else None,
            vpc_config=self._network.config if self._network else None,
            logs_config=CodebuildProjectLogsConfig(
                cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(status="ENABLED", group_name=logs.group.name)
            ),
            # CodeBuild looks at the network, as the role, when it is given one.
            depends_on=[*role.permissions, *self._network.needed] if self._network else None,
        )


@dataclass(frozen=True, kw_only=True)
class BuildNetworkProps:
    """Configures a ``BuildNetwork``."""

    context: Context
    """The account and region of the builds."""

    network: Network
    """The network whose private subnets the builds run in."""

    name: str
    """The security group's name."""

    egress_ports: Sequence[int]
    """TCP ports that the builds may connect to."""


class BuildNetwork(Construct):
    """Builds in the private subnets, with a security group that admits no one. A project depends on ``needed``."""

    def __init__(self, scope: Construct, id_: str, props: BuildNetworkProps) -> None:
        super().__init__(scope, id_)
        self._context = props.context
        self._subnet_ids = list(props.network.private_subnet_ids)
        self._group = SecurityGroup(
            self,
            "security-group",
            name=props.name,
            description=f"Builds of {props.name}",
            vpc_id=props.network.vpc_id,
            tags={"Name": props.name},
        )
        rules = [
            VpcSecurityGroupEgressRule(
                self,
                f"egress-{port}",
                security_group_id=self._group.id,
                description=f"Connections to port {port}",
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            )
            for port in props.egress_ports
        ]
        self.needed: list[ITerraformDependable] = [*rules, *props.network.egress_routes]
        self.config = CodebuildProjectVpcConfig(
            vpc_id=props.network.vpc_id, subnets=self._subnet_ids, security_group_ids=[self._group.id]
        )

    def allow_join(self) -> list[Statement]:
        """Return the permission to create network interfaces in these subnets, and to lend them to CodeBuild only.

        https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        """
        interfaces = self._context.arn("ec2", "network-interface/*")
        # A subnet that is shared belongs to another account.
        of_any_account = f"arn:{self._context.partition}:ec2:{self._context.region}:*"
        subnets = [f"{of_any_account}:subnet/{subnet}" for subnet in self._subnet_ids]
        in_them = Condition("ArnLike", "ec2:Subnet", subnets)
        by_codebuild = Condition("StringEquals", "ec2:AuthorizedService", ["codebuild.amazonaws.com"])
        group = self._context.arn("ec2", f"security-group/{self._group.id}")
        looks = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
        return [
            Statement("JoinNetwork", ["ec2:CreateNetworkInterface"], [interfaces, *subnets, group]),
            Statement("LeaveNetwork", ["ec2:DeleteNetworkInterface"], [interfaces], conditions=[in_them]),
            Statement(
                "LendNetworkInterfaces",
                ["ec2:CreateNetworkInterfacePermission"],
                [interfaces],
                conditions=[in_them, by_codebuild],
            ),
            # AWS knows no narrower resource for these.
            Statement("LookAtNetwork", [f"ec2:Describe{what}" for what in looks], ["*"]),
        ]
