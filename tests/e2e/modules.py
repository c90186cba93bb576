"""Modules of ``assets/ts`` in a browser, for tests that call what they export."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@cache
def bundled(names: tuple[str, ...]) -> str:
    """A script that gives the exports of some modules: ``{"numbers": {...}}`` for ``("shared/numbers",)``."""
    text = "".join(f'export * as {Path(name).name} from "./{name}.ts";\n' for name in names)
    command = [ROOT / ".venv/bin/node", ROOT / "node_modules/esbuild/bin/esbuild"]
    options = ["--bundle", "--format=iife", "--global-name=modules", "--loader=ts"]
    made = subprocess.run(
        [*command, *options], input=text, cwd=ROOT / "assets/ts", capture_output=True, text=True, check=True
    )
    return f"(() => {{ {made.stdout}; return modules; }})()"


def use(page: Any, *names: str) -> None:
    """Put modules into a page beside those that it has, as ``modules.numbers`` for "shared/numbers"."""
    page.evaluate(f"() => {{ window.modules = {bundled(names)}; }}")


def set_text(control: Any, text: str) -> None:
    """Set a control's value with the events of typing or choosing."""
    use(control.page, "shared/fields")
    control.evaluate("(control, text) => modules.fields.setText(control, text)", text)


def clear(field: Any) -> None:
    """Make a field of the form blank, as a record does that has no value there."""
    use(field.page, "shared/fields")
    field.evaluate("""(field) => {
        modules.fields.setValue(field, "");
        field.dispatchEvent(new Event("change", { bubbles: true }));
    }""")
