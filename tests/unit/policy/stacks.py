"""Small generated stacks, and reports on them as checkov 3.3.30 prints them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"


def log_group(path: str, **settings: Any) -> dict[str, Any]:
    return {"//": {"metadata": {"path": path, "uniqueId": "logs"}}, "name": "/web", **settings}


def stack(environment: str, **settings: Any) -> dict[str, Any]:
    """A stack with a log group; without ``settings`` it is one that nothing has anything to say against."""
    settings = settings or {"retention_in_days": 365, "kms_key_id": KEY}
    provider = {
        "allowed_account_ids": ["123456789012"],
        "default_tags": [{"tags": {"environment": environment, "project": "shop"}}],
        "region": "eu-west-1",
    }
    return {
        "//": {"metadata": {"stackName": environment}},
        "provider": {"aws": [provider]},
        "terraform": {
            "backend": {"local": {"path": "terraform.tfstate"}},
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": "6.25.0"}},
            "required_version": ">= 1.10",
        },
        "resource": {"aws_cloudwatch_log_group": {"logs": log_group(f"{environment}/web/logs", **settings)}},
    }


def write(root: Path, environment: str, document: Any) -> Path:
    """Writes ``document`` as what was generated for the environment and returns the environment's folder."""
    folder = root / "environments" / environment
    folder.mkdir(parents=True, exist_ok=True)
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    (folder / "cdk.tf.json").write_text(text)
    return folder


def record(environment: str, check: str, line: int, resource: str = "resource.logs") -> dict[str, Any]:
    return {
        "check_id": check,
        "bc_check_id": None,
        "check_name": f"Ensure {check}",
        "check_result": {"result": "FAILED", "evaluated_keys": ["kms_key_id"]},
        "code_block": [[line, '      "logs": {\n']],
        "file_path": f"/{environment}/cdk.tf.json",
        "file_abs_path": f"environments/{environment}/cdk.tf.json",
        "repo_file_path": f"/environments/{environment}/cdk.tf.json",
        "file_line_range": [line, line + 8],
        "resource": resource,
        "severity": None,
        "guideline": None,
        "details": [],
    }


def report(
    passed: list[dict[str, Any]] | None = None,
    failed: list[dict[str, Any]] | None = None,
    skipped: list[dict[str, Any]] | None = None,
    unparsed: list[str] | None = None,
) -> str:
    results = {
        "passed_checks": passed or [],
        "failed_checks": failed or [],
        "skipped_checks": skipped or [],
        "parsing_errors": unparsed or [],
    }
    return json.dumps({"check_type": "terraform_json", "results": results, "summary": {}, "url": "Add an api key"})


NOTHING_SCANNED = '{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0}'
