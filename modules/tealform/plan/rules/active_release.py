"""What a release in progress needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tealform.plan import changes
from tealform.plan.active_releases import ActiveReleases, Kind, is_deployed_by_ecs
from tealform.plan.aws_queries import UnseenError
from tealform.plan.changes import Blocker, Change
from tealform.plan.prior_state import find_owner

_UPDATES = ("update",)
_ENDS = ("destroy", "replace")
_BOTH: tuple[Kind, ...] = ("execution", "deployment")


@dataclass(frozen=True)
class _Cut:
    """What ``actions`` on a resource do to ``kinds`` of releases in progress; ``effect`` says it.

    If a ``head`` is among the changes, it alone is blocked: if the pipeline goes, its build needs no blocker.
    """

    actions: tuple[str, ...]
    kinds: tuple[Kind, ...]
    effect: str
    head: bool = False


_PERMISSIONS = _Cut(_ENDS, _BOTH, "takes a permission away from")
# Terraform ignores the weights that a release sets, but it writes those that it read before.
_TRAFFIC = _Cut(_UPDATES, ("deployment",), "may send traffic back to where it was when the plan was made, in")
_NETWORK = _Cut(_ENDS, ("deployment",), "tasks may reach nothing, and not be reached, in")

_CUTS: Mapping[str, tuple[_Cut, ...]] = {
    "aws_codebuild_project": (_Cut(_ENDS, ("execution",), "takes a build away from"),),
    # Its application is never destroyed without it.
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
"""By type, for each service. What another rule always blocks is not here for its end."""

_SHARED = (
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_vpc_endpoint",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
"""What the releases of all services need, unless it belongs to one service."""

_TAGS = {"tags", "tags_all"}
_UNSEEN = "it cannot be seen whether this cuts a release in progress"


def find_blockers(plan: Mapping[str, Any], releases: ActiveReleases) -> Iterator[Blocker]:
    """Block what would cut a release in progress, and what might if AWS does not say which releases are."""
    cuts = list(_cuts(changes.from_plan(plan)))
    heads = {(kind, find_owner(change.address)) for change, cut in cuts if cut.head for kind in cut.kinds}
    for change, cut in cuts:
        owner = find_owner(change.address)
        needed_by = None if change.type in _SHARED and owner == change.address else owner
        try:
            for kind in cut.kinds:
                if not cut.head and (kind, owner) in heads:
                    continue
                for release in releases.in_progress(kind, needed_by):
                    reason, lasting = (f"{cut.effect} {each}" for each in (release, release.name))
                    yield Blocker(change.address, f"{reason}; wait for its end", lasting=lasting)
        except UnseenError as error:
            yield Blocker(change.address, f"{_UNSEEN}: {error}", lasting=_UNSEEN)


def _cuts(changed: list[Change]) -> Iterator[tuple[Change, _Cut]]:
    # The whole network goes with the VPC, which another rule blocks.
    shared = () if any(each.type == "aws_vpc" and each.ends for each in changed) else _SHARED
    for change in changed:
        for cut in (*_CUTS.get(change.type, ()), *([_NETWORK] if change.type in shared else [])):
            # A release uses what is in use, not what an interrupted replacement left.
            if change.action in cut.actions and not (cut.head and change.deposed) and not _is_harmless(change):
                yield change, cut


def _is_harmless(change: Change) -> bool:
    """Whether a change starts and ends nothing: one of tags, or of a service that CodeDeploy deploys.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    """
    if change.action != "update":
        return False
    if change.type == "aws_ecs_service" and not is_deployed_by_ecs(change.before):
        return not is_deployed_by_ecs(change.after)
    return set(change.attributes) <= _TAGS
