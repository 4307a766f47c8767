"""What is applied is what was planned and read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.operations import saved_plan
from tealform.operations.root_module import GeneratedModule
from tealform.operations.saved_plan import SavedPlan
from tests.unit.operations.conftest import write


@pytest.fixture
def dev(tmp_path: Path) -> GeneratedModule:
    return write(tmp_path)


@pytest.fixture
def kept(dev: GeneratedModule) -> SavedPlan:
    """A plan that has been kept."""
    return _keep(dev, "a plan")


def _keep(module: GeneratedModule, text: str, destroys: bool = False) -> SavedPlan:
    plan = SavedPlan(module)
    plan.scratch.parent.mkdir(parents=True, exist_ok=True)
    plan.scratch.write_text(text)
    plan.keep(saved_plan.digest_configuration(module.folder), destroys)
    return plan


def test_kept_plan_is_fresh_as_long_as_nothing_changes(dev: GeneratedModule) -> None:
    assert not _keep(dev, "a plan").record().destroys
    assert SavedPlan(dev).file.read_text() == "a plan"
    assert _keep(dev, "another", destroys=True).record().destroys
    assert SavedPlan(dev).record().made_by.count("@") == 1


def test_missing_plan(dev: GeneratedModule) -> None:
    with pytest.raises(TealformError) as missing:
        SavedPlan(dev).record()
    assert str(missing.value) == "environments/dev: there is no plan to apply; run: tealform plan dev"


@pytest.mark.parametrize(
    "changed",
    ["cdk.tf.json", "by-hand.tf", "smoke-test.zip", "templates/page.html", ".terraform.lock.hcl", "dev.auto.tfvars"],
)
def test_plan_is_stale_once_anything_that_it_was_made_from_changes(dev: GeneratedModule, changed: str) -> None:
    file = dev.folder / changed
    file.parent.mkdir(exist_ok=True)
    kept = _keep(dev, "a plan")
    file.write_text("{} ")
    stale = r"environments/dev: the plan is stale: .* has changed; run: tealform plan dev"
    with pytest.raises(TealformError, match=stale):
        kept.record()
    kept = _keep(dev, "a plan")
    file.unlink()
    with pytest.raises(TealformError, match=stale):
        kept.record()


@pytest.mark.parametrize(
    "changed", ["terraform.tfstate", "terraform.tfstate.backup", "waivers.hcl", "README.md", ".swp"]
)
def test_what_terraform_does_not_read_leaves_the_plan_fresh(
    dev: GeneratedModule, kept: SavedPlan, changed: str
) -> None:
    (dev.folder / changed).write_text("{} ")
    assert kept.record()


def test_plan_that_somebody_has_put_there_was_not_read(kept: SavedPlan) -> None:
    kept.file.write_text("another plan")
    with pytest.raises(TealformError, match="the plan is not the one that was read"):
        kept.record()


def test_record_that_is_not_whole_is_none(dev: GeneratedModule, kept: SavedPlan) -> None:
    (record,) = (file for file in dev.data_folder.iterdir() if file.suffix == ".json")
    record.write_text(record.read_text()[:20])
    with pytest.raises(TealformError, match="there is no plan"):
        kept.record()


def test_plan_that_has_been_begun_is_not_applied_again(kept: SavedPlan) -> None:
    kept.begin()
    with pytest.raises(TealformError, match=r"an apply of this plan was broken off.*; run: tealform plan dev"):
        kept.record()
    kept.drop()
    with pytest.raises(TealformError, match="there is no plan to apply"):
        kept.record()


@pytest.mark.parametrize("data", ["tfdata", "tfdata/here"])
def test_terraforms_own_data_leaves_the_plan_fresh(
    dev: GeneratedModule, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    monkeypatch.setenv("TF_DATA_DIR", data)
    kept = _keep(dev, "a plan")
    (dev.data_folder / "at-work").touch()
    assert kept.record()
    (dev.folder / "tfdata-of-mine").touch()
    with pytest.raises(TealformError, match="the plan is stale"):
        kept.record()


@pytest.mark.parametrize("data", ["..", "."])
def test_data_around_the_configuration_hides_none_of_it(
    dev: GeneratedModule, monkeypatch: pytest.MonkeyPatch, data: str
) -> None:
    monkeypatch.setenv("TF_DATA_DIR", data)
    before = saved_plan.digest_configuration(dev.folder)
    (dev.folder / "by-hand.tf").touch()
    assert saved_plan.digest_configuration(dev.folder) != before


def test_plan_is_stale_if_what_it_is_made_from_changed_meanwhile(dev: GeneratedModule) -> None:
    made_from = saved_plan.digest_configuration(dev.folder)
    plan = SavedPlan(dev)
    plan.scratch.parent.mkdir(parents=True)
    plan.scratch.touch()
    (dev.folder / "by-hand.tf").touch()
    plan.keep(made_from, destroys=False)
    with pytest.raises(TealformError, match="the plan is stale"):
        plan.record()


def test_dropped_plan_is_gone_and_one_that_nobody_has_read_is_none(kept: SavedPlan) -> None:
    kept.drop()
    kept.drop()
    with pytest.raises(TealformError, match="there is no plan"):
        kept.record()
    kept.scratch.touch()
    with pytest.raises(TealformError, match="there is no plan"):
        kept.record()
