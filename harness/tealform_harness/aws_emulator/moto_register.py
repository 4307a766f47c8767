"""How a service that moto has not at all is added to it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend


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
    """The backends, by account and region, of the service that answers at ``host`` («chatbot»); calling it again adds nothing.

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
