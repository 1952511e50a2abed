"""Files that may not be read or written, whoever runs the tests."""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534


@contextlib.contextmanager
def binding() -> Iterator[None]:
    """What the rights of files and folders forbid is forbidden inside; the test is skipped where that cannot be had."""
    if os.geteuid() != 0:
        yield
        return
    try:
        os.seteuid(NOBODY)
    except PermissionError:
        pytest.skip("rights do not bind root, and root may not become another user here")
    try:
        yield
    finally:
        os.seteuid(0)


def guarded(forbidden: Collection[Path]) -> Callable[..., Any]:
    """`Path.open`, which says of these files that they may not be read."""
    real = Path.open

    def opened(path: Path, *arguments: Any, **options: Any) -> Any:
        if path in forbidden:
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    return opened
