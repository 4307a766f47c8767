"""What the reader takes, what it refuses, and that it always says where."""

from pathlib import Path

import pytest

from tealform.settings import hcl_reader


def read(tmp_path: Path, text: str) -> hcl_reader.Document:
    file = tmp_path / "environment.hcl"
    file.write_text(text, encoding="utf-8")
    return hcl_reader.read(file, Path("environments/dev/environment.hcl"))


def problems(tmp_path: Path, text: str) -> list[str]:
    return [str(problem) for problem in read(tmp_path, text).problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"text"', "text"),
        ('""', ""),
        ("80", 80),
        ("-1", -1),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ('["a", "b"]', ("a", "b")),
        ("[]", ()),
        ("[\n  1, # one\n  2,\n]", (1, 2)),
        ('{ a = 1, "b-c" = 2 }', {"a": 1, "b-c": 2}),
        ("{\n  a = 1\n  b = 2\n}", {"a": 1, "b": 2}),
        (r'"say \"hi\"\n\\ \u00e9"', 'say "hi"\n\\ é'),
        ('"$${not} %%{evaluated}"', "${not} %{evaluated}"),
        ("<<EOT\none\n  two\nEOT", "one\n  two\n"),
        ("<<-EOT\n    one\n      two\n    EOT", "one\n  two\n"),
        ("(3)", 3),
        (r'"\U0001F600"', "😀"),
        ("<<EOT\n$${x} %%{y}\nEOT", "${x} %{y}\n"),
    ],
)
def test_reads_literals(tmp_path: Path, text: str, value: object) -> None:
    document = read(tmp_path, f"key = {text}\n")
    assert document.problems == []
    assert document.values == {"key": value}


def test_a_block_is_an_object_one_level_deeper_for_each_label(tmp_path: Path) -> None:
    document = read(tmp_path, 'service "web" {\n  port = 80\n}\nservice "api" {}\nnetwork {}\n')
    assert document.values == {"service": {"web": {"port": 80}, "api": {}}, "network": {}}


def test_remembers_the_line_of_everything(tmp_path: Path) -> None:
    text = 'a = 1\nservice "web" {\n  zones = [\n    "x",\n    "y",\n  ]\n  tasks = {\n    min = 1\n  }\n}\n'
    lines = {path: location.line for path, location in read(tmp_path, text).locations.items()}
    assert lines == {
        ("a",): 1,
        ("service",): 2,
        ("service", "web"): 2,
        ("service", "web", "zones"): 3,
        ("service", "web", "zones", 0): 4,
        ("service", "web", "zones", 1): 5,
        ("service", "web", "tasks"): 7,
        ("service", "web", "tasks", "min"): 8,
    }


@pytest.mark.parametrize(
    "expression",
    ["var.x", '"a${var.x}"', "upper(1)", "1 + 2", "[for x in [1] : x]", '{ (var.x) = "y" }', "<<EOT\n${var.x}\nEOT"],
)
def test_refuses_what_would_have_to_be_evaluated(tmp_path: Path, expression: str) -> None:
    assert problems(tmp_path, f"ok = 1\nkey = {expression}\n") == [
        "environments/dev/environment.hcl:2: key: must be a literal value; "
        "variables, functions and ${…} are not evaluated here"
    ]


def test_says_what_is_given_twice_and_keeps_the_first(tmp_path: Path) -> None:
    document = read(tmp_path, 'a = 1\na = 2\nservice "web" {}\nservice "web" {}\nb = { c = 1, c = 2 }\n')
    assert [str(problem) for problem in document.problems] == [
        "environments/dev/environment.hcl:2: a: is given twice, first on line 1; keep one",
        "environments/dev/environment.hcl:4: service.web: is given twice, first on line 3; keep one",
        "environments/dev/environment.hcl:5: b.c: is given twice, first on line 5; keep one",
    ]
    assert document.values["a"] == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (r'key = "\q"', r':1: key: "\q" is not an escape that HCL knows'),
        (r'key = "\ud800"', r':1: key: "\ud800" is not an escape that HCL knows'),
        ("key = " + "9" * 19, ":1: key: has more than 18 digits"),
        ('\nservice "${x}" {}', ":2: service: must be a literal value; variables, functions and ${…} are not evaluated here"),
        ("key = {\n  a = 1\n  b = var.x\n}", ":3: key.b: must be a literal value; variables, functions and ${…} are not evaluated here"),
        ("key = [\n  1,\n  var.x,\n]", ":3: key: must be a literal value; variables, functions and ${…} are not evaluated here"),
        ("key = 'x'", """:1: not valid HCL: text stands in straight double quotes, like "this", not in '"""),
        ("key = “x”", """:1: not valid HCL: text stands in straight double quotes, like "this", not in “"""),
        ("key = " + "[" * 3000 + "]" * 3000, ":1: nested too deeply to be read"),
    ],
)  # fmt: skip
def test_says_what_cannot_be_taken(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, text + "\n") == [f"environments/dev/environment.hcl{problem}"]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "environment.hcl"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert hcl_reader.read(file, Path("environment.hcl")).values == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line", "seen"),
    [
        ("a = [\n", 2, "the end of the file"),
        ("a = 1\nb }\n", 2, "'}'"),
        ("network {\n  a = 1\n", 3, "the end of the file"),
    ],
)
def test_says_where_the_syntax_breaks(tmp_path: Path, text: str, line: int, seen: str) -> None:
    assert problems(tmp_path, text) == [
        f"environments/dev/environment.hcl:{line}: not valid HCL: {seen} is not expected here; "
        "look for an unclosed brace, bracket or quote just before it"
    ]


def test_a_file_that_is_not_text_is_a_problem_not_a_traceback(tmp_path: Path) -> None:
    file = tmp_path / "environment.hcl"
    file.write_bytes(b"\xff\xfe\x00")
    document = hcl_reader.read(file, Path("environment.hcl"))
    assert [str(problem) for problem in document.problems] == ["environment.hcl:1: not UTF-8; save the file as UTF-8"]


def test_a_file_that_cannot_be_read_is_a_problem_not_a_traceback(tmp_path: Path) -> None:
    document = hcl_reader.read(tmp_path, Path("environment.hcl"))
    assert [str(problem) for problem in document.problems] == ["environment.hcl:1: cannot be read: Is a directory"]
