"""Files of jobs: written in blocks, gone when they break off."""

import pytest

from store.files import Files


@pytest.fixture(params=["folder", "memory"])
def files(request, tmp_path):
    return Files(str(tmp_path / "files") if request.param == "folder" else f"memory://{tmp_path}")


def test_a_file_comes_back_as_it_was_written(files):
    assert files.write("job/source", [b"one", b"", b"two"]) == 6
    assert b"".join(files.read("job/source")) == b"onetwo"
    with files.open("job/source") as file:
        assert file.read(3) == b"one"


def test_a_file_that_breaks_off_is_not_there(files):
    def blocks():
        yield b"one"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        files.write("job/source", blocks())
    with pytest.raises(FileNotFoundError):
        files.open("job/source")


def test_what_is_not_there_can_be_removed(files):
    files.write("job/a", [b"1"])
    files.write("job/b", [b"2"])
    files.remove("job")
    files.remove("job")
    with pytest.raises(FileNotFoundError):
        files.open("job/a")


def test_nothing_is_added_to_a_folder_that_is_not_there(tmp_path):
    """It would be hidden when the volume is mounted again."""
    files = Files(str(tmp_path / "files"))
    with pytest.raises(FileNotFoundError):
        files.add("jobs/one/out", [b"1"])
    assert not (tmp_path / "files").exists()
    files.make_folder("jobs/one")
    assert files.add("jobs/one/out", [b"1"]) == 1
    assert b"".join(files.read("jobs/one/out")) == b"1"
