"""The page about state says what is so."""

from tealform.settings.environment import Environment
from tests.inventory import ROOT
from tests.support import mistakes
from tests.test_documents import blocks
from tests.unit.bootstrap.projects import CLOUD, GITHUB, S3, only, shared

PAGE = (ROOT / "docs" / "state.md").read_text(encoding="utf-8")
BLOCKS = blocks(PAGE, "hcl")
SETTINGS = [block for block in BLOCKS if block.startswith(("state ", "automation "))]
(MOVED,) = (block for block in BLOCKS if block.startswith("terraform "))
"""What moves the bootstrap's own state into the bucket."""


def test_the_settings_of_the_page_are_valid() -> None:
    assert len(SETTINGS) > 5
    for block in SETTINGS:
        state = "" if block.startswith("state") else f"{CLOUD.splitlines()[0] if 'hcp' in block else S3}\n"
        assert mistakes(shared(state + block)) == [], block


def test_the_page_names_what_is_generated() -> None:
    template = only({"prod": shared(S3, GITHUB)})
    (bucket,) = (body["bucket"] for body in template.resources("aws_s3_bucket").values())
    (alias,) = (body["name"] for body in template.resources("aws_kms_alias").values())
    assert f'"{bucket}"' in MOVED
    assert f':{alias}"' in MOVED
    roles = {f"{role['path']}{role['name']}" for role in template.resources("aws_iam_role").values()}
    assert "/automation/shop-prod-plan" in roles
    assert "role/automation/shop-prod-plan" in PAGE
    assert f"aws_s3_bucket.state-{bucket}_bucket" in {
        f"aws_s3_bucket.{name}" for name in template.resources("aws_s3_bucket")
    }


def test_production_is_protected() -> None:
    prod = (ROOT / "environments" / "prod" / "environment.hcl").read_text(encoding="utf-8")
    assert "protected = true" in prod
    assert Environment.model_fields["protected"].default is False
