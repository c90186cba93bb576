"""Words with which training code fills gaps of choices: tried where an estimator does not tell the levels it knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ml.data.value_words import quote
from ml.training.columns import variants as to
from ml.training.columns.column_kinds import kind_of
from ml.training.columns.known_levels import KnownLevels
from ml.training.columns.readings import UNUSUAL_GAPS
from ml.training.columns.training_table import TrainingTable, is_text
from ml.training.columns.variants import FILL, GAPS, Reading

FILL_WORDS = (
    *("missing", "Missing", "MISSING", "unknown", "Unknown", "UNKNOWN", "none", "None", "nan", "NaN", "NA", "N/A"),
    *("other", "Other", "", "0", "-1", "-999"),
)


@dataclass(frozen=True)
class GapsToFill:
    """Gaps of some columns that training code may have filled with a word."""

    names: tuple[str, ...]
    """Columns of choices, the levels of which the estimator does not tell."""
    mark: str = ""
    """What the cells hold, such as "?"; "" for empty ones."""

    @property
    def rival(self) -> str:
        """Rival of the readings of these gaps."""
        return f"fill {self.mark}" if self.mark else "fill"

    def filled(self, word: str) -> Reading:
        """The reading with a word in the place of these gaps."""
        marks, fill = frozenset({self.mark} - {""}), to.to_filled(word)
        change = to.in_turn(to.to_gaps(marks), fill) if marks else fill
        return Reading(
            f"{quote(self.mark) if self.mark else 'gaps'} of {', '.join(self.names)} as {quote(word)}",
            GAPS if marks else FILL,
            dict.fromkeys(self.names, change),
            gaps=dict.fromkeys(self.names, marks) if marks else {},
            fills=dict.fromkeys(self.names, word),
            rival=self.rival,
        )


def gaps_to_fill(table: TrainingTable, columns: Sequence[str], known: KnownLevels) -> Iterator[GapsToFill]:
    """Gaps that a file suggests, by mark, then empty cells; none for a frame in memory, which has its types already."""
    if table.path is None:
        return
    cells = {
        name: set(table.frame[name].dropna().str.strip())
        for name in columns
        if is_text(table.frame[name])
        and not known.encodes([name])
        and kind_of(table.frame[name].dropna()) == "category"
    }
    for mark in sorted(UNUSUAL_GAPS):
        held = tuple(name for name in cells if mark in cells[name])
        if held:
            yield GapsToFill(held, mark)
    empty = tuple(name for name in cells if table.frame[name].isna().any())
    if empty:
        yield GapsToFill(empty)
