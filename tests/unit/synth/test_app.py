"""The app of a repository: which files it writes, which it leaves alone, and what it reports."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tealform.cli import repository
from tealform.service import lambda_packages
from tealform.settings.loader import GENERATED, LoadedEnvironment
from tealform.synth import synthesis
from tealform.synth.app import App, SynthResult
from tealform.synth.atomic_write import write_atomic
from tealform.synth.environments import BOOTSTRAP
from tests.inventory import ENVIRONMENTS, ROOT
from tests.support import environment
from tests.unit.bootstrap.projects import ACCOUNT, OTHER, S3, shared
from tests.unit.bootstrap.projects import write as write_project

generate = synthesis.synthesize
generated: dict[str, dict[str, str]] = {}


def generate_once(environments: list[LoadedEnvironment], folder: Path) -> dict[str, str]:
    key = repr([(each.name, each.environment) for each in environments])
    if key not in generated:
        generated[key] = generate(environments, folder)
    return generated[key]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two valid environments. What is generated from the same settings is generated once."""
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    monkeypatch.setattr(synthesis, "synthesize", generate_once)
    for name in ("one", "two"):
        write(tmp_path, name, environment())
    return tmp_path


def synth(root: Path, names: Sequence[str] = ()) -> int:
    """Generate as the command does: lines on standard output, errors on standard error."""
    return _report(App().synth(root, names, print))


def bootstrap(root: Path) -> int:
    return _report(App().bootstrap(root, print))


def _report(done: SynthResult) -> int:
    for error in done.errors:
        print(error, file=sys.stderr)
    return 2 if done.errors else 0


def write(root: Path, name: str, text: str) -> Path:
    folder = root / "environments" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.hcl").write_text(text, encoding="utf-8")
    return folder / GENERATED


def result(root: Path, name: str) -> Path:
    return root / "environments" / name / GENERATED


def archive(root: Path, name: str) -> Path:
    return root / "environments" / name / "smoke-test.zip"


@pytest.fixture
def tested(root: Path) -> Path:
    """The same project, whose environment ``one`` has a smoke test."""
    write(root, "one", environment(service="release { smoke_test {} }"))
    return root


def test_all_environments_land_in_their_folders(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synth(root) == 0
    for name in ("one", "two"):
        document = json.loads(result(root, name).read_text(encoding="utf-8"))
        assert document["resource"]["aws_ecs_cluster"]["cluster"]["name"] == f"shop-{name}"
    assert capsys.readouterr().out.splitlines() == [
        "Synthesizing one, two",
        f"environments/one/{GENERATED}: written",
        f"environments/two/{GENERATED}: written",
    ]


def test_cdktf_finds_its_own_output_where_it_expects_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "synthesize", generate)
    monkeypatch.setenv("CDKTF_OUTDIR", str(root / "elsewhere"))
    monkeypatch.setattr(sys, "argv", [str(root / "main.py")])
    # The commands leave the folder alone.
    synth(root)
    assert not (root / "elsewhere").exists()
    with pytest.raises(SystemExit) as ended:
        App().run()
    assert ended.value.code == 0
    manifest = json.loads((root / "elsewhere" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["stacks"]) == {"one", "two"}
    assert not (root / "cdktf.out").exists()
    declared = json.loads((ROOT / "cdktf.json").read_text(encoding="utf-8"))
    assert declared["app"] == ".venv/bin/python main.py"


def test_one_environment_leaves_the_others_alone(root: Path) -> None:
    result(root, "two").write_text("{}", encoding="utf-8")
    assert synth(root, ["one"]) == 0
    assert result(root, "one").exists()
    assert result(root, "two").read_text(encoding="utf-8") == "{}"


def test_what_has_not_changed_is_not_touched(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    synth(root, ["one"])
    before = result(root, "one").stat()
    capsys.readouterr()
    assert synth(root, ["one"]) == 0
    after = result(root, "one").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert f"environments/one/{GENERATED}: unchanged" in capsys.readouterr().out


def test_a_broken_environment_is_told_and_does_not_stop_the_others(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = write(root, "one", environment(service="cpu = 300\n memory = true"))
    broken.write_text("{}", encoding="utf-8")
    assert synth(root) == 2
    assert broken.read_text(encoding="utf-8") == "{}"
    assert result(root, "two").exists()
    assert capsys.readouterr().err.splitlines() == [
        "environments/one/environment.hcl:13: service.web.cpu: 300 is not a Fargate CPU size; "
        "use 256, 512, 1024, 2048, 4096, 8192, 16384",
        "environments/one/environment.hcl:14: service.web.memory: must be a whole number, not true",
    ]


def test_an_environment_that_does_not_exist_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synth(root, ["three", "one"]) == 2
    assert result(root, "one").exists()
    assert capsys.readouterr().err == 'there is no environment "three"; use one, two\n'


def test_one_file_that_cannot_be_written_does_not_stop_the_others(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result(root, "one").mkdir()
    assert synth(root) == 2
    assert result(root, "two").is_file()
    assert (
        capsys.readouterr().err == f"environments/one/{GENERATED}: cannot be written: Is a directory; it is unchanged\n"
    )


def test_a_generated_file_that_is_not_text_is_replaced(root: Path) -> None:
    result(root, "one").write_bytes(b"\xff\xfe")
    assert synth(root, ["one"]) == 0
    assert json.loads(result(root, "one").read_text(encoding="utf-8"))


def test_text_that_terraform_would_evaluate_is_escaped(root: Path) -> None:
    write(root, "one", environment(service='environment = { A = "$${aws_vpc.x.id} %%{if true} $5" }'))
    assert synth(root, ["one"]) == 0
    document = json.loads(result(root, "one").read_text(encoding="utf-8"))
    (container,) = json.loads(
        document["resource"]["aws_ecs_task_definition"]["service-web_task-definition"]["container_definitions"]
    )
    assert container["environment"] == [{"name": "A", "value": "$${aws_vpc.x.id} %%{if true} $5"}]


def test_an_interrupt_is_one_line_and_exit_code_130(root: Path) -> None:
    shutil.copyfile(ROOT / "main.py", root / "main.py")
    process = subprocess.Popen(
        [sys.executable, root / "main.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Synthesizing")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "interrupted; every file is complete, with its old or its new content\n"


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_every_file_whole(root: Path) -> None:
    shutil.copyfile(ROOT / "main.py", root / "main.py")
    command = [sys.executable, str(root / "main.py")]
    subprocess.run(command, check=True, capture_output=True)
    old = result(root, "one").read_bytes()
    moments = random.Random(6)
    for days in (400, 731):
        write(root, "one", environment(top=f"log_retention_days = {days}"))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.5, 3.0))
        process.kill()
        process.wait()
        left = result(root, "one").read_bytes()
        subprocess.run(command, check=True, capture_output=True)
        new = result(root, "one").read_bytes()
        assert left in (old, new)
        assert new != old
        old = new


@pytest.mark.parametrize("run", [synth, bootstrap], ids=["synth", "bootstrap"])
def test_no_environment_at_all_is_a_failure(
    run: Callable[[Path], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path) == 2
    assert capsys.readouterr().err == "there are no environments; write environments/<name>/environment.hcl\n"


def test_a_file_that_cannot_be_written_is_told_and_the_old_one_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result(root, "one").write_text("{}", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert synth(root, ["one"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert result(root, "one").read_text(encoding="utf-8") == "{}"
    assert sorted(path.name for path in result(root, "one").parent.iterdir()) == [GENERATED, "environment.hcl"]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / "environments" / "one"
    write_atomic(b"old", folder / GENERATED)

    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(b"new", folder / GENERATED)
    assert result(root, "one").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in folder.iterdir()) == [GENERATED, "environment.hcl"]


def test_a_generated_file_can_be_read_by_everybody(root: Path) -> None:
    write_atomic(b"text", result(root, "one"))
    assert result(root, "one").stat().st_mode & 0o777 == 0o644


def test_the_program_that_an_environment_needs_lands_beside_its_terraform(
    tested: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synth(tested) == 0
    assert archive(tested, "one").read_bytes() == lambda_packages.SMOKE_TEST.content
    assert archive(tested, "one").stat().st_mode & 0o777 == 0o644
    assert not archive(tested, "two").exists()
    # The Terraform names the program, so it comes last.
    assert capsys.readouterr().out.splitlines() == [
        "Synthesizing one, two",
        "environments/one/smoke-test.zip: written",
        f"environments/one/{GENERATED}: written",
        f"environments/two/{GENERATED}: written",
    ]


def test_a_program_that_has_not_changed_is_not_touched_and_an_old_one_is_renewed(
    tested: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive(tested, "one").write_bytes(b"an old one")
    synth(tested, ["one"])
    before = archive(tested, "one").stat()
    assert archive(tested, "one").read_bytes() == lambda_packages.SMOKE_TEST.content
    capsys.readouterr()
    assert synth(tested, ["one"]) == 0
    after = archive(tested, "one").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert "environments/one/smoke-test.zip: unchanged" in capsys.readouterr().out


def test_a_program_that_is_no_longer_needed_is_removed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(root, "one").write_bytes(lambda_packages.SMOKE_TEST.content)
    (root / "environments" / "one" / "other.zip").write_bytes(b"not ours")
    assert synth(root, ["one"]) == 0
    assert not archive(root, "one").exists()
    assert (root / "environments" / "one" / "other.zip").exists()
    assert capsys.readouterr().out.splitlines()[-1] == "environments/one/smoke-test.zip: removed"


def test_a_program_that_cannot_be_written_or_removed_is_told(tested: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        archive(tested, name).mkdir()
    result(tested, "one").write_text("{}", encoding="utf-8")
    assert synth(tested) == 2
    written, removed = capsys.readouterr().err.splitlines()
    assert written == "environments/one/smoke-test.zip: cannot be written: Is a directory; it is unchanged"
    assert removed.startswith("environments/two/smoke-test.zip: cannot be removed: ")
    # Terraform that names a program which is not there would fail in the middle of an apply.
    assert result(tested, "one").read_text(encoding="utf-8") == "{}"


def test_a_full_disk_leaves_the_old_program_and_the_old_terraform(
    tested: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive(tested, "one").write_bytes(b"old")
    result(tested, "one").write_text("{}", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert synth(tested, ["one"]) == 2
    assert "environments/one/smoke-test.zip: cannot be written: No space left" in capsys.readouterr().err
    assert archive(tested, "one").read_bytes() == b"old"
    assert result(tested, "one").read_text(encoding="utf-8") == "{}"
    assert len(list(result(tested, "one").parent.iterdir())) == 3


@pytest.mark.slow
def test_in_another_folder_without_a_home_and_with_another_hash_seed_the_bytes_are_the_same(tmp_path: Path) -> None:
    copy = tmp_path / "some where else"
    shutil.copytree(ENVIRONMENTS, copy / "environments", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    shutil.copyfile(ROOT / "main.py", copy / "main.py")
    for file in (copy / "environments").glob(f"*/{GENERATED}"):
        file.unlink()
    ran = subprocess.run(
        [sys.executable, copy / "main.py"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    for file in ENVIRONMENTS.glob(f"*/{GENERATED}"):
        assert (copy / "environments" / file.parent.name / GENERATED).read_bytes() == file.read_bytes()


# --- bootstrap ------------------------------------------------------------------------------

ACCOUNT_FILE = f"bootstrap/{ACCOUNT}/cdk.tf.json"


def test_bootstrap_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(tmp_path, {"dev": shared(S3), "prod": shared(S3)})
    assert bootstrap(tmp_path) == 0
    assert capsys.readouterr().out == f"{ACCOUNT_FILE}: written\n"
    before = (tmp_path / ACCOUNT_FILE).read_bytes()
    assert bootstrap(tmp_path) == 0
    assert capsys.readouterr().out.startswith(f"{ACCOUNT_FILE}: unchanged\n")
    assert (tmp_path / ACCOUNT_FILE).read_bytes() == before
    assert [file.name for file in (tmp_path / ACCOUNT_FILE).parent.iterdir()] == ["cdk.tf.json"]


def test_where_nothing_needs_anything_it_says_what_to_write_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path, {"dev": shared()})
    assert bootstrap(tmp_path) == 2
    assert 'state "s3" {}' in capsys.readouterr().err
    assert not (tmp_path / BOOTSTRAP).exists()


def test_mistakes_are_told_and_other_accounts_get_theirs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = shared(S3, "disposible = true")
    write_project(tmp_path, {"dev": shared(S3), "test": broken, "prod": shared(S3, account=OTHER)})
    assert bootstrap(tmp_path) == 2
    said, wrong = capsys.readouterr()
    assert wrong.splitlines() == [
        'environments/test/environment.hcl:16: disposible: unknown key; did you mean "disposable"?',
        f"account {ACCOUNT} is not generated: one of its environments has errors",
    ]
    assert said.splitlines()[0] == f"bootstrap/{OTHER}/cdk.tf.json: written"
    assert not (tmp_path / ACCOUNT_FILE).exists()


def test_nothing_is_written_while_an_environment_does_not_say_its_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path, {"dev": shared(S3), "test": shared(S3).replace("project = ", "project ")})
    assert bootstrap(tmp_path) == 2
    assert "no account is generated" in capsys.readouterr().err
    assert not (tmp_path / BOOTSTRAP).exists()


def test_what_no_environment_needs_any_more_is_left_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path, {"dev": shared(S3), "prod": shared(S3, account=OTHER)})
    bootstrap(tmp_path)
    write_project(tmp_path, {"dev": shared()})
    capsys.readouterr()
    assert bootstrap(tmp_path) == 0
    assert capsys.readouterr().out.endswith(
        f"bootstrap/{ACCOUNT}: no environment needs it any more; run: tealform destroy bootstrap/{ACCOUNT}, then remove the folder\n"
    )
    assert (tmp_path / ACCOUNT_FILE).exists()


def test_account_that_no_environment_needs_any_more_can_still_be_destroyed(tmp_path: Path) -> None:
    write_project(tmp_path, {"dev": shared(S3)})
    bootstrap(tmp_path)
    write_project(tmp_path, {"dev": shared()})
    shutil.copyfile(ROOT / "main.py", tmp_path / "main.py")
    repository.generate(tmp_path, [f"bootstrap/{ACCOUNT}"])
    assert (tmp_path / ACCOUNT_FILE).exists()


def test_no_folder_for_scratch_files_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    assert synth(root) == 2
    assert capsys.readouterr().err == "nothing can be synthesized: No space left on device; run: tealform doctor\n"


def test_a_bootstrap_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(tmp_path, {"dev": shared(S3)})
    (tmp_path / BOOTSTRAP).write_text("in the way", encoding="utf-8")
    assert bootstrap(tmp_path) == 2
    assert capsys.readouterr().err == f"{ACCOUNT_FILE}: cannot be written: Not a directory; it is unchanged\n"
