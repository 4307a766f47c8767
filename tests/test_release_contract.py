"""The variables of the release contract: each has a name that no user's variable can take."""

import re

import yaml

from modules.release_contract import RESERVED_VARIABLES
from tests.inventory import ROOT
from tests.support import environment, template


def test_the_reserved_names_are_those_that_the_build_gets_and_sets() -> None:
    project = template(environment()).only("aws_codebuild_project")
    given = {each["name"] for each in project["environment"]["environment_variable"]}
    buildspec = yaml.safe_load((ROOT / "artifacts" / "buildspec.yml").read_text(encoding="utf-8"))
    commands = [command for phase in buildspec["phases"].values() for command in phase["commands"]]
    assigned = {found[1] for command in commands if (found := re.match(r"([A-Z_]+)=", command))}
    assert "IMAGE_TAG" in assigned
    assert given | set(buildspec["env"]["variables"]) | assigned == RESERVED_VARIABLES
