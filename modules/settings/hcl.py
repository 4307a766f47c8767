"""Reads HCL whose every value is a literal, and remembers the line of each."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import hcl2
from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from modules.settings.problems import Location, Path_, Problem

Value = str | int | float | bool | None | tuple["Value", ...] | dict[str, "Value"]
Node = Tree[Token]

_HEREDOC = re.compile(r"\A<<-?(?P<mark>\S+)\n(?P<text>.*?)\n?[ \t]*(?P=mark)\s*\Z", re.DOTALL)


@dataclass
class Document:
    """What one file says.

    Blocks are dictionaries, one level deeper per label: ``service "web" {…}`` is
    ``values["service"]["web"]``. Lists are tuples.
    """

    file: Path
    values: dict[str, Value] = field(default_factory=dict)
    locations: dict[Path_, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(file: Path, shown_as: Path) -> Document:
    """Reads ``file``; messages call it ``shown_as``.

    Mistakes (syntax, expressions that are not literals, settings given twice) are in
    ``problems`` of the result; nothing is raised for what the file says.
    """
    document = Document(shown_as)
    try:
        tree = hcl2.parses_to_tree(file.read_text(encoding="utf-8"))
    except UnexpectedInput as error:
        line = max(error.line, 1)
        document.problems.append(Problem(Location(shown_as, line), (), _syntax(error)))
        return document
    except OSError as error:
        document.problems.append(Problem(Location(shown_as, 1), (), f"cannot be read: {error.strerror}"))
        return document
    except UnicodeDecodeError:
        document.problems.append(Problem(Location(shown_as, 1), (), "not UTF-8; save the file as UTF-8"))
        return document
    document.values = _Reader(document).body(next(_trees(tree)), ())
    return document


def _syntax(error: UnexpectedInput) -> str:
    token = getattr(error, "token", None)
    seen = (
        "the end of the file" if token is None or token.type == "$END" else repr(str(token).strip() or "a line break")
    )
    return f"not valid HCL: {seen} is not expected here; look for an unclosed brace, bracket or quote just before it"


class _NotLiteralError(Exception):
    pass


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document

    def body(self, body: Node, path: Path_) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for statement in _trees(body):
            if statement.data == "attribute":
                self._attribute(statement, path, values)
            elif statement.data == "block":
                self._block(statement, path, values)
        return values

    def _attribute(self, attribute: Node, path: Path_, values: dict[str, Value]) -> None:
        name, value = attribute.children[0], attribute.children[-1]
        key = _identifier(name)
        if self._first(key, path, values, _line(attribute)):
            self._assign(key, value, path, values)

    def _block(self, block: Node, path: Path_, values: dict[str, Value]) -> None:
        *header, body = _trees(block)
        names = [_identifier(part) if part.data == "identifier" else self._text(part) for part in header]
        for name in names[:-1]:
            path = (*path, name)
            self.document.locations.setdefault(path, Location(self.document.file, _line(block)))
            inner = values.setdefault(name, {})
            if not isinstance(inner, dict):
                self._problem(path, _line(block), "is given both as a value and as a block; keep one")
                return
            values = inner
        if self._first(names[-1], path, values, _line(block)):
            values[names[-1]] = self.body(body, (*path, names[-1]))

    def _assign(self, key: str, node: object, path: Path_, values: dict[str, Value]) -> None:
        try:
            values[key] = self._value(node, (*path, key))
        except _NotLiteralError:
            self._problem(
                (*path, key),
                self.document.locations[(*path, key)].line,
                "must be a literal value; variables, functions and ${…} are not evaluated here",
            )

    def _first(self, key: str, path: Path_, values: dict[str, Value], line: int) -> bool:
        here = (*path, key)
        if key in values:
            before = self.document.locations[here].line
            self._problem(here, line, f"is given twice, first on line {before}; keep one")
            return False
        self.document.locations[here] = Location(self.document.file, line)
        return True

    def _problem(self, path: Path_, line: int, message: str) -> None:
        self.document.problems.append(Problem(Location(self.document.file, line), path, message))

    def _value(self, node: object, path: Path_) -> Value:
        if not isinstance(node, Tree):
            raise _NotLiteralError
        inner = list(_trees(node))
        match node.data:
            case "expr_term" if len(inner) == 1:
                return self._value(inner[0], path)
            case "unary_op" if str(node.children[0]) == "-":
                number = self._value(inner[-1], path)
                if isinstance(number, int | float) and not isinstance(number, bool):
                    return -number
            case "string":
                return self._text(node)
            case "heredoc_template" | "heredoc_template_trim":
                return _heredoc(node)
            case "int_lit":
                return int(str(node.children[0]))
            case "float_lit":
                return float(str(node.children[0]))
            case "literal_value":
                return {"true": True, "false": False, "null": None}[str(node.children[0])]
            case "tuple":
                return tuple(self._elements(node, path))
            case "object":
                return self._object(node, path)
        raise _NotLiteralError

    def _elements(self, node: Node, path: Path_) -> Iterator[Value]:
        elements = (child for child in _trees(node) if child.data != "new_line_or_comment")
        for index, child in enumerate(elements):
            self.document.locations[(*path, index)] = Location(self.document.file, _line(child))
            yield self._value(child, (*path, index))

    def _object(self, node: Node, path: Path_) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for element in _trees(node):
            if element.data != "object_elem":
                continue
            name = self._key(element.children[0])
            if self._first(name, path, values, _line(element)):
                self._assign(name, element.children[-1], path, values)
        return values

    def _key(self, node: object) -> str:
        while isinstance(node, Tree) and node.data in ("object_elem_key", "expr_term") and len(node.children) == 1:
            node = node.children[0]
        if isinstance(node, Tree) and node.data == "identifier":
            return _identifier(node)
        if isinstance(node, Tree) and node.data == "string":
            return self._text(node)
        raise _NotLiteralError

    def _text(self, string: Node) -> str:
        parts = []
        for part in _trees(string):
            token = part.children[0]
            if not isinstance(token, Token):
                raise _NotLiteralError
            parts.append(_unescape(str(token)))
        return "".join(parts)


def _trees(node: Node) -> Iterator[Node]:
    return (child for child in node.children if isinstance(child, Tree))


def _line(node: Node) -> int:
    return next(token.line or 1 for token in node.scan_values(lambda value: isinstance(value, Token)))


def _identifier(node: object) -> str:
    assert isinstance(node, Tree)
    return str(node.children[0])


def _unescape(raw: str) -> str:
    text: str = json.loads(f'"{raw}"', strict=False)
    return text.replace("$${", "${").replace("%%{", "%{")


def _heredoc(node: Node) -> str:
    found = _HEREDOC.match(str(node.children[0]))
    if found is None or re.search(r"(?<!\$)\$\{|(?<!%)%\{", found["text"]):
        raise _NotLiteralError
    text = found["text"]
    return (textwrap.dedent(text) if node.data == "heredoc_template_trim" else text) + "\n"
