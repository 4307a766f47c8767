"""Finding and serving the provider, with a program that only prints what the provider prints when it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tealform.errors import TealformError
from tealform.terraform.terraform_binaries import Terraform
from tealform_harness.verify import aws_provider
from tealform_harness.verify.aws_provider import VARIABLE, Provider

SERVES = """#!/bin/sh
echo "$$ $AWS_ENDPOINT_URL $AWS_PROFILE" > "$(dirname "$0")/started"
echo 'Provider started.'
echo "	TF_REATTACH_PROVIDERS='{\\"arguments\\": \\"$*\\"}'"
exec sleep 60
"""
# Where `terraform init` installs providers, below the host and the namespace.
FETCHES = """#!/bin/sh
installed=.terraform/providers/host/hashicorp/aws/6.25.0/platform
mkdir -p $installed && cp "$SOURCE"/* $installed/
"""
LINKS = """#!/bin/sh
folder=.terraform/providers/registry.terraform.io/hashicorp/aws/6.25.0
mkdir -p $folder && ln -s "MIRROR" $folder/linked
"""


def _program(folder: Path, version: str, text: str = SERVES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"terraform-provider-aws_v{version}_x5"
    program.write_text(text)
    program.chmod(0o755)
    return program


@pytest.fixture
def terraform(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """A Terraform that fetches nothing, on a machine with a plugin folder and an empty cache."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(aws_provider, "_PLUGIN_FOLDERS", (str(tmp_path / "plugins"),))
    return Terraform(("/bin/false",), "PATH")


def _terraform(root: Path, text: str) -> Terraform:
    """A Terraform whose ``init`` runs a shell script."""
    program = root / "terraform"
    program.write_text(text)
    program.chmod(0o755)
    return Terraform((str(program),), "PATH")


@pytest.mark.parametrize(
    ("installed", "named", "expected"),
    [
        (["named/below/5.0.0", "plugins/6.25.0"], "named", "named/below/5.0.0"),
        (["plugins/5.9.0", "plugins/5.100.0"], None, "plugins/5.100.0"),
        (["plugins/6.25.0", "plugins/7.0.0"], None, "plugins/6.25.0"),
    ],
    ids=["folder that the variable names", "newest other version", "pinned version before a newer one"],
)
def test_provider_is_found(
    tmp_path: Path,
    terraform: Terraform,
    monkeypatch: pytest.MonkeyPatch,
    installed: list[str],
    named: str | None,
    expected: str,
) -> None:
    if named:
        monkeypatch.setenv(VARIABLE, str(tmp_path / named))
    programs = {path: _program((tmp_path / path).parent, Path(path).name) for path in installed}
    found = aws_provider.find("6.25.0", terraform)
    assert found == Provider(programs[expected], Path(expected).name)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("empty", "is no folder with a program called terraform-provider-aws"),
        ("missing", "is no folder with a program called terraform-provider-aws"),
        (None, "TEALFORM_AWS_PROVIDER=FOLDER"),
    ],
    ids=[
        "empty folder that the variable names",
        "missing folder that the variable names",
        "program for another machine",
    ],
)
def test_missing_provider_is_an_error(
    tmp_path: Path,
    own_cache: Path,
    terraform: Terraform,
    monkeypatch: pytest.MonkeyPatch,
    named: str | None,
    message: str,
) -> None:
    if named:
        monkeypatch.setenv(VARIABLE, str(tmp_path / named))
    (tmp_path / "empty").mkdir()
    _program(tmp_path / "plugins" / "6.25.0" / "freebsd_386", "6.25.0")
    with pytest.raises(TealformError, match=message):
        aws_provider.find("6.25.0", terraform)
    if not named:
        assert [each for each in own_cache.iterdir() if each.is_dir()] == [], "a failed fetch is repeated"


def test_terraform_fetches_the_pinned_version_once(
    tmp_path: Path, terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "registry", "6.25.0")
    _program(tmp_path / "plugins", "6.26.0")
    monkeypatch.setenv("SOURCE", str(tmp_path / "registry"))
    first = aws_provider.find("6.25.0", _terraform(tmp_path, FETCHES))
    assert first.version == "6.25.0"
    assert aws_provider.find("6.25.0", terraform) == first


def test_provider_from_a_mirror_on_this_machine_is_found(tmp_path: Path, terraform: Terraform) -> None:
    mirrored = _program(tmp_path / "mirror" / "linked", "6.25.0")
    linking = _terraform(tmp_path, LINKS.replace("MIRROR", str(mirrored.parent)))
    assert aws_provider.find("6.25.0", linking) == Provider(mirrored, "6.25.0")


def test_unwritable_cache_and_missing_home_are_no_error(
    tmp_path: Path, own_cache: Path, terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_cache.rmdir()
    own_cache.write_text("a file where the folder should be")
    plugin = _program(tmp_path / "plugins", "6.25.0")
    monkeypatch.setattr(aws_provider, "_PLUGIN_FOLDERS", ("~nobody-of-that-name/", str(tmp_path / "plugins")))
    assert aws_provider.find("6.25.0", terraform).program == plugin


def test_unwritable_cache_is_named_where_there_is_no_other_provider(own_cache: Path, terraform: Terraform) -> None:
    own_cache.rmdir()
    own_cache.write_text("a file where the folder should be")
    with pytest.raises(TealformError, match=r"File exists; set TEALFORM_CACHE to .*TEALFORM_AWS_PROVIDER=FOLDER"):
        aws_provider.find("6.25.0", terraform)


def test_what_a_killed_fetch_left_is_fetched_again(
    tmp_path: Path, own_cache: Path, terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = own_cache / "provider-aws-6.25.0.partial" / ".terraform/providers/host/hashicorp/aws/6.25.0/platform"
    left.mkdir(parents=True)
    (left / "terraform-provider-aws_v6.25.0_x5").write_text("half of it")
    whole = _program(tmp_path / "registry", "6.25.0")
    monkeypatch.setenv("SOURCE", str(tmp_path / "registry"))
    found = aws_provider.find("6.25.0", _terraform(tmp_path, FETCHES))
    assert found.program.read_text() == whole.read_text()


def test_two_processes_fetch_the_provider_once(tmp_path: Path, own_cache: Path) -> None:
    _program(tmp_path / "registry", "6.25.0")
    _terraform(tmp_path, f"{FETCHES}echo fetched >> '{tmp_path}/fetched'\nsleep 1\n")
    code = (
        "from tealform.terraform.terraform_binaries import Terraform\n"
        "from tealform_harness.verify import aws_provider\n"
        f"print(aws_provider.find('6.25.0', Terraform(({str(tmp_path / 'terraform')!r},), 'PATH')).program)"
    )
    variables = {name: value for name, value in os.environ.items() if name != VARIABLE}
    variables["SOURCE"] = str(tmp_path / "registry")
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    first, second = (each.communicate(timeout=30)[0] for each in running)
    assert [each.returncode for each in running] == [0, 0]
    assert first == second
    assert Path(first.strip()).is_relative_to(own_cache)
    assert (tmp_path / "fetched").read_text() == "fetched\n"


def test_provider_is_served_with_what_it_is_given_and_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "of-the-caller")
    provider = Provider(_program(tmp_path, "6.25.0"), "6.25.0")
    with provider.serving({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, tmp_path) as reattach:
        assert reattach == '{"arguments": "-debug"}'
        process, *rest = (tmp_path / "started").read_text().split()
        assert rest == ["http://127.0.0.1:1"]
        os.kill(int(process), 0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


def test_provider_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    provider = Provider(_program(tmp_path, "6.25.0", "#!/bin/sh\necho no such library >&2\nexit 3\n"), "6.25.0")
    with pytest.raises(TealformError, match="exit code 3: no such library"), provider.serving({}, tmp_path):
        pass
