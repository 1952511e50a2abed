"""Files that a command writes where it was told to."""

from pathlib import Path

from sibkb.errors import SibkbError


def write_new(path: Path, data: bytes) -> Path:
    """Create a file that was not there, and leave none that is half written; a SibkbError says why it cannot be."""
    made = False
    try:
        with path.open("xb") as file:
            made = True
            file.write(data)
    except FileExistsError as error:
        raise SibkbError(f"{path} is there already — choose another name, or remove that file") from error
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        raise SibkbError(f"{path} cannot be written: {error.strerror} — check the folder and its rights") from error
    return path
