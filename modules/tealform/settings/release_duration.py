"""How long a release takes by its settings."""

from __future__ import annotations

from typing import Literal

from tealform.settings.release import Release

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/nlb-resources-for-blue-green.html
_NETWORK_SHIFT = 10


def minutes(release: Release, balancer: Literal["application", "network"]) -> int:
    """All waits until blue is gone, in minutes; the time of tasks and hooks apart.

    Those that are set, and those that ECS adds on a network load balancer: at the shift of test traffic, and at each of
    production traffic.
    """
    steps = {"all_at_once": 1, "canary": 2, "linear": -(-100 // release.percent)}[release.strategy]
    added = _NETWORK_SHIFT * (1 + steps) if (release.engine, balancer) == ("ecs", "network") else 0
    return release.hold_minutes + (steps - 1) * release.interval_minutes + release.keep_blue_minutes + added
