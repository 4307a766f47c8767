"""Sources, builds, tests, scans and registries: for each rule what it accepts, and what it refuses with which message."""

from __future__ import annotations

import pytest

from tests.support import ZONES, environment, mistakes, mistakes_among

FILE = "environments/test/environment.hcl"
ACCOUNT = "123456789012"
OTHER = "999999999999"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:npm-AbCdEf"
PARAMETER = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/npm"
HUB = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-AbCdEf"
TOOLS = f'\nproject = "shop"\nregion = "eu-west-1"\naccount = "{OTHER}"\n'
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


def in_tools(text: str) -> dict[str, str]:
    return {"tools": TOOLS, "test": f'{text}\npipelines_in = "tools"\n'}


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
        (build('environment = { DOCKER_HUB = "x" }'), f":14: service.web.build.environment.DOCKER_HUB: {NAME_BELONGS}"),
        (build('environment = { CACHE_REPOSITORY_URI = "x" }'), f":14: service.web.build.environment.CACHE_REPOSITORY_URI: {NAME_BELONGS}"),
        (environment(service='test {\n environment = { IMAGE_URI = "x" }\n}'), f":14: service.web.test.environment.IMAGE_URI: {NAME_BELONGS}"),
        (environment(service='test {\n environment = { AWS_PROFILE = "x" }\n}'), f":14: service.web.test.environment.AWS_PROFILE: {NAME_BELONGS}"),
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
        (environment(service='build { environment = { TASK_CPU = "x" } }'),
         ":13: service.web.build.environment.TASK_CPU: this name belongs to CodeBuild or to the release contract; use another"),
        (environment(service='build { environment = { CODEBUILD_X = "x" } }'),
         ":13: service.web.build.environment.CODEBUILD_X: this name belongs to CodeBuild or to the release contract; use another"),
        (environment(service=f'build {{ environment = {{ A = "{"x" * 4097}" }} }}'),
         ":13: service.web.build.environment.A: has 4097 characters; CodeBuild's variables hold 4096"),
        (environment(service='build { environment = { PATH = "x" } }'),
         ":13: service.web.build.environment.PATH: this name belongs to CodeBuild or to the release contract; use another"),
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


# --- what another environment does ----------------------------------------------------------


def test_tests_are_where_the_source_is() -> None:
    promoted = environment(service='source "promotion" { environment = "dev" }\n test {}')
    texts = {"dev": environment(service="test {}"), "test": promoted}
    assert mistakes_among({**texts, "test": promoted.replace("test {}", "")}, "dev") == []
    assert mistakes_among(texts, "test") == [
        f"{FILE}:14: service.web.test: a release that is taken over holds no source, and so no tests; test it where it is built, "
        "before dev hands it over"
    ]


def test_a_scan_is_wherever_an_image_is_released() -> None:
    promoted = environment(service='source "promotion" { environment = "dev" }\n scan {}')
    assert mistakes_among({"dev": environment(), "test": promoted}, "test") == []


def test_what_is_set_for_builds_does_not_matter_where_nothing_is_built() -> None:
    promoted = environment(
        service='source "promotion" { environment = "dev" }\n build {\n vpc = true\n cache = "local"\n}'
    )
    assert mistakes_among({"dev": environment(), "test": promoted}, "test") == []


def test_builds_of_another_account_are_not_in_this_vpc() -> None:
    assert mistakes_among(in_tools(build("timeout_minutes = 60")), "test") == []
    assert mistakes_among(in_tools(build("vpc = true")), "test") == [
        f"{FILE}:14: service.web.build.vpc: the builds are in the account of tools, where this network is not; leave it out"
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (build(f'secrets = {{ A = "{PARAMETER}" }}'), ":14: service.web.build.secrets.A"),
        (cached("docker-hub", HUB), ":16: pull_through_cache.docker-hub.credentials"),
    ],
)
def test_what_builds_read_is_in_the_account_where_they_are(text: str, path: str) -> None:
    assert mistakes_among(in_tools(text.replace(f":{ACCOUNT}:", f":{OTHER}:")), "test") == []
    assert mistakes_among(in_tools(text), "test") == [
        f"{FILE}{path}: belongs to account {ACCOUNT}; builds run in {OTHER}, and read none of another account"
    ]


# --- names ----------------------------------------------------------------------------------


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


def test_a_service_is_not_called_like_the_preparation_for_another_account() -> None:
    other = 'service "web-prepare" {\n port = 80\n paths = ["/x"]\n}'
    text = environment(service="priority = 200", top=other)
    assert mistakes(text) == []
    (said,) = mistakes_among(in_tools(text), "test")
    assert "is the name of a part of service.web" in said
