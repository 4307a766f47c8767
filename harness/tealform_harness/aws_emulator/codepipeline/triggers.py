"""Pushes that start a pipeline through a connection, and the patterns of branches, tags and paths.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

from tealform_harness.aws_emulator.connections import Push

# The longest first: two stars cross the boundaries of folders.
_TOKENS = re.compile(
    r"\\(?P<escaped>.)|(?P<all>\*\*)|(?P<some>\*)|(?P<one>\?)|\[(?P<set>[^\]]+)\]|\{(?P<group>[^}]*)\}"
)


def matches_glob(text: str, pattern: str) -> bool:
    """Whether ``pattern`` is that of the whole ``text``."""
    return re.fullmatch(_expression(pattern), text, re.DOTALL) is not None


def _expression(pattern: str) -> str:
    parts, end = [], 0
    for found in _TOKENS.finditer(pattern):
        parts += [re.escape(pattern[end : found.start()]), _token(found)]
        end = found.end()
    return "".join([*parts, re.escape(pattern[end:])])


def _token(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "all":
            return ".*"
        case "some":
            return "[^/]*"
        case "one":
            return "[^/]"
        case "set":
            negated = found["set"][0] in "!^"
            inside = re.sub(r"([\\\[&~|])", r"\\\1", found["set"][negated:])
            return f"[{'^' if negated else ''}{inside}]"
        case "group":
            return f"(?:{'|'.join(_expression(each) for each in found['group'].split(','))})"
    return re.escape(found["escaped"])


Json = Mapping[str, Any]

CONNECTION_PROVIDER = "CodeStarSourceConnection"
# Ways in which one filter may be put together.
_COMBINATIONS = ({"tags"}, {"branches"}, {"branches", "filePaths"})


def find_started_action(pipeline: Json, push: Push) -> str | None:
    """The name of the source action through which ``push`` starts the pipeline, if it does."""
    triggers = {each["gitConfiguration"]["sourceActionName"]: each for each in pipeline.get("triggers") or []}
    for action in pipeline["stages"][0]["actions"]:
        settings = action.get("configuration") or {}
        if action["actionTypeId"]["provider"] != CONNECTION_PROVIDER or settings["FullRepositoryId"] != push.repository:
            continue
        if action["name"] in triggers:
            filters = triggers[action["name"]]["gitConfiguration"].get("push") or []
            if any(_passes(each, push) for each in filters):
                return str(action["name"])
        elif settings.get("DetectChanges", "true") == "true" and push.branch == settings["BranchName"]:
            return str(action["name"])
    return None


def find_trigger_errors(pipeline: Json) -> Iterator[str]:
    """What CreatePipeline refuses of the triggers."""
    wrong = "The trigger configuration for the source action is not valid."
    sources = {
        action["name"]
        for action in pipeline["stages"][0]["actions"]
        if action["actionTypeId"]["provider"] == CONNECTION_PROVIDER
    }
    seen: set[str] = set()
    for trigger in pipeline.get("triggers") or []:
        git = trigger["gitConfiguration"]
        name = git["sourceActionName"]
        if name not in sources:
            yield f"{wrong} {name} is not a source action of a connection."
        if name in seen:
            yield f"{wrong} There can be one trigger for each source action; {name} has several."
        seen.add(name)
        for each in chain(git.get("push") or [], git.get("pullRequest") or []):
            if {kind for kind in each if kind != "events"} not in _COMBINATIONS:
                yield f"{wrong} Make sure to choose valid filter combinations."


def _passes(wanted: Json, push: Push) -> bool:
    """All parts of one filter must; a file passes for all."""
    if "tags" in wanted:
        return push.tag is not None and _admitted(wanted["tags"], [push.tag])
    if push.branch is None or not _admitted(wanted.get("branches") or {}, [push.branch]):
        return False
    return "filePaths" not in wanted or _admitted(wanted["filePaths"], push.changed)


def _admitted(criteria: Json, names: Collection[str]) -> bool:
    """Whether one of ``names`` is included, and not excluded."""
    includes, excludes = criteria.get("includes"), criteria.get("excludes") or []
    return any(
        (not includes or any(matches_glob(name, each) for each in includes))
        and not any(matches_glob(name, each) for each in excludes)
        for name in names
    )
