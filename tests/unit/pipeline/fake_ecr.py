"""Stands in for the ``aws`` executable; run as ``fake_ecr.py ecr|ssm ARGUMENTS``.

The folder in FAKE_STATE is the account: ``calls`` holds one line of JSON for each call, ``images.json`` the manifest of each
digest, ``tags.json`` the digest of each tag, ``parameters.json`` what Parameter Store holds.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

STATE = Path(os.environ.get("FAKE_STATE", ""))


def load(name: str) -> Any:
    return json.loads((STATE / name).read_text())


def argument(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def put_image(words: list[str]) -> dict[str, Any]:
    """A tag never moves, and a manifest is the digest's own to the last byte."""
    tags, tag, digest = load("tags.json"), argument(words, "--image-tag"), argument(words, "--image-digest")
    manifest = Path(argument(words, "--image-manifest").removeprefix("file://")).read_text()
    if manifest != load("images.json")[digest]:
        sys.exit("An error occurred (ImageDigestDoesNotMatchException) when calling the PutImage operation")
    if tags.get(tag) == digest:
        sys.exit("An error occurred (ImageAlreadyExistsException) when calling the PutImage operation")
    (STATE / "tags.json").write_text(json.dumps({**tags, tag: digest}))
    return {"image": {}}


def main(words: list[str]) -> None:
    config = os.environ.get("AWS_CONFIG_FILE")
    with (STATE / "calls").open("a") as calls:
        calls.write(json.dumps({"words": words, "config": Path(config).read_text() if config else ""}) + "\n")
    assert argument(words, "--output") == "json", "without it the answer is as the user's profile says"
    answer: dict[str, Any]
    match words[:2]:
        case ["ecr", "batch-get-image"]:
            digest = argument(words, "--image-ids").removeprefix("imageDigest=")
            manifest = load("images.json").get(digest)
            image = {"imageManifest": manifest, "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json"}
            answer = {"images": [image] if manifest else []}
        case ["ecr", "put-image"]:
            answer = put_image(words)
        case ["ssm", "get-parameters-by-path"]:
            path = argument(words, "--path")
            found = {name: value for name, value in load("parameters.json").items() if name.startswith(f"{path}/")}
            answer = {"Parameters": [{"Name": name, "Value": value} for name, value in found.items()]}
        case _:
            sys.exit(f"{words} is not a call that the role or this test knows")
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
