"""A stand-in for ``gh``: GitHub is a file, ``world.json`` in the folder ``GITHUB``. Run as a program, it is ``gh``."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

WORLD = "world.json"


def answer(world: dict[str, Any], folder: Path, method: str, path: str, query: dict[str, str], body: Any) -> bytes:
    """What GitHub answers; raises ``PermissionError`` with what it says when it says no."""
    parts = path.removeprefix("repos/acme/shop/")
    if method == "GET":
        if found := re.fullmatch(r"actions/artifacts/(\d+)/zip", parts):
            return (folder / f"{found[1]}.zip").read_bytes()
        if found := re.fullmatch(r"actions/runs/(\d+)/artifacts", parts):
            return json.dumps({"total_count": 1, "artifacts": page(world["artifacts"][found[1]], query)}).encode()
        if parts == "pulls":
            owner, _, branch = unquote(query["head"]).partition(":")
            found_pulls = [each for each in world["pulls"] if is_of(each, owner, branch)]
            return json.dumps(page(found_pulls, query)).encode()
        if found := re.fullmatch(r"issues/(\d+)/comments", parts):
            return json.dumps(page(world["comments"].get(found[1], []), query)).encode()
    if method == "POST" and (found := re.fullmatch(r"issues/(\d+)/comments", parts)):
        comments = world["comments"].setdefault(found[1], [])
        comments.append({"id": 900 + len(comments), "user": {"login": "github-actions[bot]"}, "body": body["body"]})
        return b"{}"
    if method == "PATCH" and (found := re.fullmatch(r"issues/comments/(\d+)", parts)):
        for comment in (each for comments in world["comments"].values() for each in comments):
            if comment["id"] == int(found[1]):
                comment["body"] = body["body"]
        return b"{}"
    if method == "POST" and parts == "code-scanning/sarifs":
        if world["no_code_scanning"]:
            raise PermissionError(world["no_code_scanning"])
        world["sarifs"].append(body)
        return b'{"id": "1"}'
    raise PermissionError("gh: Not Found (HTTP 404)")


def is_of(pull: dict[str, Any], owner: str, branch: str) -> bool:
    full_name = (pull["head"]["repo"] or {}).get("full_name", "")
    return pull["state"] == "open" and (full_name.partition("/")[0], pull["head"]["ref"]) == (owner, branch)


def page(entries: list[Any], query: dict[str, str]) -> list[Any]:
    size, number = int(query["per_page"]), int(query["page"])
    return entries[(number - 1) * size : number * size]


def main(arguments: list[str]) -> int:
    assert arguments.pop(0) == "api"
    method = "GET"
    if arguments[0] == "--method":
        _, method = arguments.pop(0), arguments.pop(0)
    address = urlsplit(arguments[0])
    body = json.load(sys.stdin) if arguments[1:] == ["--input", "-"] else None
    folder = Path(os.environ["GITHUB"])
    world = json.loads((folder / WORLD).read_text())
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    world["calls"].append(f"{method} {arguments[0]}")
    try:
        sys.stdout.buffer.write(answer(world, folder, method, address.path, query, body))
    except PermissionError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        (folder / WORLD).write_text(json.dumps(world))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
