"""How long it takes to find one of 100,000 records, in both databases, and to load them.

PostgreSQL is asked where it answers at 127.0.0.1:5432. Run: python tests/bench/records.py [records]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from ml.bundle.record_book import BookRecord, StoredBook, as_row
from store.db import open_store
from tests.bench.length import SHORT, either
from tests.bench.serving import table

POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
LIMIT = 50  # ms
ASKED = 15
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def people(count: int) -> Iterator[BookRecord]:
    """Records with an id, eleven values, and eight texts of two words."""
    rng = random.Random(1)
    words = ["".join(rng.choices(LETTERS, k=rng.randint(4, 9))).capitalize() for _ in range(2_000)]
    for at in range(count):
        texts = tuple(" ".join(rng.sample(words, 2)) for _ in range(8))
        yield BookRecord(
            f"LP{at:06d}", {f"feature {number}": "12.5" for number in range(11)}, texts[2:], also=texts[:2]
        )


def took(act: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - started)


def rows_of(name: str, url: str, count: int) -> Iterator[tuple[str, str, float, float]]:
    """Database, what was asked, median and slowest of several, in ms."""
    book_store = open_store(url).book
    yield (
        name,
        f"load {count:,} records",
        (once := took(lambda: book_store.fill("bench", map(as_row, people(count))))),
        once,
    )
    book = StoredBook(book_store, "bench", count)
    some = book.get(f"LP{count // 2:06d}")
    assert some is not None
    rare = " ".join(each[:5] for each in some.also)
    acts: dict[str, Callable[[], object]] = {
        "this very id": lambda: book.find(f"lp{count - 1:06d}"),
        "ids that begin so": lambda: book.find("lp0"),
        "two parts of words": lambda: book.find(rare),
        "a common part": lambda: book.find("a"),
        "a text that nobody has": lambda: book.find("zzzzqq"),
        "one by id": lambda: book.get(f"LP{count - 1:06d}"),
        "one by chance": book.random,
    }
    for words, act in acts.items():
        times = sorted(took(act) for _ in range(ASKED))
        yield name, words, times[ASKED // 2], times[-1]


@contextmanager
def schema() -> Iterator[str]:
    """An empty place in PostgreSQL."""
    admin, name = create_engine(POSTGRES, isolation_level="AUTOCOMMIT"), f"likely_{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


def main() -> int:
    """Print the table; 1 where a search takes longer than the limit, on which a rough figure says nothing."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else either(100_000, 5_000)
    with tempfile.TemporaryDirectory() as folder:
        rows = list(rows_of("SQLite", f"sqlite:///{folder}/likely.db", count))
    try:
        with schema() as url:
            rows += rows_of("PostgreSQL", url, count)
    except OperationalError:
        print("PostgreSQL does not answer; SQLite alone")
    head = ["database", "asked", "median ms", "slowest ms"]
    cells = [[name, words, f"{middle:,.1f}", f"{worst:,.1f}"] for name, words, middle, worst in rows]
    table(f"Finding one of {count:,} records", head, cells)
    return int(not SHORT and any(middle > LIMIT for _, words, middle, _ in rows if not words.startswith("load")))


if __name__ == "__main__":
    sys.exit(main())
