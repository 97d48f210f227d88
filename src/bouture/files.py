"""A file that takes the place of another only when all of it is written: half a file never bears the name."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path, *, alone: bool = False) -> Iterator[BinaryIO]:
    """A file to write that replaces `path` at the end, through to the disk; nothing remains of it after an error.

    Args:
        path: the file.
        alone: nobody else writes in its folder, so what a kill has left of an earlier try is written over.

    Raises:
        OSError: it cannot be written.
    """
    mark = "new" if alone else f"{uuid.uuid4().hex[:8]}.part"
    part = path.with_name(f".{path.name[:40]}.{mark}")
    try:
        with part.open("wb" if alone else "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
