"""IAM: who may take a role."""

from __future__ import annotations

import json
from typing import Any

from tealform_harness.mutation.edits import add, drop, put, together
from tealform_harness.mutation.mutant import Change, Mutant

_TRUST = "service-api/roles/task/trust"
_BUILD = "delivery-api/build/role/trust"


def _trust(kind: str, *identifiers: str, **more: Any) -> Change:
    statement = {
        "sid": "More",
        "effect": "Allow",
        "actions": ["sts:AssumeRole"],
        "principals": [{"type": kind, "identifiers": list(identifiers)}],
        **more,
    }
    return add(_TRUST, "statement", statement)


MUTANTS = (
    Mutant(
        "role-for-anybody",
        "a role trusts everybody",
        "Anybody with an AWS account is the application.",
        "prod",
        _trust("AWS", "*"),
    ),
    Mutant(
        "role-for-another-account",
        "a role trusts another account",
        "Whoever is there is the application.",
        "prod",
        _trust("AWS", "arn:aws:iam::999999999999:root"),
    ),
    Mutant(
        "role-for-the-whole-account",
        "a role trusts its whole account",
        "Everybody who may take any role is the application.",
        "prod",
        _trust("AWS", "arn:aws:iam::123456789012:root"),
    ),
    Mutant(
        "role-for-servers-too",
        "a role trusts EC2 too",
        "Who may start a server is the application.",
        "prod",
        _trust("Service", "ec2.amazonaws.com"),
    ),
    Mutant(
        "role-for-everybody-at-github",
        "a role trusts GitHub Actions, whichever repository",
        "Anybody at GitHub is the application.",
        "prod",
        _trust(
            "Federated",
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            actions=["sts:AssumeRoleWithWebIdentity"],
            condition=[
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:aud",
                    "values": ["sts.amazonaws.com"],
                }
            ],
        ),
    ),
    Mutant(
        "role-for-every-repository-at-github",
        "a role trusts GitHub Actions of any repository that matches repo:*",
        "Anybody at GitHub is the application.",
        "prod",
        _trust(
            "Federated",
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            actions=["sts:AssumeRoleWithWebIdentity"],
            condition=[
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:aud",
                    "values": ["sts.amazonaws.com"],
                },
                {
                    "test": "StringLike",
                    "variable": "token.actions.githubusercontent.com:sub",
                    "values": ["repo:*"],
                },
            ],
        ),
    ),
    Mutant(
        "deputy-of-any-account",
        "the conditions were removed from who may take a build role",
        "AWS takes it on behalf of any account that names it.",
        "prod",
        drop(_BUILD, "statement/Trust/condition"),
    ),
    Mutant(
        "deputy-with-an-empty-condition",
        "the condition on who may take a build role is an empty list",
        "It is no condition, and checks go blind by it.",
        "prod",
        put(_BUILD, "statement/Trust/condition", []),
    ),
    Mutant(
        "deputy-of-another-account",
        "a build role may be taken on behalf of another account",
        "Builds over there run with it, and those here do not.",
        "prod",
        put(_BUILD, "statement/Trust/condition/aws:SourceAccount/values", ["999999999999"]),
    ),
    Mutant(
        "deputy-if-it-says-so",
        "the conditions on who may take a role hold only for requests that say where they come from (IfExists)",
        "A request that does not say so may take it.",
        "prod",
        together(
            put(_BUILD, "statement/Trust/condition/aws:SourceAccount/test", "StringEqualsIfExists"),
            put(_BUILD, "statement/Trust/condition/aws:SourceArn/test", "ArnLikeIfExists"),
        ),
    ),
    Mutant(
        "deputy-upside-down",
        "a build role may be taken on behalf of every account but one's own",
        "Builds of strangers run with it.",
        "prod",
        put(_BUILD, "statement/Trust/condition/aws:SourceAccount/test", "StringNotEquals"),
    ),
    Mutant(
        "wrong-service",
        "a build role is CodeDeploy's to take",
        "CodeBuild may not take it: no build starts.",
        "prod",
        put(_BUILD, "statement/Trust/principals/identifiers", ["codedeploy.amazonaws.com"]),
    ),
    Mutant(
        "role-for-anybody-by-a-text",
        "who may take a role is a text: everybody",
        "Anybody with an AWS account is the application.",
        "prod",
        put(
            "service-api/roles/task/role",
            "assume_role_policy",
            json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
                }
            ),
        ),
    ),
    Mutant(
        "role-with-anothers-trust",
        "the application's role may be taken by whoever may take the pipeline's",
        "No task starts, and CodePipeline is the application.",
        "prod",
        put(
            "service-api/roles/task/role",
            "assume_role_policy",
            "${data.aws_iam_policy_document.delivery-api_pipeline_role_trust.json}",
        ),
    ),
)
