"""What gives a secret away, in a variable and in a text, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.policy.scanned_files import Text
from tealform.policy.secret_patterns import find_secrets, secret_reasons

# Put together here, so that no scan of this repository takes them for real ones.
GITHUB = "ghp" + "_" + "0123456789abcdefghijABCDEFGHIJ012345"
PASSWORD = "correct" + "horse"

NAMED = "is named like a secret"
RANDOM = "looks like a random key"
KEPT = "looks like a value that Terraform keeps secret"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PASSWORD", "hunter2", NAMED),
        ("DB_PASSWORD", "hunter2", NAMED),
        ("dbPassword", "hunter2", NAMED),
        ("client-secret", "hunter2", NAMED),
        ("GITHUB_TOKEN", "12345", NAMED),
        ("SMTP_PASS", "hunter2", NAMED),
        ("DB_PW", "hunter2", NAMED),
        ("API_KEY", "abc", NAMED),
        ("apikey", "abc", NAMED),
        ("AWS_SECRET_ACCESS_KEY", "abc", NAMED),
        ("DATABASE_URL", "postgres://web:hunter2@db.internal/web", "looks like a URL with a password in it"),
        ("CACHE", "redis://:hunter2@cache:6379", "looks like a URL with a password in it"),
        ("CONNECTION", "Server=db;User Id=web;Password=hunter2;", "looks like a text with a password in it"),
        ("WHO", "AKIAIOSFODNN7EXAMPLE", "looks like an AWS access key"),
        ("CERTIFICATE", "-----BEGIN RSA PRIVATE KEY-----\nMII", "looks like a private key"),
        ("WHO", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln", "looks like a JSON web token"),
        ("WHO", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "looks like a GitHub token"),
        ("HOOK", "https://hooks.slack.com/services/T0/B0/abc", "looks like a Slack webhook"),
        ("WHO", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", RANDOM),
        ("WHO", "5ebe2294ecd0e0f08eab7690d2a6ee69", RANDOM),
        ("WHO", "${random_password.database.result}", KEPT),
        ("WHO", "${aws_db_instance.main.password}", KEPT),
        ("WHO", "${data.aws_secretsmanager_secret_version.main.secret_string}", KEPT),
        ("WHO", "${aws_ssm_parameter.main.value}", KEPT),
    ],
)
def test_a_secret_is_told_once_and_without_its_value(name: str, value: str, reason: str) -> None:
    assert secret_reasons(name, value) == [reason]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "info"),
        ("PORT", "8080"),
        ("PWD", "/app"),
        ("PASSWORD", ""),
        ("SHOW_PASSWORD", "true"),
        ("PASS_THROUGH", "headers"),
        ("containerPath", "/var/lib/Xk29TqLmZw83/cacheData/Qp7"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("TOKEN_TTL", "3600"),
        ("TOKEN_URL", "https://login.example.com/oauth/token"),
        ("MAX_TOKENS", "4096"),
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-Ab12Cd"),
        ("PASSWORD", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-Ab12Cd"),
        ("SECRET", "${aws_secretsmanager_secret.web.arn}"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_51H8sdf9sd8f7sd9f87sd"),
        ("CACHE_KEY", "v1"),
        ("S3_KEY", "source.zip"),
        ("KEYBOARD", "qwerty"),
        ("GIT_COMMIT", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("TENANT", "550e8400-e29b-41d4-a716-446655440000"),
        ("API", "https://api.example.com:8443/v1"),
        ("DATABASE_URL", "postgres://db.internal:5432/web"),
        ("HOST", "MyDatabase-1.cluster-abcdefghij12.eu-west-1.rds.amazonaws.com"),
        ("IMAGE", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("SENTENCE", "The quick brown fox jumps over the lazy dog 123"),
    ],
)
def test_what_is_no_secret_is_left_alone(name: str, value: str) -> None:
    assert secret_reasons(name, value) == []


def test_json_is_looked_into() -> None:
    value = '[{"name": "PORT", "value": "80"}, {"name": "DB_PASSWORD", "value": "hunter2"}]'
    assert secret_reasons("CONTAINER_ENVIRONMENT", value) == ["DB_PASSWORD in it is named like a secret"]
    assert secret_reasons("CONFIG", '{"database": {"password": "hunter2"}}') == [
        "password in it is named like a secret"
    ]
    assert secret_reasons("API_KEYS", '["abc", "def"]') == [NAMED]


def test_references_in_json_are_no_secrets() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-Ab12Cd"
    assert secret_reasons("CONTAINER_SECRETS", f'[{{"name": "DB_PASSWORD", "valueFrom": "{arn}"}}]') == []
    assert secret_reasons("CONTAINER_SECRETS", "[]") == []


def test_broken_json_is_a_text() -> None:
    assert secret_reasons("PASSWORD", "[hunter2") == [NAMED]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("environment.hcl", f'environment = {{ LOG_LEVEL = "info", DB_PASSWORD = "{PASSWORD}" }}'),
        ("taskdef.json", f'{{\n"name": "DB_PASSWORD",\n"value": "{PASSWORD}" }}'),
        ("buildspec.yml", f"    DB_PASSWORD: {PASSWORD}"),
        ("buildspec.yml", f"  - export DB_PASSWORD={PASSWORD}"),
        ("Dockerfile", f"ENV DB_PASSWORD={PASSWORD}"),
        (".env", f"DB_PASSWORD={PASSWORD}"),
        ("README.md", f"docker login -p {GITHUB}"),
        ("app.py", f"open({GITHUB!r})"),
    ],
)
def test_a_secret_is_found_where_checkov_finds_none(name: str, line: str) -> None:
    [found] = find_secrets(Text(Path(name), f"\n{line}\n"))
    assert found.value in (PASSWORD, GITHUB)
    assert found.line == 2 + line[: line.index(found.value)].count("\n")
    assert found.value not in found.reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("environment.hcl", 'ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"'),
        (
            "environment.hcl",
            'secrets = { DB_PASSWORD = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-Ab12Cd" }',
        ),
        ("taskdef.json", '"secrets": "json:$CONTAINER_SECRETS"'),
        (
            "buildspec.yml",
            "env:\n  secrets-manager:\n    DB_PASSWORD: shop:password\n  parameter-store:\n    TOKEN: shop\n",
        ),
        ("buildspec.yml", '- export TOKEN=$(aws ecr get-login-password)\n- PASSWORD="$PASSWORD"'),
        ("login.js", 'const form = {password: "password", token: "csrf"}'),
        ("texts.json", '{"password": "Your password"}'),
    ],
)
def test_what_only_speaks_of_secrets_is_none(name: str, content: str) -> None:
    assert find_secrets(Text(Path(name), content)) == []


def test_a_long_line_takes_no_time() -> None:
    assert find_secrets(Text(Path("min.json"), "a" * 300_000 + '"' * 100_000)) == []
