"""Other people at work on the same server: each edits a record once in a while, score and reasons."""

from __future__ import annotations

import random
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

from ml.data.columns import rows_of
from ml.data.feature import text_of
from ml.service import open_service
from tests.bench import ten
from tests.bench.edits import Editor, reasons_of, score_of, usual_edit

Record = dict[str, str]
EDITS = 100  # of each person; then they begin anew


@contextmanager
def crowd(port: int, models: Path, people: int, every: float, *, usual: bool = False) -> Iterator[None]:
    """So many people, each with an edit every so many seconds, until the block ends or an answer is no 200.

    Parameters
    ----------
    port : int
        Of the server, on 127.0.0.1.
    models : Path
        Folder with the model of :mod:`tests.bench.ten`.
    people : int
    every : float
        Seconds from one edit of a person to the next; later where the answer took longer.
    usual : bool
        True for the usual Dash page.
    """
    context = get_context("spawn")
    begun, over = context.Event(), context.Event()
    process = context.Process(target=_edit, args=(port, models, people, every, usual, begun, over), daemon=True)
    process.start()
    try:
        if not begun.wait(60):
            raise SystemExit("The crowd did not begin within 60 s.")
        yield
        if not process.is_alive():
            raise SystemExit("The crowd ended early.")
    finally:
        over.set()
        process.join(10)
        process.kill()


def _edit(port: int, models: Path, people: int, every: float, usual: bool, begun: Event, over: Event) -> None:
    bundle = open_service(models).model(ten.NAME)
    block = bundle.holdout.block
    rows = [dict(zip(bundle.schema.names, map(text_of, row), strict=True)) for row in rows_of(bundle.schema, block)]

    def ours(record: Record) -> list[bytes]:
        return [score_of(bundle, record), reasons_of(bundle.key, record)]

    requests: Callable[[Record], list[bytes]] = usual_edit if usual else ours
    drawn = random.Random(0)
    editors = [Editor(port, [requests(each) for each in ten.edits(rows, EDITS, one)]) for one in range(people)]
    due = {editor: time.perf_counter() + drawn.uniform(0, every) for editor in editors}
    begun.set()
    with selectors.DefaultSelector() as selector:
        for editor in editors:
            selector.register(editor.socket, selectors.EVENT_READ, editor)
        while not over.is_set():
            for key, _ in selector.select(timeout=0.01):
                if key.data.answered():
                    due[key.data] = max(time.perf_counter(), key.data.sent_at + every)
            now = time.perf_counter()
            for editor in [each for each, at in due.items() if at <= now]:
                del due[editor]
                editor.send()
