"""The stages that check a build: ECR's scan, with its program run as CodeBuild runs it, and the source's own tests."""

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
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"
SCANNED_AT = "2026-11-24T10:00:00+00:00"

SCANNED = template(environment(service="scan {}\n release { approval = true }"))
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


def project(generated: Template, part: str = "scan") -> Body:
    return generated.resources("aws_codebuild_project")[f"delivery-web_{part}_project"]


def variables(generated: Template) -> dict[str, str]:
    return {each["name"]: each["value"] for each in project(generated)["environment"]["environment_variable"]}


# --- the project of the scan ----------------------------------------------------------------------------


def test_without_a_scan_there_is_no_stage_and_no_project() -> None:
    generated = template(environment())
    assert "Scan" not in stages(generated)
    assert "delivery-web_scan_project" not in generated.resources("aws_codebuild_project")


def test_the_scan_comes_right_after_what_is_made() -> None:
    assert list(stages(SCANNED)) == ["Source", "Build", "Scan", "Approval", "Deploy"]
    assert list(stages(template_among(CHAIN, "prod"))) == ["Source", "Prepare", "Scan", "Deploy"]
    assert stages(SCANNED)["Scan"]["input_artifacts"] == ["build"]
    assert "output_artifacts" not in stages(SCANNED)["Scan"]


def test_the_image_is_scanned_when_it_is_pushed() -> None:
    assert SCANNED.only("aws_ecr_repository")["image_scanning_configuration"] == {"scan_on_push": True}


def test_its_program_is_told_what_is_set() -> None:
    uri = "${aws_ecr_repository.images-web_repository.repository_url}"
    told = {"ECR_REPOSITORY_URI": uri, "STOP_AT": "HIGH", "TIMEOUT_MINUTES": "15"}
    assert variables(SCANNED) == told | {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "10"}
    own = variables(OWN)
    assert (own["STOP_AT"], own["IGNORE"], own["TIMEOUT_MINUTES"]) == ("LOW", "CVE-2026-1 CVE-2026-2", "60")
    # It gives up by itself, and says why, before it is stopped.
    assert project(OWN)["build_timeout"] > 60


def test_it_looks_at_the_findings_of_one_repository_and_does_nothing_else() -> None:
    statements = SCANNED.statements("delivery-web_scan_role_permissions")
    assert {sid: body["actions"] for sid, body in statements.items()} == {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Artifacts": ["s3:GetObject", "s3:GetObjectVersion"],
        "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        "DecryptArtifacts": ["kms:Decrypt"],
        "ReadFindings": ["ecr:DescribeImageScanFindings"],
        "ReadInspector": ["inspector2:ListCoverage", "inspector2:ListFindings"],
    }
    assert statements["ReadFindings"]["resources"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-test-web"]
    assert "privileged_mode" not in project(SCANNED)["environment"]


def test_what_is_taken_over_is_looked_at_where_it_was_built() -> None:
    generated = template_among(CHAIN, "prod")
    assert variables(generated)["ECR_REPOSITORY_URI"] == f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-dev-web"
    reading = generated.statements("delivery-web_scan_role_permissions")["ReadFindings"]
    assert reading["resources"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-dev-web"]


# --- the program of the scan ----------------------------------------------------------------------------


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
    tools = fake_aws.install(folder, "ecr")
    if image is not None:
        (folder / "source" / "imageDetail.json").write_text(json.dumps({"ImageURI": image}), encoding="utf-8")
    (folder / "state" / "scans.json").write_text(json.dumps(answers))
    given = {"ECR_REPOSITORY_URI": REPOSITORY, "STOP_AT": "HIGH", "TIMEOUT_MINUTES": "1", "SECONDS_BETWEEN_LOOKS": "0"}
    outcome = Buildspec(project(SCANNED)["source"]["buildspec"]).run(
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


def ends(kind: str, **more: Any) -> Any:
    """A case in which the release ends with certain words and after so many looks."""
    return pytest.param({"passes": False, **more}, id=kind)


def passes(kind: str, **more: Any) -> Any:
    return pytest.param({"passes": True, **more}, id=kind)


WEB = f"{REPOSITORY}@{DIGEST}"
LOOKED_AT_NOTHING = (
    *("FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE", "LIMIT_EXCEEDED"),
    *("IMAGE_ARCHIVED", "IMAGE_SIZE_EXCEEDED", "SOMETHING_NEW"),
)
# ECR says COMPLETE and ACTIVE too early: https://github.com/aws/aws-sdk/issues/289
NOT_ENDED = ("ScanNotFoundException", *map(status, ("PENDING", "COMPLETE", "ACTIVE", "IN_PROGRESS")))


@pytest.mark.parametrize(
    "case",
    [
        *(
            ends(
                f"{found} is as severe as it is set",
                answers=[basic(("CVE-2026-7", found), ("CVE-2026-8", "LOW"))],
                said=[f"{found} CVE-2026-7 openssl 3.0.1", "1 findings of severity HIGH or higher end the release"],
                unsaid="CVE-2026-8",
            )
            for found in ("HIGH", "CRITICAL")
        ),
        *(
            passes(f"{found} is less severe", answers=[basic(("CVE-2026-7", found))])
            for found in ("MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")
        ),
        *(
            (passes if fine else ends)(
                f"{found} when it stops at {stop_at}",
                answers=[basic(("CVE-2026-7", found))],
                variables={"STOP_AT": stop_at},
            )
            for stop_at, found, fine in (
                ("CRITICAL", "HIGH", True),
                ("MEDIUM", "MEDIUM", False),
                ("MEDIUM", "LOW", True),
                ("LOW", "HIGH", False),
                ("INFORMATIONAL", "UNDEFINED", True),
                ("UNDEFINED", "UNTRIAGED", False),
                # What nobody knows may be the worst.
                ("CRITICAL", "CATASTROPHIC", False),
            )
        ),
        passes(
            "ignored, and shown",
            answers=[basic(("CVE-2026-7", "HIGH"))],
            variables={"IGNORE": "CVE-2026-6 CVE-2026-7"},
            said=["CVE-2026-7 openssl 3.0.1 (ignored)"],
        ),
        ends(
            "ignoring one covers no other",
            answers=[basic(("CVE-2026-7", "HIGH"), ("CVE-2026-71", "HIGH"))],
            variables={"IGNORE": "CVE-2026-7"},
            said=["1 findings of severity HIGH"],
        ),
        *(
            ends(
                f"found by Amazon Inspector, {name}",
                answers=[enhanced(("CVE-2026-9", "CRITICAL", "ACTIVE"), name=name)],
                said=["CRITICAL CVE-2026-9 busybox 1.36"],
            )
            for name in ("ACTIVE", "COMPLETE")
        ),
        passes(
            "accepted in Amazon Inspector",
            answers=[enhanced(("CVE-2026-9", "CRITICAL", "SUPPRESSED"))],
            said=["(accepted in Amazon Inspector)"],
        ),
        ends(
            "waits for a scan that has not begun or not ended",
            answers=[*NOT_ENDED, basic(("CVE-2026-7", "HIGH"))],
            said=["CVE-2026-7"],
            looks=6,
        ),
        *(
            ends(f"never ends: {why}", answers=[last], said=[f"ECR has not scanned {WEB} in 1 minutes: {why}"], looks=6)
            for last, why in (
                ("ScanNotFoundException", "no scan yet"),
                (status("IN_PROGRESS", "still at it"), "IN_PROGRESS still at it"),
                (status("COMPLETE"), "COMPLETE"),
                (status("ACTIVE", "Continuous scan is selected for image."), "ACTIVE Continuous"),
            )
        ),
        *(
            ends(
                f"looked at nothing: {name}",
                answers=[status(name, "UnsupportedImageError: scratch")],
                said=[f"ECR did not scan {WEB}: {name} UnsupportedImageError: scratch"],
                looks=1,
            )
            for name in LOOKED_AT_NOTHING
        ),
        ends(
            "counted and not named",
            answers=[basic(("CVE-2026-7", "HIGH"), counts={"HIGH": 1, "CRITICAL": 2})],
            variables={"IGNORE": "CVE-2026-7"},
            said=["ECR counts 3 findings of severity HIGH or higher, and names 1"],
        ),
        *(
            ends(f"refused: {error}", answers=[error], said=[f"({error})"], looks=1)
            for error in ("AccessDeniedException", "ImageNotFoundException", "RepositoryNotFoundException")
        ),
        *(
            ends(f"not ours: {image}", answers=[basic()], image=image, said=[message], looks=0)
            for image, message in (
                (f"{REPOSITORY}:latest", "which is not a digest of"),
                (f"evil.example.com/web@{DIGEST}", "which is not a digest of"),
                (None, "imageDetail.json is missing in the release"),
            )
        ),
    ],
)
def test_the_release_goes_on_or_ends_as_the_scan_says(tmp_path: Path, case: dict[str, Any]) -> None:
    run = scan(tmp_path, *case["answers"], image=case.get("image", WEB), **case.get("variables", {}))
    assert run.succeeded == case["passes"], run.output
    assert [words for words in case.get("said", ()) if words not in run.output] == []
    assert "unsaid" not in case or case["unsaid"] not in run.output
    assert "looks" not in case or len(run.calls) == case["looks"]


# --- the source's own tests -----------------------------------------------------------------

TESTED = template(environment(service="test {}\n release { approval = true }"))
WITH_DOCKER = template(
    environment(
        service=f"""
architecture = "arm64"
test {{
  buildspec       = "ci/integration.yml"
  compute         = "BUILD_GENERAL1_LARGE"
  timeout_minutes = 45
  docker          = true
  environment     = {{ STAGE = "test" }}
  secrets         = {{ DATABASE = "{SECRET}:url::" }}
}}
scan {{}}
""",
        top='pull_through_cache "quay" {}',
    )
)


def may_test(generated: Template) -> dict[str, Body]:
    return generated.statements("delivery-web_test_role_permissions")


def test_without_it_there_is_no_stage_and_no_test_project() -> None:
    generated = template(environment())
    assert list(stages(generated)) == ["Source", "Build", "Deploy"]
    assert list(generated.resources("aws_codebuild_project")) == ["delivery-web_build_project"]


def test_the_test_stage_comes_after_what_is_made_and_looked_at_and_before_anybody_is_asked() -> None:
    assert list(stages(TESTED)) == ["Source", "Build", "Test", "Approval", "Deploy"]
    assert list(stages(WITH_DOCKER)) == ["Source", "Build", "Scan", "Test", "Deploy"]


def test_the_test_stage_gets_the_source_and_what_was_built_of_it_and_gives_nothing_on() -> None:
    action = stages(TESTED)["Test"]
    assert (action["category"], action["provider"]) == ("Test", "CodeBuild")
    assert action["input_artifacts"] == ["source", "build"]
    assert "output_artifacts" not in action
    assert action["configuration"]["PrimarySource"] == "source"
    assert action["configuration"]["ProjectName"] == "${aws_codebuild_project.delivery-web_test_project.name}"


def test_the_test_stage_is_told_the_image_that_this_release_is_of() -> None:
    (variable,) = json.loads(stages(TESTED)["Test"]["configuration"]["EnvironmentVariables"])
    assert variable == {
        "name": "IMAGE_URI",
        "value": "${aws_ecr_repository.images-web_repository.repository_url}@#{BuildVariables.IMAGE_DIGEST}",
        "type": "PLAINTEXT",
    }
    assert stages(TESTED)["Build"]["namespace"] == "BuildVariables"


def test_the_test_project_is_what_is_set() -> None:
    plain, own = project(TESTED, "test"), project(WITH_DOCKER, "test")
    assert (plain["name"], plain["source"]["buildspec"], plain["build_timeout"]) == (
        "shop-test-web-test",
        "testspec.yml",
        30,
    )
    assert plain["environment"]["type"] == "LINUX_CONTAINER"
    assert "environment_variable" not in plain["environment"]
    assert (own["source"]["buildspec"], own["build_timeout"]) == ("ci/integration.yml", 45)
    assert (own["environment"]["type"], own["environment"]["compute_type"]) == ("ARM_CONTAINER", "BUILD_GENERAL1_LARGE")
    given = {each["name"]: (each.get("type"), each["value"]) for each in own["environment"]["environment_variable"]}
    assert given == {
        "STAGE": (None, "test"),
        "DATABASE": ("SECRETS_MANAGER", f"{SECRET}:url::"),
        "QUAY": (None, f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop-test/quay"),
    }


def test_the_test_stage_has_docker_if_that_is_asked_for() -> None:
    assert "privileged_mode" not in project(TESTED, "test")["environment"]
    assert project(WITH_DOCKER, "test")["environment"]["privileged_mode"] is True


def test_the_test_stage_may_read_what_it_tests_and_change_nothing() -> None:
    statements = may_test(TESTED)
    assert {sid: body["actions"] for sid, body in statements.items()} == {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Artifacts": ["s3:GetObject", "s3:GetObjectVersion"],
        "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        "DecryptArtifacts": ["kms:Decrypt"],
    }


def test_with_docker_it_may_pull_the_image_and_read_its_own_secrets() -> None:
    added = {sid: body for sid, body in may_test(WITH_DOCKER).items() if sid not in may_test(TESTED)}
    assert added.keys() == {"LoginToEcr", "PullImages", "PullThroughCache", "ReadSecrets"}
    assert added["PullImages"]["resources"] == [f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/shop-test-web"]
    assert added["PullImages"]["actions"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ]
    assert added["ReadSecrets"]["resources"] == [SECRET]


def test_the_pipeline_may_start_it() -> None:
    statement = TESTED.statements("delivery-web_pipeline_role_permissions")["Test"]
    assert statement["actions"] == ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    assert statement["resources"] == [f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/shop-test-web-test"]


def test_where_the_service_is_in_another_account_it_tests_what_was_prepared() -> None:
    tools = '\nproject = "shop"\nregion = "eu-west-1"\naccount = "999999999999"\n'
    texts = {"tools": tools, "test": environment(service="test {}", top='pipelines_in = "tools"')}
    generated = template_among(texts, "tools")
    assert list(stages(generated)) == ["Source", "Build", "Prepare", "Test", "Deploy"]
    assert stages(generated)["Test"]["input_artifacts"] == ["source", "build"]
    assert stages(generated)["Prepare"]["namespace"] == "BuildVariables"
