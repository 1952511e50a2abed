"""Files -> a folder, whole or not at all; never over anything that is not ours.

The marker lists what we wrote. A folder without one is left alone unless it is empty, and so is one that holds anything
besides. The new folder is written beside the old one and takes its place by renaming.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sibkb.errors import SibkbError

MARKER: Final = ".sibkb-handbook.json"
"""A file that says a folder is a handbook, and names its files."""


def check(folder: Path) -> None:
    """Raise a SibkbError where the folder is neither new nor empty nor a handbook as we wrote it."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise SibkbError(f"{folder} is no folder — choose another name")
    there = _there(folder)
    if not there:
        return
    if MARKER not in there:
        raise SibkbError(f"{folder} holds other files and is no handbook of ours — choose a new folder")
    if strange := sorted(there - _ours(folder) - {MARKER}):
        more = f" and {len(strange) - 1} more" if strange[1:] else ""
        raise SibkbError(f"{folder} holds {strange[0]}{more}, which is not part of the handbook — move it elsewhere")


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, path inside the folder -> bytes; the folder is as it was, or has all of them."""
    folder = folder.resolve()
    new, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    marker = json.dumps({"files": sorted(files)}, indent=1).encode()
    try:
        for path, data in {**files, MARKER: marker}.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise SibkbError(f"{folder} cannot be written: {error.strerror} — check the folder and its rights") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    _remove(old)


def _remove(old: Path) -> None:
    """Remove what we wrote before; what somebody put there in this moment stays."""
    if not old.exists():
        return
    for path in (*_ours(old), MARKER) if (old / MARKER).exists() else ():
        (old / path).unlink(missing_ok=True)
    for each in sorted((path for path in old.rglob("*") if path.is_dir()), reverse=True):
        if not any(each.iterdir()):
            each.rmdir()
    if not any(old.iterdir()):
        old.rmdir()


def _there(folder: Path) -> set[str]:
    """The files below, and links, which are none of ours."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}


def _ours(folder: Path) -> set[str]:
    """The files that the marker names; none outside of the folder, whatever it says."""
    try:
        named = json.loads((folder / MARKER).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SibkbError(f"{folder / MARKER} cannot be read — choose a new folder") from error
    paths = [Path(each) for each in named if isinstance(each, str)] if isinstance(named, list) else []
    return {path.as_posix() for path in paths if not path.is_absolute() and ".." not in path.parts}
