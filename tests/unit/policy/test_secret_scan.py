"""The scan of texts: what is read, what checkov is given and believed of, and what it really finds."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import string
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tealform.errors import TealformError
from tealform.policy import checkov, scanned_files, secret_scan
from tealform.policy.checkov import Scan
from tealform.policy.rule import Finding
from tealform.policy.scanned_files import Text
from tealform.policy.secret_scan import digest
from tests.inventory import ROOT
from tests.support import write_checkov

# Made here, so that no scan of this repository takes them for real ones.
_RANDOM = random.Random(7)


def _made(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(_RANDOM.choice(alphabet) for _ in range(count))


KEY_ID = "AKIA" + _made(16, string.ascii_uppercase + string.digits)
GITHUB = "ghp" + "_" + _made(36)
STRIPE = "sk" + "_live_" + _made(24)
SLACK = "xoxb" + "-" + _made(12, string.digits) + "-" + _made(24)
PASSWORD = "correct" + "horse"
PEM = "\n".join(
    ["-----BEGIN RSA " + "PRIVATE KEY-----", *(_made(64) for _ in range(20)), "-----END RSA " + "PRIVATE KEY-----"]
)


def _write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def _read(root: Path, scope: str = "dev") -> scanned_files.Texts:
    return scanned_files.read_texts(root, root / "artifacts" if scope == "artifacts" else root / "environments" / scope)


def _names(found: scanned_files.Texts) -> list[str]:
    return [str(text.file) for text in found.texts]


# What is read


def test_hidden_files_and_those_in_a_zip_are_texts(tmp_path: Path) -> None:
    _write(tmp_path, {"artifacts/app/.env": "A=1"})
    with zipfile.ZipFile(tmp_path / "artifacts" / "hook.zip", "w") as archive:
        archive.writestr("lib/handler.py", "x = 1")
    assert _names(_read(tmp_path, "artifacts")) == ["artifacts/app/.env", "artifacts/hook.zip/lib/handler.py"]


def test_what_environments_share_is_part_of_each_and_their_own_is_not(tmp_path: Path) -> None:
    shared = {"environments/common.hcl": "", "environments/shared/notes.md": ""}
    _write(tmp_path, {"environments/dev/environment.hcl": "", "environments/prod/environment.hcl": "", **shared})
    assert _names(_read(tmp_path)) == [
        "environments/common.hcl",
        "environments/dev/environment.hcl",
        "environments/shared/notes.md",
    ]


def test_what_is_shared_has_another_name_than_what_is_an_environments_own(tmp_path: Path) -> None:
    _write(tmp_path, {f"environments/{name}": "" for name in ("common.hcl", "dev/common.hcl", "dev/environment.hcl")})
    found = _read(tmp_path)
    assert [found.shown(text.file) for text in found.texts] == ["../common.hcl", "common.hcl", "environment.hcl"]


def test_state_and_downloads_are_left_out_without_git(tmp_path: Path) -> None:
    ignored = {"environments/dev/.terraform/x.txt": "", "environments/dev/terraform.tfstate": "{}"}
    _write(tmp_path, {"environments/dev/environment.hcl": "", **ignored})
    assert _names(_read(tmp_path)) == ["environments/dev/environment.hcl"]


def test_git_says_what_is_ignored_and_a_committed_state_is_not(tmp_path: Path) -> None:
    _write(tmp_path, {".gitignore": "*.tfstate\n*.log\n", "environments/dev/environment.hcl": ""})
    _write(tmp_path, {"environments/dev/terraform.tfstate": "{}", "environments/dev/x.log": ""})
    for command in (["init", "-q"], ["add", "-f", "environments/dev/terraform.tfstate"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    assert _names(_read(tmp_path)) == ["environments/dev/environment.hcl", "environments/dev/terraform.tfstate"]


def test_a_link_is_read_where_it_leads_to_a_file_of_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    _write(tmp_path, {"outside.txt": "x", "project/docs/a.txt": "inside", "project/artifacts/Dockerfile": ""})
    for name, target in {
        "in": "../docs/a.txt",
        "out": "../../outside.txt",
        "gone": "nothing",
        "folder": "../docs",
    }.items():
        (project / "artifacts" / name).symlink_to(target)
    found = _read(project, "artifacts")
    assert Text(Path("artifacts/in"), "inside") in found.texts
    assert [each.split(": ")[0] for each in found.unread] == ["artifacts/folder", "artifacts/gone", "artifacts/out"]
    assert "commit the file itself" in found.unread[0]


def test_a_zip_that_cannot_be_unpacked_is_told(tmp_path: Path) -> None:
    file = tmp_path / "artifacts" / "a.zip"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "text")
    data = bytearray(file.read_bytes())
    data[data.index(b"text")] ^= 1
    file.write_bytes(data)
    assert [each.split(" (")[0] for each in _read(tmp_path, "artifacts").unread] == [
        "artifacts/a.zip: cannot be unpacked"
    ]


def test_a_zip_that_hides_files_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "artifacts"
    folder.mkdir()
    with zipfile.ZipFile(folder / "twice.zip", "w") as archive:
        archive.writestr("a.txt", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "second")
    inner = b"text"
    for number in range(5):
        deep = folder / "deep.zip"
        with zipfile.ZipFile(deep, "w") as archive:
            archive.writestr(f"{number}.zip", inner)
        inner = deep.read_bytes()
    said = [
        "artifacts/deep.zip: holds ZIP files in one another",
        "artifacts/twice.zip: has two files of one name in it",
    ]
    assert [each.split(",")[0] for each in _read(tmp_path, "artifacts").unread] == said


def test_a_name_that_is_no_utf_8_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / os.fsdecode(b"\xff.txt")).write_text("x")
    found = _read(tmp_path, "artifacts")
    assert _names(found) == ["artifacts/\ufffd.txt"]
    assert found.key


def test_of_a_binary_file_what_can_be_printed_is_the_text(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {"artifacts/a.bin": b"\0\xff" + KEY_ID.encode() + b"\0ab\0", "artifacts/b.txt": KEY_ID.encode("utf-16")},
    )
    assert [text.content for text in _read(tmp_path, "artifacts").texts] == [KEY_ID, KEY_ID]


def test_the_key_changes_with_each_name_and_each_content(tmp_path: Path) -> None:
    variants = [
        {"artifacts/a": "x"},
        {"artifacts/a": "y"},
        {"artifacts/b": "x"},
        {"artifacts/a": "", "artifacts/b": "x"},
    ]
    keys = []
    for number, files in enumerate([*variants, variants[0]]):
        _write(tmp_path / str(number), files)
        keys.append(_read(tmp_path / str(number), "artifacts").key)
    assert len(set(keys)) == len(variants)
    assert keys[0] == keys[-1]


# What checkov gets


def test_a_long_line_is_folded_so_that_nothing_in_it_is_cut_in_two() -> None:
    lines = ["short", "x" * 7990 + KEY_ID + "x" * 9000, "end"]
    copy = secret_scan.plant_canaries(Text(Path("a"), "\r\n".join(lines)))
    folded = copy.content.splitlines()
    assert max(map(len, folded)) <= 8000
    assert {line for line, text in zip(copy.lines, folded, strict=True) if KEY_ID in text} == {2}
    assert copy.lines[folded.index("end")] == 3


def test_nothing_in_a_text_tells_checkov_to_look_away() -> None:
    copy = secret_scan.plant_canaries(
        Text(Path("a"), f"a = '{KEY_ID}'  # pragma: allowlist secret\ngit_commit = {KEY_ID}\n")
    )
    assert "pragma" not in copy.content
    assert "git_commit" not in copy.content
    assert copy.content.count(KEY_ID) == 2


def test_made_up_secrets_are_others_each_time() -> None:
    text = Text(Path("a"), "")
    assert secret_scan.plant_canaries(text).planted.isdisjoint(secret_scan.plant_canaries(text).planted)


# What is believed of a report


def _record(name: str, resource: str = "", check: str = "CKV_SECRET_2", line: int = 1) -> dict[str, Any]:
    return {
        "check_id": check,
        "check_name": check,
        "resource": resource,
        "file_path": f"/{name}",
        "file_line_range": [line, line],
    }


def _reports(
    *failed: dict[str, Any], passed: Iterable[dict[str, Any]] = (), skipped: Iterable[dict[str, Any]] = ()
) -> str:
    results = {"passed_checks": list(passed), "failed_checks": list(failed), "skipped_checks": list(skipped)}
    return json.dumps([{"check_type": "secrets", "results": results, "summary": {}}])


class _Checkov:
    """Says of each copy that its made-up secrets are in it, but of those in ``blind_to``, and what else it is told to."""

    def __init__(self, *failed: dict[str, Any], blind_to: str = "", **more: Any) -> None:
        self._failed, self._blind_to, self._more = failed, blind_to, more

    def __call__(self, _frameworks: object, given: dict[str, str], _options: object) -> Any:
        planted = [
            _record(name, digest(secret))
            for name, content in given.items()
            if name.endswith(".txt") and not (self._blind_to and self._blind_to in content)
            for secret in (content.splitlines()[-2], content.splitlines()[-1].split('"')[1])
        ]
        return subprocess.CompletedProcess([], 1, _reports(*planted, *self._failed, **self._more), "")


def _scan(root: Path, monkeypatch: pytest.MonkeyPatch, run: _Checkov, scope: str = "artifacts") -> Scan:
    monkeypatch.setattr(checkov, "run", run)
    [scan] = secret_scan.scan([_read(root, scope)])
    return scan


def test_made_up_secrets_are_no_findings_and_prove_what_was_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, {"artifacts/a.txt": "x"})
    scan = _scan(tmp_path, monkeypatch, _Checkov())
    assert (scan.findings, scan.blind, scan.missing) == ((), "", ())
    assert set(scan.judged) == {(check, "a.txt") for check in ("CKV_SECRET_2", "CKV_SECRET_6", "TEAL_TEXT_SECRET")}


def test_file_that_was_not_looked_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"artifacts/a.txt": "seen", "artifacts/b.txt": "unseen"})
    scan = _scan(tmp_path, monkeypatch, _Checkov(blind_to="unseen"))
    assert [each.split(": ")[0] for each in scan.missing] == ["artifacts/b.txt"]
    assert ("CKV_SECRET_2", "b.txt") not in scan.judged


def test_dockerfile_without_results_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(
        tmp_path,
        {"artifacts/Dockerfile": "x", "artifacts/app/Dockerfile.test": "x", "artifacts/Dockerfile.dockerignore": ""},
    )
    judged = _Checkov(
        passed=[_record("0/Dockerfile", check="CKV_DOCKER_3"), _record("1/Dockerfile", check="CKV_DOCKER_3")]
    )
    assert len(_scan(tmp_path, monkeypatch, _Checkov()).missing) == 2
    assert [each.split(": ")[0] for each in _scan(tmp_path, monkeypatch, judged).missing] == [
        "artifacts/app/Dockerfile.test"
    ]


def test_scope_without_texts_is_blind(tmp_path: Path) -> None:
    (tmp_path / "artifacts").mkdir()
    [scan] = secret_scan.scan([_read(tmp_path, "artifacts")])
    assert scan.blind == "artifacts: holds no text that could be scanned for secrets"


def test_address_of_a_secret_does_not_move_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"artifacts/a.txt": "1\n2\n3\n"})
    scans = [
        _scan(
            tmp_path, monkeypatch, _Checkov(*(_record("0.txt", digest(SLACK), "CKV_SECRET_14", line) for line in lines))
        )
        for lines in ([1], [3, 2])
    ]
    assert [[each.address for each in scan.findings] for scan in scans] == [[f"a.txt#{digest(SLACK)[:12]}"]] * 2
    assert [str(secret_scan.parse_location(scan.findings[0])) for scan in scans] == [
        "artifacts/a.txt:1",
        "artifacts/a.txt:2",
    ]
    assert "artifacts/a.txt:2, 3: " in scans[1].findings[0].message


def test_only_what_is_found_in_texts_has_a_place_in_one() -> None:
    assert (
        secret_scan.parse_location(Finding("TEAL_LISTENER", "t", "aws_lb.main", message="listens at 0.0.0.0:443: open"))
        is None
    )


def test_skipped_check_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"artifacts/Dockerfile": "x"})
    skipped = _Checkov(skipped=[_record("0/Dockerfile", check="CKV_DOCKER_8", line=4)])
    assert [(each.check, each.address) for each in _scan(tmp_path, monkeypatch, skipped).findings] == [
        ("CKV_DOCKER_8", "Dockerfile")
    ]


def test_secret_in_the_generated_file_is_told_of_the_file_that_people_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, {"environments/dev/cdk.tf.json": "{}", "environments/dev/environment.hcl": "x"})
    in_generated, in_edited = (_record(f"{number}.txt", digest(SLACK), "CKV_SECRET_14") for number in (0, 1))
    both = _scan(tmp_path, monkeypatch, _Checkov(in_generated, in_edited), "dev").findings
    alone = _scan(tmp_path, monkeypatch, _Checkov(in_generated), "dev").findings
    assert [each.address.split("#")[0] for each in (*both, *alone)] == ["environment.hcl", "cdk.tf.json"]


def test_digest_of_a_scanned_file_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"artifacts/a.txt": "x"})
    sha256 = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert _scan(tmp_path, monkeypatch, _Checkov(_record("0.txt", digest(sha256), "CKV_SECRET_6"))).findings == ()


@pytest.mark.parametrize("text", ["", "not JSON", "3", '{"results": {}}', '[{"results": 1}]'])
def test_unreadable_report_is_an_error(text: str) -> None:
    with pytest.raises(TealformError, match="report on texts cannot be read"):
        secret_scan.parse_report(text)


def test_report_without_results_is_read() -> None:
    assert (
        secret_scan.parse_report('{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0}')
        == {}
    )


def test_error_in_checkovs_log_is_an_error(tmp_path: Path, own_cache: Path) -> None:
    _write(tmp_path, {"artifacts/Dockerfile": "x"})
    write_checkov(own_cache, f"echo '{_reports()}'; echo '[ERROR] kaput' >&2")
    with pytest.raises(TealformError, match="relied on:\nkaput"):
        secret_scan.scan([_read(tmp_path, "artifacts")])


# checkov itself

_PLANTED: dict[str, str | bytes] = {
    "environments/common.hcl": f'\nid = "{KEY_ID}"  # pragma: allowlist secret\n',
    "environments/dev/environment.hcl": f'environment = {{ LEVEL = "info", TOKEN = "{GITHUB}", DB_PASSWORD = "{PASSWORD}" }}\n',
    "environments/dev/cdk.tf.json": json.dumps({"a": {"value": GITHUB, "long": "x" * 20_000 + f" {SLACK}"}}, indent=2),
    "environments/dev/.terraform.lock.hcl": f'hashes = [\n  "h1:{_made(43)}=",\n]\n',
    "artifacts/buildspec.yml": f"env:\n  variables:\n    KEY: {STRIPE} # checkov:skip=CKV_SECRET_17:no\n{{{{ no YAML\n",
    "artifacts/key.lock": PEM,
    "artifacts/package-lock.json": json.dumps({"a": {"integrity": f"sha512-{_made(86)}=="}, "b": STRIPE}, indent=2),
    "artifacts/Dockerfile": "FROM python:latest\nADD app /app\nUSER root\n# checkov:skip=CKV_DOCKER_2:no\n",
    "artifacts/big.txt": "x = 1\n" * 900_000,
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> list[Scan]:
    root = tmp_path_factory.mktemp("planted")
    _write(root, _PLANTED)
    return secret_scan.scan([_read(root), _read(root, "artifacts")])


def _places(scan: Scan) -> set[tuple[str, str]]:
    return {(each.check, str(secret_scan.parse_location(each))) for each in scan.findings}


@pytest.mark.slow
def test_checkov_finds_what_is_planted_in_an_environment(planted: list[Scan]) -> None:
    assert _places(planted[0]) == {
        ("CKV_SECRET_2", "environments/common.hcl:2"),
        ("CKV_SECRET_6", "environments/dev/environment.hcl:1"),
        ("TEAL_TEXT_SECRET", "environments/dev/environment.hcl:1"),
        ("CKV_SECRET_14", "environments/dev/cdk.tf.json:4"),
    }
    assert not planted[0].missing


@pytest.mark.slow
def test_checkov_finds_what_is_planted_in_artifacts(planted: list[Scan]) -> None:
    assert _places(planted[1]) == {
        ("CKV_SECRET_17", "artifacts/buildspec.yml:3"),
        ("CKV_SECRET_17", "artifacts/package-lock.json:5"),
        ("CKV_SECRET_13", "artifacts/key.lock:2"),
        ("CKV_DOCKER_2", "artifacts/Dockerfile:1"),
        ("CKV_DOCKER_4", "artifacts/Dockerfile:2"),
        ("CKV_DOCKER_7", "artifacts/Dockerfile:1"),
        ("CKV_DOCKER_8", "artifacts/Dockerfile:3"),
    }


@pytest.mark.slow
def test_file_that_checkov_skips_for_its_size_is_told(planted: list[Scan]) -> None:
    assert [each.split(": ")[0] for each in planted[1].missing] == ["artifacts/big.txt"]


@pytest.mark.slow
def test_no_secret_is_ever_told(planted: list[Scan]) -> None:
    said = repr(planted)
    assert not [secret for secret in (KEY_ID, GITHUB, STRIPE, SLACK, PASSWORD) if secret in said]


@pytest.mark.slow
def test_what_is_shipped_has_no_finding() -> None:
    found = [_read(ROOT, scope) for scope in ("dev", "staging", "prod", "artifacts")]
    scans = secret_scan.scan(found)
    assert [(scan.findings, scan.blind, scan.missing) for scan in scans] == [((), "", ())] * len(scans)
