"""The emulated AWS as a WSGI application that reports its own failures at once and in full."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from flask import Flask, Request, Response, request
from moto.backends import SERVICE_NAMES
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from tealform_harness.aws_emulator import external_references, git_hosting, preexisting_resources, services
from tealform_harness.aws_emulator.external_references import Network
from tealform_harness.aws_emulator.request_dedup import RequestDeduplicator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)

# Clients try again for minutes at 500, but not at this.
_NOT_IMPLEMENTED = 501


def create_application() -> WSGIApplication:
    """All services behind one address; a request's signature says which of them is meant.

    What the emulation does not know is refused with code NotImplemented, and what fails in it with EmulationFailed.
    Both have status 501, name service and operation, and are logged.
    """
    services.install()
    aws = DomainDispatcherApplication(_service)
    own = {
        external_references.SEED_PATH: _existing,
        git_hosting.PUSH_PATH: _own(git_hosting.answer_push),
        git_hosting.HANDSHAKE_PATH: _own(git_hosting.answer_handshake),
    }
    return RequestDeduplicator(DispatcherMiddleware(aws, own))


def _own(act: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> WSGIApplication:
    """Answer with what ``act`` makes of the request's body, both JSON."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = json.dumps(act(json.loads(Request(environ).get_data())))
        except ValueError as error:
            return Response(f"{error}\n", 400)(environ, start_response)
        return Response(body, content_type="application/json")(environ, start_response)

    return answer


def _existing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Create what the request's body names: ``References`` as JSON."""
    asked = json.loads(Request(environ).get_data())
    try:
        preexisting_resources.create_resources(
            asked["arns"], **{name: asked[name] for name in ("account", "region") if name in asked}
        )
        for network in asked["networks"]:
            preexisting_resources.create_network(Network(**network))
    except ValueError as error:
        return Response(f"{error}\n", 400)(environ, start_response)
    return Response(status=204)(environ, start_response)


def _service(name: SERVICE_NAMES) -> Flask:
    """Moto's application for one service."""
    app = create_backend_app(name)

    def refuse(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException) and error.code not in (404, 405):
            return error
        return _refused(name, error)

    app.register_error_handler(Exception, refuse)
    return app


def _refused(service: str, error: Exception) -> Response:
    asked = f"{service} {_operation()}"
    if isinstance(error, NotImplementedError | HTTPException):
        code, message = "NotImplemented", f"{asked} is not emulated"
        LOG.error(message)
    else:
        code, message = "EmulationFailed", f"{asked}: {type(error).__name__}: {error}"
        LOG.error(message, exc_info=error)
    return _error(service, code, message)


def _operation() -> str:
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    return target or request.values.get("Action", "") or f"{request.method} {request.full_path.rstrip('?')}"


def _error(service: str, code: str, message: str) -> Response:
    """An error in the form that clients of ``service`` read.

    https://smithy.io/2.0/aws/protocols/aws-query-protocol.html and its sisters
    """
    if "X-Amz-Target" in request.headers or _speaks_json(service):
        body = json.dumps({"__type": code, "message": message})
        return Response(body, _NOT_IMPLEMENTED, {"x-amzn-ErrorType": code}, content_type="application/json")
    error = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    match service:
        case "s3":
            body = f"<Error>{error}</Error>"
        case "ec2":
            body = f"<Response><Errors><Error>{error}</Error></Errors></Response>"
        case _:
            body = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    return Response(body, _NOT_IMPLEMENTED, content_type="text/xml")


def _speaks_json(service: str) -> bool:
    try:
        return str(get_service_model(service).protocol).endswith("json")
    except UnknownServiceError:
        return False
