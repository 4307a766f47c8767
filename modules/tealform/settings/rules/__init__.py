"""What must hold between settings: each rule is a function, each file a subject."""

from __future__ import annotations

from tealform.settings.rules import (
    automation,
    build,
    load_balancer,
    names,
    network,
    notifications,
    pipeline,
    release,
    routing,
    scaling,
    service,
    stage_gates,
    state,
)
from tealform.settings.rules.violation import Rule

RULES: tuple[Rule, ...] = (
    *names.RULES,
    *network.RULES,
    *load_balancer.RULES,
    *service.RULES,
    *routing.RULES,
    *release.RULES,
    *stage_gates.RULES,
    *scaling.RULES,
    *pipeline.RULES,
    *build.RULES,
    *notifications.RULES,
    *automation.RULES,
    *state.RULES,
)
