"""The role that lets a pipeline in another account release a service, in the service's account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import Construct, IamRole, IamRolePolicy, SsmParameter
from tealform.common.iam import Statement, account_principals, policy_document, require_role
from tealform.naming import Context
from tealform.pipeline.artifact_bucket import Artifacts
from tealform.pipeline.codedeploy_deployment import CodeDeployDeployment, CodeDeployDeploymentProps
from tealform.pipeline.ecs_deployment import allow_release
from tealform.service.platform import ServicePlatform
from tealform.service.service import Service
from tealform.settings.release_templates import as_parameter
from tealform.settings.service import Service as Settings


def parameter_path(target: Context, service: str) -> str:
    """Return the path in Parameter Store of the variables of the release contract.

    It does not begin with the project, whose name may begin with "aws" or "ssm", which Parameter Store reserves:
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    """
    return f"/release/{target.project}/{target.environment}/{service}"


def release_role_arn(target: Context, service: str) -> str:
    """Return the ARN of the role in the service's account that may release."""
    return target.global_arn("iam", f"role/{target.name(service, 'release')}")


def reader_arns(target: Context, service: str, engine: str) -> list[str]:
    """Return the ARNs of the roles in the service's account that read artifacts."""
    if engine == "ecs":
        return []
    return [release_role_arn(target, service), target.global_arn("iam", f"role/{target.name(service, 'deploy')}")]


@dataclass(frozen=True, kw_only=True)
class CrossAccountRoleProps:
    """Configures a ``CrossAccountRole``."""

    platform: ServicePlatform
    """The load balancer and cluster of the service, in the service's account."""

    name: str
    """The service's name."""

    settings: Settings
    """The ``service`` block of the settings."""

    service: Service
    """The service that is released."""

    pipelines: Context
    """The names and the account of the service's pipeline."""


class CrossAccountRole(Construct):
    """A role that one pipeline may assume to release this service, and what that pipeline must know, in Parameter Store.

    With engine ``codedeploy`` also CodeDeploy's application and deployment group.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
    """

    def __init__(self, scope: Construct, id_: str, props: CrossAccountRoleProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        context = props.platform.context
        self._publish(props.service.contract())
        trust = policy_document(
            self,
            "trust",
            [
                Statement(
                    sid="Trust",
                    actions=["sts:AssumeRole"],
                    principals=account_principals(self._callers()),
                    conditions=[require_role(self._callers())],
                )
            ],
        )
        name = context.name(props.name, "release")
        role = IamRole(
            self,
            "role",
            name=name,
            description=f"Releases {props.service.name} from account {props.pipelines.account}",
            assume_role_policy=trust.json,
        )
        document = policy_document(self, "permissions", self._statements())
        IamRolePolicy(self, "policy", name=name, role=role.name, policy=document.json)

    def _callers(self) -> list[str]:
        """Return the ARNs of the roles that may assume this one: the pipeline's, and those of its builds that ask AWS here."""
        pipelines, name = self._props.pipelines, self._props.name
        deployer = "deploy" if self._props.settings.release.engine == "ecs" else "pipeline"
        return [pipelines.global_arn("iam", f"role/{pipelines.name(name, part)}") for part in ("prepare", deployer)]

    def _publish(self, contract: Mapping[str, str]) -> None:
        path = parameter_path(self._props.platform.context, self._props.name)
        for name, value in contract.items():
            SsmParameter(
                self,
                name.lower().replace("_", "-"),
                name=f"{path}/{name}",
                type="String",
                # It holds no secret, and a plan that shows it can be read.
                insecure_value=as_parameter(value),
                description=f"What a release of {self._props.service.name} is filled from",
            )

    def _statements(self) -> list[Statement]:
        context = self._props.platform.context
        path = context.arn("ssm", f"parameter{parameter_path(context, self._props.name)}")
        return [
            Statement(sid="ReadContract", actions=["ssm:GetParametersByPath"], resources=[path, f"{path}/*"]),
            *self._allow_release(),
        ]

    def _allow_release(self) -> Sequence[Statement]:
        props = self._props
        platform, service, settings = props.platform, props.service, props.settings
        if settings.release.engine == "ecs":
            return allow_release(platform.context, platform.cluster.name, props.name, service.roles.arns)
        artifacts = Artifacts.from_context(props.pipelines, props.name)
        deployment = CodeDeployDeployment(
            self,
            "deployment",
            CodeDeployDeploymentProps(
                platform=platform, service=service, release=settings.release, artifacts=artifacts
            ),
        )
        return [*artifacts.allow_read(), artifacts.allow_inspect(), *deployment.allow_deploy()]
