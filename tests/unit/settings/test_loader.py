"""An environment over what is common to all."""

from pathlib import Path

import pytest

from tealform.settings.errors import SettingsError
from tealform.settings.loader import load
from tealform.settings.network import CreatedNetwork
from tealform.settings.state import CloudState, S3State
from tests.support import ZONES, environment, mistakes, settings

COMMON = """
tags = { owner = "web", cost = "1" }
state "s3" { bucket = "state" }
service "web" {
  cpu         = 512
  memory      = 1024
  environment = { A = "common", B = "common" }
}
"""


def test_an_environment_says_only_what_is_different() -> None:
    text = environment(service='memory = 2048\n environment = { A = "own" }', top='tags = { cost = "2" }')
    merged = settings(text, common=COMMON).environment
    assert merged.service["web"].cpu == 512
    assert merged.service["web"].memory == 2048
    assert merged.service["web"].environment == {"A": "own", "B": "common"}
    assert merged.tags == {"owner": "web", "cost": "2"}
    assert isinstance(merged.state, S3State)


def test_a_block_of_another_kind_replaces_the_common_one() -> None:
    own = environment(top='state "cloud" { organization = "acme" }')
    assert settings(own, common=COMMON).environment.state == CloudState(kind="cloud", organization="acme")
    existing = 'network "existing" { vpc_id = "vpc-0123456789abcdef0" }\n'
    assert isinstance(settings(environment(network=ZONES), common=existing).environment.network, CreatedNetwork)


def test_null_takes_the_default_back() -> None:
    merged = settings(environment(service="cpu = null\n memory = null"), common=COMMON).environment
    assert (merged.service["web"].cpu, merged.service["web"].memory) == (256, 512)


def test_null_takes_the_default_back_where_nothing_common_is_set_too() -> None:
    merged = settings(environment(service="health_check { path = null }")).environment
    assert merged.service["web"].health_check.path == "/"


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "environments" / "test").mkdir(parents=True)
    (tmp_path / "environments" / "test" / "environment.hcl").write_text(environment(), encoding="utf-8")
    (tmp_path / "environments" / "common.hcl").symlink_to("nowhere")
    with pytest.raises(SettingsError, match=r"environments/common.hcl:1: cannot be read: No such file or directory"):
        load(tmp_path / "environments", "test")


def test_a_mistake_is_shown_in_the_file_that_has_it() -> None:
    said = mistakes(environment(service="cpu = 300"), common='service "web" {\n  prot = 80\n}\n')
    assert said == [
        'environments/common.hcl:2: service.web.prot: unknown key; did you mean "port"?',
        "environments/test/environment.hcl:13: service.web.cpu: 300 is not a Fargate CPU size; "
        "use 256, 512, 1024, 2048, 4096, 8192, 16384",
    ]
