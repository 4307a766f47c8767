"""The stage that reads what ECR found in the image: the project, what it may do, and its program, run as CodeBuild runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tealform_harness.aws_emulator.codebuild.buildspec import Buildspec
from tests.support import Body, Template, environment, template, template_among
from tests.unit.pipeline import fake_aws

ACCOUNT = "123456789012"
DIGEST = "sha256:" + "0123456789abcdef" * 4
REPOSITORY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-test-web"
SCANNED_AT = "2026-11-24T10:00:00+00:00"

PLAIN = template(environment(service="scan {}\n release { approval = true }"))
OWN = template(
    environment(
        service='scan {\n stop_at = "LOW"\n ignore = ["CVE-2026-1", "CVE-2026-2"]\n timeout_minutes = 60\n}',
    )
)
CHAIN = {
    "dev": environment(),
    "prod": environment(service='source "promotion" { environment = "dev" }\n scan { stop_at = "CRITICAL" }'),
}


def stages(generated: Template) -> dict[str, dict[str, Any]]:
    return {stage["name"]: stage["action"][0] for stage in generated.only("aws_codepipeline")["stage"]}


def project(generated: Template) -> Body:
    return generated.resources("aws_codebuild_project")["delivery-web_scan_project"]


def variables(generated: Template) -> dict[str, str]:
    return {each["name"]: each["value"] for each in project(generated)["environment"]["environment_variable"]}


# --- the project ----------------------------------------------------------------------------


def test_without_it_there_is_no_stage_and_no_project() -> None:
    generated = template(environment())
    assert "Scan" not in stages(generated)
    assert "delivery-web_scan_project" not in generated.resources("aws_codebuild_project")


def test_it_comes_right_after_what_is_made() -> None:
    assert list(stages(PLAIN)) == ["Source", "Build", "Scan", "Approval", "Deploy"]
    assert list(stages(template_among(CHAIN, "prod"))) == ["Source", "Prepare", "Scan", "Deploy"]
    assert stages(PLAIN)["Scan"]["input_artifacts"] == ["build"]
    assert "output_artifacts" not in stages(PLAIN)["Scan"]


def test_the_image_is_scanned_when_it_is_pushed() -> None:
    assert PLAIN.only("aws_ecr_repository")["image_scanning_configuration"] == {"scan_on_push": True}


def test_its_program_is_told_what_is_set() -> None:
    uri = "${aws_ecr_repository.images-web_repository.repository_url}"
    told = {"ECR_REPOSITORY_URI": uri, "STOP_AT": "HIGH", "TIMEOUT_MINUTES": "15"}
    assert variables(PLAIN) == told | {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "10"}
    own = variables(OWN)
    assert (own["STOP_AT"], own["IGNORE"], own["TIMEOUT_MINUTES"]) == ("LOW", "CVE-2026-1 CVE-2026-2", "60")
    # It gives up by itself, and says why, before it is stopped.
    assert project(OWN)["build_timeout"] > 60


def test_it_looks_at_the_findings_of_one_repository_and_does_nothing_else() -> None:
    statements = PLAIN.statements("delivery-web_scan_role_permissions")
    assert {sid: body["actions"] for sid, body in statements.items()} == {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Artifacts": ["s3:GetObject", "s3:GetObjectVersion"],
        "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        "DecryptArtifacts": ["kms:Decrypt"],
        "ReadFindings": ["ecr:DescribeImageScanFindings"],
        "ReadInspector": ["inspector2:ListCoverage", "inspector2:ListFindings"],
    }
    assert statements["ReadFindings"]["resources"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-test-web"]
    assert "privileged_mode" not in project(PLAIN)["environment"]


def test_what_is_taken_over_is_looked_at_where_it_was_built() -> None:
    generated = template_among(CHAIN, "prod")
    assert variables(generated)["ECR_REPOSITORY_URI"] == f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-dev-web"
    reading = generated.statements("delivery-web_scan_role_permissions")["ReadFindings"]
    assert reading["resources"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-dev-web"]


# --- the program ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    succeeded: bool
    output: str
    calls: list[list[str]]


def scan(
    folder: Path,
    *answers: Any,
    image: str | None = f"{REPOSITORY}@{DIGEST}",
    **changes: str,
) -> Run:
    """Runs the program on a release of ``image``, while ECR gives ``answers``."""
    tools = fake_aws.install(folder)
    if image is not None:
        (folder / "source" / "imageDetail.json").write_text(json.dumps({"ImageURI": image}), encoding="utf-8")
    (folder / "state" / "scans.json").write_text(json.dumps(answers))
    given = {"ECR_REPOSITORY_URI": REPOSITORY, "STOP_AT": "HIGH", "TIMEOUT_MINUTES": "1", "SECONDS_BETWEEN_LOOKS": "0"}
    outcome = Buildspec(project(PLAIN)["source"]["buildspec"]).run(
        folder / "source", folder / "scratch", {**given, **changes, **tools}, seconds=30
    )
    return Run(outcome.succeeded, outcome.output, [call["words"] for call in fake_aws.read_calls(folder)])


def status(name: str, description: str = "") -> Body:
    return {"imageScanStatus": {"status": name, "description": description}, "imageScanFindings": {"findings": []}}


def answer(kind: str, findings: Sequence[Body], name: str, counts: Mapping[str, int] | None = None) -> Body:
    counted: dict[str, int] = {}
    for each in findings:
        counted[each["severity"]] = counted.get(each["severity"], 0) + 1
    found = {"imageScanCompletedAt": SCANNED_AT, "findingSeverityCounts": counted if counts is None else counts}
    return {"imageScanStatus": {"status": name}, "imageScanFindings": {**found, kind: list(findings)}}


def basic(*findings: tuple[str, str], counts: Mapping[str, int] | None = None) -> Body:
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html"""
    attributes = [{"key": "package_name", "value": "openssl"}, {"key": "package_version", "value": "3.0.1"}]
    named = [{"name": name, "severity": severity, "attributes": attributes} for name, severity in findings]
    return answer("findings", named, "COMPLETE", counts)


def enhanced(*findings: tuple[str, str, str], name: str = "ACTIVE") -> Body:
    """https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EnhancedImageScanFinding.html"""
    return answer(
        "enhancedFindings",
        [
            {
                "title": f"{id_} - busybox",
                "severity": severity,
                "status": state,
                "type": "PACKAGE_VULNERABILITY",
                "packageVulnerabilityDetails": {
                    "vulnerabilityId": id_,
                    "vulnerablePackages": [{"name": "busybox", "version": "1.36"}],
                },
            }
            for id_, severity, state in findings
        ],
        name,
    )


def test_an_image_without_findings_passes_and_is_the_one_that_is_released(tmp_path: Path) -> None:
    run = scan(tmp_path, basic())
    assert run.succeeded, run.output
    (call,) = run.calls
    assert call[call.index("--image-id") + 1] == f"imageDigest={DIGEST}"
    assert call[call.index("--repository-name") + 1] == "shop-test-web"
    assert call[call.index("--registry-id") + 1] == ACCOUNT
    assert SCANNED_AT in run.output


@pytest.mark.parametrize("found", ["HIGH", "CRITICAL"])
def test_a_finding_of_that_severity_or_a_higher_one_ends_the_release_by_name(tmp_path: Path, found: str) -> None:
    run = scan(tmp_path, basic(("CVE-2026-7", found), ("CVE-2026-8", "LOW")))
    assert not run.succeeded
    assert f"{found} CVE-2026-7 openssl 3.0.1" in run.output
    assert "1 findings of severity HIGH or higher end the release" in run.output
    assert "CVE-2026-8" not in run.output


@pytest.mark.parametrize("found", ["MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED"])
def test_a_finding_of_a_lower_severity_ends_nothing(tmp_path: Path, found: str) -> None:
    run = scan(tmp_path, basic(("CVE-2026-7", found)))
    assert run.succeeded, run.output


@pytest.mark.parametrize(
    ("stop_at", "found", "passes"),
    [
        ("CRITICAL", "HIGH", True),
        ("MEDIUM", "MEDIUM", False),
        ("MEDIUM", "LOW", True),
        ("LOW", "HIGH", False),
        ("INFORMATIONAL", "UNDEFINED", True),
        ("UNDEFINED", "UNTRIAGED", False),
        # What nobody knows may be the worst.
        ("CRITICAL", "CATASTROPHIC", False),
    ],
)
def test_the_severity_is_the_one_that_is_set(tmp_path: Path, stop_at: str, found: str, passes: bool) -> None:
    assert scan(tmp_path, basic(("CVE-2026-7", found)), STOP_AT=stop_at).succeeded == passes


def test_what_is_ignored_is_told_and_ends_nothing(tmp_path: Path) -> None:
    run = scan(tmp_path, basic(("CVE-2026-7", "HIGH")), IGNORE="CVE-2026-6 CVE-2026-7")
    assert run.succeeded, run.output
    assert "CVE-2026-7 openssl 3.0.1 (ignored)" in run.output


def test_what_is_ignored_covers_nothing_else(tmp_path: Path) -> None:
    run = scan(tmp_path, basic(("CVE-2026-7", "HIGH"), ("CVE-2026-71", "HIGH")), IGNORE="CVE-2026-7")
    assert not run.succeeded
    assert "1 findings of severity HIGH" in run.output


@pytest.mark.parametrize("name", ["ACTIVE", "COMPLETE"])
def test_what_amazon_inspector_found_counts_as_well(tmp_path: Path, name: str) -> None:
    run = scan(tmp_path, enhanced(("CVE-2026-9", "CRITICAL", "ACTIVE"), name=name))
    assert not run.succeeded
    assert "CRITICAL CVE-2026-9 busybox 1.36" in run.output


def test_what_was_accepted_in_amazon_inspector_ends_nothing(tmp_path: Path) -> None:
    run = scan(tmp_path, enhanced(("CVE-2026-9", "CRITICAL", "SUPPRESSED")))
    assert run.succeeded, run.output
    assert "(accepted in Amazon Inspector)" in run.output


def test_it_waits_for_a_scan_that_has_not_begun_or_not_ended(tmp_path: Path) -> None:
    # ECR says COMPLETE and ACTIVE too early: https://github.com/aws/aws-sdk/issues/289
    early = [status("COMPLETE"), status("ACTIVE")]
    run = scan(
        tmp_path,
        "ScanNotFoundException",
        status("PENDING"),
        *early,
        status("IN_PROGRESS"),
        basic(("CVE-2026-7", "HIGH")),
    )
    assert not run.succeeded
    assert len(run.calls) == 6
    assert "CVE-2026-7" in run.output


@pytest.mark.parametrize(
    ("last", "message"),
    [
        ("ScanNotFoundException", "in 1 minutes: no scan yet"),
        (status("IN_PROGRESS", "still at it"), "in 1 minutes: IN_PROGRESS still at it"),
        (status("COMPLETE"), "in 1 minutes: COMPLETE"),
        (status("ACTIVE", "Continuous scan is selected for image."), "in 1 minutes: ACTIVE Continuous"),
    ],
)
def test_a_scan_that_does_not_end_ends_the_release(tmp_path: Path, last: object, message: str) -> None:
    run = scan(tmp_path, last)
    assert not run.succeeded
    assert len(run.calls) == 6
    assert f"ECR has not scanned {REPOSITORY}@{DIGEST} {message}" in run.output


@pytest.mark.parametrize(
    "name",
    [
        *("FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE", "LIMIT_EXCEEDED"),
        *("IMAGE_ARCHIVED", "IMAGE_SIZE_EXCEEDED", "SOMETHING_NEW"),
    ],
)
def test_a_scan_that_looked_at_nothing_ends_the_release(tmp_path: Path, name: str) -> None:
    run = scan(tmp_path, status(name, "UnsupportedImageError: scratch"))
    assert not run.succeeded
    assert f"ECR did not scan {REPOSITORY}@{DIGEST}: {name} UnsupportedImageError: scratch" in run.output
    assert len(run.calls) == 1


def test_findings_that_are_counted_and_not_named_end_the_release(tmp_path: Path) -> None:
    run = scan(tmp_path, basic(("CVE-2026-7", "HIGH"), counts={"HIGH": 1, "CRITICAL": 2}), IGNORE="CVE-2026-7")
    assert not run.succeeded
    assert "ECR counts 3 findings of severity HIGH or higher, and names 1" in run.output


@pytest.mark.parametrize("error", ["AccessDeniedException", "ImageNotFoundException", "RepositoryNotFoundException"])
def test_what_ecr_refuses_ends_the_release_at_once(tmp_path: Path, error: str) -> None:
    run = scan(tmp_path, error)
    assert not run.succeeded
    assert f"({error})" in run.output
    assert len(run.calls) == 1


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (f"{REPOSITORY}:latest", "which is not a digest of"),
        (f"evil.example.com/web@{DIGEST}", "which is not a digest of"),
        (None, "imageDetail.json is missing in the release"),
    ],
)
def test_an_image_that_is_not_ours_ends_the_release(tmp_path: Path, image: str | None, message: str) -> None:
    run = scan(tmp_path, basic(), image=image)
    assert not run.succeeded
    assert message in run.output
    assert run.calls == []
