"""A key that is lost takes along all that is under it."""

from __future__ import annotations

from collections.abc import Iterator

from tealform.policy.check import Check
from tealform.policy.environment import Environment, is_true, number
from tealform.policy.rule import Rule
from tealform.synth.terraform_json import Resource

_LONGEST = 30
"""Days, which is AWS's default too: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"""


def _judge(key: Resource, environment: Environment) -> Iterator[str]:
    if not is_true(key.body.get("is_enabled", True)):
        yield "is switched off"
    policies = [key, *environment.referring(key, "aws_kms_key_policy", "key_id")]
    if any(is_true(each.body.get("bypass_policy_lockout_safety_check")) for each in policies):
        yield "KMS no longer looks whether its policy can be changed again"
    days = number(key.body.get("deletion_window_in_days")) or _LONGEST
    if environment.production and days < _LONGEST:
        yield f"is gone {days} days after somebody deletes it, and not {_LONGEST}"


CHECK = Check(
    Rule(
        id="TEAL_KEY_KEPT",
        severity="high",
        title="Keys are on, and production's can be saved for 30 days",
        why="Without its key no task starts, no log is read, and every image and artifact is noise: for good, once it is deleted",
        fix="Set disposable = false, and leave the key on",
        link="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
        setting="disposable",
    ),
    types=("aws_kms_key",),
    judge=_judge,
)
