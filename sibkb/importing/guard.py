"""What is refused before any library reads a file: too large, packed to burst, locked, with macros, misnamed.

The limits count bytes that were really unpacked, since a header can lie.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from sibkb.errors import RefusedFileError

MAX_BYTES: Final = 30_000_000
"""A larger file is no case study."""
_MAX_PARTS: Final = 2_000
_MAX_UNPACKED: Final = 64 << 20
_STEP: Final = 1 << 16
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""How a file of old Office begins, and one that Office has locked with a password."""
_OFFICE: Final = frozenset({".docx", ".xlsx"})
_BEGINNINGS: Final[Mapping[bytes, str]] = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "an Office or zip file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "an RTF file",
    b"MZ": "a program",
    b"\x7fELF": "a program",
}
"""How kinds of files begin -> what to call them."""


def check(suffix: str, data: bytes) -> None:
    """Refuse what no reader should see; the message says what to do."""
    if not data.strip():
        raise RefusedFileError("the file is empty — save it again, with its text")
    if len(data) > MAX_BYTES:
        raise RefusedFileError(f"the file has more than {MAX_BYTES // 10**6} MB — remove its pictures, or split it")
    if suffix in _OFFICE:
        _check_office(suffix, data)
    elif suffix == ".pdf":
        if b"%PDF-" not in data[:1024]:
            raise RefusedFileError("this is no PDF, whatever its name says — save it as PDF again")
    else:
        _check_plain(suffix, data)


def _check_plain(suffix: str, data: bytes) -> None:
    found = next((what for start, what in _BEGINNINGS.items() if data.startswith(start)), None)
    if found or data.startswith(_OLE):
        what = found or "an old Office file"
        raise RefusedFileError(f"this is {what}, not a {suffix} file — give it its right name, or save it as {suffix}")


def _check_office(suffix: str, data: bytes) -> None:
    if data.startswith(_OLE):
        raise RefusedFileError(
            "the file is locked with a password or of an old format — "
            f"open it, take the password off, save it as {suffix}"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(suffix, archive)
    except RefusedFileError:
        raise
    except Exception as error:  # a damaged archive raises errors of zipfile, zlib, lzma, struct and more
        raise RefusedFileError(f"this is no whole {suffix} file — open it in Office and save it again") from error


def _check_parts(suffix: str, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS:
        raise RefusedFileError(f"the file has more than {_MAX_PARTS} parts — copy its text into a new document")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise RefusedFileError(f"the file holds macros — save it as {suffix} without macros")
    left = _MAX_UNPACKED
    for part in parts:
        data = _unpacked(archive, part, left)
        left -= len(data)
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in data[:8192].replace(b"\0", b""):
            raise RefusedFileError(
                "a part of the file declares a DOCTYPE, as Office never does — save it in Office again"
            )


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> bytes:
    with archive.open(part) as stream:
        found = bytearray()
        while block := stream.read(_STEP):
            found += block
            if len(found) > left:
                raise RefusedFileError(
                    f"the file unpacks to more than {_MAX_UNPACKED >> 20} MB — remove its pictures, or split it"
                )
    return bytes(found)
