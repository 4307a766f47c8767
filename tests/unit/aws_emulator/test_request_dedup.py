"""A request that is sent again is answered again, and not done again."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from tealform_harness.aws_emulator.request_dedup import RequestDeduplicator


class Counter:
    """An application that counts, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.done, self.failures = 0, failures

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.done += 1
        status = "500 Internal Server Error" if self.done <= self.failures else "200 OK"
        start_response(status, [("X-Done", str(self.done))])
        return [b"done ", str(self.done).encode()]


def ask(application: RequestDeduplicator, call: str = "") -> tuple[str, bytes]:
    told: list[Any] = []
    environ = {"HTTP_AMZ_SDK_INVOCATION_ID": call} if call else {}
    body = b"".join(application(environ, lambda status, headers, exc_info=None: told.append(status)))  # type: ignore[arg-type]
    return told[0], body


def test_the_same_call_is_done_once() -> None:
    counter = Counter()
    application = RequestDeduplicator(counter)
    assert ask(application, "a") == ask(application, "a") == ("200 OK", b"done 1")
    assert ask(application, "b") == ("200 OK", b"done 2")
    assert counter.done == 2


def test_what_has_no_name_is_done_each_time() -> None:
    application = RequestDeduplicator(Counter())
    assert [ask(application)[1], ask(application)[1]] == [b"done 1", b"done 2"]


def test_what_failed_is_tried_again() -> None:
    application = RequestDeduplicator(Counter(failures=1))
    assert ask(application, "a")[0] == "500 Internal Server Error"
    assert ask(application, "a") == ("200 OK", b"done 2")


def test_a_second_try_waits_for_the_first() -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(environ: Any, start_response: Any) -> Iterable[bytes]:
        began.set()
        go_on.wait(5)
        return counter(environ, start_response)

    counter = Counter()
    application, answers = RequestDeduplicator(slow), list[tuple[str, bytes]]()
    tries = [threading.Thread(target=lambda: answers.append(ask(application, "a"))) for _ in range(2)]
    for each in tries:
        each.start()
    assert began.wait(5)
    go_on.set()
    for each in tries:
        each.join(5)
    assert answers == [("200 OK", b"done 1")] * 2
