"""Read HCL in which every value is a literal, with the line of each value."""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import hcl2
from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from tealform.settings.errors import Location, Problem, SettingPath

Value = str | int | float | bool | None | tuple["Value", ...] | dict[str, "Value"]
Node = Tree[Token]

# No setting accepts more, and Python refuses to read them.
_DIGITS = 18

_UNEXPECTED = "is not expected here; look for an unclosed brace, bracket or quote just before it"
_EVALUATED = "must be a literal value; variables, functions and ${…} are not evaluated here"
_WRONG_QUOTES = ("'", "‘", "’", "“", "”", "`")

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|([$%])\2\{", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEREDOC = re.compile(r"\A<<-?(?P<mark>\S+)\n(?P<text>.*?)\n?[ \t]*(?P=mark)\s*\Z", re.DOTALL)


@dataclass
class Document:
    """The content of one file.

    Blocks are dictionaries, one level deeper per label: ``service "web" {…}`` is
    ``values["service"]["web"]``. Lists are tuples.
    """

    file: Path
    values: dict[str, Value] = field(default_factory=dict)
    locations: dict[SettingPath, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: SettingPath, line: int, message: str) -> None:
        """Add a problem on a line."""
        self.problems.append(Problem(Location(self.file, line), path, message))


def read(file: Path, shown_as: Path) -> Document:
    """Read ``file``; messages call it ``shown_as``.

    Mistakes (syntax, expressions that are not literals, settings given twice) are in ``problems`` of the result; nothing is
    raised for the content of the file.
    """
    document = Document(shown_as)
    try:
        tree = _tree(file.read_text(encoding="utf-8-sig"))
        document.values = _Reader(document).read_body(next(_trees(tree)), ())
    except UnexpectedInput as error:
        document.report((), max(error.line, 1), _describe_syntax(error))
    except OSError as error:
        document.report((), 1, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        document.report((), 1, "not UTF-8; save the file as UTF-8")
    except RecursionError:
        document.report((), 1, "nested too deeply to be read")
    return document


@functools.lru_cache(maxsize=64)
def _tree(text: str) -> Node:
    """Return the syntax tree of ``text``. It is cached, because environments share files: do not change it."""
    tree: Node = hcl2.parses_to_tree(text)
    return tree


def _describe_syntax(error: UnexpectedInput) -> str:
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        return f"not valid HCL: the end of the file {_UNEXPECTED}"
    text = str(token or getattr(error, "char", "")).strip().split("\n")[0]
    if text[:1] in _WRONG_QUOTES:
        return f'not valid HCL: text stands in straight double quotes, like "this", not in {text[0]}'
    return f"not valid HCL: {repr(text) if text else 'a line break'} {_UNEXPECTED}"


class _NotLiteralError(Exception):
    """A value on ``line`` that is not a literal, or not an accepted one."""

    def __init__(self, line: int, message: str = _EVALUATED) -> None:
        super().__init__(message)
        self.line = line


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document

    def read_body(self, body: Node, path: SettingPath) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for statement in _trees(body):
            if statement.data == "attribute":
                self._read_attribute(statement, path, values)
            elif statement.data == "block":
                self._read_block(statement, path, values)
        return values

    def _read_attribute(self, attribute: Node, path: SettingPath, values: dict[str, Value]) -> None:
        name, value = attribute.children[0], attribute.children[-1]
        key = _identifier(name)
        if self._register(key, path, values, _line(attribute)):
            self._assign(key, value, path, values)

    def _read_block(self, block: Node, path: SettingPath, values: dict[str, Value]) -> None:
        *header, body = _trees(block)
        try:
            names = [_identifier(part) if part.data == "identifier" else self._read_text(part) for part in header]
        except _NotLiteralError as error:
            self.document.report((*path, _identifier(header[0])), error.line, str(error))
            return
        for name in names[:-1]:
            path = (*path, name)
            self.document.locations.setdefault(path, Location(self.document.file, _line(block)))
            inner = values.setdefault(name, {})
            if not isinstance(inner, dict):
                self.document.report(path, _line(block), "is given both as a value and as a block; keep one")
                return
            values = inner
        if self._register(names[-1], path, values, _line(block)):
            values[names[-1]] = self.read_body(body, (*path, names[-1]))

    def _assign(self, key: str, node: object, path: SettingPath, values: dict[str, Value]) -> None:
        try:
            values[key] = self._read_value(node, (*path, key))
        except _NotLiteralError as error:
            self.document.report((*path, key), error.line, str(error))

    def _register(self, key: str, path: SettingPath, values: dict[str, Value], line: int) -> bool:
        here = (*path, key)
        if key in values:
            before = self.document.locations[here].line
            self.document.report(here, line, f"is given twice, first on line {before}; keep one")
            return False
        self.document.locations[here] = Location(self.document.file, line)
        return True

    def _read_value(self, node: object, path: SettingPath) -> Value:
        assert isinstance(node, Tree)
        inner = list(_trees(node))
        match node.data:
            case "expr_term" if len(inner) == 1:
                return self._read_value(inner[0], path)
            case "unary_op" if str(node.children[0]) == "-":
                number = self._read_value(inner[-1], path)
                if isinstance(number, int | float) and not isinstance(number, bool):
                    return -number
            case "string":
                return self._read_text(node)
            case "heredoc_template" | "heredoc_template_trim":
                return _read_heredoc(node)
            case "int_lit" if len(str(node.children[0])) <= _DIGITS:
                return int(str(node.children[0]))
            case "int_lit":
                raise _NotLiteralError(_line(node), f"has more than {_DIGITS} digits")
            case "float_lit":
                return float(str(node.children[0]))
            case "literal_value":
                return {"true": True, "false": False, "null": None}[str(node.children[0])]
            case "tuple":
                return tuple(self._read_elements(node, path))
            case "object":
                return self._read_object(node, path)
        raise _NotLiteralError(_line(node))

    def _read_elements(self, node: Node, path: SettingPath) -> Iterator[Value]:
        elements = (child for child in _trees(node) if child.data != "new_line_or_comment")
        for index, child in enumerate(elements):
            self.document.locations[(*path, index)] = Location(self.document.file, _line(child))
            yield self._read_value(child, (*path, index))

    def _read_object(self, node: Node, path: SettingPath) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for element in _trees(node):
            if element.data != "object_elem":
                continue
            name = self._read_key(element)
            if self._register(name, path, values, _line(element)):
                self._assign(name, element.children[-1], path, values)
        return values

    def _read_key(self, element: Node) -> str:
        node = element.children[0]
        while isinstance(node, Tree) and node.data in ("object_elem_key", "expr_term") and len(node.children) == 1:
            node = node.children[0]
        if isinstance(node, Tree) and node.data == "identifier":
            return _identifier(node)
        if isinstance(node, Tree) and node.data == "string":
            return self._read_text(node)
        raise _NotLiteralError(_line(element))

    def _read_text(self, string: Node) -> str:
        parts = []
        for part in _trees(string):
            token = part.children[0]
            if not isinstance(token, Token):
                raise _NotLiteralError(_line(string))
            try:
                parts.append(_ESCAPE.sub(_unescape, str(token)))
            except ValueError as error:
                raise _NotLiteralError(_line(string), str(error)) from error
        return "".join(parts)


def _trees(node: Node) -> Iterator[Node]:
    return (child for child in node.children if isinstance(child, Tree))


def _line(node: Node) -> int:
    return next(token.line or 1 for token in node.scan_values(lambda value: isinstance(value, Token)))


def _identifier(node: object) -> str:
    assert isinstance(node, Tree)
    return str(node.children[0])


def _unescape(found: re.Match[str]) -> str:
    """Return the text of an escape; ``$${`` and ``%%{`` are text, not the beginning of an expression."""
    escape, sign = found.groups()
    if sign:
        return f"{sign}{{"
    if escape in _PLAIN:
        return _PLAIN[escape]
    code = int(escape[1:], 16) if len(escape) > 1 else -1
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ValueError(f'"\\{escape}" is not an escape that HCL knows')
    return chr(code)


def _read_heredoc(node: Node) -> str:
    found = _HEREDOC.match(str(node.children[0]))
    if found is None or re.search(r"(?<!\$)\$\{|(?<!%)%\{", found["text"]):
        raise _NotLiteralError(_line(node))
    text = textwrap.dedent(found["text"]) if node.data == "heredoc_template_trim" else found["text"]
    return text.replace("$${", "${").replace("%%{", "%{") + "\n"
