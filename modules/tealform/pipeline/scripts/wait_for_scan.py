"""Waits for Amazon ECR's scan of the image that is to be released, and ends the release for what it found.

Reads imageDetail.json. Wants the variables ECR_REPOSITORY_URI, STOP_AT (the lowest severity that ends it) and
TIMEOUT_MINUTES; IGNORE are ids of findings that do not count. Exits with 0 if the image was scanned and nothing that counts
was found, and with 1 if not: a scan that did not take place finds nothing either.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS_BETWEEN_LOOKS = float(os.environ.get("SECONDS_BETWEEN_LOOKS", "10"))
LOOKS_A_MINUTE = 6
# The highest first. Amazon Inspector says UNTRIAGED where ECR says UNDEFINED.
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED")
# An image that Amazon Inspector goes on watching is ACTIVE once it has been scanned.
SCANNED = ("COMPLETE", "ACTIVE")
TO_BE_SCANNED = ("PENDING", "IN_PROGRESS")


@dataclass(frozen=True)
class Finding:
    """What was found, how bad it is and in what; one that was accepted in Amazon Inspector is not ``open``."""

    id: str
    severity: str
    package: str
    open: bool = True


def image() -> str:
    """The digest of the image that is to be released; it must be in our repository."""
    try:
        uri = json.loads(Path("imageDetail.json").read_text(encoding="utf-8"))["ImageURI"]
    except FileNotFoundError:
        sys.exit(
            "imageDetail.json is missing in the release; was it built with the buildspec.yml of the release contract?"
        )
    name, _, digest = uri.partition("@")
    if name != OURS or not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        sys.exit(f"the release is of {uri}, which is not a digest of {OURS}")
    return str(digest)


def looked(digest: str) -> dict[str, Any]:
    """What ECR says of the image's scan, all pages of it; nothing as long as it knows of none."""
    command = ["aws", "ecr", "describe-image-scan-findings", "--registry-id", REGISTRY, "--repository-name", REPOSITORY]
    answer = subprocess.run(
        [*command, "--image-id", f"imageDigest={digest}", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "(ScanNotFoundException)" in answer.stderr:
        return {}
    if answer.returncode:
        sys.exit(answer.stderr.strip())
    return dict(json.loads(answer.stdout))


def scanned(digest: str) -> dict[str, Any]:
    """Looks until the image has been scanned. What was found."""
    told, why = None, ""
    for number in range(int(os.environ["TIMEOUT_MINUTES"]) * LOOKS_A_MINUTE):
        if number:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        answer = looked(digest)
        found = answer.get("imageScanFindings") or {}
        state = answer.get("imageScanStatus", {})
        status, why = state.get("status", "no scan yet"), state.get("description") or ""
        if status != told:
            print(status, flush=True)
            told = status
        if status in SCANNED and found.get("imageScanCompletedAt"):
            return found
        if answer and status not in TO_BE_SCANNED + SCANNED:
            sys.exit(f"ECR did not scan {OURS}@{digest}: {status} {why}".rstrip())
    sys.exit(f"ECR has not scanned {OURS}@{digest} in {os.environ['TIMEOUT_MINUTES']} minutes: {told} {why}".rstrip())


def findings(found: dict[str, Any]) -> Iterator[Finding]:
    """Those of basic scanning, and those of Amazon Inspector."""
    for each in found.get("findings", ()):
        attributes = {attribute["key"]: attribute.get("value", "") for attribute in each.get("attributes", ())}
        package = f"{attributes.get('package_name', '')} {attributes.get('package_version', '')}".strip()
        yield Finding(each.get("name", "?"), each.get("severity", "?"), package)
    for each in found.get("enhancedFindings", ()):
        details = each.get("packageVulnerabilityDetails", {})
        packages = (
            f"{one.get('name', '?')} {one.get('version', '')}".strip() for one in details.get("vulnerablePackages", ())
        )
        known_as = details.get("vulnerabilityId") or each.get("title", "?")
        yield Finding(known_as, each.get("severity", "?"), ", ".join(packages), each.get("status") in (None, "ACTIVE"))


def rank(severity: str) -> int:
    """0 is the highest; a severity that nobody knows counts as one."""
    known = "UNDEFINED" if severity == "UNTRIAGED" else severity
    return SEVERITIES.index(known) if known in SEVERITIES else 0


def main() -> None:
    """Waits, tells, decides."""
    stop_at, ignored = os.environ["STOP_AT"], set(os.environ.get("IGNORE", "").split())
    digest = image()
    found = scanned(digest)
    named = sorted(findings(found), key=lambda each: (rank(each.severity), each.id))
    print(f"{OURS}@{digest} was scanned at {found['imageScanCompletedAt']}: {len(named)} findings", flush=True)
    bad = [each for each in named if rank(each.severity) <= rank(stop_at)]
    counts = found.get("findingSeverityCounts") or {}
    counted = sum(count for severity, count in counts.items() if rank(severity) <= rank(stop_at))
    if counted > len(bad):
        sys.exit(f"ECR counts {counted} findings of severity {stop_at} or higher, and names {len(bad)}")
    stopping = [each for each in bad if each.open and each.id not in ignored]
    for each in bad:
        beside = "" if each in stopping else " (ignored)" if each.id in ignored else " (accepted in Amazon Inspector)"
        print(f"{each.severity} {each.id} {each.package}{beside}", flush=True)
    if stopping:
        sys.exit(f"{len(stopping)} findings of severity {stop_at} or higher end the release")
    print(f"Nothing of severity {stop_at} or higher that counts", flush=True)


OURS = os.environ["ECR_REPOSITORY_URI"]
REGISTRY, REPOSITORY = OURS.partition(".")[0], OURS.partition("/")[2]

if __name__ == "__main__":
    main()
