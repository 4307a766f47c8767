"""What a release that is in progress needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan import changes, resource_owner
from tealform.plan.active_releases import Kind, Releases, deploys_itself
from tealform.plan.aws_queries import UnseenError
from tealform.plan.blocker import Objection
from tealform.plan.changes import Change

_UPDATES = ("update",)
_ENDS = ("destroy", "replace")
_BOTH: tuple[Kind, ...] = ("execution", "deployment")


@dataclass(frozen=True)
class _Cut:
    """What some actions do to which kinds of a release in progress.

    Of all that does it, the ``heads`` tell it alone: where the pipeline goes, nobody needs to hear of its build.
    """

    actions: tuple[str, ...]
    of: tuple[Kind, ...]
    does: str
    head: bool = False


_PERMISSIONS = _Cut(_ENDS, _BOTH, "takes a permission away from")
# How a release sets traffic is ignored, but what Terraform writes it has read before.
_TRAFFIC = _Cut(_UPDATES, ("deployment",), "may send traffic back to where it was when the plan was made, in")
_NETWORK = _Cut(_ENDS, ("deployment",), "tasks may reach nothing, and not be reached, in")

_CUTS: Mapping[str, tuple[_Cut, ...]] = {
    "aws_codebuild_project": (_Cut(_ENDS, ("execution",), "takes a build away from"),),
    # Its application never goes without it.
    "aws_codedeploy_deployment_group": (
        _Cut(_ENDS, ("execution",), "takes the deployment group away from"),
        _Cut(_ENDS, ("deployment",), "takes the deployment group away from", head=True),
    ),
    # https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecution.html («Cancelled»)
    "aws_codepipeline": (_Cut((*_UPDATES, *_ENDS), ("execution",), "cancels", head=True),),
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
    "aws_ecs_service": (
        _Cut(_UPDATES, ("deployment",), "starts a deployment that takes the place of", head=True),
        _Cut(_ENDS, ("deployment",), "stops the tasks of", head=True),
    ),
    "aws_iam_role": (_PERMISSIONS,),
    "aws_iam_role_policy": (_PERMISSIONS,),
    "aws_iam_role_policy_attachment": (_PERMISSIONS,),
    "aws_lambda_function": (_Cut(_ENDS, ("deployment",), "takes a check away from"),),
    "aws_lb_listener": (_TRAFFIC,),
    "aws_lb_listener_rule": (_TRAFFIC, _Cut(_ENDS, ("deployment",), "takes a rule away from")),
    "aws_lb_target_group": (_Cut(_ENDS, ("deployment",), "takes a target group away from"),),
}
"""By type, of each service. What is protected at any time is not here for its end: it has its objection."""

_SHARED = {
    "aws_route": _NETWORK,
    "aws_route_table": _NETWORK,
    "aws_route_table_association": _NETWORK,
    "aws_vpc_endpoint": _NETWORK,
    "aws_vpc_security_group_egress_rule": _NETWORK,
    "aws_vpc_security_group_ingress_rule": _NETWORK,
}
"""By type: what the releases of all services need, unless it is one service's."""

_TAGS = {"tags", "tags_all"}
_UNSEEN = "it cannot be seen whether this cuts a release in progress"


def objections(plan: Mapping[str, Any], releases: Releases) -> Iterator[Objection]:
    """Objects to what would cut a release in progress, and to what might where AWS does not tell what is."""
    cuts = list(_cuts(changes.of(plan)))
    told = {(kind, resource_owner.of(change.address)) for change, cut in cuts if cut.head for kind in cut.of}
    for change, cut in cuts:
        owner = resource_owner.of(change.address)
        everybody = change.type in _SHARED and owner == change.address
        kinds = [kind for kind in cut.of if cut.head or (kind, owner) not in told]
        yield from _cutting(change, cut.does, [(kind, None if everybody else owner) for kind in kinds], releases)


def _cuts(changed: list[Change]) -> Iterator[tuple[Change, _Cut]]:
    # With the VPC goes all its network, and that has an objection of its own.
    shared = {} if any(each.type == "aws_vpc" and each.ends for each in changed) else _SHARED
    for change in changed:
        for cut in (*_CUTS.get(change.type, ()), *filter(None, [shared.get(change.type)])):
            # A release goes by what is in use, not by what a replacement that was broken off has left.
            if change.action in cut.actions and not (cut.head and change.deposed) and not _is_harmless(change):
                yield change, cut


def _cutting(
    change: Change, does: str, whose: list[tuple[Kind, str | None]], releases: Releases
) -> Iterator[Objection]:
    try:
        for kind, owner in whose:
            for release in releases.in_progress(kind, owner):
                yield Objection(change.address, f"{does} {release}; wait for its end", lasting=f"{does} {release.name}")
    except UnseenError as error:
        yield Objection(change.address, f"{_UNSEEN}: {error}", lasting=_UNSEEN)


def _is_harmless(change: Change) -> bool:
    """Whether it starts and ends nothing: other tags, and all that may change of a service that CodeDeploy deploys.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    """
    if change.action != "update":
        return False
    if change.type == "aws_ecs_service" and not deploys_itself(change.before):
        return not deploys_itself(change.after)
    return set(change.attributes) <= _TAGS
