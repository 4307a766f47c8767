"""A request that a client sends again is answered again, and not done again.

On a busy machine an answer is lost now and then, and a client that hears nothing sends its request once more. AWS has
the same trouble with real networks; here it would refute what is right: "the priority is in use", by the same request.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The same for all tries of one call: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_CALL = "HTTP_AMZ_SDK_INVOCATION_ID"
_REMEMBERED = 2000


@dataclass
class _Call:
    """One call of a client; its answer is there once it has succeeded."""

    under_way: threading.Lock = field(default_factory=threading.Lock)
    answer: tuple[str, list[tuple[str, str]], bytes] | None = None


class RequestDeduplicator:
    """A WSGI application in front of another one. What failed is tried again, as the client wants it."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or answer again."""
        name = environ.get(_CALL)
        if not name:
            return self._application(environ, start_response)
        call = self._call(name)
        with call.under_way:
            if call.answer is None:
                answer = self._asked(environ)
                if answer[0] >= "4":
                    start_response(answer[0], answer[1])
                    return [answer[2]]
                call.answer = answer
        status, headers, body = call.answer
        start_response(status, headers)
        return [body]

    def _call(self, name: str) -> _Call:
        with self._lock:
            call = self._calls.setdefault(name, _Call())
            while len(self._calls) > _REMEMBERED:
                self._calls.popitem(last=False)
            return call

    def _asked(self, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        answer: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answer[:] = [status, headers]
            return lambda _: None

        chunks = self._application(environ, start)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return answer[0], answer[1], body
