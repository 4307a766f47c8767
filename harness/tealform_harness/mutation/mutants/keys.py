"""KMS: who may use the environment's key, and whether it stays."""

from __future__ import annotations

import json

from tealform_harness.mutation.edits import add, drop, put, remove, together
from tealform_harness.mutation.mutant import Mutant

_KEY = "key/key"
_POLICY = "key/permissions"
_ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Root",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"},
    ],
}

MUTANTS = (
    Mutant(
        "no-rotation",
        "the key is not rotated",
        "What was once learned of it is good for ever.",
        "prod",
        put(_KEY, "enable_key_rotation", False),
    ),
    Mutant(
        "rotation-not-said",
        "enable_key_rotation was removed from the key",
        "The default is not to rotate it.",
        "prod",
        drop(_KEY, "enable_key_rotation"),
    ),
    Mutant(
        "key-gone-in-a-week",
        "the key of production is gone seven days after somebody deletes it",
        "Whoever is on holiday comes back to images, logs and artifacts that nobody can read again.",
        "prod",
        put(_KEY, "deletion_window_in_days", 7),
    ),
    Mutant(
        "key-switched-off",
        "the key is off",
        "No task starts, no log is written, no release goes through.",
        "prod",
        put(_KEY, "is_enabled", False),
    ),
    Mutant(
        "public-key",
        "the key's policy lets anybody use it",
        "Encryption protects from nobody.",
        "prod",
        add(
            _POLICY,
            "statement",
            {
                "sid": "Share",
                "effect": "Allow",
                "actions": ["kms:*"],
                "resources": ["*"],
                "principals": [{"type": "AWS", "identifiers": ["*"]}],
            },
        ),
    ),
    Mutant(
        "public-key-by-a-text",
        "the key's policy is a text that lets anybody use it",
        "Encryption protects from nobody.",
        "prod",
        put("key/policy", "policy", json.dumps(_ANYBODY)),
    ),
    Mutant(
        "public-key-in-itself",
        "the key itself has a policy, as a text, that lets anybody use it",
        "Encryption protects from nobody, and two policies undo each other in turns.",
        "prod",
        put(_KEY, "policy", json.dumps(_ANYBODY)),
    ),
    Mutant(
        "key-of-another-account",
        "the key's policy lets another account decrypt",
        "Whoever is there reads what they get hold of.",
        "prod",
        add(
            _POLICY,
            "statement",
            {
                "sid": "Share",
                "effect": "Allow",
                "actions": ["kms:Decrypt"],
                "resources": ["*"],
                "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::999999999999:root"]}],
            },
        ),
    ),
    Mutant(
        "key-for-everybodys-logs",
        "the condition on log groups was removed from the key's policy",
        "CloudWatch Logs uses the key for any account that names it.",
        "prod",
        drop(_POLICY, "statement/LogGroupsOfThisEnvironment/condition"),
    ),
    Mutant(
        "key-with-an-empty-condition",
        "the condition on log groups in the key's policy is an empty list",
        "It is no condition, and checks go blind by it.",
        "prod",
        put(_POLICY, "statement/LogGroupsOfThisEnvironment/condition", []),
    ),
    Mutant(
        "key-without-its-account",
        "the account was removed from the key's policy",
        "Roles may not use the key, and nobody may ever change its policy again.",
        "prod",
        drop(_POLICY, "statement/AccountDecidesByIam"),
    ),
    Mutant(
        "no-key-policy",
        "the key's policy was removed",
        "CloudWatch Logs may not use the key: no log group can be made.",
        "prod",
        remove("key/policy"),
    ),
    Mutant(
        "key-nobody-may-change",
        "the check that the key's policy can be changed again is bypassed",
        "One mistake in it, and the key is nobody's.",
        "prod",
        together(
            put("key/policy", "bypass_policy_lockout_safety_check", True),
        ),
    ),
)
