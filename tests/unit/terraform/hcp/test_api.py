"""The API is asked as Terraform would ask it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tealform.errors import TealformError
from tealform.terraform.hcp import api
from tealform.terraform.hcp.api import ApiClient
from tests.unit.terraform.hcp.service import TOKEN, Service


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
