"""Hosts and tokens are found where Terraform finds them, and the API is asked as Terraform would ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tealform.errors import TealformError
from tealform.terraform.hcp import api
from tealform.terraform.hcp.api import ApiClient
from tests.unit.terraform.hcp.conftest import TOKEN, Service


@pytest.fixture
def connected(hcp: Service, quick: None) -> ApiClient:
    return api.connect("app.terraform.io")


def test_what_may_pass_in_a_moment_is_asked_again(hcp: Service, connected: ApiClient) -> None:
    hcp.answers["GET runs/run-1"] = [(503, None), (429, None, {"X-RateLimit-Reset": "0.01"}), (200, {"data": {}})]
    assert connected.get("runs/run-1") == {"data": {}}
    hcp.answers["GET runs/run-2"] = (503, b"<html>")
    with pytest.raises(TealformError, match=r"^app\.terraform\.io answers 503 Service Unavailable$"):
        connected.get("runs/run-2")
    assert len(hcp.requests("GET", "runs/run-2")) == 4


def test_what_is_created_is_not_created_twice(hcp: Service, connected: ApiClient) -> None:
    hcp.answers["POST runs"] = (502, None)
    with pytest.raises(TealformError):
        connected.post("runs", {})
    assert len(hcp.requests("POST", "runs")) == 1
    hcp.answers["POST runs"] = [(429, None), (201, {"data": {"id": "run-1"}})]
    assert connected.post("runs", {}) == {"data": {"id": "run-1"}}


def test_what_is_said_to_be_wrong_is_passed_on(hcp: Service, connected: ApiClient) -> None:
    hcp.answers["POST runs"] = (
        422,
        {"errors": [{"title": "invalid", "detail": "Workspace is archived"}, {"title": "b"}]},
    )
    with pytest.raises(TealformError, match=r"^app\.terraform\.io answers 422 Workspace is archived; b$"):
        connected.post("runs", {})


def test_the_token_goes_nowhere_else(hcp: Service, connected: ApiClient) -> None:
    with_another_name = hcp.address.replace("127.0.0.1", "localhost")
    hcp.answers["GET plans/plan-1/json-output"] = (307, None, {"Location": f"{with_another_name}/blob"})
    hcp.answers["GET /blob"] = (200, {"format_version": "1.2"})
    assert connected.get("plans/plan-1/json-output") == {"format_version": "1.2"}
    connected.text(f"{hcp.address}/blob")
    first, *others = hcp.asked
    assert first.headers["Authorization"] == f"Bearer {TOKEN}"
    assert [each.headers.get("Authorization") for each in others] == [None, None]


def test_an_answer_that_is_no_json_is_told(hcp: Service, connected: ApiClient) -> None:
    hcp.answers["GET runs/run-1"] = (200, b"<html>Please log in</html>")
    with pytest.raises(
        TealformError, match=r"^app\.terraform\.io answers with something else than JSON; is there a proxy"
    ):
        connected.get("runs/run-1")


@pytest.mark.parametrize(
    ("status", "document", "address"),
    [
        (200, {"tfe.v2": "/api/v2/"}, "https://tfe.example.com/api/v2/runs/run-1"),
        (200, {"tfe.v2": "https://other.example.com/tfe/api/v2"}, "https://other.example.com/tfe/api/v2/runs/run-1"),
    ],
)
def test_where_the_api_is_is_discovered(
    monkeypatch: pytest.MonkeyPatch, status: int, document: Any, address: str
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(status, json=document)

    monkeypatch.setenv("TF_TOKEN_tfe_example_com", TOKEN)
    monkeypatch.setattr(api, "_client", lambda: httpx.Client(transport=httpx.MockTransport(answer)))
    api.connect("tfe.example.com").get("runs/run-1")
    assert asked == ["https://tfe.example.com/.well-known/terraform.json", address]


@pytest.mark.parametrize(("status", "document"), [(404, {}), (200, {"modules.v1": "/modules/"})])
def test_a_host_that_is_no_hcp_terraform_is_told(monkeypatch: pytest.MonkeyPatch, status: int, document: Any) -> None:
    monkeypatch.setenv("TF_TOKEN_tfe_example_com", TOKEN)
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=document))
    monkeypatch.setattr(api, "_client", lambda: httpx.Client(transport=transport))
    with pytest.raises(TealformError) as caught:
        api.connect("tfe.example.com")
    assert str(caught.value) == (
        "tfe.example.com does not offer the API of HCP Terraform (tfe.v2); is the hostname right?"
    )


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
    assert api.read_configuration().tokens == {"a.example.com": "new", "b.example.com": "kept"}


@pytest.mark.parametrize("variable", ["TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"])
def test_a_file_that_is_named_stands_alone(home: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    (home / ".terraformrc").write_text(credentials("a.example.com", "a"))
    (home / ".terraform.d" / "credentials.tfrc.json").write_text('{"credentials": {"b.example.com": {"token": "b"}}}')
    (home / "own").write_text(credentials("c.example.com", "c"))
    monkeypatch.setenv(variable, str(home / "own"))
    assert api.read_configuration().tokens == {"c.example.com": "c"}
    monkeypatch.setenv(variable, str(home / "missing"))
    assert api.read_configuration().tokens == {}


def test_a_variable_goes_over_every_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".terraformrc").write_text(credentials("my-tfe.example.com", "file"))
    monkeypatch.setenv("TF_TOKEN_my__tfe_example_com", "variable")
    monkeypatch.setenv("TF_TOKEN_app_terraform_io", "other")
    assert api.read_configuration().tokens == {"my-tfe.example.com": "variable", "app.terraform.io": "other"}


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
    found = api.read_configuration()
    assert found.services == {"app.terraform.io": {"tfe.v2": "https://tfe.example.com/api/v2/"}}
    assert found.helper == "vault"


def test_a_file_that_is_not_valid_is_named_without_a_word_of_it(home: Path) -> None:
    file = home / ".terraformrc"
    file.write_text('credentials "app.terraform.io" { token = "secret"')
    with pytest.raises(TealformError) as caught:
        api.read_configuration()
    assert str(caught.value) == f"{file}: Terraform's CLI configuration is not valid HCL or JSON"


def test_tokens_are_in_no_representation(home: Path) -> None:
    (home / ".terraformrc").write_text(credentials("a.example.com", "secret"))
    assert "secret" not in repr(api.read_configuration())
