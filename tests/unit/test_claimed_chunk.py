"""A claimed chunk: files are there for what the store knows of, and for nothing else."""

import pytest

from jobs.files import paths
from jobs.work.claimed_chunk import ClaimedChunk, LeaseLost, Stopped
from store.db import open_store
from store.files import Files
from tests.unit.test_job_table import added, let_leases_run_out

PARTS = [["a", "b", "c"], ["d", "e"]]


class House:
    """A table of jobs and a place of files, with one job."""

    def __init__(self, folder):
        self.table, self.files = open_store(f"sqlite:///{folder / 'likely.db'}").jobs, Files(str(folder / "files"))
        self.job, self.announced, self.stopped = added(self.table), [], False
        self.files.make_folder(paths.folder(self.job))

    def claim(self):
        chunk = self.table.claim(60, self.job)
        given = (self.table, self.files, None, self.table.get(self.job), chunk)
        return ClaimedChunk(*given, self.announced.append, lambda: self.stopped)

    @property
    def there(self):
        return sorted(self.files.sizes(paths.folder(self.job)))


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def split(work):
    total = work.add_chunks(iter(PARTS), lambda before, lines: f"{before}:{''.join(lines)}".encode())
    work.finish(total, [b"head"])


def test_each_chunk_is_told_how_many_lines_are_before_it_and_its_content_goes_when_it_is_done(house):
    split(house.claim())
    assert house.announced == [house.job] * 2
    content = []
    for _ in PARTS:
        work = house.claim()
        content.append(work.read())
        work.finish(2, [b"made"])
        assert len(house.there) == 3  # the head, and for each chunk its content or what was made of it
    assert sorted(content) == [b"0:abc", b"3:de"]
    assert house.table.get(house.job).state == "done"


def test_a_splitting_that_was_interrupted_goes_on_where_it_was(house):
    work = house.claim()
    with pytest.raises(Stopped):
        work.add_chunks(stopping(house), lambda before, _: str(before).encode())
    house.stopped = False
    house.table.give_back(work.chunk)
    again = house.claim()
    assert again.add_chunks(iter(PARTS), lambda before, _: str(before).encode()) == 5
    assert sorted(house.table.numbers(house.job)) == [0, 1, 2]
    assert len(house.announced) == 2


def stopping(house):
    yield PARTS[0]
    house.stopped = True
    yield PARTS[1]


def test_who_lost_the_lease_leaves_no_file(house):
    late = house.claim()
    let_leases_run_out(house.table)
    split(house.claim())
    there = house.there
    with pytest.raises(LeaseLost):
        late.finish(1, [b"made"], beside={f"{late.out}.index": b"index"})
    with pytest.raises(LeaseLost):
        late.add_chunks(iter([*PARTS, ["f"]]), lambda *_: b"content")
    assert house.there == there


def test_what_was_made_may_have_a_path_of_its_own_and_files_beside_it(house):
    split(house.claim())
    work = house.claim()
    own, index = f"{work.out}.xlsx", f"{work.out}.index"
    work.finish(2, [b"made"], own, {index: b"index"})
    assert [b"".join(house.files.read(path)) for path in (own, index)] == [b"made", b"index"]
    assert not any(name.endswith(work.out.rpartition("/")[2]) for name in house.there)
