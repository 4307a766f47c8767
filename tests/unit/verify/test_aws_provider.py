"""Finding and serving the provider, with a program that only says what the provider says when it starts."""

from __future__ import annotations

import os
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
# Where «terraform init» installs providers, below the host and the namespace.
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
def finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """A Terraform that fetches nothing, on a machine without plugin folders."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(aws_provider, "_PLUGIN_FOLDERS", (str(tmp_path / "plugins"),))
    return Terraform(("/bin/false",), "PATH")


def test_folder_that_is_named_is_the_only_one(
    tmp_path: Path, finds_nothing: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = _program(tmp_path / "named" / "below", "5.0.0")
    _program(tmp_path / "plugins", "6.25.0")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "named"))
    assert aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache") == Provider(named, "5.0.0")


def test_folder_that_is_named_and_holds_none_is_an_error(
    tmp_path: Path, finds_nothing: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(TealformError, match="holds no program called terraform-provider-aws"):
        aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache")


def test_terraform_fetches_the_pinned_version_once(
    tmp_path: Path, finds_nothing: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "registry", "6.25.0")
    _program(tmp_path / "plugins", "6.26.0")
    fetching = tmp_path / "terraform"
    fetching.write_text(FETCHES)
    fetching.chmod(0o755)
    monkeypatch.setenv("SOURCE", str(tmp_path / "registry"))
    first = aws_provider.find("6.25.0", Terraform((str(fetching),), "PATH"), tmp_path / "cache")
    assert first.version == "6.25.0"
    assert aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache") == first


def test_provider_from_a_mirror_on_this_machine_is_found(tmp_path: Path, finds_nothing: Terraform) -> None:
    mirrored = _program(tmp_path / "mirror" / "linked", "6.25.0")
    linking = tmp_path / "terraform"
    linking.write_text(LINKS.replace("MIRROR", str(mirrored.parent)))
    linking.chmod(0o755)
    found = aws_provider.find("6.25.0", Terraform((str(linking),), "PATH"), tmp_path / "cache")
    assert found == Provider(mirrored, "6.25.0")


def test_what_was_not_fetched_is_asked_for_again(
    tmp_path: Path, finds_nothing: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TealformError):
        aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_cache_that_cannot_be_written_and_no_home_are_no_obstacle(
    tmp_path: Path, finds_nothing: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    plugin = _program(tmp_path / "plugins", "6.25.0")
    monkeypatch.setattr(aws_provider, "_PLUGIN_FOLDERS", ("~nobody-of-that-name/", str(tmp_path / "plugins")))
    assert aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache").program == plugin


def test_newest_other_version_will_do(tmp_path: Path, finds_nothing: Terraform) -> None:
    _program(tmp_path / "plugins", "5.9.0")
    newest = _program(tmp_path / "plugins", "5.100.0")
    assert aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache") == Provider(newest, "5.100.0")


def test_pinned_version_comes_before_a_newer_one(tmp_path: Path, finds_nothing: Terraform) -> None:
    pinned = _program(tmp_path / "plugins", "6.25.0")
    _program(tmp_path / "plugins", "7.0.0")
    assert aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache").program == pinned


def test_program_for_another_machine_does_not_count(tmp_path: Path, finds_nothing: Terraform) -> None:
    _program(tmp_path / "plugins" / "6.25.0" / "freebsd_386", "6.25.0")
    with pytest.raises(TealformError, match="TEALFORM_AWS_PROVIDER=FOLDER"):
        aws_provider.find("6.25.0", finds_nothing, tmp_path / "cache")


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
