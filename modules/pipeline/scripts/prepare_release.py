"""Makes a release of another environment one of this environment: the same image, this environment's settings.

Reads imageDetail.json and templates/; writes taskdef.json, appspec.yml and imagedefinitions.json. The image gets a tag of
this environment, so that it does not expire where it is kept. Prints the image's digest.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

PLACEHOLDER = re.compile(r'"json:\$([A-Z][A-Z0-9_]*)"|\$([A-Z][A-Z0-9_]*)\b')
MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)


def read(path: str) -> str:
    """A file of the release."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        sys.exit(f"{path} is missing in the release; was it built with the buildspec.yml of the release contract?")


def filled(path: str) -> str:
    """A template with this environment's variables in it."""

    def value(placeholder: re.Match[str]) -> str:
        as_json, as_text = placeholder.groups()
        name = as_json or as_text
        text = os.environ.get(name)
        if not text:
            sys.exit(f"{path}: variable {name} is not set")
        if as_text:
            return json.dumps(text, ensure_ascii=False)[1:-1]
        try:
            return json.dumps(json.loads(text), ensure_ascii=False)
        except ValueError as error:
            sys.exit(f"{path}: variable {name} is not JSON: {error}")

    return PLACEHOLDER.sub(value, read(path))


def ecr(operation: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What Amazon ECR answers."""
    command = ["aws", "ecr", operation, "--repository-name", repository, "--registry-id", registry, "--output", "json"]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


uri = json.loads(read("imageDetail.json"))["ImageURI"]
ours = os.environ["ECR_REPOSITORY_URI"]
name, _, digest = uri.partition("@")
if name != ours or not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
    sys.exit(f"the release is of {uri}, which is not a digest of {ours}")
registry, repository = ours.partition(".")[0], ours.partition("/")[2]

found = ecr("batch-get-image", "--image-ids", f"imageDigest={digest}", "--accepted-media-types", *MANIFESTS)
if found.returncode:
    sys.exit(found.stderr.strip())
images = json.loads(found.stdout)["images"]
if not images:
    sys.exit(f"{uri} is no longer in its repository; release it again where it is built")
Path("manifest.json").write_text(images[0]["imageManifest"], encoding="utf-8")

tag = f"{os.environ['ENVIRONMENT']}-{digest[7:19]}"
media_type = ("--image-manifest-media-type", images[0]["imageManifestMediaType"])
tagged = ecr(
    "put-image", "--image-tag", tag, "--image-digest", digest, "--image-manifest", "file://manifest.json", *media_type
)
if tagged.returncode and "ImageAlreadyExistsException" not in tagged.stderr:
    sys.exit(tagged.stderr.strip())

taskdef, appspec = filled("templates/taskdef.json"), filled("templates/appspec.yml").replace("Hooks: []\n", "")
try:
    json.loads(taskdef)
except ValueError as error:
    sys.exit(f"templates/taskdef.json: not JSON once filled in: {error}")
images_by_container = [{"name": os.environ["CONTAINER_NAME"], "imageUri": uri}]
for file, content in (
    ("taskdef.json", taskdef),
    ("appspec.yml", appspec),
    ("imagedefinitions.json", json.dumps(images_by_container) + "\n"),
):
    Path(file).write_text(content, encoding="utf-8")
print(f"To be released as {uri}, kept as {tag}", file=sys.stderr)
print(digest)
