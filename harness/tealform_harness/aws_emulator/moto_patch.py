"""Subclasses of moto's own classes, and services that moto does not have."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from moto import backend_index
from moto.backends import SERVICE_NAMES, get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend


class ExtendedBackend(BaseBackend):
    """Mixed into the subclass of a service's backend: it keeps the URLs of the class that it carries on."""

    @property
    def _url_module(self) -> Any:
        return _urls(type(self))


class ExtendedResponse(BaseResponse):
    """Mixed into the subclass of a service's response."""

    def answer(self, result: object) -> str:
        """``result`` as clients of the service read it.

        It holds members as AWS's model of the operation names them; what is None is left out, times are ``datetime``
        and binary values ``bytes``.
        """
        _, headers, body = self.serialized(ActionResult(result))
        self.response_headers.update(headers)
        return cast(str, body)


class ParsedResponse(ExtendedResponse):
    """An extended response with parameters parsed by AWS's model of the operation.

    ``service`` names the service that moto lacks, if it is one.
    """

    service: str | None = None

    def __init__(self) -> None:
        if self.service:
            super().__init__(service_name=self.service)
        else:
            super().__init__()
        self.automated_parameter_parsing = True


def extend_service(
    service: SERVICE_NAMES, backend: type[BaseBackend] | None = None, response: type[BaseResponse] | None = None
) -> None:
    """Make moto use ``backend`` and ``response``, subclasses of its own classes, for ``service``.

    To be called before the service is first used; calling it again changes nothing.
    """
    backends = get_backend(service)
    urls = _urls(backends.backend)
    if backend is not None:
        backends.backend = cast(Any, backend)
    if response is not None:
        urls.url_paths = {path: _carried_on(handler, response) for path, handler in urls.url_paths.items()}


def _urls(backend: type[BaseBackend]) -> Any:
    """The module of moto that says which requests come to ``backend``."""
    models = next(base.__module__ for base in backend.__mro__ if base.__module__.startswith("moto."))
    return importlib.import_module(f"moto.{models.split('.')[1]}.urls")


def _carried_on(handler: Callable[..., Any], response: type[BaseResponse]) -> Callable[..., Any]:
    """The same handler of ``response`` where ``handler`` is one of the class that it carries on."""
    owner = getattr(handler, "__self__", None)
    if isinstance(owner, type) and issubclass(response, owner):
        return cast("Callable[..., Any]", getattr(response, handler.__name__))
    return handler


class Refusal(ServiceException):
    """An error of a service that is added: its code, as the service's model names it, and its message."""


class NewBackend(BaseBackend):
    """The backend of a service in an account and region; ``urls_of`` says which requests come to it."""

    urls_of: SimpleNamespace

    @property
    def _url_module(self) -> Any:
        return type(self).urls_of


def add_service(
    host: str, backend: type[NewBackend], response: type[BaseResponse], paths: Sequence[str] = ("/",)
) -> BackendDict[Any]:
    """The backends, by account and region, of the service that answers at ``host`` ("chatbot"); calling it again adds nothing.

    ``paths`` are those of its operations; a service of JSON has one alone.
    """
    name = host.replace("-", "")
    where = f"moto.{name}"
    if where not in sys.modules:
        base = rf"https?://{host}\.(.+)\.amazonaws\.com"
        backend.urls_of = SimpleNamespace(
            url_bases=[base], url_paths={f"{{0}}{path}$": response.dispatch for path in paths}
        )
        module = ModuleType(where)
        made: BackendDict[Any] = BackendDict(
            backend, host, use_boto3_regions=False, additional_regions=list(RegionsAndZonesBackend.zones)
        )
        setattr(module, f"{name}_backends", made)
        sys.modules[where] = module
        backend_index.backend_url_patterns.append((name, re.compile(base)))
    found: BackendDict[Any] = getattr(sys.modules[where], f"{name}_backends")
    return found


def get_added_backend(service: str, account_id: str, region: str) -> BaseBackend:
    """Return the backend of a service that ``add_service`` added."""
    return cast(BaseBackend, get_backend(cast(Any, service))[account_id][region])
