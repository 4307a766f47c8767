"""What each role may do, action by action: a permission that is added or lost shows here, and is meant or is a mistake."""

import pytest

from tests.support import Template, environment, template

SERVICE = """
exec                      = true
read_only_root_filesystem = false
secrets                   = {
  A = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf"
  B = "arn:aws:ssm:eu-west-1:123456789012:parameter/b"
}
secrets_kms_keys          = ["arn:aws:kms:eu-west-1:123456789012:key/0f4b2c1d"]
"""

ACTIONS = {
    "delivery-web_build_role": {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Artifacts": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
        "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        "UseKey": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "LoginToEcr": ["ecr:GetAuthorizationToken"],
        "PushImages": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:GetDownloadUrlForLayer",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        ],
    },
    "delivery-web_deployment_role": {
        "CreateTaskSets": ["ecs:CreateTaskSet"],
        "MoveTaskSets": ["ecs:DeleteTaskSet", "ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet"],
        "MoveTraffic": ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"],
        "LookAtTraffic": [
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
        ],
        "ReadRevision": ["s3:GetObject", "s3:GetObjectVersion"],
        "DecryptRevision": ["kms:Decrypt"],
        "PassRoles": ["iam:PassRole"],
        "LookAtAlarms": ["cloudwatch:DescribeAlarms"],
    },
    "delivery-web_pipeline_start-role": {
        "Start": ["codepipeline:StartPipelineExecution"],
    },
    "delivery-web_pipeline_role": {
        "Artifacts": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
        "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        "UseKey": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "ReadSource": [
            "codecommit:CancelUploadArchive",
            "codecommit:GetBranch",
            "codecommit:GetCommit",
            "codecommit:GetRepository",
            "codecommit:GetUploadArchiveStatus",
            "codecommit:UploadArchive",
        ],
        "Build": ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
        "Deploy": [
            "codedeploy:CreateDeployment",
            "codedeploy:GetApplication",
            "codedeploy:GetApplicationRevision",
            "codedeploy:GetDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:RegisterApplicationRevision",
        ],
        "RegisterTaskDefinition": ["ecs:RegisterTaskDefinition"],
        "PassRoles": ["iam:PassRole"],
    },
    "network_flow-logs_role": {
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "FindLogGroups": ["logs:DescribeLogGroups"],
        "FindLogStreams": ["logs:DescribeLogStreams"],
    },
    "service-web_roles_execution": {
        "PullImages": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "LoginToEcr": ["ecr:GetAuthorizationToken"],
        "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "ReadSecrets": ["secretsmanager:GetSecretValue"],
        "ReadParameters": ["ssm:GetParameters"],
        "DecryptSecrets": ["kms:Decrypt"],
    },
    "service-web_roles_task": {
        "ExecChannels": [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        "ExecDecrypt": ["kms:Decrypt"],
        "ExecFindLogs": ["logs:DescribeLogGroups"],
        "ExecWriteLogs": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    },
}


SMOKE_TEST = {
    "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "JoinNetwork": [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    ],
    "LookAtNetwork": ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
    "LeaveNetworkToLambda": [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    ],
    "ReadVariables": ["kms:Decrypt"],
}

WITH_SMOKE_TEST = {
    "codedeploy": {
        "service-web_smoke-test_role": SMOKE_TEST | {"Report": ["codedeploy:PutLifecycleEventHookExecutionStatus"]},
        "delivery-web_deployment_role": ACTIONS["delivery-web_deployment_role"]
        | {"CallHooks": ["lambda:InvokeFunction"]},
    },
    "ecs": {
        "service-web_smoke-test_role": SMOKE_TEST,
        "service-web_blue-green_hooks": {"CallHooks": ["lambda:InvokeFunction"]},
        "delivery-web_deployment_role": {
            "WriteLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Artifacts": ["s3:GetObject", "s3:GetObjectVersion"],
            "ArtifactBucket": ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
            "DecryptArtifacts": ["kms:Decrypt"],
            "RegisterTaskDefinition": ["ecs:RegisterTaskDefinition"],
            "Release": ["ecs:ListServiceDeployments", "ecs:UpdateService"],
            "LookAtRelease": ["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
            "PassRoles": ["iam:PassRole"],
        },
        "delivery-web_pipeline_role": {
            sid: actions
            for sid, actions in ACTIONS["delivery-web_pipeline_role"].items()
            if sid not in ("Deploy", "RegisterTaskDefinition", "PassRoles")
        }
        | {"Deploy": ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]},
    },
}


def given(generated: Template) -> dict[str, dict[str, list[str]]]:
    """The actions of each role, by statement."""
    documents = generated.document["data"]["aws_iam_policy_document"]
    roles = {policy["role"].split(".")[1] for policy in generated.resources("aws_iam_role_policy").values()}
    return {
        name.removesuffix("_permissions"): {each["sid"]: each["actions"] for each in body["statement"]}
        for name, body in documents.items()
        if name.endswith("_permissions")
        and {name.removesuffix("_permissions"), f"{name.removesuffix('_permissions')}_role"} & roles
    }


def test_each_role_may_do_exactly_this() -> None:
    assert given(template(environment(service=SERVICE))) == ACTIONS


@pytest.mark.parametrize("engine", ["codedeploy", "ecs"])
def test_each_role_of_a_release_with_a_smoke_test_may_do_exactly_this(engine: str) -> None:
    generated = template(environment(service=f'{SERVICE}\nrelease {{\n engine = "{engine}"\n smoke_test {{}}\n}}'))
    assert given(generated) == ACTIONS | WITH_SMOKE_TEST[engine]


def test_every_role_has_its_policy_and_every_policy_its_role() -> None:
    generated = template(environment(service=SERVICE))
    roles = generated.resources("aws_iam_role")
    for name, policy in generated.resources("aws_iam_role_policy").items():
        role = name.removesuffix("_policy") + "_role"
        found = role if role in roles else name.removesuffix("_policy")
        assert policy["role"] == f"${{aws_iam_role.{found}.name}}"
        assert policy["policy"] == f"${{data.aws_iam_policy_document.{name.removesuffix('_policy')}_permissions.json}}"
    assert len(generated.resources("aws_iam_role_policy")) == len(ACTIONS)
