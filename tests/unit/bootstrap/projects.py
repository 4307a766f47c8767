"""Projects that ask for something of their accounts, and what is generated for those."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tealform.bootstrap.account_requirements import group_by_account
from tealform.settings import loader
from tealform.synth.environments import BOOTSTRAP
from tealform.synth.synthesis import synthesize_accounts
from tests.support import Template, bootstrap, environment

ACCOUNT, OTHER = "123456789012", "210987654321"
GITHUB = 'automation "github" { repository = "acme/infrastructure" }'
S3 = 'state "s3" {}'
CLOUD = 'state "cloud" { organization = "acme" }\nautomation "hcp_terraform" {}'


def write(root: Path, texts: Mapping[str, str]) -> Path:
    """The project in ``root``, whose environments' files say ``texts``; ``common`` is what they share."""
    for name, text in texts.items():
        file = root / "environments" / (loader.COMMON if name == "common" else f"{name}/{loader.FILE}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def bootstrapped(texts: Mapping[str, str]) -> dict[str, Template]:
    """What is generated for each account of a project, by its number."""
    return _bootstrapped(tuple(texts.items()))


def only(texts: Mapping[str, str]) -> Template:
    """What is generated for a project with one account."""
    (template,) = bootstrapped(texts).values()
    return template


@functools.cache
def _bootstrapped(texts: tuple[tuple[str, str], ...]) -> dict[str, Template]:
    with tempfile.TemporaryDirectory() as scratch:
        environments = write(Path(scratch), dict(texts)) / "environments"
        found = group_by_account(loader.load(environments, name) for name in loader.list_environments(environments))
        generated = synthesize_accounts([account for account in found if account.needs_something], Path(scratch, "out"))
    return {number: Template(json.loads(text)) for number, text in generated.items()}


def run(root: Path) -> Path:
    """The folder of the only account of the project in ``root``, once it is generated."""
    bootstrap(root)
    (folder,) = (root / BOOTSTRAP).iterdir()
    return folder


def shared(*tops: str, account: str = ACCOUNT) -> str:
    """An environment in ``account`` that says ``tops`` beside the least."""
    return environment(top="\n".join(tops)).replace(ACCOUNT, account)
