"""Lambda: the smoke test."""

from __future__ import annotations

from tealform_harness.mutation.edits import create, drop, put
from tealform_harness.mutation.mutant import Mutant

_FUNCTION = "service-web/smoke-test/function"
_NAME = "${aws_lambda_function.service-web_smoke-test_function.function_name}"

MUTANTS = (
    Mutant(
        "function-on-the-internet",
        "the smoke test has an address that anybody may call",
        "Anybody runs code inside of the network.",
        "prod",
        create("aws_lambda_function_url.open", function_name=_NAME, authorization_type="NONE"),
    ),
    Mutant(
        "function-for-anybody",
        "anybody may call the smoke test",
        "Anybody runs code inside of the network.",
        "prod",
        create("aws_lambda_permission.open", function_name=_NAME, action="lambda:InvokeFunction", principal="*"),
    ),
    Mutant(
        "function-for-any-bucket",
        "S3 may call the smoke test, for any account",
        "Anybody's bucket runs code inside of the network.",
        "prod",
        create(
            "aws_lambda_permission.open",
            function_name=_NAME,
            action="lambda:InvokeFunction",
            principal="s3.amazonaws.com",
        ),
    ),
    Mutant(
        "password-in-a-function",
        "a password stands in the smoke test's variables",
        "Whoever may read the repository, the state or GetFunction has it.",
        "prod",
        put(_FUNCTION, "environment/variables/PASSWORD", "correct-horse-battery"),
    ),
    Mutant(
        "function-without-a-key",
        "the smoke test's variables are not under the environment's key",
        "Who may read them is no longer the key's decision.",
        "prod",
        drop(_FUNCTION, "kms_key_arn"),
    ),
    Mutant(
        "function-outside-of-the-network",
        "the smoke test is no longer in the network",
        "It does not reach the test listener: every release is rolled back.",
        "prod",
        drop(_FUNCTION, "vpc_config"),
    ),
    Mutant(
        "old-runtime",
        "the smoke test runs in a Python that gets no fixes",
        "AWS stops updating it, and one day running it.",
        "prod",
        put(_FUNCTION, "runtime", "python3.8"),
    ),
    Mutant(
        "function-is-not-renewed",
        "the hash of the smoke test's code was removed",
        "Terraform does not see that it has changed: the old one goes on.",
        "prod",
        drop(_FUNCTION, "source_code_hash"),
    ),
    Mutant(
        "smoke-test-of-blue",
        "the smoke test asks production's listener instead of the test listener",
        "It asks the old version whether the new one is well.",
        "prod",
        put(_FUNCTION, "environment/variables/PORT", "443"),
    ),
    Mutant(
        "smoke-test-takes-anything",
        "the smoke test expects an error",
        "A release that is broken passes, and a good one is rolled back.",
        "prod",
        put(_FUNCTION, "environment/variables/EXPECT", "500"),
    ),
    Mutant(
        "smoke-test-gives-up-at-once",
        "the smoke test has three seconds",
        "It ends before green has answered: every release is rolled back.",
        "prod",
        put(_FUNCTION, "timeout", 3),
    ),
)
