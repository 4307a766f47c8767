"""What a run of Terraform needs of the bucket that holds the state."""

from __future__ import annotations

from collections.abc import Sequence

from tealform.bootstrap.permissions.storage import BUCKET_CHANGES
from tealform.common.iam import Condition, Statement
from tealform.settings import terraform_backend
from tealform.settings.loader import LoadedEnvironment
from tealform.settings.state import S3State

_BUCKET = (*BUCKET_CHANGES, "DeleteObjectVersion")
_KEY = (
    "CreateAlias",
    "CreateGrant",
    "DeleteAlias",
    "DisableKeyRotation",
    "EnableKeyRotation",
    "PutKeyPolicy",
    "RetireGrant",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
)


def statements(settings: LoadedEnvironment, phase: str, key_arn: str | None) -> list[Statement]:
    """A plan reads the state and locks it; an apply writes it. Neither deletes it, or changes the bucket.

    HCP Terraform needs nothing of AWS. https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions
    """
    kept, context = settings.environment.state, settings.context
    if not isinstance(kept, S3State):
        return []
    bucket = terraform_backend.bucket_arn(context, kept)
    written = f"{bucket}/{terraform_backend.key(context)}"
    lock = f"{written}.tflock"
    write = [Statement("WriteState", ["s3:PutObject"], [written])] if phase == "apply" else []
    # S3 asks for it also when somebody looks for an object that is not there, and then names no prefix.
    folders = Condition("StringLikeIfExists", "s3:prefix", [f"{context.project}/{context.environment}/*", "env:/*"])
    found = [
        Statement("FindState", ["s3:ListBucket"], [bucket], conditions=[folders]),
        Statement("ReadState", ["s3:GetObject"], [written, lock]),
        *write,
        Statement("LockState", ["s3:DeleteObject", "s3:PutObject"], [lock]),
    ]
    if key_arn:
        found.append(Statement("UseStateKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn]))
    return found


def left_alone(buckets: Sequence[str], keys: Sequence[str]) -> list[Statement]:
    """What is denied whatever a bucket or a key of state looks like: both are ARNs, of the states of a whole account."""
    return [
        *_denied(
            "LeaveStateBucketsAlone", "s3", _BUCKET, [arn for bucket in buckets for arn in (bucket, f"{bucket}/*")]
        ),
        *_denied("LeaveStateKeysAlone", "kms", _KEY, keys),
    ]


def _denied(sid: str, service: str, actions: Sequence[str], arns: Sequence[str]) -> list[Statement]:
    return [Statement(sid, [f"{service}:{action}" for action in actions], list(arns), effect="Deny")] if arns else []
