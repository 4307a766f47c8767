"""Sources, builds, tests, scans and registries: for each rule what it accepts, and what it refuses with which message."""

from __future__ import annotations

import pytest

from tests.support import ZONES, environment, mistakes

FILE = "environments/test/environment.hcl"
ACCOUNT = "123456789012"
OTHER = "999999999999"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:npm-AbCdEf"
PARAMETER = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/npm"
HUB = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"
NO_NAT = f'{ZONES}\n  nat = "none"'
ECR_IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/bootstrap:1"
CHINA = environment().replace("eu-west-1", "cn-north-1")


def build(*lines: str, network: str = ZONES) -> str:
    return environment(service="\n".join(("build {", *lines, "}")), network=network)


def source(kind: str, line: str) -> str:
    return environment(service=f'source "{kind}" {{ {line} }}')


def another(body: str) -> str:
    return f'service "api" {{\n  port = 80\n  {body}\n}}'


def cached(upstream: str, credentials: str | None = None, project: str = "shop") -> str:
    body = f'credentials = "{credentials}"' if credentials else ""
    text = environment(top=f'pull_through_cache "{upstream}" {{\n  {body}\n}}')
    return text.replace('project = "shop"', f'project = "{project}"')


def in_china(compute: str, architecture: str) -> str:
    service = f'port = 8080\n architecture = "{architecture}"\n build {{ compute = "{compute}" }}'
    return CHINA.replace("port = 8080", service)


@pytest.mark.parametrize(
    "text",
    [
        build('buildspec = "ci/build-spec.yaml"'),
        build('buildspec = "a.b/..c/build.yml"'),
        build(f'secrets = {{ TOKEN = "{SECRET}", LEVEL = "{PARAMETER}" }}'),
        build(f'secrets = {{ TOKEN = "{SECRET.replace(ACCOUNT, OTHER)}" }}'),
        build('cache = "local"'),
        build('cache = "local"', 'compute = "BUILD_GENERAL1_XLARGE"'),
        build('cache = "ecr"', "vpc = true", 'compute = "BUILD_GENERAL1_2XLARGE"'),
        build("vpc = true", network=f'{ZONES}\n  nat = "single"'),
        # Nothing is in the VPC: its ports do not matter.
        build("egress_ports = [8081]"),
        in_china("BUILD_GENERAL1_LARGE", "arm64"),
        in_china("BUILD_GENERAL1_MEDIUM", "x86_64"),
        environment(service="test {}\n scan {}"),
        environment(service='test { environment = { CONTAINER_NAME = "db" } }'),
        cached("docker-hub", HUB),
        cached("quay"),
        # 30 characters with it.
        cached("kubernetes", project="shop-for-all-x"),
        environment(service='source "codecommit" {\n repository = "shop-web"\n create = false\n}'),
        environment(service='priority = 200\n source "codecommit" { repository = "mono" }', top=another(body='paths = ["/api"]\n source "codecommit" {\n repository = "mono"\n create = false\n}')),
        environment(service='build { environment = { NPM_TOKEN_NAME = "x" } }'),
        source("s3", 'bucket = "a.b-c"'),
        source("s3", 'bucket = "shop-test-web-drops-123456789012"'),
        source("s3", f'key = "{"a" * 251}.zip"'),
        source("github", f'repository = "a/{"b" * 253}"'),
    ],
)  # fmt: skip
def test_accepts(text: str) -> None:
    assert mistakes(text) == []


NAME_BELONGS = "this name belongs to CodeBuild or to the release contract; use another"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (build('buildspec = "/etc/build.yml"'),
         ':14: service.web.build.buildspec: "/etc/build.yml" is not the path of a buildspec in the source, like ci/buildspec.yml'),
        (build('buildspec = "ci/../../build.yml"'),
         ':14: service.web.build.buildspec: "ci/../../build.yml" is not the path of a buildspec in the source, like ci/buildspec.yml'),
        (build('secrets = { TEMPLATES = "' + SECRET + '" }'), f":14: service.web.build.secrets.TEMPLATES: {NAME_BELONGS}"),
        *(
            (environment(service=f'{block} {{\n environment = {{ {name} = "x" }}\n}}'), f":14: service.web.{block}.environment.{name}: {NAME_BELONGS}")
            for block, names in (("build", "DOCKER_HUB CACHE_REPOSITORY_URI TASK_CPU CODEBUILD_X PATH"), ("test", "IMAGE_URI AWS_PROFILE"))
            for name in names.split()
        ),
        (build(f'secrets = {{ A = "{SECRET}" }}', 'environment = { A = "x" }'), ":14: service.web.build.secrets.A: is in environment too; keep one"),
        (build(f'secrets = {{ A = "{SECRET.replace("eu-west-1", "us-east-1")}" }}'),
         ":14: service.web.build.secrets.A: is in us-east-1; builds run in eu-west-1"),
        (environment(service=f'test {{\n secrets = {{ A = "{PARAMETER.replace(ACCOUNT, OTHER)}" }}\n}}'),
         f":14: service.web.test.secrets.A: belongs to account {OTHER}; builds run in {ACCOUNT}, and read none of another account"),
        (build('cache = "local"', "vpc = true"), ':14: service.web.build.cache: CodeBuild keeps no local cache of builds in a VPC; use "ecr"'),
        (build('cache = "local"', 'compute = "BUILD_GENERAL1_2XLARGE"'),
         ':14: service.web.build.cache: CodeBuild keeps no local cache on BUILD_GENERAL1_2XLARGE; use "ecr"'),
        (in_china("BUILD_GENERAL1_MEDIUM", "arm64"),
         ":14: service.web.build.compute: for arm64, cn-north-1 has BUILD_GENERAL1_SMALL and BUILD_GENERAL1_LARGE alone"),
        (environment(service=f'bootstrap_image = "{ECR_IMAGE}"\n build {{ vpc = true }}', network=NO_NAT),
         ':15: service.web.build.vpc: with nat = "none" a build in the VPC reaches no registry and no AWS service that it needs; use nat = "single"'),
        (build("vpc = true", "egress_ports = [80]"),
         ":15: service.web.build.egress_ports: 443 is missing; without it no build reaches ECR, S3 or CloudWatch Logs"),
        (environment(service='scan { stop_at = "WORST" }'),
         ':13: service.web.scan.stop_at: "WORST" is not allowed; use "CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL" or "UNDEFINED"'),
        (cached("docker-hub"),
         ":15: pull_through_cache.docker-hub.credentials: is missing; ECR pulls nothing from docker-hub without a secret with credentials"),
        (cached("quay", HUB), ":16: pull_through_cache.quay.credentials: ECR takes none for quay; leave it out"),
        (cached("docker-hub", HUB.replace("eu-west-1", "us-east-1")),
         ":16: pull_through_cache.docker-hub.credentials: is in us-east-1; ECR reads a secret of its own region, eu-west-1"),
        (cached("docker-hub", HUB.replace(ACCOUNT, OTHER)),
         f":16: pull_through_cache.docker-hub.credentials: belongs to account {OTHER}; builds run in {ACCOUNT}, and read none of another account"),
        (cached("docker-hub", SECRET),
         f':16: pull_through_cache.docker-hub.credentials: "{SECRET}" is not the ARN of a Secrets Manager secret whose name begins with ecr-pullthroughcache/, with its last six characters'),
        (cached("kubernetes", project="shop-for-all-xy"),
         ':15: pull_through_cache.kubernetes: its repositories would be below "shop-for-all-xy-test/kubernetes", 31 characters; ECR allows 30: shorten the name of project or environment'),
        (environment(service='source "codecommit" { create = false }'),
         ":13: service.web.source.codecommit.repository: is missing; with create = false, name the repository that exists"),
        (environment(service='priority = 200\n source "codecommit" { repository = "mono" }', top=another(body='paths = ["/api"]\n source "codecommit" { repository = "mono" }')),
         ':19: service.api.source.codecommit.repository: "mono" is created by service.web already; use create = false here'),
        (build(f'environment = {{ A = "{"x" * 4097}" }}'),
         ":14: service.web.build.environment.A: has 4097 characters; CodeBuild's variables hold 4096"),
        (source("s3", 'bucket = "shop-test-web-artifacts-123456789012"'),
         ':13: service.web.source.s3.bucket: "shop-test-web-artifacts-123456789012" is the name of another bucket of this environment; use another'),
        *(
            (source("s3", f'bucket = "{name}"'), f':13: service.web.source.s3.bucket: "{name}" is not the name of an S3 bucket')
            for name in ("a..b", "xn--ab", "abc-s3alias", "10.0.0.1", "Drops", "ab")
        ),
        (source("s3", f'key = "{"a" * 252}.zip"'),
         f':13: service.web.source.s3.key: "{"a" * 252}.zip" is not the key of a ZIP file in the bucket, like source.zip, at most 255 characters'),
        (source("github", f'repository = "a/{"b" * 254}"'),
         f':13: service.web.source.github.repository: "a/{"b" * 254}" is not a repository as its host names it, like acme/shop-web, at most 255 characters'),
    ],
)  # fmt: skip
def test_refuses(text: str, message: str) -> None:
    assert mistakes(text) == [FILE + message]


def test_a_registry_that_ecr_does_not_know_is_refused() -> None:
    (said,) = mistakes(cached("mcr"))
    assert "pull_through_cache.mcr" in said
    assert '"docker-hub"' in said


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("test {}", "test"),
        ("scan {}", "scan"),
        ('build { cache = "ecr" }', "cache"),
        ("build { vpc = true }", "build"),
    ],
)
def test_a_service_is_not_called_like_a_part_of_another_one(setting: str, part: str) -> None:
    other = f'service "web-{part}" {{\n port = 80\n paths = ["/x"]\n}}'
    without = environment(service="priority = 200", top=other)
    assert mistakes(without) == []
    (said,) = mistakes(environment(service=f"priority = 200\n {setting}", top=other))
    assert said.endswith(f'service.web-{part}: "web-{part}" is the name of a part of service.web; use another')
