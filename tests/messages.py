"""The catalog of all messages, ml/translation/messages.pot, read out of the code by Babel.

``python -m tests.messages`` (``make messages``) writes it anew; a test says when that is due. It has no dates and no
line numbers, so that it changes only when a sentence does.
"""

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

ROOT = Path(__file__).parents[1]
CATALOG = ROOT / "ml" / "translation" / "messages.pot"
ROOMS = ("auth", "callbacks", "feedback", "jobs", "layouts", "ml", "prerender", "store", "web")
KEYWORDS = {
    "text": (1,), "mark": (1,), "template": (1,), "text_parts": (1,),
    "plural": (1, 2), "plural_template": (1, 2),
}  # fmt: skip
UNFILLED = ("mark", "template", "plural_template")  # their slots are filled elsewhere
HEADER = "# Sentences that people read, written by `make messages`: change them where they stand in the code.\n"


def files() -> list[Path]:
    """Files of the product that have messages: those that import the functions of ``ml.translation``."""
    found = (file for room in ROOMS for file in (ROOT / room).rglob("*.py") if file.parent.name != "translation")
    return sorted(file for file in found if "from ml.translation import" in file.read_text(encoding="utf-8"))


def catalog() -> str:
    """All messages, by file, as a template catalog of gettext."""
    made = Catalog(charset="utf-8")
    for file in [*files(), *sorted((ROOT / "layouts").rglob("*.html"))]:
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        with file.open("rb") as source:
            for _, message, _, _ in extract(method, source, keywords=KEYWORDS):
                made.add(message, locations=[(file.relative_to(ROOT).as_posix(), 0)])
    written = io.BytesIO()
    write_po(written, made, omit_header=True, include_lineno=False, sort_by_file=True, width=110)
    return HEADER + 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + written.getvalue().decode()


def faults() -> Iterator[str]:
    """Messages that are no literals, and slots that the template and its call do not have in common."""
    for file in files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "ml.translation"
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id if node.func.id in imported & {*KEYWORDS} else ""
                yield from (f"{file.relative_to(ROOT)}:{node.lineno}: {fault}" for fault in _faults_of(name, node))


def _faults_of(name: str, call: ast.Call) -> Iterator[str]:
    templates = call.args[: len(KEYWORDS[name])] if name else []
    literal = [each.value for each in templates if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if len(literal) < len(templates):
        if name in ("mark", "plural", "plural_template") or any(
            isinstance(each, (ast.JoinedStr, ast.BinOp)) for each in templates
        ):
            yield "the template must be a literal"
        return
    if not name or name in UNFILLED or any(keyword.arg is None for keyword in call.keywords):
        return
    given = {keyword.arg for keyword in call.keywords if keyword.arg}
    wanted = {field for each in literal for _, field, _, _ in Formatter().parse(each) if field is not None}
    given |= {"n"} & wanted if name == "plural" else set()  # which the number itself fills
    if given != wanted:
        yield f"slots {sorted(wanted)}, given {sorted(given)}"


if __name__ == "__main__":
    CATALOG.write_text(catalog(), encoding="utf-8")
