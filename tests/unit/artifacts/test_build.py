"""The real commands of ``buildspec.yml``, with an ``aws`` and a ``docker`` that only record their calls."""

import hashlib
import json
import re

import pytest
import yaml

from tests.unit.artifacts.codebuild import (
    APPSPEC_VARIABLES,
    ARTIFACTS,
    COMMIT,
    EXPORTED_FILES,
    REGISTRY,
    REPOSITORY,
    REPOSITORY_URI,
    TASK_VARIABLES,
    VARIABLES,
    Account,
)
from tests.unit.artifacts.fake_tools import PASSWORD, digest

VALID_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
IMAGE = f"{REPOSITORY_URI}:{COMMIT}"
CACHE = f"{REPOSITORY_URI}-cache"
REGISTRIES = {"DOCKER_HUB": f"{REGISTRY}/shop-dev/docker-hub", "QUAY": f"{REGISTRY}/shop-dev/quay"}


def first_reader(variable: str) -> str:
    """Return the first file of the contract that needs ``variable``."""
    if variable in TASK_VARIABLES:
        return "taskdef.json"
    return "appspec.yml" if variable in APPSPEC_VARIABLES else "buildspec.yml"


def source_version(version: str) -> dict[str, str | None]:
    return {"CODEBUILD_RESOLVED_SOURCE_VERSION": version}


def test_a_build_pushes_one_image_and_exports_what_a_release_reads(account: Account) -> None:
    build = account.build()

    assert build.succeeded, build.output
    assert account.tags() == {COMMIT}
    assert build.image_uri == f"{REPOSITORY_URI}@{digest(IMAGE)}"
    assert build.exported.keys() == EXPORTED_FILES


def test_later_actions_of_the_pipeline_are_told_the_digest(account: Account) -> None:
    build = account.build()

    assert build.variables == {"IMAGE_DIGEST": digest(IMAGE)}
    # Of the reused image as well.
    assert account.build().variables == build.variables


def test_the_templates_travel_as_they_are_for_environments_that_take_the_release_over(account: Account) -> None:
    build = account.build()

    for name in ("taskdef.json", "appspec.yml"):
        assert build.exported[f".release/{name}"] == (ARTIFACTS / name).read_text(encoding="utf-8")
        assert build.exported[name] != build.exported[f".release/{name}"]


def test_what_only_another_account_knows_stays_open(account: Account) -> None:
    given = {"TEMPLATES": "open", "CPU_ARCHITECTURE": "X86_64", "CONTAINER_NAME": "web"}
    unknown = {name: None for name in (TASK_VARIABLES | APPSPEC_VARIABLES) if name not in (*given, "AWS_REGION")}
    build = account.build({**unknown, **given})

    assert build.succeeded, build.output
    assert build.image_uri == f"{REPOSITORY_URI}@{digest(IMAGE)}"
    for name in ("taskdef.json", "appspec.yml"):
        assert build.exported[f".release/{name}"] == (ARTIFACTS / name).read_text(encoding="utf-8")


def test_what_is_released_without_codedeploy_is_the_same_image_by_the_containers_name(account: Account) -> None:
    build = account.build({"CONTAINER_NAME": "api"})

    assert json.loads(build.exported["imagedefinitions.json"]) == [{"name": "api", "imageUri": build.image_uri}]


def test_docker_logs_in_with_the_password_from_ecr_then_builds_then_pushes(account: Account) -> None:
    build = account.build()

    assert [call[1] for call in build.calls if call[0] == "docker"] == ["login", "build", "push"]
    assert build.calls_of("docker", "login") == [
        ["--username", "AWS", "--password-stdin", REGISTRY, f"stdin={PASSWORD}"]
    ]


@pytest.mark.parametrize(
    ("variables", "arguments", "pushed"),
    [
        pytest.param({}, [], [[IMAGE]], id="plain"),
        pytest.param(
            {**REGISTRIES, "BUILD_ARGUMENTS": "DOCKER_HUB QUAY"},
            # Without a value: Docker takes it from the variable, so that no list of processes shows it.
            ["--build-arg", "DOCKER_HUB", "--build-arg", "QUAY"],
            [[IMAGE]],
            id="registries as build arguments",
        ),
        pytest.param(
            {"CACHE_REPOSITORY_URI": CACHE},
            [
                *("--build-arg", "BUILDKIT_INLINE_CACHE=1", "--cache-from", f"type=registry,ref={CACHE}:layers"),
                *("--tag", f"{CACHE}:layers"),
            ],
            # The image first: it is released.
            [[IMAGE], [f"{CACHE}:layers"]],
            id="cache",
        ),
    ],
)
def test_docker_builds_the_image_with_its_version_and_pushes_it(
    account: Account, variables: dict[str, str], arguments: list[str], pushed: list[list[str]]
) -> None:
    build = account.build(variables)

    assert build.succeeded, build.output
    version = ["--build-arg", f"VERSION={COMMIT}", "--tag", IMAGE]
    assert build.calls_of("docker", "build") == [[*version, *arguments, "."]]
    assert build.calls_of("docker", "push") == pushed
    assert build.image_uri == f"{REPOSITORY_URI}@{digest(IMAGE)}"


def test_the_next_build_replaces_the_cache(account: Account) -> None:
    first = account.build({"CACHE_REPOSITORY_URI": CACHE})
    second = account.build({"CACHE_REPOSITORY_URI": CACHE, **source_version("b" * 40)})

    assert first.succeeded, first.output
    assert second.succeeded, second.output
    assert second.calls_of("docker", "push")[1] == [f"{CACHE}:layers"]


def test_a_cache_that_cannot_be_kept_ends_no_release(account: Account) -> None:
    build = account.build({"CACHE_REPOSITORY_URI": CACHE, "FAKE_FAILURE": "docker push #2"})

    assert build.succeeded, build.output
    assert "The cache was not kept" in build.output
    assert build.image_uri == f"{REPOSITORY_URI}@{digest(IMAGE)}"


def test_a_build_tried_again_leaves_the_cache_alone(account: Account) -> None:
    account.build({"CACHE_REPOSITORY_URI": CACHE})
    again = account.build({"CACHE_REPOSITORY_URI": CACHE})

    assert again.succeeded, again.output
    assert not again.calls_of("docker", "push")


def test_docker_pushes_an_image_and_no_index_which_ecr_would_not_scan() -> None:
    """https://docs.docker.com/build/building/variables/#buildx_no_default_attestations"""
    buildspec = yaml.safe_load((ARTIFACTS / "buildspec.yml").read_text(encoding="utf-8"))

    assert buildspec["env"]["variables"]["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1"
    assert buildspec["env"]["exported-variables"] == ["IMAGE_DIGEST"]


def test_ecr_is_asked_for_every_format_that_docker_pushes(account: Account) -> None:
    build = account.build()

    questions = build.calls_of("aws", "ecr", "batch-get-image")
    assert len(questions) == 2
    for question in questions:
        assert question[:2] == ["--repository-name", REPOSITORY]
        formats = question[question.index("--accepted-media-types") + 1 : question.index("--query")]
        assert formats == [
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.index.v1+json",
        ]


def test_a_build_tried_again_reuses_the_image_of_the_first(account: Account) -> None:
    first = account.build()
    second = account.build()

    assert second.succeeded, second.output
    assert not second.calls_of("docker", "build")
    assert not second.calls_of("docker", "push")
    assert second.exported == first.exported
    assert "Reusing" in second.output


@pytest.mark.parametrize(
    ("changes", "tag"),
    [(source_version("b" * 40), "b" * 40), ({"CPU_ARCHITECTURE": "ARM64"}, f"{COMMIT}-arm64")],
    ids=["commit", "processor"],
)
def test_another_commit_or_processor_is_another_image(
    account: Account, changes: dict[str, str | None], tag: str
) -> None:
    first, second = account.build(), account.build(changes)

    assert second.succeeded, second.output
    assert account.tags() == {COMMIT, tag}
    assert second.image_uri != first.image_uri


@pytest.mark.parametrize(
    ("version", "begins_with"),
    [
        ("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRcxf3vjVBH40Nr8X8gdRQBpUMLJo=", "3-L4kqtJlcpXroDTDmJ-rmSp"),
        ("-3HL4kqtJvjVBH40Nrjfkd", "3HL4kqtJvjVBH40Nrjfkd-"),
        (".3HL4kqtJvjVBH40Nrjfkd", "3HL4kqtJvjVBH40Nrjfkd-"),
        ("v" * 1024, "v" * 115 + "-"),
        ("a b:c@d", "a-b-c-d-"),
        ("+/=", ""),
        ("$(touch /tmp/owned)`id`", "touch--tmp-owned"),
    ],
)
def test_an_s3_version_becomes_a_valid_tag_that_can_be_recognized(
    account: Account, version: str, begins_with: str
) -> None:
    build = account.build(source_version(version))

    assert build.succeeded, build.output
    (tag,) = account.tags()
    assert VALID_TAG.fullmatch(tag)
    assert tag.startswith(begins_with)
    assert tag.endswith(hashlib.sha256(version.encode()).hexdigest()[:12])


@pytest.mark.parametrize("version", ["3HL4kqtJvjVBH40Nrjfkd", "_R.a-b", "v" * 128])
def test_a_version_that_is_a_valid_tag_stays_as_it_is(account: Account, version: str) -> None:
    account.build(source_version(version))

    assert account.tags() == {version}


def test_versions_that_look_alike_as_tags_stay_apart(account: Account) -> None:
    alike = ["ab-cd", "ab+cd", "ab/cd", "-ab-cd", ".ab-cd", "x" * 128, "x" * 129, "x" * 130 + "1", "x" * 130 + "2"]
    builds = [account.build(source_version(version)) for version in alike]

    assert all(build.calls_of("docker", "push") for build in builds)
    assert len(account.tags()) == len(alike)


def test_a_source_without_a_version_is_refused(account: Account) -> None:
    """S3 says "null" while versioning is suspended: every release would find the image of the first."""
    build = account.build(source_version("null"))

    assert not build.succeeded
    assert "versioning" in build.output
    assert not build.calls


@pytest.mark.parametrize(
    ("failure", "variables"),
    [
        ("aws ecr get-login-password", {}),
        ("docker login", {}),
        ("aws ecr batch-get-image", {}),
        ("docker build", {}),
        ("docker push", {}),
        ("aws ecr batch-get-image #2", {}),
        ("docker build", {"CACHE_REPOSITORY_URI": CACHE}),
        ("docker push", {"CACHE_REPOSITORY_URI": CACHE}),
    ],
)
def test_a_failed_step_ends_the_build_there(account: Account, failure: str, variables: dict[str, str]) -> None:
    build = account.build({"FAKE_FAILURE": failure, **variables})

    assert not build.succeeded
    assert "imageDetail.json" not in build.exported
    last = " ".join(build.calls[-1])
    # The two sides of a pipe start together.
    assert last.startswith("docker login" if "login" in failure else failure.removesuffix(" #2"))


@pytest.mark.parametrize("answer", ["None", "", "sha256:", "sha256:" + "a" * 63, "sha256:" + "a" * 64 + "\tNone"])
def test_a_digest_that_is_none_ends_the_build(account: Account, answer: str) -> None:
    build = account.build({"FAKE_LOST_DIGEST": answer})

    assert build.calls_of("docker", "push")
    assert not build.succeeded
    assert "imageDetail.json" not in build.exported
    assert f"{IMAGE}" in build.output.splitlines()[-1]


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_missing_variable_ends_the_build_by_name(account: Account, name: str, value: str | None) -> None:
    build = account.build({name: value})

    assert not build.succeeded
    assert f"{first_reader(name)}: variable {name} is not set" in build.output
    assert "Traceback" not in build.output
    assert not build.calls


@pytest.mark.parametrize(
    ("name", "value"), [("CONTAINER_PORT", "eighty"), ("READ_ONLY_ROOT_FILESYSTEM", "True"), ("SUBNETS", "subnet-0a1")]
)
def test_a_value_that_is_not_json_ends_the_build_by_name(account: Account, name: str, value: str) -> None:
    build = account.build({name: value})

    assert not build.succeeded
    assert f"variable {name} is not JSON" in build.output
    assert not build.calls
