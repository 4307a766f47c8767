"""Creates in the emulated AWS what an environment refers to but does not create itself."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from harness.emulated_aws.server import EmulatedAws

# The path of the emulated AWS that takes ARNs; no service of AWS has one like it.
PATH = "/emulated-aws/existing"

# Wildcards do not match, so what a policy allows is no reference. A secret's ARN may go on with one of its keys.
_REFERENCE = re.compile(
    r"arn:aws[\w-]*:(?:"
    r"acm:[\w-]+:\d{12}:certificate/[\w-]+"
    r"|wafv2:[\w-]+:\d{12}:regional/webacl/[\w-]+/[\w-]+"
    r"|secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}"
    r"|ssm:[\w-]+:\d{12}:parameter/[\w/.-]+"
    r")(?![\w*-])"
)


def seed(emulated: EmulatedAws, document: Mapping[str, Any]) -> list[str]:
    """Creates what ``document``, an environment's generated Terraform, takes for granted; returns the ARNs.

    What they are of stands in ``harness/emulated_aws/existing.py``. AWS refuses a listener whose certificate is
    missing, for example; so does the emulation. Seeding again changes nothing.
    """
    arns = references(document)
    request = urllib.request.Request(emulated.endpoint + PATH, json.dumps(arns).encode(), method="POST")
    # The emulated AWS is on this machine, whatever the caller's proxies are.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request):
        return arns


def references(document: Mapping[str, Any]) -> list[str]:
    """The ARNs of what ``document`` refers to but does not create, sorted."""
    named = {arn for text in _texts(document) for arn in _REFERENCE.findall(text)}
    return sorted(named | set(_repositories(document)))


def _repositories(document: Mapping[str, Any]) -> Iterator[str]:
    """Those that a pipeline takes its source from, except the document's own."""
    (provider,) = document["provider"]["aws"]
    (account,) = provider["allowed_account_ids"]
    resources = document["resource"]
    own = {repository["repository_name"] for repository in resources.get("aws_codecommit_repository", {}).values()}
    for pipeline in resources.get("aws_codepipeline", {}).values():
        for action in (action for stage in pipeline["stage"] for action in stage["action"]):
            name = action.get("configuration", {}).get("RepositoryName")
            if name and name not in own:
                yield f"arn:aws:codecommit:{provider['region']}:{account}:{name}"


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
