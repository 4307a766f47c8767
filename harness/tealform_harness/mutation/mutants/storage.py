"""S3: who reads and writes buckets, how, and what is left of what was in them."""

from __future__ import annotations

import json
from typing import Any

from tealform_harness.mutation.edits import add, create, drop, put, remove, together
from tealform_harness.mutation.mutant import Change, Mutant

_BUCKET = "delivery-web/artifacts/bucket"
_POLICY = f"{_BUCKET}/permissions"
_ARN = "arn:aws:s3:::shop-prod-web-artifacts-123456789012"
_ID = "${aws_s3_bucket.delivery-web_artifacts_bucket.id}"


def _allow(principal: str, *actions: str) -> Change:
    statement: dict[str, Any] = {
        "sid": "Share",
        "effect": "Allow",
        "actions": list(actions),
        "resources": [_ARN, f"{_ARN}/*"],
        "principals": [{"type": "AWS", "identifiers": [principal]}],
    }
    return add(_POLICY, "statement", statement)


MUTANTS = (
    Mutant(
        "no-public-access-block",
        "the public access block of the artifact bucket was removed",
        "The next careless policy or access control list opens it to the world.",
        "prod",
        remove(f"{_BUCKET}/public-access"),
    ),
    Mutant(
        "public-policies-allowed",
        "the artifact bucket takes policies that make it public",
        "The next careless policy opens it to the world.",
        "prod",
        put(f"{_BUCKET}/public-access", "block_public_policy", False),
    ),
    Mutant(
        "public-lists-obeyed",
        "the artifact bucket obeys access control lists that make it public",
        "The next careless upload opens an object to the world.",
        "prod",
        put(f"{_BUCKET}/public-access", "ignore_public_acls", False),
    ),
    Mutant(
        "public-buckets-not-restricted",
        "restrict_public_buckets was removed from the artifact bucket",
        "The default is false: a public policy is obeyed.",
        "prod",
        drop(f"{_BUCKET}/public-access", "restrict_public_buckets"),
    ),
    Mutant(
        "block-on-the-wrong-bucket",
        "the public access block of the artifact bucket is another bucket's",
        "One bucket has two, and one has none.",
        "prod",
        put(f"{_BUCKET}/public-access", "bucket", "${aws_s3_bucket.access-logs_bucket.id}"),
    ),
    Mutant(
        "policy-on-the-wrong-bucket",
        "the policy of the artifact bucket is put on the bucket of access logs",
        "Artifacts may be fetched by plain HTTP, and access logs stop.",
        "prod",
        put(f"{_BUCKET}/policy", "bucket", "${aws_s3_bucket.access-logs_bucket.id}"),
    ),
    Mutant(
        "policy-of-another-bucket",
        "the artifact bucket has the policy of the bucket of access logs",
        "Artifacts may be fetched by plain HTTP, and put in unencrypted.",
        "prod",
        put(f"{_BUCKET}/policy", "policy", "${data.aws_iam_policy_document.access-logs_bucket_permissions.json}"),
    ),
    Mutant(
        "no-bucket-policy",
        "the policy of the artifact bucket was removed",
        "Artifacts may be fetched by plain HTTP, and put in unencrypted.",
        "prod",
        remove(f"{_BUCKET}/policy"),
    ),
    Mutant(
        "plain-http-allowed",
        "the artifact bucket no longer denies plain HTTP",
        "What is released can be read and changed on its way.",
        "prod",
        drop(_POLICY, "statement/DenyPlainHttp"),
    ),
    Mutant(
        "plain-http-allowed-for-logs",
        "the bucket of access logs no longer denies plain HTTP",
        "Who asked for what can be read on its way.",
        "prod",
        drop("access-logs/bucket/permissions", "statement/DenyPlainHttp"),
    ),
    Mutant(
        "plain-http-allowed-for-reading",
        "the artifact bucket denies plain HTTP for putting only",
        "What is released can be read on its way.",
        "prod",
        put(_POLICY, "statement/DenyPlainHttp/actions", ["s3:PutObject"]),
    ),
    Mutant(
        "plain-http-denied-to-the-bucket-only",
        "the artifact bucket denies plain HTTP for itself, not for what is in it",
        "What is released can be read and changed on its way.",
        "prod",
        put(_POLICY, "statement/DenyPlainHttp/resources", [_ARN]),
    ),
    Mutant(
        "plain-http-denied-to-one-role",
        "the artifact bucket denies plain HTTP to the pipeline's role alone",
        "Everybody else may use it.",
        "prod",
        put(
            _POLICY,
            "statement/DenyPlainHttp/principals",
            [{"type": "AWS", "identifiers": ["${aws_iam_role.delivery-web_pipeline_role.arn}"]}],
        ),
    ),
    Mutant(
        "deny-became-allow",
        "what denied plain HTTP allows it, to everybody",
        "Anybody may do anything with the artifacts, by plain HTTP.",
        "prod",
        put(_POLICY, "statement/DenyPlainHttp/effect", "Allow"),
    ),
    Mutant(
        "unencrypted-artifacts-allowed",
        "the artifact bucket no longer denies what is put in unencrypted",
        "What somebody puts in lies there in plain text.",
        "prod",
        drop(_POLICY, "statement/DenyUnencryptedPuts"),
    ),
    Mutant(
        "public-bucket",
        "the policy of the artifact bucket lets anybody read",
        "What is released, with its settings, is on the internet.",
        "prod",
        _allow("*", "s3:GetObject"),
    ),
    Mutant(
        "bucket-of-another-account",
        "the policy of the artifact bucket lets another account write",
        "Whoever is there decides what runs in production.",
        "prod",
        _allow("arn:aws:iam::999999999999:root", "s3:GetObject", "s3:PutObject"),
    ),
    Mutant(
        "public-bucket-by-a-text",
        "the policy of the artifact bucket is a text that lets anybody read",
        "What is released, with its settings, is on the internet.",
        "prod",
        put(
            f"{_BUCKET}/policy",
            "policy",
            json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{_ARN}/*"}
                    ],
                }
            ),
        ),
    ),
    Mutant(
        "no-bucket-encryption",
        "the encryption of the artifact bucket was removed",
        "Artifacts are under S3's key, which is everybody's in the account.",
        "prod",
        remove(f"{_BUCKET}/encryption"),
    ),
    Mutant(
        "bucket-under-the-common-key",
        "the artifact bucket is encrypted with S3's key instead of the environment's",
        "Who may read artifacts is no longer the key's decision.",
        "prod",
        put(
            f"{_BUCKET}/encryption",
            "rule/apply_server_side_encryption_by_default",
            {"sse_algorithm": "AES256"},
        ),
    ),
    Mutant(
        "no-versions",
        "the source bucket keeps no versions",
        "A pipeline needs them: it fails, or releases what was put in meanwhile.",
        "dev",
        put("delivery-web/source/bucket/versioning", "versioning_configuration/status", "Suspended"),
    ),
    Mutant(
        "no-versions-of-artifacts",
        "the versioning of the artifact bucket was removed",
        "What was overwritten is lost.",
        "prod",
        remove(f"{_BUCKET}/versioning"),
    ),
    Mutant(
        "lists-are-back",
        "objects belong to whoever puts them in",
        "What another account puts in, this one cannot even read.",
        "prod",
        put(f"{_BUCKET}/ownership", "rule/object_ownership", "ObjectWriter"),
    ),
    Mutant(
        "public-by-a-list",
        "an access control list lets anybody read the artifact bucket, and its lists are on",
        "What is released, with its settings, is on the internet.",
        "prod",
        together(
            put(f"{_BUCKET}/ownership", "rule/object_ownership", "BucketOwnerPreferred"),
            create("aws_s3_bucket_acl.open", bucket=_ID, acl="public-read"),
        ),
    ),
    Mutant(
        "bucket-without-a-log",
        "access to the artifact bucket is no longer logged",
        "Nobody can say who has read or changed what is released.",
        "prod",
        remove(f"{_BUCKET}/logging"),
    ),
    Mutant(
        "bucket-never-tidied",
        "the lifecycle of the artifact bucket was removed",
        "It grows for ever, with everything that was ever released.",
        "prod",
        remove(f"{_BUCKET}/lifecycle"),
    ),
    Mutant(
        "artifacts-gone-before-the-approval",
        "artifacts expire after a day",
        "Who approves after the weekend releases nothing: the pipeline fails.",
        "prod",
        together(
            put(f"{_BUCKET}/lifecycle", "rule/expiration/days", 1),
            put(f"{_BUCKET}/lifecycle", "rule/noncurrent_version_expiration/noncurrent_days", 1),
        ),
    ),
    Mutant(
        "logs-gone-in-a-week",
        "access logs expire after a week",
        "When an attack is found, its traces are gone.",
        "prod",
        put("access-logs/bucket/lifecycle", "rule/expiration/days", 7),
        "access_log_days may ask for it: where the addresses of visitors may not be kept for longer, a week is what is right.",
    ),
    Mutant(
        "bucket-is-deleted-along",
        "the bucket of access logs in production may be destroyed with all that is in it",
        "One wrong plan, and all traces are gone.",
        "prod",
        put("access-logs/bucket/bucket", "force_destroy", True),
    ),
    Mutant(
        "bucket-is-copied-away",
        "a replication copies what is put into the artifact bucket to another account",
        "Whoever is there has all that is released.",
        "prod",
        create(
            "aws_s3_bucket_replication_configuration.copy",
            bucket=_ID,
            role="${aws_iam_role.delivery-web_pipeline_role.arn}",
            rule=[
                {
                    "id": "copy",
                    "status": "Enabled",
                    "destination": {"bucket": "arn:aws:s3:::backup-999999999999", "account": "999999999999"},
                }
            ],
        ),
    ),
    Mutant(
        "new-bucket-by-hand",
        "somebody adds a bucket by hand, with nothing around it",
        "It takes plain HTTP and public policies, and keeps no log.",
        "prod",
        create("aws_s3_bucket.exports", bucket="shop-prod-exports-123456789012"),
    ),
)
