"""EventBridge: which event starts which pipeline, and that it does so once."""

from __future__ import annotations

from tealform_harness.mutation.edits import create, drop, put, replace, together
from tealform_harness.mutation.mutant import Mutant

_RULE = "delivery-api/pipeline/start"
_TARGET = "delivery-api/pipeline/start-target"
_PIPELINE = "${aws_codepipeline.delivery-api_pipeline.arn}"
_ROLE = "${aws_iam_role.delivery-api_pipeline_start-role_role.arn}"

MUTANTS = (
    Mutant(
        "start-switched-off",
        "the rule that starts a pipeline is off",
        "Pushes are not released, and nobody is told.",
        "prod",
        put(_RULE, "state", "DISABLED"),
    ),
    Mutant(
        "start-by-every-branch",
        "pushes to any branch start the pipeline",
        "What is on main is released again with every push of anybody's.",
        "prod",
        drop(_RULE, "event_pattern/detail/referenceName"),
    ),
    Mutant(
        "start-by-every-repository",
        "pushes to any repository of the account start the pipeline",
        "What is on main is released again with every push of anybody's.",
        "prod",
        drop(_RULE, "event_pattern/resources"),
    ),
    Mutant(
        "start-by-new-branches-only",
        "the rule that starts a pipeline listens to new branches only",
        "Pushes are not released, and nobody is told.",
        "prod",
        drop(_RULE, "event_pattern/detail/event/referenceUpdated"),
    ),
    Mutant(
        "start-by-another-branch",
        "the rule that starts a pipeline listens to another branch than its source takes",
        "Pushes to main are not released; others release main again.",
        "prod",
        put(_RULE, "event_pattern/detail/referenceName", ["develop"]),
    ),
    Mutant(
        "start-by-anything",
        "the rule that starts a pipeline takes all events of the repository's service",
        "Each comment on a pull request is a release.",
        "prod",
        put(_RULE, "event_pattern", '{"source": ["aws.codecommit"]}'),
    ),
    Mutant(
        "start-by-a-mistyped-event",
        "the rule that starts a pipeline listens to events that do not exist",
        "Pushes are not released, and nobody is told.",
        "prod",
        replace(_RULE, "event_pattern", "Repository State Change", "Repository Change"),
    ),
    Mutant(
        "start-by-any-object",
        "any object in the source bucket starts the pipeline",
        "Each upload, of a picture too, is a release.",
        "dev",
        drop("delivery-web/pipeline/start", "event_pattern/detail/object"),
    ),
    Mutant(
        "start-by-another-object",
        "another object than the source's starts the pipeline",
        "What is put in is not released.",
        "dev",
        put("delivery-web/pipeline/start", "event_pattern/detail/object/key", ["release.zip"]),
    ),
    Mutant(
        "bucket-tells-nobody",
        "the source bucket sends no events",
        "What is put in is not released.",
        "dev",
        put("delivery-web/source/bucket/events", "eventbridge", False),
    ),
    Mutant(
        "start-twice",
        "a second target of the same rule starts the pipeline",
        "Every push is released twice.",
        "prod",
        create(
            "aws_cloudwatch_event_target.again",
            rule="${aws_cloudwatch_event_rule.delivery-api_pipeline_start.name}",
            target_id="again",
            arn=_PIPELINE,
            role_arn=_ROLE,
        ),
    ),
    Mutant(
        "start-by-a-clock",
        "a second rule starts the pipeline every night",
        "Something is released when nobody is there.",
        "prod",
        together(
            create(
                "aws_cloudwatch_event_rule.nightly",
                name="shop-prod-api-nightly",
                schedule_expression="cron(0 18 * * ? *)",
            ),
            create(
                "aws_cloudwatch_event_target.nightly",
                rule="${aws_cloudwatch_event_rule.nightly.name}",
                arn=_PIPELINE,
                role_arn=_ROLE,
            ),
        ),
    ),
    Mutant(
        "start-of-the-neighbour",
        "pushes to one service's repository start another's pipeline",
        "What was pushed is not released, and something else is.",
        "prod",
        put(_TARGET, "arn", "${aws_codepipeline.delivery-web_pipeline.arn}"),
    ),
    Mutant(
        "start-without-a-role",
        "the target that starts a pipeline has no role",
        "EventBridge may not start it: pushes are not released.",
        "prod",
        drop(_TARGET, "role_arn"),
    ),
    Mutant(
        "start-with-the-neighbours-role",
        "the target that starts a pipeline has another pipeline's role",
        "EventBridge may not start it: pushes are not released.",
        "prod",
        put(_TARGET, "role_arn", "${aws_iam_role.delivery-web_pipeline_start-role_role.arn}"),
    ),
    Mutant(
        "start-goes-nowhere",
        "the rule that starts a pipeline tells the topic instead",
        "Pushes are not released, and nobody is told.",
        "prod",
        put(_TARGET, "arn", "${aws_sns_topic.notifications_topic.arn}"),
    ),
)
