"""What makes a release of one environment one of another: the project's program, run as CodeBuild runs it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tealform_harness.aws_emulator.codebuild.buildspec import Buildspec
from tests.support import environment, template_among
from tests.unit.artifacts.codebuild import ARTIFACTS, VARIABLES
from tests.unit.pipeline import fake_aws

DIGEST = "sha256:" + "0123456789abcdef" * 4
# Not as Python would write it: what is put is what was got, to the last byte.
MANIFEST = '{\n   "schemaVersion" : 2\n}'
REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-dev-web"
PARAMETERS = "/release/shop/prod/web"
ROLE = "arn:aws:iam::333333333333:role/shop-prod-web-release"

# All that Terraform says, the build's own variables left out.
SETTINGS = {
    name: value
    for name, value in {**VARIABLES, "TASK_FAMILY": "shop-prod-web", "TASK_CPU": "1024"}.items()
    if name != "CODEBUILD_RESOLVED_SOURCE_VERSION"
} | {"ECR_REPOSITORY_URI": REPOSITORY, "ENVIRONMENT": "prod"}


@dataclass(frozen=True)
class Run:
    succeeded: bool
    output: str
    exported: dict[str, str]
    variables: dict[str, str]
    calls: list[dict[str, Any]]
    tags: dict[str, str]


def buildspec() -> str:
    chain = {"dev": environment(), "prod": environment(service='source "promotion" { environment = "dev" }')}
    return str(template_among(chain, "prod").only("aws_codebuild_project")["source"]["buildspec"])


def prepare(
    folder: Path,
    variables: Mapping[str, str] = SETTINGS,
    image: str = f"{REPOSITORY}@{DIGEST}",
    templates: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    without: str = "",
) -> Run:
    """Prepares a release of ``image``; where an image of that digest is there, and what was tagged stays tagged."""
    source, state = folder / "source", folder / "state"
    tools = fake_aws.install(folder, "ecr", "ssm")
    (source / ".release").mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder))
    for name in ("taskdef.json", "appspec.yml"):
        shutil.copyfile(ARTIFACTS / name, source / ".release" / name)
    for name, text in (templates or {}).items():
        (source / ".release" / name).write_text(text, encoding="utf-8")
    (source / "imageDetail.json").write_text(json.dumps({"ImageURI": image}), encoding="utf-8")
    if without:
        (source / without).unlink()
    (state / "images.json").write_text(json.dumps({DIGEST: MANIFEST}))
    (state / "parameters.json").write_text(json.dumps(parameters or {}))
    if not (state / "tags.json").exists():
        (state / "tags.json").write_text("{}")
    spec = Buildspec(buildspec())
    outcome = spec.run(source, scratch, {**variables, **tools}, seconds=30)
    return Run(
        outcome.succeeded,
        outcome.output,
        {name: content.decode() for name, content in spec.artifacts(source).items()} if outcome.succeeded else {},
        dict(outcome.exported),
        fake_aws.read_calls(folder),
        json.loads((state / "tags.json").read_text()),
    )


def test_the_image_stays_and_the_settings_are_this_environments(tmp_path: Path) -> None:
    run = prepare(tmp_path)
    assert run.succeeded, run.output
    assert json.loads(run.exported["imageDetail.json"]) == {"ImageURI": f"{REPOSITORY}@{DIGEST}"}
    assert json.loads(run.exported["imagedefinitions.json"]) == [{"name": "web", "imageUri": f"{REPOSITORY}@{DIGEST}"}]
    taskdef = json.loads(run.exported["taskdef.json"])
    assert (taskdef["family"], taskdef["cpu"]) == ("shop-prod-web", "1024")
    assert taskdef["containerDefinitions"][0]["image"] == "<IMAGE1_NAME>"
    properties = yaml.safe_load(run.exported["appspec.yml"])["Resources"][0]["TargetService"]["Properties"]
    assert properties["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"] == ["subnet-0a1", "subnet-0b2"]

    # The templates go on to the next environment as they came.
    for name in ("taskdef.json", "appspec.yml"):
        assert run.exported[f".release/{name}"] == (ARTIFACTS / name).read_text(encoding="utf-8")


def test_the_digest_is_told_to_later_actions(tmp_path: Path) -> None:
    spec = yaml.safe_load(buildspec())
    assert spec["env"]["exported-variables"] == ["IMAGE_DIGEST"]
    run = prepare(tmp_path)
    assert run.succeeded, run.output
    assert run.variables == {"IMAGE_DIGEST": DIGEST}
    # The command's own output is the variable's value, so nothing else may be on it.
    (command,) = spec["phases"]["build"]["commands"]
    assert command.startswith("IMAGE_DIGEST=$(")


def test_the_image_is_tagged_so_that_it_is_kept(tmp_path: Path) -> None:
    run = prepare(tmp_path)
    assert run.tags == {"prod_0123456789ab": DIGEST}
    assert "kept as prod_0123456789ab" in run.output


def test_a_release_that_is_prepared_again_finds_its_tag(tmp_path: Path) -> None:
    assert prepare(tmp_path).succeeded
    again = prepare(tmp_path)
    assert again.succeeded, again.output
    assert again.tags == {"prod_0123456789ab": DIGEST}


INCOMPLETE = "is missing in the release; was it built with the buildspec.yml"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"image": f"{REPOSITORY}@sha256:{'f' * 64}"},
            "is no longer in its repository; release it again where it is built",
            id="image gone",
        ),
        pytest.param({"image": f"{REPOSITORY}:latest"}, "which is not a digest of", id="a tag"),
        pytest.param({"image": f"evil.example.com/web@{DIGEST}"}, "which is not a digest of", id="not ours"),
        pytest.param(
            {"variables": {name: value for name, value in SETTINGS.items() if name != "TASK_MEMORY"}},
            ".release/taskdef.json: variable TASK_MEMORY is not set",
            id="a variable is missing",
        ),
        pytest.param(
            {"templates": {"taskdef.json": '{"family": "$TASK_FAMILY",}'}},
            ".release/taskdef.json: not JSON once filled in",
            id="a template is no JSON",
        ),
        *(
            pytest.param({"without": file}, f"{file} {INCOMPLETE}", id=f"without {file}")
            for file in ("imageDetail.json", ".release/taskdef.json", ".release/appspec.yml")
        ),
    ],
)
def test_what_cannot_be_released_ends_it_and_says_why(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    run = prepare(tmp_path, **changes)
    assert not run.succeeded
    assert message in run.output
    if "image" in changes:
        assert run.tags == {}


# --- a service in another account -----------------------------------------------------------

ASKING = {
    "ECR_REPOSITORY_URI": REPOSITORY,
    "ENVIRONMENT": "prod",
    "AWS_REGION": "eu-west-1",
    "RELEASE_PARAMETERS": PARAMETERS,
    "RELEASE_ROLE_ARN": ROLE,
}


def test_what_the_other_account_knows_is_asked_for_with_its_role(tmp_path: Path) -> None:
    known = {f"{PARAMETERS}/{name}": value for name, value in SETTINGS.items() if name not in ASKING}
    asked, told = prepare(tmp_path / "asked", ASKING, parameters=known), prepare(tmp_path / "told")
    assert asked.succeeded, asked.output
    assert asked.exported == told.exported
    (ssm,) = (call for call in asked.calls if call["words"][0] == "ssm")
    assert ssm["config"] == f"[profile release]\nrole_arn = {ROLE}\ncredential_source = EcsContainer\n"
    # The image is in the pipeline's own account.
    assert {call["config"] for call in asked.calls if call["words"][0] == "ecr"} == {""}


def test_an_account_that_has_not_been_applied_is_said(tmp_path: Path) -> None:
    run = prepare(tmp_path, ASKING)
    assert not run.succeeded
    assert f"there is nothing below {PARAMETERS}; apply the environment whose service this is" in run.output
