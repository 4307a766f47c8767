"""What the provider's schema says and the bindings do not, written down by hand.

The source is the schema of provider 5.100.0 (``terraform providers schema -json``), compared with the one that is
rebuilt from the bindings of 6.25.0, for the types that Tealform generates. CDKTF keeps neither what is sensitive nor a
count of blocks other than "at least one" and "at most one". Versions, descriptions and deprecations are lost as well,
and stay so. Which changes replace a resource is not lost but was never there: ``ForceNew`` is in no schema, so the
stub, but for ``region``, plans every change as an update in place. For other types, the bindings' word is all
there is.
"""

from __future__ import annotations

from tealform_harness.provider_stub.schema.model import NestedBlock, Schema

# By the path of the block: the least and the greatest number of blocks, None where there is no bound.
_COUNTS: dict[str, tuple[int | None, int | None]] = {
    "aws_cloudwatch_event_target.ecs_target.ordered_placement_strategy": (None, 5),
    "aws_cloudwatch_event_target.ecs_target.placement_constraint": (None, 10),
    "aws_cloudwatch_event_target.run_command_targets": (None, 5),
    "aws_cloudwatch_event_target.sagemaker_pipeline_target.pipeline_parameter_list": (None, 200),
    "aws_codebuild_project.secondary_artifacts": (None, 12),
    "aws_codebuild_project.secondary_source_version": (None, 12),
    "aws_codebuild_project.secondary_sources": (None, 12),
    "aws_codedeploy_deployment_group.load_balancer_info.target_group_pair_info.target_group": (1, 2),
    "aws_codepipeline.stage": (2, None),
    "aws_codepipeline.stage.before_entry.condition.rule": (1, 5),
    "aws_codepipeline.stage.on_failure.condition.rule": (1, 5),
    "aws_codepipeline.stage.on_success.condition.rule": (1, 5),
    "aws_codepipeline.trigger": (None, 50),
    "aws_codepipeline.trigger.git_configuration.pull_request": (None, 3),
    "aws_codepipeline.trigger.git_configuration.push": (None, 3),
    "aws_ecs_service.ordered_placement_strategy": (None, 5),
    "aws_ecs_service.placement_constraints": (None, 10),
    "aws_ecs_task_definition.placement_constraints": (None, 10),
    "aws_lb_listener.default_action.forward.target_group": (1, 5),
    "aws_lb_listener_rule.action.forward.target_group": (1, 5),
}

_SENSITIVE = (
    "aws_lb_listener.default_action.authenticate_oidc.client_secret",
    "aws_lb_listener_rule.action.authenticate_oidc.client_secret",
)


def restore(name: str, schema: Schema) -> None:
    """Add the facts about the resource type ``name`` to its schema."""
    for path, (least, most) in _COUNTS.items():
        first, *steps = path.split(".")
        if first == name:
            nested = _nested_block(schema, steps)
            if least is not None:
                nested["min_items"] = least
            if most is not None:
                nested["max_items"] = most
    for path in _SENSITIVE:
        first, *steps, attribute = path.split(".")
        if first == name:
            _nested_block(schema, steps)["block"]["attributes"][attribute]["sensitive"] = True


def _nested_block(schema: Schema, steps: list[str]) -> NestedBlock:
    *outer, last = steps
    block = schema["block"]
    for step in outer:
        block = block["block_types"][step]["block"]
    return block["block_types"][last]
