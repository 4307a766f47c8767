"""The two roles that run Terraform on an environment, and what they need of its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tealform.aws import Construct, IamPolicy, IamRole, IamRolePolicy, IamRolePolicyAttachment
from tealform.bootstrap import permissions
from tealform.bootstrap.account_requirements import OidcProvider
from tealform.bootstrap.permissions.infrastructure import BUCKET_CHANGES, PATH
from tealform.bootstrap.permissions.resource_arns import ResourceArns, allow, deny
from tealform.common.iam import Condition, Statement, policy_document
from tealform.naming import Context
from tealform.settings import terraform_backend
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.state import S3State

# Seconds. Nothing renews a session of a workflow, and an apply whose session ends cannot save what it has done.
_MAX_SESSION = {"plan": 3_600, "apply": 7_200}


@dataclass(frozen=True, kw_only=True)
class TerraformRolesProps:
    """Configures the ``TerraformRoles`` of an environment."""

    settings: LoadedEnvironment
    """The environment."""

    providers: Sequence[tuple[OidcProvider, str]]
    """The identity providers of those who may assume the roles, with their ARNs."""

    state_key_arn: str | None
    """The ARN of the KMS key that encrypts the state; ``None`` if it is not in S3, or under S3's own key."""

    denied: Sequence[Statement]
    """What an apply is denied."""


class TerraformRoles(Construct):
    """A role for plans, which reads, and one for applies, which reads the same and changes what is the environment's."""

    def __init__(self, scope: Construct, id_: str, props: TerraformRolesProps) -> None:
        super().__init__(scope, id_)
        self._props, self._context = props, props.settings.context
        self._tags = {"project": self._context.project, "environment": self._context.environment}
        arns = ResourceArns.from_settings(props.settings)
        read = self._create_policies(permissions.read_policies(arns))
        change = self._create_policies(permissions.change_policies(arns))
        self.plan = self._create_role("plan", read)
        self.apply = self._create_role("apply", read | change)

    def _create_policies(self, documents: Mapping[str, Sequence[Statement]]) -> dict[str, IamPolicy]:
        return {name: self._create_policy(name, statements) for name, statements in documents.items()}

    def _create_policy(self, name: str, statements: Sequence[Statement]) -> IamPolicy:
        document = policy_document(self, f"{name}-permissions", statements)
        return IamPolicy(self, name, name=self._context.name(name), path=PATH, policy=document.json, tags=self._tags)

    def _create_role(self, phase: str, policies: Mapping[str, IamPolicy]) -> IamRole:
        props = self._props
        trust = policy_document(self, f"{phase}-trust", [_trust(phase, *each) for each in props.providers])
        role = IamRole(
            self,
            phase,
            name=self._context.name(phase),
            path=PATH,
            description=f"Terraform's {phase} of {self._context.prefix}",
            assume_role_policy=trust.json,
            max_session_duration=_MAX_SESSION[phase],
            tags=self._tags,
        )
        for name, policy in policies.items():
            IamRolePolicyAttachment(self, f"{phase}-may-{name}", role=role.name, policy_arn=policy.arn)
        statements = _allow_state(props.settings, phase, props.state_key_arn)
        if phase == "apply":
            statements += props.denied
        if statements:
            document = policy_document(self, f"{phase}-state-permissions", statements)
            IamRolePolicy(self, f"{phase}-state", name="state", role=role.name, policy=document.json)
        return role


def role_arn(context: Context, phase: str) -> str:
    """Return the ARN of an environment's role, for those who assume it."""
    return context.global_arn("iam", f"role{PATH}{context.name(phase)}")


def _trust(phase: str, provider: OidcProvider, arn: str) -> Statement:
    subjects = provider.plan if phase == "plan" else provider.apply
    return Statement(
        sid="".join(part.capitalize() for part in provider.host.replace("-", ".").split(".")),
        actions=["sts:AssumeRoleWithWebIdentity"],
        principals={"Federated": [arn]},
        conditions=[
            Condition("StringEquals", f"{provider.host}:aud", [provider.audience]),
            Condition("StringEquals", f"{provider.host}:sub", list(subjects)),
        ],
    )


def _allow_state(settings: LoadedEnvironment, phase: str, key_arn: str | None) -> list[Statement]:
    """A plan reads the state and locks it; an apply writes it. Neither deletes it, or changes the bucket.

    HCP Terraform needs nothing of AWS. https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions
    """
    state, context = settings.environment.state, settings.context
    if not isinstance(state, S3State):
        return []
    bucket = terraform_backend.bucket_arn(context, state)
    file = f"{bucket}/{terraform_backend.key(context)}"
    lock = f"{file}.tflock"
    # S3 also asks for it when somebody looks for an object that is not there, and then names no prefix.
    folders = Condition("StringLikeIfExists", "s3:prefix", [f"{context.project}/{context.environment}/*", "env:/*"])
    return [
        allow("FindState", "s3:ListBucket", [bucket], [folders]),
        allow("ReadState", "s3:GetObject", [file, lock]),
        *([allow("WriteState", "s3:PutObject", [file])] if phase == "apply" else []),
        allow("LockState", "s3:DeleteObject s3:PutObject", [lock]),
        *([allow("UseStateKey", "kms:Decrypt kms:GenerateDataKey", [key_arn])] if key_arn else []),
    ]


def deny_state_changes(buckets: Sequence[str], keys: Sequence[str]) -> list[Statement]:
    """Return the denials that protect the buckets and keys of state of a whole account, whatever they look like.

    Both are given as ARNs.
    """
    objects = [arn for bucket in buckets for arn in (bucket, f"{bucket}/*")]
    key_changes = (
        "kms:CreateAlias kms:CreateGrant kms:DeleteAlias kms:DisableKeyRotation kms:EnableKeyRotation "
        "kms:PutKeyPolicy kms:RetireGrant kms:ScheduleKeyDeletion kms:TagResource kms:UntagResource "
        "kms:UpdateAlias kms:UpdateKeyDescription"
    )
    denied = [
        deny("LeaveStateBucketsAlone", f"{BUCKET_CHANGES} s3:DeleteObjectVersion", objects),
        deny("LeaveStateKeysAlone", key_changes, keys),
    ]
    return [statement for statement in denied if statement.resources]
