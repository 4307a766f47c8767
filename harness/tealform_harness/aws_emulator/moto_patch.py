"""How a service of moto is carried on by subclasses of its own classes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, cast

from moto.backends import SERVICE_NAMES, get_backend
from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult, BaseResponse


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


def extend_service(
    service: SERVICE_NAMES, backend: type[BaseBackend] | None = None, response: type[BaseResponse] | None = None
) -> None:
    """Makes moto use ``backend`` and ``response``, subclasses of its own classes, for ``service``.

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
