"""The two roles of whoever runs Terraform on an environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import Construct, IamPolicy, IamRole, IamRolePolicy, IamRolePolicyAttachment
from tealform.bootstrap import permissions, state_permissions
from tealform.bootstrap.oidc_providers import Issuer
from tealform.bootstrap.permissions.identity import PATH
from tealform.bootstrap.permissions.resource_arns import Names
from tealform.common.iam import Condition, Statement, policy_document
from tealform.naming import Context
from tealform.settings.loader import LoadedEnvironment

# Seconds. Nothing renews a session of a workflow, and an apply whose session ends cannot save what it has done.
_LONGEST = {"plan": 3_600, "apply": 7_200}


@dataclass(frozen=True)
class RunnerProps:
    """An environment, whom it lets in with the ARN of the identity provider, and the ARN of the key its state is under.

    ``left_alone`` is what an apply is denied.
    """

    settings: LoadedEnvironment
    issuers: Sequence[tuple[Issuer, str]]
    state_key_arn: str | None
    left_alone: Sequence[Statement]


class Runner(Construct):
    """A role for plans, which reads, and one for applies, which reads the same and changes what is the environment's."""

    def __init__(self, scope: Construct, id_: str, props: RunnerProps) -> None:
        super().__init__(scope, id_)
        self._props, self._context = props, props.settings.context
        names = Names.of(props.settings)
        reading = self._policies(permissions.reading(names))
        changing = self._policies(permissions.changing(names))
        self.plan = self._role("plan", reading)
        self.apply = self._role("apply", reading | changing)

    def _policies(self, documents: Mapping[str, Sequence[Statement]]) -> dict[str, IamPolicy]:
        return {name: self._policy(name, statements) for name, statements in documents.items()}

    def _policy(self, name: str, statements: Sequence[Statement]) -> IamPolicy:
        document = policy_document(self, f"{name}-permissions", statements)
        return IamPolicy(self, name, name=self._context.name(name), path=PATH, policy=document.json, tags=self._tags)

    def _role(self, phase: str, policies: Mapping[str, IamPolicy]) -> IamRole:
        trust = policy_document(self, f"{phase}-trust", [self._trust(phase, *each) for each in self._props.issuers])
        role = IamRole(
            self,
            phase,
            name=self._context.name(phase),
            path=PATH,
            description=f"Terraform's {phase} of {self._context.prefix}",
            assume_role_policy=trust.json,
            max_session_duration=_LONGEST[phase],
            tags=self._tags,
        )
        for name, policy in policies.items():
            IamRolePolicyAttachment(self, f"{phase}-may-{name}", role=role.name, policy_arn=policy.arn)
        statements = state_permissions.statements(self._props.settings, phase, self._props.state_key_arn)
        if phase == "apply":
            statements += self._props.left_alone
        if statements:
            document = policy_document(self, f"{phase}-state-permissions", statements)
            IamRolePolicy(self, f"{phase}-state", name="state", role=role.name, policy=document.json)
        return role

    def _trust(self, phase: str, issuer: Issuer, provider: str) -> Statement:
        subjects = issuer.plan if phase == "plan" else issuer.apply
        return Statement(
            sid="".join(part.capitalize() for part in issuer.host.replace("-", ".").split(".")),
            actions=["sts:AssumeRoleWithWebIdentity"],
            principals={"Federated": [provider]},
            conditions=[
                Condition("StringEquals", f"{issuer.host}:aud", [issuer.audience]),
                Condition("StringEquals", f"{issuer.host}:sub", list(subjects)),
            ],
        )

    @property
    def _tags(self) -> dict[str, str]:
        return {"project": self._context.project, "environment": self._context.environment}


def role_arn(context: Context, phase: str) -> str:
    """The ARN of an environment's role, as whoever takes it is told."""
    return context.global_arn("iam", f"role{PATH}{context.name(phase)}")
