"""The sample ``testspec.yml``, run as CodeBuild runs it on a source and on what was built of it."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tealform_harness.aws_emulator.codebuild.buildspec import Buildspec, PhaseResults
from tealform_harness.aws_emulator.codebuild.cli_tools import write_executable
from tests.unit.artifacts.contract import ARTIFACTS, REPOSITORY_URI

IMAGE = f"{REPOSITORY_URI}@sha256:{'a' * 64}"


def run_testspec(folder: Path, program: str | None = None, built: bool = True) -> PhaseResults:
    """What comes of the tests of the sample application, or of another ``program`` in its place."""
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
