"""A step of a pipeline that AWS CodeBuild does: a project, what it may do, and where it logs."""

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
    Construct,
)
from tealform.common import secret_access
from tealform.common.iam import ServiceRole, ServiceRoleProps, Statement
from tealform.common.log_group import LogGroup, LogGroupProps
from tealform.common.shared_resources import SharedResources
from tealform.pipeline.action import Step, action
from tealform.pipeline.build_network import BuildNetwork, BuildNetworkProps
from tealform.service.platform import ServicePlatform

QUEUED_MINUTES = 60
"""Minutes that a build may wait for a machine."""

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
CONTAINERS = {
    "x86_64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}


@dataclass(frozen=True)
class CodeBuildProps:
    """What is built, with which rights, on which machine.

    ``part`` names role and log group beside the service's (``build``, ``deploy``); ``name`` is the project's own full name.
    ``buildspec`` is the text of one, or the path of one in the source; the source's ``buildspec.yml`` when left out.
    ``secrets`` are variables with the ARN of what they hold, ``secrets_kms_keys`` the keys that those are under. Builds are in
    the environment's private subnets if they are given the ``egress_ports`` that they may connect to there.
    """

    shared: SharedResources
    service: str
    part: str
    name: str
    description: str
    architecture: str
    timeout_minutes: int
    statements: Sequence[Statement] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    secrets_kms_keys: Sequence[str] = ()
    compute: str = "BUILD_GENERAL1_SMALL"
    buildspec: str | None = None
    # Docker needs it to build.
    privileged: bool = False
    local_layer_cache: bool = False
    egress_ports: Sequence[int] | None = None


class CodeBuild(Construct):
    """A project with a role and a log group of its own, in front of which nothing is decided: source and artifacts are the pipeline's."""

    def __init__(self, scope: Construct, id_: str, props: CodeBuildProps) -> None:
        super().__init__(scope, id_)
        self._code_build_props, shared = props, props.shared
        context = shared.context
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
                    *(self._network.joining() if self._network else ()),
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
        """The step of a pipeline that runs the project; the first of ``inputs`` is where the buildspec is looked for.

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
            action(stage, category, "CodeBuild", configuration, inputs, outputs, namespace=namespace),
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
            self, "network", BuildNetworkProps(shared.context, shared.network, name, props.egress_ports)
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
