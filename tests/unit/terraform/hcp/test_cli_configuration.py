"""Hosts and tokens are found where Terraform finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.terraform.hcp import cli_configuration


def credentials(host: str, token: str) -> str:
    return f'credentials "{host}" {{\n  token = "{token}"\n}}\n'


@pytest.fixture
def home() -> Path:
    folder = Path.home() / ".terraform.d"
    folder.mkdir()
    return folder.parent


def test_what_terraform_login_writes_goes_over_the_file_in_the_home_folder(home: Path) -> None:
    (home / ".terraformrc").write_text(credentials("a.example.com", "old") + credentials("b.example.com", "kept"))
    (home / ".terraform.d" / "credentials.tfrc.json").write_text('{"credentials": {"a.example.com": {"token": "new"}}}')
    assert cli_configuration.read().tokens == {"a.example.com": "new", "b.example.com": "kept"}


@pytest.mark.parametrize("variable", ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"])
def test_a_file_that_is_named_stands_alone(home: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    (home / ".terraformrc").write_text(credentials("a.example.com", "a"))
    (home / ".terraform.d" / "credentials.tfrc.json").write_text('{"credentials": {"b.example.com": {"token": "b"}}}')
    (home / "own").write_text(credentials("c.example.com", "c"))
    monkeypatch.setenv(variable, str(home / "own"))
    assert cli_configuration.read().tokens == {"c.example.com": "c"}
    monkeypatch.setenv(variable, str(home / "missing"))
    assert cli_configuration.read().tokens == {}


def test_a_variable_goes_over_every_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".terraformrc").write_text(credentials("my-tfe.example.com", "file"))
    monkeypatch.setenv("TF_TOKEN_my__tfe_example_com", "variable")
    monkeypatch.setenv("TF_TOKEN_app_terraform_io", "other")
    assert cli_configuration.read().tokens == {"my-tfe.example.com": "variable", "app.terraform.io": "other"}


def test_blocks_are_read_as_terraform_reads_them(home: Path) -> None:
    (home / ".terraformrc").write_text(
        """
        plugin_cache_dir = "$HOME/cache" # with a comment
        provider_installation {
          dev_overrides { "hashicorp/aws" = "/somewhere" }
          direct {}
        }
        host "App.Terraform.io" { services = { "tfe.v2" = "https://tfe.example.com/api/v2/" } }
        credentials_helper "vault" { args = ["--fast"] }
        """
    )
    found = cli_configuration.read()
    assert found.services == {"app.terraform.io": {"tfe.v2": "https://tfe.example.com/api/v2/"}}
    assert found.helper == "vault"


def test_a_file_that_is_not_valid_is_named_without_a_word_of_it(home: Path) -> None:
    file = home / ".terraformrc"
    file.write_text('credentials "app.terraform.io" { token = "secret"')
    with pytest.raises(TealformError) as caught:
        cli_configuration.read()
    assert str(caught.value) == f"{file}: Terraform's CLI configuration is not valid HCL or JSON"


def test_tokens_are_in_no_representation(home: Path) -> None:
    (home / ".terraformrc").write_text(credentials("a.example.com", "secret"))
    assert "secret" not in repr(cli_configuration.read())
