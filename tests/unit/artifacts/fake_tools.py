"""Stands in for the ``aws`` and ``docker`` executables; run as ``fake_tools.py aws|docker ARGUMENTS``.

The folder in FAKE_STATE is the account: ``calls`` holds one line of JSON for each call, ``images/`` one file for
each tag in ECR with its digest in it, ``cached`` the image in the cache, which may be replaced. FAKE_FAILURE ("docker push", or "docker push #2" for the second such call)
makes a call fail; FAKE_LOST_DIGEST is what ECR then says of an image that was just pushed.
"""

import hashlib
import itertools
import json
import os
import sys
from pathlib import Path

STATE = Path(os.environ.get("FAKE_STATE", ""))
PASSWORD = "a-token"


def record(call: list[str]) -> None:
    with (STATE / "calls").open("a") as calls:
        calls.write(json.dumps(call) + "\n")


def must_fail(call: list[str]) -> bool:
    wanted, _, number = os.environ.get("FAKE_FAILURE", "").partition(" #")
    made = [json.loads(line) for line in (STATE / "calls").read_text().splitlines()]
    same = [other for other in made if " ".join(other).startswith(wanted)]
    return bool(wanted) and " ".join(call).startswith(wanted) and len(same) == int(number or 1)


def image(reference: str) -> Path:
    tag = reference.rpartition(":")[2]
    return STATE / "images" / tag


def digest(reference: str) -> str:
    return "sha256:" + hashlib.sha256(reference.encode()).hexdigest()


def argument(call: list[str], option: str) -> str:
    return call[call.index(option) + 1]


def batch_get_image(call: list[str]) -> str:
    tag = argument(call, "--image-ids").removeprefix("imageTag=")
    assert argument(call, "--output") == "text", "without it the answer is a quoted JSON string"
    assert argument(call, "--query") == "images[0].imageId.imageDigest"
    return image(tag).read_text() if image(tag).exists() else "None"


def push(reference: str) -> None:
    assert (STATE / "built" / reference.rpartition(":")[2]).exists(), f"{reference} was not built"
    if reference == f"{os.environ.get('CACHE_REPOSITORY_URI')}:layers":
        (STATE / "cached").write_text(reference)
        return
    if image(reference).exists():
        sys.exit(
            "tag invalid: the image tag already exists and cannot be overwritten because the repository is immutable"
        )
    image(reference).write_text(os.environ.get("FAKE_LOST_DIGEST", digest(reference)))


def build(call: list[str]) -> None:
    assert Path(call[-1], "Dockerfile").exists(), "the build context has no Dockerfile"
    for option, value in itertools.pairwise(call):
        if option == "--tag":
            (STATE / "built" / value.rpartition(":")[2]).touch()
        if option == "--build-arg" and "=" not in value:
            assert value in os.environ, f"Docker finds no value for {value}"


def main(call: list[str]) -> None:
    # The real docker logs in with whatever it reads, and an empty password is only one way to fail.
    given = sys.stdin.read() if call[:2] == ["docker", "login"] else ""
    record([*call, *([f"stdin={given.strip()}"] if given else [])])
    if must_fail(call):
        sys.exit(f"{' '.join(call[:3])} failed")
    match call[:3]:
        case ["aws", "ecr", "get-login-password"]:
            print(PASSWORD)
        case ["aws", "ecr", "batch-get-image"]:
            print(batch_get_image(call))
        case ["docker", "login", *_]:
            print("Login Succeeded")
        case ["docker", "build", *_]:
            build(call)
        case ["docker", "push", reference]:
            push(reference)
        case _:
            sys.exit(f"{call} is not a call that the build role or this test knows")


if __name__ == "__main__":
    main(sys.argv[1:])
