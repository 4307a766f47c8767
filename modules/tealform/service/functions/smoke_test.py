"""Asks green through the test listener, before a blue/green release moves production traffic to it.

It runs in the VPC's private subnets, with nothing but what Lambda's Python brings along. These variables set it:

- ``BALANCER``: the end of the load balancer's ARN, like ``app/shop-prod/50dc6c495c0c9188``
- ``PROTOCOL``, ``PORT``: ``http`` or ``https``, and the port of the test listener
- ``HOST``: the name that is asked for; the load balancer's address when left out
- ``URL_PATH``: the path that is asked for; ``PATH`` is where Lambda finds programs:
  https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
- ``EXPECT``: the status that is right
- ``SECONDS``: how long it may take until the right status comes, once the load balancer has been found
"""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

_PAUSE_SECONDS = 2.0
_LONGEST_REQUEST_SECONDS = 10.0
# The most that EC2 gives at once.
_PAGE_SIZE = 1000
# When AWS is out of reach, boto3 alone would wait for minutes, and Lambda would end the function before it reports.
_IMPATIENT = Config(connect_timeout=5, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


def codedeploy(event: dict[str, Any], context: object) -> dict[str, Any]:
    """CodeDeploy calls this; it reports how the check went, and returns that and whether it was the first to report.

    CodeDeploy waits an hour for a report, so a check that breaks is reported too. When the report itself breaks, the
    error is raised, and Lambda calls again; it may also call twice without one:
    https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    status = "Succeeded" if check() else "Failed"
    return {"status": status, "reported": _report(event, status)}


def ecs(event: dict[str, Any], context: object) -> dict[str, str]:
    """ECS calls this, and takes what it returns for an answer.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
    """
    return {"hookStatus": "SUCCEEDED" if check() else "FAILED"}


def check() -> bool:
    """Whether green answers as expected; whatever goes wrong on the way is a no. The reason is in the log."""
    try:
        question = Question.from_environment()
        return _answered(question, addresses(question.balancer))
    except Exception as error:
        print(f"the check broke: {_in_words(error)}")
        return False


@dataclass(frozen=True)
class Question:
    """What is asked of whom, and which answer is right."""

    balancer: str
    protocol: str
    port: int
    host: str | None
    path: str
    expect: int
    seconds: float

    @classmethod
    def from_environment(cls) -> Question:
        """The question that the variables put; raises ValueError for one that is missing or makes no sense."""
        if (protocol := _variable("PROTOCOL")) not in ("http", "https"):
            raise ValueError(f"PROTOCOL is {protocol}; it must be http or https")
        return cls(
            balancer=_variable("BALANCER"),
            protocol=protocol,
            port=int(_variable("PORT")),
            host=os.environ.get("HOST") or None,
            path=_variable("URL_PATH"),
            expect=int(_variable("EXPECT")),
            seconds=float(_variable("SECONDS")),
        )


def _variable(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise ValueError(f"the variable {name} is missing") from None


def addresses(balancer: str) -> list[str]:
    """The load balancer's addresses inside the VPC, by its network interfaces; raises LookupError if it has none.

    Its name leads to public addresses if it is internet-facing, which private subnets may have no way to.
    https://repost.aws/knowledge-center/elb-find-load-balancer-ip
    """
    described = {"Name": "description", "Values": [f"ELB {balancer}"]}
    # Without a page size EC2 may refuse an account that has many network interfaces:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
    pages = (
        _client("ec2")
        .get_paginator("describe_network_interfaces")
        .paginate(Filters=[described], PaginationConfig={"PageSize": _PAGE_SIZE})
    )
    found = [interface["PrivateIpAddress"] for page in pages for interface in page["NetworkInterfaces"]]
    if not found:
        raise LookupError(f"no network interface is described as ELB {balancer}")
    return found


def _answered(question: Question, at: list[str]) -> bool:
    """Whether the right status came from one of the addresses in time; logs what each answers when that changes."""
    tries, answers = 0, dict.fromkeys(at, "not asked")
    for address, seconds in _turns(at, question.seconds):
        tries += 1
        answer = _answer(question, address, seconds)
        if answer != answers[address]:
            print(f"{address}: {answer}")
            answers[address] = answer
        if answer == f"status {question.expect}":
            print(f"green answers as expected, at try {tries}")
            return True
    told = ", ".join(f"{address}: {answer}" for address, answer in answers.items())
    print(f"no status {question.expect} in {question.seconds:g} seconds and {tries} tries; at last {told}")
    return False


def _turns(at: list[str], seconds: float) -> Iterator[tuple[str, float]]:
    """The addresses in turn, with the seconds that each may take, and a pause after each round, until time is over."""
    end = time.monotonic() + seconds
    while True:
        for address in at:
            if (left := end - time.monotonic()) <= 0:
                return
            yield address, min(left, _LONGEST_REQUEST_SECONDS)
        if end - time.monotonic() <= _PAUSE_SECONDS:
            return
        time.sleep(_PAUSE_SECONDS)


def _answer(question: Question, address: str, seconds: float) -> str:
    """What one request came to, in words that are the same for the same answer."""
    try:
        return f"status {_within(seconds, lambda: _ask(question, address, seconds))}"
    except TimeoutError:
        return "no answer in time"
    except OSError as error:
        return _in_words(error)
    except http.client.HTTPException as error:
        # Its text may be what the server sent.
        return type(error).__name__


def _within(seconds: float, ask: Callable[[], int]) -> int:
    """What ``ask`` returns or raises; raises TimeoutError when it takes longer than that.

    The time-out of a socket is for each of its steps alone: an answer that comes byte by byte would never end.
    """
    answer: Future[int] = Future()
    threading.Thread(target=_settle, args=(answer, ask), daemon=True).start()
    return answer.result(seconds)


def _settle(answer: Future[int], ask: Callable[[], int]) -> None:
    try:
        answer.set_result(ask())
    except Exception as error:
        answer.set_exception(error)


def _ask(question: Question, address: str, seconds: float) -> int:
    """The status of the answer to one request; a redirect is an answer like any other."""
    host = question.host or address
    connection = http.client.HTTPConnection(address, question.port, timeout=seconds)
    try:
        connection.connect()
        if question.protocol == "https":
            connection.sock = _tls().wrap_socket(connection.sock, server_hostname=host)
        # AWS WAF's core rules block a request that does not say who asks:
        # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
        connection.request("GET", question.path, headers={"Host": host, "User-Agent": "smoke-test"})
        return connection.getresponse().status
    finally:
        connection.close()


def _tls() -> ssl.SSLContext:
    """TLS with whatever certificate is shown.

    The connection goes to a private address inside the VPC, whose certificate is for the public name. What is tested
    is the application; nothing secret is sent.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _report(event: dict[str, Any], status: str) -> bool:
    """Tells CodeDeploy ``status``; whether this was the first report of this call of the hook, the one that stands.

    https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_PutLifecycleEventHookExecutionStatus.html
    """
    client = _client("codedeploy")
    try:
        client.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
    except client.exceptions.LifecycleEventAlreadyCompletedException:
        print(f"{status} comes late; the first report stands")
        return False
    return True


def _client(service: str) -> Any:
    make: Any = boto3.client
    return make(service, config=_IMPATIENT)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
