"""What must hold between settings: each rule is a function, each file a subject."""

from __future__ import annotations

from modules.settings.rules import (
    automation,
    build,
    gates,
    load_balancer,
    names,
    network,
    notifications,
    pipeline,
    release,
    routing,
    scaling,
    service,
    state,
)
from modules.settings.rules.conflict import Rule

RULES: tuple[Rule, ...] = (
    *names.RULES,
    *network.RULES,
    *load_balancer.RULES,
    *service.RULES,
    *routing.RULES,
    *release.RULES,
    *gates.RULES,
    *scaling.RULES,
    *pipeline.RULES,
    *build.RULES,
    *notifications.RULES,
    *automation.RULES,
    *state.RULES,
)
