from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.ecr.models import ecr_backends

from tealform_harness.aws_emulator.ecr import render_manifest
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client

pytestmark = pytest.mark.usefixtures("aws")


@pytest.mark.parametrize("given", [{}, {"scanOnPush": False}])
def test_scanning_can_be_turned_off(given: dict[str, bool]) -> None:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})

    ecr.put_image_scanning_configuration(repositoryName="shop", imageScanningConfiguration=given)

    (repository,) = ecr.describe_repositories()["repositories"]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": False}


def test_a_repository_that_there_is_not_is_refused() -> None:
    with pytest.raises(ClientError, match="RepositoryNotFoundException"):
        client("ecr").put_image_scanning_configuration(repositoryName="none", imageScanningConfiguration={})


def pushed(scan_on_push: bool) -> Any:
    """A client of an ECR with one image, and what DescribeImageScanFindings takes for it."""
    ecr = client("ecr")
    ecr.create_repository(repositoryName="shop", imageScanningConfiguration={"scanOnPush": scan_on_push})
    made = ecr.put_image(repositoryName="shop", imageManifest=render_manifest("0" * 64), imageTag="1")
    return ecr, {"repositoryName": "shop", "imageId": {"imageDigest": made["image"]["imageId"]["imageDigest"]}}


def test_nothing_is_found_in_a_pushed_image_unless_it_was_said() -> None:
    ecr, image = pushed(scan_on_push=True)
    told = ecr.describe_image_scan_findings(**image)
    assert told["imageScanStatus"]["status"] == "COMPLETE"
    assert told["imageScanFindings"]["findingSeverityCounts"] == {}

    found = {"findingSeverityCounts": {"CRITICAL": 1}, "findings": [{"name": "CVE-1", "severity": "CRITICAL"}]}
    status = {"status": "COMPLETE"}
    result = {**image, "registryId": ACCOUNT, "imageScanStatus": status, "imageScanFindings": found}
    ecr_backends[ACCOUNT][REGION].scan_finding_results.append(result)

    assert ecr.describe_image_scan_findings(**image)["imageScanFindings"]["findingSeverityCounts"] == {"CRITICAL": 1}


def test_an_image_that_is_not_scanned_has_no_findings() -> None:
    ecr, image = pushed(scan_on_push=False)
    with pytest.raises(ClientError, match="ScanNotFoundException"):
        ecr.describe_image_scan_findings(**image)


def test_a_pull_through_rule_is_created_told_and_deleted() -> None:
    ecr = client("ecr")
    rule = {"ecrRepositoryPrefix": "ecr-public", "upstreamRegistryUrl": "public.ecr.aws"}
    ecr.create_pull_through_cache_rule(**rule)
    with pytest.raises(ClientError, match="PullThroughCacheRuleAlreadyExistsException"):
        ecr.create_pull_through_cache_rule(**rule)

    (told,) = ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["ecr-public"])["pullThroughCacheRules"]
    assert (told["upstreamRegistryUrl"], told["upstreamRegistry"]) == ("public.ecr.aws", "ecr-public")

    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="ecr-public")
    with pytest.raises(ClientError, match="PullThroughCacheRuleNotFoundException"):
        ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["ecr-public"])


@pytest.mark.parametrize(
    ("url", "message"),
    [("registry-1.docker.io", "credentialArn is required"), ("example.com", "UnsupportedUpstreamRegistryException")],
)
def test_a_pull_through_rule_that_cannot_work_is_refused(url: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        client("ecr").create_pull_through_cache_rule(ecrRepositoryPrefix="hub", upstreamRegistryUrl=url)
