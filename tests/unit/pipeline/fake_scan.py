"""Stands in for the ``aws`` executable; run as ``fake_scan.py ecr ARGUMENTS``.

The folder in FAKE_STATE is the account: ``calls`` holds one line of JSON for each call, ``answers.json`` what ECR says to
one look after the other, the last one again and again; an answer that is text is a complaint.
"""

import json
import os
import sys
from pathlib import Path

STATE = Path(os.environ.get("FAKE_STATE", ""))


def main(words: list[str]) -> None:
    with (STATE / "calls").open("a") as calls:
        calls.write(json.dumps(words) + "\n")
    assert words[words.index("--output") + 1] == "json", "without it the answer is as the user's profile says"
    if words[:2] != ["ecr", "describe-image-scan-findings"]:
        sys.exit(f"{words} is not a call that the role or this test knows")
    answers = json.loads((STATE / "answers.json").read_text())
    (STATE / "answers.json").write_text(json.dumps(answers[1:] or answers))
    if isinstance(answers[0], str):
        sys.exit(f"\nAn error occurred ({answers[0]}) when calling the DescribeImageScanFindings operation: why")
    print(json.dumps(answers[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
