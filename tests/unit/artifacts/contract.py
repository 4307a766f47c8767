"""The release contract as the tests know it: where it is, and the variables that an environment fills it from."""

from tests.inventory import ROOT

ARTIFACTS = ROOT / "artifacts"

COMMIT = "3f2a9c1d5e7b8a6f4c3d2e1f0a9b8c7d6e5f4a3b"
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
REPOSITORY = "shop-dev-web"
REPOSITORY_URI = f"{REGISTRY}/{REPOSITORY}"

TASK_VARIABLES = {
    "TASK_FAMILY": "shop-dev-web",
    "TASK_ROLE_ARN": "arn:aws:iam::123456789012:role/shop-dev-web-task",
    "EXECUTION_ROLE_ARN": "arn:aws:iam::123456789012:role/shop-dev-web-execution",
    "TASK_CPU": "256",
    "TASK_MEMORY": "512",
    "CPU_ARCHITECTURE": "X86_64",
    "VOLUMES": '[{"name":"tmp"}]',
    "CONTAINER_NAME": "web",
    "CONTAINER_PORT": "8080",
    "CONTAINER_ENVIRONMENT": '[{"name":"COLOUR","value":"green"},{"name":"PORT","value":"8080"}]',
    "CONTAINER_SECRETS": '[{"name":"TOKEN","valueFrom":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:token"}]',
    "READ_ONLY_ROOT_FILESYSTEM": "true",
    "MOUNT_POINTS": '[{"sourceVolume":"tmp","containerPath":"/tmp","readOnly":false}]',
    "STOP_TIMEOUT": "30",
    "LOG_GROUP": "/shop/dev/web",
    "AWS_REGION": "eu-west-1",
}
APPSPEC_VARIABLES = {
    "CONTAINER_NAME": "web",
    "CONTAINER_PORT": "8080",
    "PLATFORM_VERSION": "LATEST",
    "SUBNETS": '["subnet-0a1","subnet-0b2"]',
    "SECURITY_GROUPS": '["sg-0c3"]',
    "CAPACITY_PROVIDER_STRATEGY": '[{"Base":1,"CapacityProvider":"FARGATE","Weight":1}]',
    "HOOKS": '[{"AfterAllowTestTraffic":"arn:aws:lambda:eu-west-1:123456789012:function:look"}]',
}
BUILD_VARIABLES = {
    "ECR_REPOSITORY_URI": REPOSITORY_URI,
    "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
}
VARIABLES = TASK_VARIABLES | APPSPEC_VARIABLES | BUILD_VARIABLES
"""All that an environment's CodeBuild project says to a build of ``COMMIT``."""

EXPORTED_FILES = {
    "imageDetail.json",
    "imagedefinitions.json",
    "taskdef.json",
    "appspec.yml",
    ".release/taskdef.json",
    ".release/appspec.yml",
}
