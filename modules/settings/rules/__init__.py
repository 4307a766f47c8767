"""What must hold between settings: each rule is a function, each file a subject."""

from __future__ import annotations

from modules.settings.rules import load_balancer, names, network, pipeline, release, routing, scaling, service
from modules.settings.rules.conflict import Rule

RULES: tuple[Rule, ...] = (
    *names.RULES,
    *network.RULES,
    *load_balancer.RULES,
    *service.RULES,
    *routing.RULES,
    *release.RULES,
    *scaling.RULES,
    *pipeline.RULES,
)
