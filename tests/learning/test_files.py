"""Files that are written whole: what is left of others, links, permissions, two writers at once."""

import os
import stat
import threading

import pytest

from microgd.learning.files import whole_file, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "a [b]*?.bin"
    write_whole(path, b"one")
    write_whole(str(path), b"two")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == [path.name]


def test_an_error_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    with pytest.raises(TypeError), whole_file(path) as file:
        file.writelines([b"new", "no bytes"])
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_what_a_killed_writer_left_is_deleted_and_nothing_else(tmp_path):
    for name in (".file.0123abcd.tmp", ".file.tmp", ".other.0123abcd.tmp", "file.0123abcd.tmp"):
        (tmp_path / name).write_bytes(b"")
    write_whole(tmp_path / "file", b"new")
    assert names(tmp_path) == [".file.tmp", ".other.0123abcd.tmp", "file", "file.0123abcd.tmp"]


@pytest.mark.skipif(os.name != "posix", reason="locks as POSIX has them")
def test_what_another_writer_writes_just_now_is_not_left_over(tmp_path):
    path = tmp_path / "file"
    with whole_file(path) as slow:
        slow.write(b"slow")
        write_whole(path, b"fast")
        assert path.read_bytes() == b"fast"
    assert path.read_bytes() == b"slow"
    assert names(tmp_path) == ["file"]


def test_many_writers_leave_one_whole_file(tmp_path):
    path = tmp_path / "file"
    contents = [bytes([i]) * 10_000 for i in range(8)]
    threads = [threading.Thread(target=write_whole, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="links and permissions as POSIX has them")
def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    real, link = tmp_path / "folder" / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere to write the file to: 'net\.npz'"):
        write_whole(tmp_path / "nowhere" / "net.npz", b"")
