"""Runs the emulated AWS beside this process, and leads tools to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.config import Config

from tealform.errors import TealformError

_NOT_TO_BE_PASSED_ON = ("aws_", "http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class EmulatedAws:
    """An emulated AWS that answers at ``endpoint``; it lives as long as ``running`` lets it.

    ``account`` is its account number, ``log`` the file that holds what it complained of.
    """

    endpoint: str
    account: str
    log: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """This process's variables with those that lead Terraform, boto3 and the aws command line there.

        Profiles, credentials and proxies of the caller are not among them. The region is the caller's to name.
        """
        others = {
            name: value for name, value in os.environ.items() if not name.lower().startswith(_NOT_TO_BE_PASSED_ON)
        }
        return {
            **others,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # The provider tries 25 times otherwise, which takes minutes to say what is wrong.
            "AWS_MAX_ATTEMPTS": "5",
        }

    def client(self, service: str, region: str) -> Any:
        """A boto3 client of ``service``."""
        return boto3.client(
            cast(Any, service),
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="emulated",
            aws_secret_access_key="emulated",
            config=Config(proxies={}, retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
        )

    def post(self, path: str, body: object) -> Any:
        """Post ``body`` as JSON to one of this package's own paths; return the answer, None for an empty one.

        Raises ``ValueError`` with what the emulated AWS says if it refuses the request.
        """
        request = urllib.request.Request(self.endpoint + path, json.dumps(body).encode(), method="POST")
        # The emulated AWS is on this machine, whatever the caller's proxies are.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request) as answered:
                text = answered.read()
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(error.read().decode().strip()) from None
        return json.loads(text) if text else None


@contextmanager
def running(account: str) -> Iterator[EmulatedAws]:
    """Start an emulated AWS with the account number ``account`` as a process of its own, and end it afterwards.

    It answers from the beginning of the block on, and ends with this process, however that ends. Raises
    ``TealformError`` if it cannot be started.
    """
    command = [sys.executable, "-m", "tealform_harness.aws_emulator", "--account", account, "--while-stdin-is-open"]
    with tempfile.TemporaryDirectory(prefix="emulated-aws-") as folder:
        log = Path(folder, "log")
        with log.open("wb") as errors:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        try:
            assert process.stdout is not None
            endpoint = process.stdout.readline().decode().strip()
            if not endpoint:
                raise TealformError(f"the emulated AWS did not start:\n{log.read_text(encoding='utf-8')}")
            yield EmulatedAws(endpoint, account, log)
        finally:
            process.kill()
            process.communicate()
