"""HCP Terraform's API, with the address and the token that Terraform itself would use.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

import httpx
import tenacity
import truststore

from tealform.errors import TealformError
from tealform.terraform.hcp import cli_configuration

Document = dict[str, Any]

_SERVICE = "tfe.v2"
_DISCOVERY = "/.well-known/terraform.json"
_JSON_API = "application/vnd.api+json"
_SECONDS = 20
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
# What may be over in a moment.
_PASSING = (502, 503, 504)
_ATTEMPTS = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60


class NotFoundError(TealformError):
    """What was asked for is not there, or the token may not see it: HCP Terraform seldom says which."""


class HelperError(TealformError):
    """The token is known to a credentials helper alone, which only Terraform asks."""


class ApiClient:
    """One host's API. ``host`` is its name for people, ``address`` that of the API, with a slash at its end."""

    def __init__(self, host: str, address: str, token: str, client: httpx.Client) -> None:
        self.host = host
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": _JSON_API}
        self._client = client

    def get(self, path: str, **parameters: str) -> Document:
        """The document at ``path``, like ``runs/run-1``; empty if the answer is. Raises ``TealformError`` for no document.

        A redirect, which leads to another host with an address that is secret itself, is followed without the token.
        """
        return self._document(self._send("GET", path, params=parameters, follow_redirects=True))

    def post(self, path: str, document: Document) -> Document:
        """Posts a document and returns the answer's. Raises what ``get`` raises."""
        return self._document(self._send("POST", path, json=document))

    def upload(self, address: str, content: bytes) -> None:
        """Puts ``content`` where HCP Terraform has said that it wants it, an address that needs no token."""
        self._checked(_request(self._client, self.host, "PUT", address, content=content))

    def text(self, address: str) -> str:
        """What is at an address that HCP Terraform has given, like a log, which needs no token."""
        return self._checked(_request(self._client, self.host, "GET", address, follow_redirects=True)).text

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        address = urljoin(self._address, path)
        return self._checked(_request(self._client, self.host, method, address, headers=self._headers, **options))

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.status_code == _UNAUTHORIZED:
            raise TealformError(f"{self.host} rejects the token; {token_instructions(self.host)}")
        if response.status_code in (_FORBIDDEN, _NOT_FOUND):
            raise NotFoundError(f"{self.host} does not know {response.request.url.path}, or the token may not see it")
        if not response.is_success:
            raise TealformError(f"{self.host} answers {response.status_code} {_reason(response)}".rstrip())
        return response

    def _document(self, response: httpx.Response) -> Document:
        return _object(self.host, response) if response.content else {}


def connect(host: str) -> ApiClient:
    """The API of ``host``.

    Raises ``HelperError`` if only a credentials helper knows the token, ``TealformError`` if there is none, or no API.
    """
    configuration = cli_configuration.read()
    token = configuration.tokens.get(host, "")
    if not token and configuration.helper:
        raise HelperError(f'the token for {host} is known to the credentials helper "{configuration.helper}"')
    if not token:
        raise TealformError(f"there is no token for {host}; {token_instructions(host)}")
    client = _client()
    services = configuration.services.get(host)
    address = _discovered(client, host) if services is None else str(services.get(_SERVICE, ""))
    if not address:
        raise TealformError(f"{host} does not offer the API of HCP Terraform ({_SERVICE}); is the hostname right?")
    return ApiClient(host, f"{address.rstrip('/')}/", token, client)


def token_instructions(host: str) -> str:
    """How to get a token for ``host``."""
    return (
        f"run «terraform login {host}», without an own terraform: make terraform ENV=<environment> "
        f'ARGS="login {host}"; or set the environment variable {token_variable(host)}'
    )


def token_variable(host: str) -> str:
    """The environment variable that may hold the token for ``host``."""
    return "TF_TOKEN_" + host.replace("-", "__").replace(".", "_")


def _client() -> httpx.Client:
    # What Terraform trusts is what the system trusts, not the list that comes with Python's libraries.
    trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(timeout=_SECONDS, verify=trusted)


def _discovered(client: httpx.Client, host: str) -> str:
    """https://developer.hashicorp.com/terraform/internals/remote-service-discovery"""
    document = f"https://{host}{_DISCOVERY}"
    response = _request(client, host, "GET", document, follow_redirects=True)
    if response.status_code == _NOT_FOUND:
        return ""
    if not response.is_success:
        raise TealformError(f"{host} answers {response.status_code} to {document}")
    service = _object(host, response).get(_SERVICE)
    return urljoin(str(response.url), service) if isinstance(service, str) else ""


def _request(client: httpx.Client, host: str, method: str, address: str, **options: Any) -> httpx.Response:
    """Asks again what may be asked twice. What came too often was not done, so it may be, whatever it is."""

    def is_passing(state: tenacity.RetryCallState) -> bool:
        answered = state.outcome
        if answered is None or answered.failed:
            return method != "POST" and answered is not None and isinstance(answered.exception(), httpx.TransportError)
        status = answered.result().status_code
        return status == _TOO_MANY or (method != "POST" and status in _PASSING)

    patient = tenacity.Retrying(
        retry=is_passing,
        wait=_pause,
        stop=tenacity.stop_after_attempt(_ATTEMPTS),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    try:
        response: httpx.Response = patient(client.request, method, address, **options)
    except httpx.HTTPError as error:
        raise TealformError(f"{host} cannot be reached: {error or type(error).__name__}") from error
    return response


def _pause(state: tenacity.RetryCallState) -> float:
    """https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting"""
    if state.outcome is not None and not state.outcome.failed:
        with suppress(KeyError, ValueError):
            return min(float(state.outcome.result().headers["X-RateLimit-Reset"]), _LONGEST_PAUSE)
    return float(_FIRST_PAUSE * 2 ** (state.attempt_number - 1))


def _object(host: str, response: httpx.Response) -> Document:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise TealformError(f"{host} answers with something else than JSON; is there a proxy in between?")
    return document


def _reason(response: httpx.Response) -> str:
    """What HCP Terraform says is wrong: https://jsonapi.org/format/#error-objects"""
    try:
        errors = response.json()["errors"]
        return "; ".join(str(each.get("detail") or each.get("title")) for each in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return response.reason_phrase


def attributes(resource: Mapping[str, Any]) -> Document:
    """The attributes of a resource of the API."""
    found = resource.get("attributes")
    return found if isinstance(found, dict) else {}


def related(resource: Mapping[str, Any], name: str) -> Document:
    """To what a resource of the API is related under ``name``: ``id`` and ``type``, or nothing."""
    found = ((resource.get("relationships") or {}).get(name) or {}).get("data")
    return found if isinstance(found, dict) else {}
