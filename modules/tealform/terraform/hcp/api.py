"""HCP Terraform's API, with the address and the token that Terraform's CLI configuration has for it.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import hcl  # type: ignore[import-untyped]  # It comes without types.
import httpx
import tenacity
import truststore

from tealform.errors import TealformError
from tealform.synth.terraform_json import blocks

Document = dict[str, Any]

_SERVICE = "tfe.v2"
_DISCOVERY = "/.well-known/terraform.json"
_JSON_API = "application/vnd.api+json"
_SECONDS = 20
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
# Statuses that a second attempt may not meet.
_TRANSIENT = (502, 503, 504)
_ATTEMPTS = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60
_CONFIGURATION_VARIABLES = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")
_TOKEN_PREFIX = "TF_TOKEN_"


class NotFoundError(TealformError):
    """Something does not exist, or the token may not see it: HCP Terraform seldom says which."""


class HelperError(TealformError):
    """Only a credentials helper knows the token, and only Terraform asks it."""


class ApiClient:
    """The API of one host. ``host`` is its name in messages, ``address`` that of the API, with a slash at its end."""

    def __init__(self, host: str, address: str, token: str, client: httpx.Client) -> None:
        self.host = host
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": _JSON_API}
        self._client = client

    def get(self, path: str, **parameters: str) -> Document:
        """Return the document at ``path``, like ``runs/run-1``, or an empty one if the answer is empty.

        A redirect leads to a secret address of another host, and is followed without the token.
        Raises ``NotFoundError`` for a document that does not exist, ``TealformError`` for any other answer.
        """
        return self._document(self._send("GET", path, params=parameters, follow_redirects=True))

    def post(self, path: str, document: Document) -> Document:
        """Post a document and return the answer's. Raises what ``get`` raises."""
        return self._document(self._send("POST", path, json=document))

    def upload(self, address: str, content: bytes) -> None:
        """Put ``content`` at an address that HCP Terraform has given, which needs no token."""
        self._checked(_request(self._client, self.host, "PUT", address, content=content))

    def text(self, address: str) -> str:
        """Return the text, like a log, at an address that HCP Terraform has given, which needs no token."""
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
    """Return the API of ``host``.

    Raises ``HelperError`` if only a credentials helper knows the token, ``TealformError`` if there is no token or no API.
    """
    configuration = read_configuration()
    token = configuration.tokens.get(host, "")
    if not token and configuration.helper:
        raise HelperError(f'the token for {host} is known to the credentials helper "{configuration.helper}"')
    if not token:
        raise TealformError(f"there is no token for {host}; {token_instructions(host)}")
    client = _client()
    services = configuration.services.get(host)
    address = _discover(client, host) if services is None else str(services.get(_SERVICE, ""))
    if not address:
        raise TealformError(f"{host} does not offer the API of HCP Terraform ({_SERVICE}); is the hostname right?")
    return ApiClient(host, f"{address.rstrip('/')}/", token, client)


def token_instructions(host: str) -> str:
    """Return what a user can do to get a token for ``host``."""
    return (
        f"run: terraform login {host}; if terraform is not installed, run: tealform terraform ENVIRONMENT login {host}; "
        f"or set the environment variable {token_variable(host)}"
    )


def token_variable(host: str) -> str:
    """Return the environment variable that can have the token for ``host``."""
    return _TOKEN_PREFIX + host.replace("-", "__").replace(".", "_")


@dataclass(frozen=True)
class CliConfiguration:
    """The CLI configuration of Terraform: https://developer.hashicorp.com/terraform/cli/config/config-file

    ``services`` has the addresses of a host's services by name, like ``tfe.v2``, which are then not discovered; ``tokens``
    has its token. ``helper`` is the program that knows the tokens of other hosts; empty if there is none.
    """

    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    helper: str = ""


def read_configuration() -> CliConfiguration:
    """Read the files that Terraform reads, in its order: a later one replaces what an earlier one says of a host.

    Raises ``TealformError`` for a file that cannot be read.
    """
    services: dict[str, Mapping[str, str]] = {}
    tokens: dict[str, str] = {}
    helper = ""
    for file in _configuration_files():
        content = _read_file(file)
        for host, body in _labelled(content, "host"):
            services[host] = next(blocks(body.get("services")), {})
        for host, body in _labelled(content, "credentials"):
            tokens[host] = str(body.get("token", ""))
        for label, _ in _labelled(content, "credentials_helper"):
            helper = label
    return CliConfiguration(services, tokens | _tokens_of_environment(), helper)


def _configuration_files() -> Iterator[Path]:
    """An override makes Terraform ignore its folder too, with the credentials that ``terraform login`` writes there.

    https://github.com/hashicorp/terraform/blob/main/internal/command/cliconfig/cliconfig.go
    """
    if override := next((os.environ[name] for name in _CONFIGURATION_VARIABLES if os.environ.get(name)), ""):
        files = [Path(override)]
    else:
        folder = Path.home() / ".terraform.d"
        files = [Path.home() / ".terraformrc", *sorted((*folder.glob("*.tfrc"), *folder.glob("*.tfrc.json")))]
    yield from (file for file in files if file.exists() and not file.is_dir())


def _read_file(file: Path) -> Mapping[str, Any]:
    try:
        content = hcl.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TealformError(f"{file}: Terraform's CLI configuration cannot be read: {error.strerror}") from error
    except ValueError as error:
        # Its message can quote the line, and the line can contain a token.
        raise TealformError(f"{file}: Terraform's CLI configuration is not valid HCL or JSON") from error
    return content if isinstance(content, dict) else {}


def _labelled(content: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in blocks(content.get(kind)):
        for label, bodies in block.items():
            for body in blocks(bodies):
                yield str(label).lower(), body


def _tokens_of_environment() -> dict[str, str]:
    """Return the tokens in variables like ``TF_TOKEN_app_terraform_io``; ``__`` stands for a hyphen of the host's name.

    https://developer.hashicorp.com/terraform/cli/config/config-file#environment-variable-credentials
    """
    return {
        name.removeprefix(_TOKEN_PREFIX).replace("__", "-").replace("_", ".").lower(): value
        for name, value in os.environ.items()
        if name.startswith(_TOKEN_PREFIX)
    }


def _client() -> httpx.Client:
    # Terraform trusts what the system trusts, not the list that comes with Python's libraries.
    trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(timeout=_SECONDS, verify=trusted)


def _discover(client: httpx.Client, host: str) -> str:
    """Return the address of the API, or "": https://developer.hashicorp.com/terraform/internals/remote-service-discovery"""
    document = f"https://{host}{_DISCOVERY}"
    response = _request(client, host, "GET", document, follow_redirects=True)
    if response.status_code == _NOT_FOUND:
        return ""
    if not response.is_success:
        raise TealformError(f"{host} answers {response.status_code} to {document}")
    service = _object(host, response).get(_SERVICE)
    return urljoin(str(response.url), service) if isinstance(service, str) else ""


def _request(client: httpx.Client, host: str, method: str, address: str, **options: Any) -> httpx.Response:
    """Send a request, again if that is safe. A request above the rate limit was not carried out, so it always is."""

    def is_transient(state: tenacity.RetryCallState) -> bool:
        answered = state.outcome
        if answered is None or answered.failed:
            return method != "POST" and answered is not None and isinstance(answered.exception(), httpx.TransportError)
        status = answered.result().status_code
        return status == _TOO_MANY or (method != "POST" and status in _TRANSIENT)

    retrying = tenacity.Retrying(
        retry=is_transient,
        wait=_pause,
        stop=tenacity.stop_after_attempt(_ATTEMPTS),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    try:
        response: httpx.Response = retrying(client.request, method, address, **options)
    except httpx.HTTPError as error:
        raise TealformError(f"{host} cannot be reached: {error or type(error).__name__}") from error
    return response


def _pause(state: tenacity.RetryCallState) -> float:
    """Return the seconds until the next attempt: https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting"""
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
    """Return the messages of an error answer: https://jsonapi.org/format/#error-objects"""
    try:
        errors = response.json()["errors"]
        return "; ".join(str(each.get("detail") or each.get("title")) for each in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return response.reason_phrase


def attributes(resource: Mapping[str, Any]) -> Document:
    """Return the attributes of a resource of the API."""
    found = resource.get("attributes")
    return found if isinstance(found, dict) else {}


def related(resource: Mapping[str, Any], name: str) -> Document:
    """Return the ``id`` and ``type`` of the resource that is related under ``name``, or nothing."""
    found = ((resource.get("relationships") or {}).get(name) or {}).get("data")
    return found if isinstance(found, dict) else {}
