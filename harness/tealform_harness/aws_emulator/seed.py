"""Creates in the emulated AWS what an environment refers to but does not create itself."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tealform.errors import TealformError
from tealform_harness.aws_emulator import external_references
from tealform_harness.aws_emulator.external_references import References
from tealform_harness.aws_emulator.server import EmulatedAws

# The path of the emulated AWS that takes references; no service of AWS has one like it.
SEED_PATH = "/emulated-aws/existing"


def seed(emulated: EmulatedAws, document: Mapping[str, Any]) -> References:
    """Creates what ``document``, an environment's generated Terraform, takes for granted, and returns it.

    What that can be stands in ``harness/tealform_harness/aws_emulator/external_references.py``. AWS refuses a listener whose certificate is
    missing, for example; so does the emulation. Seeding again changes nothing. Raises ``TealformError`` if something
    cannot be created, in a region that is not emulated for example.
    """
    found = external_references.find_references(document)
    body = json.dumps(asdict(found)).encode()
    request = urllib.request.Request(emulated.endpoint + SEED_PATH, body, method="POST")
    # The emulated AWS is on this machine, whatever the caller's proxies are.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request).close()
    except urllib.error.HTTPError as error:
        with error:
            raise TealformError(f"not created in the emulated AWS: {error.read().decode().strip()}") from None
    return found
