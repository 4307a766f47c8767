"""What AWS takes of a policy as a whole, and what a role has as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tealform.policy.iam.policy_reader import Policy, Role
from tealform.policy.iam.violation import Violation

INLINE, TRUST, MANAGED, MANAGED_SIZE = 10_240, 2_048, 10, 6_144
"""Characters of a role's inline policies together and of its trust; managed policies on a role, and characters of each.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

ADMINISTRATORS = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess", "SystemAdministrator")
"""How AWS's own policies begin that allow nearly everything, or to give oneself everything.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html
"""

RESOURCE: Mapping[str, int] = {
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
    "aws_ecr_repository": 10_240,
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    "aws_kms_key": 32_768,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    "aws_s3_bucket": 20_480,
    # https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    "aws_sns_topic": 30_720,
}


def of_role(role: Role) -> Iterator[Violation]:
    """A role's policies are not too long, nor too many."""
    if role.trust.size > TRUST:
        yield Violation("IAM_SIZE", "trust", f"its trust has {role.trust.size} characters; AWS takes {TRUST}")
    inline = sum(policy.size for policy in role.inline)
    if inline > INLINE:
        yield Violation("IAM_SIZE", "inline", f"its inline policies have {inline} characters; AWS takes {INLINE}")
    managed = len(role.managed) + len(role.attached)
    if managed > MANAGED:
        yield Violation("IAM_SIZE", "managed", f"it has {managed} managed policies; AWS takes {MANAGED}")
    for policy in role.attached:
        if policy.size > MANAGED_SIZE:
            sids = ", ".join(statement.sid for statement in policy.statements)
            what = f"a managed policy ({sids}) has {policy.size} characters; AWS takes {MANAGED_SIZE}"
            yield Violation("IAM_SIZE", "managed policy", what)


def administrators(role: Role) -> Iterator[Violation]:
    """No role of a service or a pipeline is an administrator's."""
    for arn in role.managed:
        if arn.rpartition("/")[2].startswith(ADMINISTRATORS):
            yield Violation("IAM_ADMIN", arn, f"has {arn}")


def whole_services(role: Role) -> Iterator[Violation]:
    """No role may do everything with a service."""
    for arn in role.managed:
        if arn.endswith("FullAccess") and arn.rpartition("/")[2] not in ADMINISTRATORS:
            yield Violation("IAM_FULL", arn, f"has {arn}")


def of_resource(policy: Policy) -> Iterator[Violation]:
    """The policy of a resource is not too long."""
    kind = policy.owner.partition(".")[0]
    if kind in RESOURCE and policy.size > RESOURCE[kind]:
        yield Violation("IAM_SIZE", kind, f"its policy has {policy.size} characters; AWS takes {RESOURCE[kind]}")


def resources(policy: Policy) -> Iterator[Violation]:
    """What a role may do is said of something: IAM refuses the policy otherwise."""
    for statement in policy.statements:
        if policy.kind == "permissions" and not statement.resources and not statement.negations:
            yield Violation("IAM_RESOURCE", "nothing", "names no resource", sid=statement.sid)


def sids(policy: Policy) -> Iterator[Violation]:
    """Each statement has a name, of letters and digits, and no two the same: IAM refuses anything else."""
    for sid, number in Counter(statement.sid for statement in policy.statements).items():
        if number > 1:
            yield Violation("IAM_SID", sid, f"{number} statements are called {sid!r}", sid=sid)
        if not (sid.isascii() and sid.isalnum()):
            yield Violation("IAM_SID", sid, f"{sid!r} is no name of letters and digits", sid=sid)
