"""Files that are written whole or not at all: checkpoints, tables, pictures and pages.

Everything goes to a temporary file in the same folder, is forced to the disk, and takes the place of the old
file in a single step that the operating system guarantees (`os.replace`).
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # on Windows, where a file cannot be deleted while it is open: no lock is needed
    fcntl = None  # type: ignore[assignment]


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file; the old one stays as it is until the new one is complete. See `whole_file`."""
    with whole_file(path) as file:
        file.write(content)


def file_path(given: object) -> Path:
    """Return the path of a file; raise TypeError if it is none."""
    if not isinstance(given, (str, os.PathLike)):
        raise TypeError(f"expected the path of a file, such as 'net.npz', got {given!r}")
    return Path(given)


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for writing that takes the place of `path` when the block is left.

    After an error (a full disk, say) there is neither a part of the new file nor a change to the old one. A
    kill in the midst may leave a file ".<name>.<random>.tmp", which the next writer of `path` deletes. A
    symbolic link stays one, and a file keeps its permissions.

    Raises FileNotFoundError where there is no such folder, IsADirectoryError where `path` is one.
    """
    path = file_path(path).resolve()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "expected the name of a file, got a folder", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"no folder {path.parent} to write the file to", path.name)
    _delete_left_over(path)
    part, opened = _new_part(path)
    try:
        with opened as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, part)
            if fcntl:
                os.replace(part, path)  # still locked, so no other writer takes it for left over
        if not fcntl:
            os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _force_to_disk(path.parent)


def _new_part(path: Path) -> tuple[Path, BinaryIO]:
    """Create a temporary file of a name of its own, and lock it.

    Before it is locked another writer may take it for left over and delete it: then there is another try.
    """
    while True:
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
        file = open(part, "xb")  # noqa: SIM115  the caller closes it
        try:
            _lock(file)
            if part.exists():
                return part, file
        except BlockingIOError:  # the other writer has just locked it
            pass
        file.close()


def _delete_left_over(path: Path) -> None:
    """Delete the temporary files of writers of this path that were killed: those that no process locks."""
    with contextlib.suppress(OSError):  # a folder that may not be read
        for part in list(path.parent.glob(f".{glob.escape(path.name)}.????????.tmp")):
            _delete_unless_locked(part)


def _delete_unless_locked(part: Path) -> None:
    with contextlib.suppress(OSError):
        if not fcntl:
            part.unlink()
            return
        with open(part, "rb") as file:
            _lock(file)
            part.unlink()


def _lock(file: BinaryIO) -> None:
    """Lock the file as long as it is open, even if the process is killed; OSError if another one has it."""
    if fcntl:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _force_to_disk(folder: Path) -> None:
    """Force the new name to the disk too, where a folder can be opened for that (not on Windows)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
