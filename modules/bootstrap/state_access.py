"""What a run of Terraform needs of the bucket that holds the state."""

from __future__ import annotations

from modules import state
from modules.iam import Condition, Statement
from modules.settings.load import Settings
from modules.settings.state import S3State


def statements(settings: Settings, phase: str, key_arn: str | None) -> list[Statement]:
    """A plan reads the state and locks it; an apply writes it. Neither deletes it, or changes the bucket.

    HCP Terraform needs nothing of AWS. https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions
    """
    kept, context = settings.environment.state, settings.context
    if not isinstance(kept, S3State):
        return []
    bucket = f"arn:{context.partition}:s3:::{state.bucket(context, kept)}"
    written = f"{bucket}/{state.key(context)}"
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
    if phase == "apply":
        found += _left_alone(bucket, key_arn)
    return found


def _left_alone(bucket: str, key_arn: str | None) -> list[Statement]:
    """What is denied although the bucket or the key may look like one of the environment's own."""
    denied = [
        Statement(
            "LeaveStateBucketAlone",
            [
                f"s3:{action}"
                for action in (
                    "DeleteBucket",
                    "DeleteBucketPolicy",
                    "DeleteObjectVersion",
                    "PutBucketPolicy",
                    "PutBucketPublicAccessBlock",
                    "PutBucketVersioning",
                    "PutEncryptionConfiguration",
                    "PutLifecycleConfiguration",
                )
            ],
            [bucket, f"{bucket}/*"],
            effect="Deny",
        )
    ]
    if key_arn:
        changes = ("CreateGrant", "DeleteAlias", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource")
        denied.append(
            Statement("LeaveStateKeyAlone", [f"kms:{change}" for change in changes], [key_arn], effect="Deny")
        )
    return denied
