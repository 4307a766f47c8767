"""The program of the smoke test: against real servers, and in releases of the emulated CodeDeploy."""

from __future__ import annotations

import ast
import datetime
import os
import re
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces

from tealform.service.functions import smoke_test
from tealform_harness.aws_emulator.codedeploy.backend import get_codedeploy
from tealform_harness.aws_emulator.services import install
from tests.unit.aws_emulator.clients import ACCOUNT, REGION, client, create_function
from tests.unit.aws_emulator.shop import Network, Shop
from tests.unit.aws_emulator.test_codedeploy_releases import CodeDeployRelease, again, colours

BALANCER, PATH, HERE = "app/shop-prod/50dc6c495c0c9188", "/well?deep=1", "127.0.0.1"
# No connection is ever made to it, and that is known at once.
NOWHERE = "255.255.255.255"
# Time enough for what passes, and no longer than needed for what does not.
PATIENCE, BRIEF = "10", "0.15"
# What a machine that does other things too may need on top.
SLACK = 2
# Instead of a status: nothing for a second, and what is not HTTP.
LATE, NONSENSE = 0, -1


class Green(ThreadingHTTPServer):
    """Answers with the statuses in turn, and then always with the last."""

    daemon_threads = True

    def __init__(self, statuses: tuple[int, ...]) -> None:
        super().__init__((HERE, 0), _Answer)
        self.statuses = list(statuses)
        self.asked: list[tuple[str, str | None]] = []
        self.named: list[str | None] = []

    def speak_tls(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _, name, __: self.named.append(name)
        self.socket = context.wrap_socket(self.socket, server_side=True)


class _Answer(BaseHTTPRequestHandler):
    server: Green

    def do_GET(self) -> None:
        statuses = self.server.statuses
        self.server.asked.append((self.path, self.headers["Host"]))
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        if status == LATE:
            time.sleep(1)
        elif status == NONSENSE:
            self.wfile.write(b"a secret\r\n")
        else:
            self._tell(status)

    def _tell(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"a body")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the standard library
        pass


Serve = Callable[..., Green]


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Green is asked at a port that nobody listens on."""
    variables = {
        "BALANCER": BALANCER,
        "PROTOCOL": "http",
        "URL_PATH": PATH,
        "EXPECT": "200",
        "SECONDS": PATIENCE,
        "AWS_DEFAULT_REGION": REGION,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.setattr(smoke_test, "_PAUSE_SECONDS", 0.02)
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        yield


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDS", BRIEF)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The load balancer is found here."""
    monkeypatch.setattr(smoke_test, "addresses", lambda balancer: {BALANCER: [HERE]}[balancer])


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, here: None) -> Iterator[Serve]:
    """Starts a green that answers with these statuses, and that is asked from now on."""
    with ExitStack() as servers:

        def start(*statuses: int, certificate: Path | None = None) -> Green:
            server = servers.enter_context(Green(statuses))
            if certificate:
                server.speak_tls(certificate)
                monkeypatch.setenv("PROTOCOL", "https")
            monkeypatch.setenv("PORT", str(server.server_port))
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            servers.callback(server.shutdown)
            return server

        yield start


def passes() -> bool:
    """Whether ECS hears that the release may go on; it always hears in time."""
    begin = time.monotonic()
    answer = smoke_test.ecs({}, None)
    assert time.monotonic() - begin < float(os.environ.get("SECONDS", 0)) + SLACK
    assert answer in ({"hookStatus": "SUCCEEDED"}, {"hookStatus": "FAILED"})
    return answer["hookStatus"] == "SUCCEEDED"


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("statuses", "lines"),
    [
        pytest.param((200,), ["status 200"], id="at once"),
        pytest.param((503, 503, 200), ["status 503", "status 200"], id="after a while"),
        pytest.param((NONSENSE, 200), ["BadStatusLine", "status 200"], id="after an answer that is not HTTP"),
    ],
)
def test_it_asks_until_the_status_is_right(
    serve: Serve, capsys: pytest.CaptureFixture[str], statuses: tuple[int, ...], lines: list[str]
) -> None:
    green = serve(*statuses)
    assert passes()
    assert green.asked == [(PATH, HERE)] * len(statuses)
    assert told(capsys) == [
        *(f"{HERE}: {line}" for line in lines),
        f"green answers as expected, at try {len(statuses)}",
    ]


@pytest.mark.usefixtures("briefly")
def test_another_status_until_time_is_over(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    green = serve(500)
    assert not passes()
    first, *_, last = lines = told(capsys)
    assert (first, lines.count(first)) == (f"{HERE}: status 500", 1)
    # The last try may be cut off.
    tries = re.match(rf"no status 200 in 0\.15 seconds and (\d+) tries; at last {HERE}: ", last)
    assert tries
    assert 1 < int(tries[1]) <= len(green.asked) + 1


@pytest.mark.usefixtures("briefly")
def test_a_redirect_is_not_followed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    green = serve(302)
    assert not passes()
    monkeypatch.setenv("EXPECT", "302")
    assert passes()
    assert {path for path, _ in green.asked} == {PATH}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "a certificate that nobody trusts"])
@pytest.mark.parametrize("host", ["www.example.com", None])
def test_the_host_is_sent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, certificate: Path, host: str | None, tls: bool
) -> None:
    if host:
        monkeypatch.setenv("HOST", host)
    green = serve(200, certificate=certificate if tls else None)
    assert passes()
    assert (green.named, green.asked) == ([host] if tls else [], [(PATH, host or HERE)])


@pytest.mark.usefixtures("briefly")
def test_plain_http_where_tls_is_spoken(serve: Serve, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    green = serve(200, certificate=certificate)
    monkeypatch.setenv("PROTOCOL", "http")
    assert not passes()
    assert green.asked == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for another name, which ended yesterday and is signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "another.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now - datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "green.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + signed.public_bytes(pem))
    return file


@pytest.mark.usefixtures("here", "briefly")
def test_nobody_listens(capsys: pytest.CaptureFixture[str]) -> None:
    assert not passes()
    first, *_, last = told(capsys)
    assert first.startswith(f"{HERE}: ConnectionRefusedError: ")
    assert last.startswith("no status 200 in 0.15 seconds and ")
    assert last.endswith(first)


@pytest.mark.usefixtures("here", "briefly")
@pytest.mark.parametrize("protocol", ["http", "https"])
def test_a_server_that_never_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], protocol: str
) -> None:
    monkeypatch.setenv("PROTOCOL", protocol)
    with socket.create_server((HERE, 0)) as silent:
        monkeypatch.setenv("PORT", str(silent.getsockname()[1]))
        assert not passes()
    assert told(capsys)[0] == f"{HERE}: no answer in time"


@pytest.mark.usefixtures("here", "briefly")
def test_an_answer_that_comes_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as slow:
        threading.Thread(target=_drip, args=(slow,), daemon=True).start()
        monkeypatch.setenv("PORT", str(slow.getsockname()[1]))
        assert not passes()


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(150):
            connection.sendall(b"x")
            time.sleep(0.02)


def test_one_request_does_not_take_all_the_time(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(smoke_test, "_LONGEST_REQUEST_SECONDS", 0.1)
    serve(LATE, 200)
    assert passes()
    assert told(capsys)[:2] == [f"{HERE}: no answer in time", f"{HERE}: status 200"]


def test_one_right_answer_of_many_addresses_is_enough(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke_test, "addresses", lambda _: [NOWHERE, HERE])
    green = serve(200)
    assert passes()
    assert len(green.asked) == 1


@pytest.mark.usefixtures("briefly")
def test_every_address_is_told_of(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(smoke_test, "addresses", lambda _: [NOWHERE, HERE])
    serve(404)
    assert not passes()
    first, second, *_, last = told(capsys)
    assert [line.split(":")[0] for line in (first, second)] == [NOWHERE, HERE]
    assert re.search(rf"at last {NOWHERE}: .+, {HERE}: ", last)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        *(
            (name, None, f"the variable {name} is missing")
            for name in ("BALANCER", "PROTOCOL", "PORT", "URL_PATH", "EXPECT", "SECONDS")
        ),
        ("PROTOCOL", "tcp", "PROTOCOL is tcp; it must be http or https"),
    ],
)
def test_an_invalid_variable_is_named(
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str | None,
    message: str,
) -> None:
    green = serve(200)
    monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    assert not passes()
    assert told(capsys) == [f"the check broke: ValueError: {message}"]
    assert green.asked == []


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    install()
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield Network()


@pytest.fixture
def release(network: Network) -> Iterator[CodeDeployRelease]:
    """A release that waits for what the function reports of its test traffic."""
    shop = Shop(network)
    shop.create_service()
    shop.create_application()
    shop.codedeploy.create_deployment_group(**shop.deployment_group())
    create_function("smoke-test")
    begun = again(shop, [{"AfterAllowTestTraffic": "smoke-test"}])
    while not get_codedeploy(ACCOUNT, REGION).waiting_hooks(begun.id):
        assert begun.step()["status"] == "InProgress"
    yield begun
    for backends in vars(BackendDict)["_instances"]:
        for backend in backends.values():
            # A new EC2 and a new key take longer than a test; network and key are the same in all of them.
            if backend.service_name not in ("ec2", "kms"):
                backend.reset()


def event(release: CodeDeployRelease) -> dict[str, Any]:
    """What CodeDeploy calls the function with."""
    events = get_codedeploy(ACCOUNT, REGION).ecs_deployment(release.id).release.events
    (hook,) = [each for each in events if each.function]
    assert hook.lifecycle_event_name == "AfterAllowTestTraffic"
    return {"DeploymentId": release.id, "LifecycleEventHookExecutionId": hook.hook_execution_id}


def assert_rolled_back(release: CodeDeployRelease) -> None:
    assert release.until("Failed")["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert colours(release.shop) == ({"blue": 1}, {"green": 1})
    assert release.shop.service()["taskDefinition"] == release.shop.first


def test_a_healthy_green_takes_the_traffic(release: CodeDeployRelease, serve: Serve) -> None:
    serve(200)
    assert smoke_test.codedeploy(event(release), None) == {"status": "Succeeded", "reported": True}
    release.until("Succeeded")
    assert colours(release.shop)[0] == {"green": 100, "blue": 0}


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize(("status", "missing"), [(500, None), (200, "EXPECT")], ids=["ill", "variable missing"])
def test_a_failed_check_is_reported_and_rolled_back(
    release: CodeDeployRelease, serve: Serve, monkeypatch: pytest.MonkeyPatch, status: int, missing: str | None
) -> None:
    serve(status)
    if missing:
        monkeypatch.delenv(missing)
    assert smoke_test.codedeploy(event(release), None) == {"status": "Failed", "reported": True}
    assert_rolled_back(release)


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        (True, f"LookupError: no network interface is described as ELB {BALANCER}"),
        (False, r"ClientError: An error occurred \(UnauthorizedOperation\).+"),
    ],
    ids=["not found", "not allowed"],
)
def test_a_load_balancer_that_is_not_found_is_reported(
    release: CodeDeployRelease,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    allowed: bool,
    message: str,
) -> None:
    def refuse(_: object) -> ActionResult:
        raise EC2ClientError("UnauthorizedOperation", "You are not authorized to perform this operation.")

    if not allowed:
        monkeypatch.setattr(ElasticNetworkInterfaces, "describe_network_interfaces", refuse)
    assert smoke_test.codedeploy(event(release), None) == {"status": "Failed", "reported": True}
    (line,) = told(capsys)
    assert re.fullmatch(f"the check broke: {message}", line)
    assert_rolled_back(release)


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize(("first", "second", "end"), [(200, 500, "Succeeded"), (500, 200, "Failed")])
def test_the_first_report_stands(release: CodeDeployRelease, serve: Serve, first: int, second: int, end: str) -> None:
    serve(first)
    assert smoke_test.codedeploy(event(release), None) == {"status": end, "reported": True}
    serve(second)
    late = smoke_test.codedeploy(event(release), None)
    assert late["status"] != end
    assert late["reported"] is False
    release.until(end)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"LifecycleEventHookExecutionId": "none"}, "InvalidLifecycleEventHookExecutionIdException"),
        ({"DeploymentId": "d-NONE00000"}, "DeploymentDoesNotExistException"),
    ],
)
def test_a_report_that_is_refused_is_an_error(
    release: CodeDeployRelease, serve: Serve, wrong: dict[str, str], code: str
) -> None:
    serve(200)
    with pytest.raises(ClientError, match=code):
        smoke_test.codedeploy(event(release) | wrong, None)
    assert get_codedeploy(ACCOUNT, REGION).waiting_hooks(release.id)


def test_the_addresses_are_those_of_the_load_balancers_own_interfaces(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ElasticNetworkInterfaces, "describe_network_interfaces", _in_pages)
    monkeypatch.setattr(smoke_test, "_PAGE_SIZE", 5)
    own = [_interface(network, f"ELB {BALANCER}") for _ in range(7)]
    other = _interface(network, "ELB net/shop-prod/73e2d6bc24d8a067")
    for description in ("ELB app/shop-prod/0000000000000000", f"ELB {BALANCER}0", BALANCER, ""):
        _interface(network, description)
    assert sorted(smoke_test.addresses(BALANCER)) == sorted(own)
    assert smoke_test.addresses("net/shop-prod/73e2d6bc24d8a067") == [other]


def _interface(network: Network, description: str) -> str:
    made = client("ec2").create_network_interface(SubnetId=network.subnets[0], Description=description)
    return str(made["NetworkInterface"]["PrivateIpAddress"])


def _in_pages(self: ElasticNetworkInterfaces) -> ActionResult:
    """Moto gives all interfaces at once, however few are asked for."""
    found = self.ec2_backend.get_all_network_interfaces([], self._filters_from_querystring())
    begin = int(self._get_param("NextToken", 0))
    end = begin + int(self._get_param("MaxResults"))
    more = {"NextToken": str(end)} if end < len(found) else {}
    return ActionResult({"NetworkInterfaces": found[begin:end], **more})


def test_it_needs_nothing_but_what_lambda_brings_along() -> None:
    """It is packed alone."""
    imported = set()
    for node in ast.walk(ast.parse(Path(smoke_test.__file__).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names == {"boto3", "botocore"}
