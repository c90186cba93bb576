"""Docstrings: first lines say what the thing is, and names in them exist (types, errors, references, decisions)."""

import ast
import builtins
import inspect
import re
from functools import cache

from tests.architecture import ROOT
from tests.unit.test_architecture import PRODUCT

SECTION = re.compile(
    r"^(Parameters|Attributes|Returns|Yields|Raises)\n-+\n((?:.*\n?)*?)(?=^\w.*\n-+$|\Z)", re.MULTILINE
)
RAISES = re.compile(r"\bRaises ([A-Z][^.]*)")
RAISED = re.compile(r"(?:^|; |, | or )([A-Z]\w+)")
CROSS = re.compile(r":(?:class|func|meth|attr|data|exc):`~?([\w.]+)`")
QUOTED = re.compile(r'"[^"]*"|\{[^}]*\}|``[^`]*``')
TYPE = re.compile(r"(?<![\w.])[A-Z]\w+")
DECISION = re.compile(r"docs/decisions/\d{4}(?!-[\w-]+\.md)")
THEIRS = {"DataFrame", "Series", "WSGI"}  # of pandas, whose modules are imported whole; a word
RIDDLE = re.compile(
    r"(What|Where|Who|Whom|Which|Whose|How|When|Why|Whether|Of|As|Its|The same|That|Those|These)\b(?!-)"
)  # "What-if" is a term
MODULES = [*ROOT.glob("*.py"), *(file for room in PRODUCT for file in sorted((ROOT / room).rglob("*.py")))]


@cache
def parsed(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def names_of(tree):
    """Every name that a module defines or imports."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (each.asname or each.name for each in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def named_by(docstring):
    """Types of the sections, as numpydoc writes them, errors of sentences, and targets of cross-references."""
    for kind, body in SECTION.findall(docstring):
        for line in body.splitlines():
            head, colon, said = line.partition(" : ")
            if line and not line.startswith(" ") and (colon or kind in ("Returns", "Yields", "Raises")):
                yield from TYPE.findall(QUOTED.sub("", said if colon else head))
    for said in RAISES.findall(docstring):
        yield from RAISED.findall(" ".join(said.split()))
    yield from (each.rsplit(".", 1)[-1] for each in CROSS.findall(docstring))


def docstrings(tree):
    """Docstrings of a module, without their indentation."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = (ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds))
    return [inspect.cleandoc(each) for each in found if each]


def described_fields(tree):
    """Classes with a field that their Attributes or Parameters describe, which stands below the field itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            fields = {each.target.id for each in node.body if isinstance(each, ast.AnnAssign)}
            body = "".join(body for kind, body in SECTION.findall(ast.get_docstring(node) or "") if kind != "Raises")
            heads = (line.partition(" : ")[0] for line in body.splitlines() if line and not line.startswith(" "))
            if fields & {name for head in heads for name in head.split(", ")}:
                yield node.name


def texts_below_fields(tree):
    return [
        ast.literal_eval(after.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for each, after in zip(node.body, node.body[1:], strict=False)
        if isinstance(each, ast.AnnAssign) and isinstance(after, ast.Expr)
    ]


def test_names_in_docstrings_exist():
    trees = {file: parsed(file) for file in MODULES}
    known = {name for tree in trees.values() for name in names_of(tree)} | set(dir(builtins)) | THEIRS
    missing = {
        (file.relative_to(ROOT).as_posix(), name)
        for file, tree in trees.items()
        for said in (*docstrings(tree), *texts_below_fields(tree))
        for name in named_by(said)
        if name not in known
    }
    assert missing == set()


def test_a_field_is_described_below_itself():
    found = {(file.name, name) for file in MODULES for name in described_fields(parsed(file))}
    assert found == set()


def test_a_decision_record_is_named_in_full():
    short = {file.relative_to(ROOT).as_posix(): DECISION.findall(file.read_text(encoding="utf-8")) for file in MODULES}
    assert {file: found for file, found in short.items() if found} == {}


def test_first_lines_say_what_the_thing_is():
    found = {
        (file.relative_to(ROOT).as_posix(), said.splitlines()[0])
        for file in MODULES
        for said in docstrings(parsed(file))
        if RIDDLE.match(said)
    }
    assert found == set()


def test_riddles_and_stale_names_are_found():
    assert RIDDLE.match("Of the outcomes.")
    assert not RIDDLE.match("What-if sweep of one feature.")
    assert not RIDDLE.match("Offers of the card.")
    said = "Parameters\n----------\na, b : tuple of Gone, length 2\n    :class:`ml.Lost`.\n\nRaises\n------\nNever\n"
    assert list(named_by(said)) == ["Gone", "Never", "Lost"]
    assert list(named_by("A row. Raises Gone or Lost where\nit is no TOML; Never.")) == ["Gone", "Lost", "Never"]
    assert DECISION.findall("see docs/decisions/0041.") == ["docs/decisions/0041"]
    assert DECISION.findall("see docs/decisions/0041-tests.md.") == []
