"""The sample application: run as its container runs it, its ``Dockerfile``, and its ``testspec.yml``."""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tealform_harness.aws_emulator.codebuild.buildspec import Buildspec, PhaseResults
from tealform_harness.aws_emulator.codebuild.cli_tools import write_executable
from tests.unit.artifacts.codebuild import ARTIFACTS, REPOSITORY_URI

SERVER = ARTIFACTS / "app" / "server.py"
IMAGE = f"{REPOSITORY_URI}@sha256:{'a' * 64}"


class Application:
    """A running sample application and what it wrote."""

    def __init__(self, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER)],
            env={"PATH": os.defpath, "PORT": str(self.port), "PYTHONDONTWRITEBYTECODE": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        self.greeting = json.loads(self.process.stdout.readline())

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def request(self, method: str, path: str, **headers: str) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response, body

    def terminate(self) -> tuple[list[dict[str, object]], str]:
        """Ends the application as ECS does and returns the lines it logged, and what it wrote to stderr."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=5)
        return [json.loads(line) for line in out.splitlines()], err


Start = Callable[..., Application]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Application] = []

    def run(**environment: str) -> Application:
        started.append(Application(**environment))
        return started[-1]

    yield run
    for application in started:
        application.process.kill()
        application.process.communicate()


def test_it_is_well_on_the_port_it_was_given(start: Start) -> None:
    application = start()
    response, body = application.request("GET", "/health")

    assert (response.status, json.loads(body)) == (200, {"status": "ok"})
    assert response.headers["Content-Type"] == "application/json"
    assert application.greeting["port"] == application.port


def test_the_page_shows_colour_and_version(start: Start) -> None:
    response, body = start(COLOUR="green", VERSION="3f2a9c1").request("GET", "/?again")

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "background: green" in body
    assert "version 3f2a9c1" in body


def test_without_settings_it_is_blue(start: Start) -> None:
    assert "background: blue" in start().request("GET", "/")[1]


def test_no_page_of_the_old_colour_comes_from_a_cache(start: Start) -> None:
    assert start().request("GET", "/")[0].headers["Cache-Control"] == "no-store"


def test_who_asks_for_json_gets_it(start: Start) -> None:
    response, body = start(COLOUR="green", VERSION="3f2a9c1").request("GET", "/", Accept="application/json")

    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"colour": "green", "version": "3f2a9c1"}


def test_colour_and_version_are_escaped(start: Start) -> None:
    body = start(COLOUR='red"><script>', VERSION="<b>&").request("GET", "/")[1]

    assert "<script>" not in body
    assert 'style="background: red&quot;&gt;&lt;script&gt;"' in body
    assert "version &lt;b&gt;&amp;" in body


@pytest.mark.parametrize("path", ["/missing", "/healthy", "//[", "/health/"])
def test_other_paths_are_not_found(start: Start, path: str) -> None:
    assert start().request("GET", path)[0].status == 404


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/health", 200), ("/missing", 404)])
def test_head_answers_like_get_without_a_body(start: Start, path: str, status: int) -> None:
    application = start()
    expected = application.request("GET", path)[0].headers["Content-Length"]
    with application.connect() as client:
        client.sendall(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: client.recv(4096), b"")).partition(b"\r\n\r\n")

    assert f" {status} ".encode() in head.splitlines()[0]
    assert f"Content-Length: {expected}".encode() in head
    assert body == b""


def test_each_request_is_one_line_and_health_checks_are_none(start: Start) -> None:
    application = start(COLOUR="green", VERSION="7")
    for method, path in [("GET", "/"), ("GET", "/health"), ("GET", "/missing"), ("POST", "/"), ("HEAD", "/health")]:
        application.request(method, path)
    lines, err = application.terminate()

    assert [(line["request"], line["status"]) for line in lines[:-1]] == [
        ("GET / HTTP/1.1", 200),
        ("GET /missing HTTP/1.1", 404),
        ("POST / HTTP/1.1", 501),
    ]
    assert (lines[0]["colour"], lines[0]["version"]) == ("green", "7")
    assert err == ""


def test_one_slow_client_does_not_hold_up_the_others(start: Start) -> None:
    application = start()
    with application.connect() as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        assert application.request("GET", "/health")[0].status == 200


def test_a_client_that_hangs_up_leaves_no_traceback(start: Start) -> None:
    application = start()
    for sent in (b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n\r\n"):
        with application.connect() as client:
            client.sendall(sent)
            # Reset instead of an orderly end.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert application.request("GET", "/health")[0].status == 200

    assert application.terminate()[1] == ""


def test_sigterm_ends_it_at_once_when_nothing_is_under_way(start: Start) -> None:
    application = start()
    before = time.monotonic()
    application.terminate()

    assert application.process.returncode == 0
    assert time.monotonic() - before < 2


def test_sigterm_lets_a_request_under_way_finish_and_takes_no_other(start: Start) -> None:
    application = start()
    with application.connect() as slow:
        slow.sendall(b"GET /slow-404 HTTP/1.1\r\n")
        # A second request proves that the first has been accepted.
        application.request("GET", "/health")
        application.process.send_signal(signal.SIGTERM)
        wait_until_refused(application)
        assert application.process.poll() is None

        slow.sendall(b"\r\n")
        answer = b"".join(iter(lambda: slow.recv(4096), b""))

    assert b" 404 " in answer.splitlines()[0]
    assert answer.endswith(b'{"error": "not found"}\n')
    assert application.process.wait(timeout=2) == 0


def wait_until_refused(application: Application) -> None:
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        try:
            application.connect().close()
        except ConnectionError:
            return
        time.sleep(0.02)
    raise AssertionError("still listening two seconds after SIGTERM")


# --- Dockerfile: no root, a base that does not move, signals that arrive --------------------


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile in their order, each with its arguments."""
    text = (ARTIFACTS / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def last(instructions: list[tuple[str, str]], name: str) -> str:
    return [rest for instruction, rest in instructions if instruction == name][-1]


def test_the_base_image_is_pinned_and_comes_from_public_ecr(instructions: list[tuple[str, str]]) -> None:
    (base,) = [rest for instruction, rest in instructions if instruction == "FROM"]

    assert re.fullmatch(r"public\.ecr\.aws/docker/library/python:\d+\.\d+[\w.-]*", base)


def test_it_does_not_run_as_root(instructions: list[tuple[str, str]]) -> None:
    user = last(instructions, "USER")

    assert re.fullmatch(r"\d+:\d+", user)
    assert "0" not in user.split(":")
    assert instructions[-1][0] == "CMD"


def test_the_command_is_no_shell_that_would_swallow_sigterm(instructions: list[tuple[str, str]]) -> None:
    assert json.loads(last(instructions, "CMD")) == ["python", "server.py"]
    assert "ENTRYPOINT" not in dict(instructions)


def test_it_needs_no_writable_root_file_system_and_does_not_hold_logs_back(
    instructions: list[tuple[str, str]],
) -> None:
    settings = dict(pair.split("=", 1) for pair in last(instructions, "ENV").split())

    assert settings["PYTHONDONTWRITEBYTECODE"] == "1"
    assert settings["PYTHONUNBUFFERED"] == "1"


def test_the_version_of_the_build_reaches_the_application(instructions: list[tuple[str, str]]) -> None:
    assert ("ARG", "VERSION=dev") in instructions
    assert "VERSION=$VERSION" in last(instructions, "ENV").split()


def test_no_port_is_fixed_at_build_time(instructions: list[tuple[str, str]]) -> None:
    assert "EXPOSE" not in dict(instructions)
    assert "PORT=" not in last(instructions, "ENV")


def test_only_the_application_reaches_the_build_context() -> None:
    rules = [line for line in (ARTIFACTS / ".dockerignore").read_text().splitlines() if not line.startswith("#")]

    assert rules[:2] == ["*", "!app"]
    assert [rule for rule in rules if rule.startswith("!")] == ["!app"]


def test_docker_asks_the_application_itself_whether_it_is_well(
    instructions: list[tuple[str, str]], tmp_path: Path
) -> None:
    options, _, command = last(instructions, "HEALTHCHECK").partition("CMD ")
    wget = tmp_path / "wget"
    wget.write_text('#!/bin/sh\necho "$*"; exit 4\n')
    wget.chmod(0o755)
    found = {"PATH": f"{tmp_path}:/bin:/usr/bin"}

    asked = [
        subprocess.run(["/bin/sh", "-c", command], env=found | port, capture_output=True, text=True, check=False)
        for port in ({}, {"PORT": "80"})
    ]

    assert [each.stdout.split()[-1] for each in asked] == ["http://127.0.0.1:8080/health", "http://127.0.0.1:80/health"]
    # Docker knows no other code for a container that is not well; wget has several.
    assert [each.returncode for each in asked] == [1, 1]
    assert "--timeout=" in options


# --- testspec.yml, as CodeBuild runs it on a source and its build output --------------------


def run_testspec(folder: Path, program: str | None = None, built: bool = True) -> PhaseResults:
    """Run the tests on the sample application, or on ``program`` in its place."""
    source, build, scratch, bin_ = (folder / name for name in ("source", "build", "scratch", "bin"))
    shutil.copytree(ARTIFACTS, source, ignore=shutil.ignore_patterns("__pycache__"))
    for each in (build, scratch, bin_):
        each.mkdir()
    if program is not None:
        (source / "app" / "server.py").write_text(program, encoding="utf-8")
    if built:
        (build / "imageDetail.json").write_text(json.dumps({"ImageURI": IMAGE}), encoding="utf-8")
    write_executable(bin_ / "python3", sys.executable, "-I", "-S")
    variables = {"PATH": f"{bin_}:{os.defpath}", "CODEBUILD_SRC_DIR_build": str(build)}
    spec = Buildspec((source / "testspec.yml").read_text(encoding="utf-8"))
    return spec.run(source, scratch, variables, seconds=30)


def test_an_application_that_answers_passes_and_its_image_is_told(tmp_path: Path) -> None:
    outcome = run_testspec(tmp_path)
    assert outcome.succeeded, outcome.output
    assert f"answers with 200; to be released is {IMAGE}" in outcome.output


def test_an_application_that_does_not_start_fails(tmp_path: Path) -> None:
    outcome = run_testspec(tmp_path, program="raise SystemExit(3)")
    assert not outcome.succeeded
    assert "the application has ended with 3" in outcome.output


@pytest.mark.slow
def test_an_application_that_is_not_well_fails(tmp_path: Path) -> None:
    program = """\
import http.server, os
class Ill(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(500)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ill).serve_forever()
"""
    outcome = run_testspec(tmp_path, program)
    assert not outcome.succeeded
    assert "the application does not answer: HTTP Error 500" in outcome.output


def test_without_a_build_there_is_nothing_to_test(tmp_path: Path) -> None:
    assert not run_testspec(tmp_path, built=False).succeeded
