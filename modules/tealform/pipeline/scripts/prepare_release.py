"""Makes an image and open templates a release of one environment: the image as it is, the environment's settings.

Reads imageDetail.json and .release/; writes taskdef.json, appspec.yml and imagedefinitions.json. The settings are variables,
or in Parameter Store of another account. The image gets a tag of the environment, so that it does not expire where it is kept.
Prints the image's digest.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PLACEHOLDER = re.compile(r'"json:\$([A-Z][A-Z0-9_]*)"|\$([A-Z][A-Z0-9_]*)\b')
MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)


def ask(role: str, path: str) -> None:
    """Sets the variables that the service's account has below ``path`` in Parameter Store, read as ``role``.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html
    """
    config = Path(tempfile.mkdtemp(), "config")
    config.write_text(f"[profile release]\nrole_arn = {role}\ncredential_source = EcsContainer\n", encoding="utf-8")
    answer = subprocess.run(
        ["aws", "ssm", "get-parameters-by-path", "--path", path, "--output", "json"],
        env={**os.environ, "AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "release"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        sys.exit(answer.stderr.strip())
    found = json.loads(answer.stdout)["Parameters"]
    if not found:
        sys.exit(f"there is nothing below {path}; apply the environment whose service this is")
    os.environ.update({each["Name"].rpartition("/")[2]: each["Value"] for each in found})


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


if "RELEASE_PARAMETERS" in os.environ:
    ask(os.environ["RELEASE_ROLE_ARN"], os.environ["RELEASE_PARAMETERS"])

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

tag = f"{os.environ['ENVIRONMENT']}_{digest[7:19]}"
media_type = ("--image-manifest-media-type", images[0]["imageManifestMediaType"])
tagged = ecr(
    "put-image", "--image-tag", tag, "--image-digest", digest, "--image-manifest", "file://manifest.json", *media_type
)
if tagged.returncode and "ImageAlreadyExistsException" not in tagged.stderr:
    sys.exit(tagged.stderr.strip())

taskdef, appspec = filled(".release/taskdef.json"), filled(".release/appspec.yml").replace("Hooks: []\n", "")
try:
    json.loads(taskdef)
except ValueError as error:
    sys.exit(f".release/taskdef.json: not JSON once filled in: {error}")
images_by_container = [{"name": os.environ["CONTAINER_NAME"], "imageUri": uri}]
for file, content in (
    ("taskdef.json", taskdef),
    ("appspec.yml", appspec),
    ("imagedefinitions.json", json.dumps(images_by_container) + "\n"),
):
    Path(file).write_text(content, encoding="utf-8")
print(f"To be released as {uri}, kept as {tag}", file=sys.stderr)
print(digest)
