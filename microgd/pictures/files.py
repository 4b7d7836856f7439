"""Files that are written whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file; an old one stays as it is until the new one is complete.

    After an error (a full disk, say) there is neither a part of the new file nor a change to the old one. A
    symbolic link stays one, and a file keeps its permissions.
    """
    path = path.resolve()
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
