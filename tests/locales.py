"""How each locale of the Unicode CLDR writes numbers, through Babel.

``python -m tests.locales`` writes ml/locales.json anew: a locale stands there where it differs from
the locale above it ("es-MX" from "es"), a language where it differs from the house.
"""

import json
import re
from pathlib import Path

from babel import Locale, localedata

from ml.locale import DEFAULT_FORMAT, NumberFormat

TABLE = Path(__file__).parents[1] / "ml" / "locales.json"


def marks_of(name: str) -> NumberFormat | None:
    """The marks of a locale as Babel knows them; None where they are not one character each."""
    locale = Locale.parse(name, sep="-")
    symbols = locale.number_symbols.get("latn", {})
    pattern = str(locale.percent_formats[None].pattern).partition(";")[0]
    percent = re.sub(r"[#0][#0,.]*", "{}", pattern)
    decimal, group = symbols.get("decimal", "."), symbols.get("group", ",")
    if len(decimal) != 1 or len(group) != 1 or decimal == group or percent.strip("{}% \u00a0\u202f"):
        return None
    return NumberFormat(decimal, group, DEFAULT_FORMAT.percent if percent == "{}%" else percent)


def every() -> dict[str, NumberFormat]:
    """All locales, by their tag."""
    tags = (name.replace("_", "-") for name in sorted(localedata.locale_identifiers()))
    return {tag: marks for tag in tags if (marks := marks_of(tag)) is not None}


def table() -> dict[str, list[str]]:
    """What has to be written down."""
    made: dict[str, list[str]] = {}
    for tag, marks in sorted(every().items(), key=lambda item: item[0].count("-")):
        above = tag.rpartition("-")[0]
        while above and above not in made:
            above = above.rpartition("-")[0]
        own = [marks.decimal, marks.group, marks.percent]
        if own != made.get(above, [DEFAULT_FORMAT.decimal, DEFAULT_FORMAT.group, DEFAULT_FORMAT.percent]):
            made[tag] = own
    return made


if __name__ == "__main__":
    TABLE.write_text(json.dumps(table(), ensure_ascii=True, sort_keys=True, indent=0) + "\n", encoding="utf-8")
