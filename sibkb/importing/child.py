"""The child process: reads one file from stdin, writes what it says to stdout as JSON, and can do no harm meanwhile."""

import contextlib
import json
import sys
from dataclasses import asdict
from typing import Any, Final

from sibkb.errors import RefusedFileError
from sibkb.importing.reading import extracted

_TOO_MUCH: Final = (
    "the file needs more memory than a case study should — split it, or copy its text into a new document"
)


def main() -> None:
    """Read stdin as a file of the ending that the first argument is, in as many bytes of memory as the second says."""
    _limit(int(sys.argv[2]))
    answer: dict[str, Any]
    try:
        answer = {"extract": asdict(extracted(sys.argv[1], sys.stdin.buffer.read()))}
    except RefusedFileError as error:
        answer = {"refused": str(_TOO_MUCH if isinstance(error.__cause__, MemoryError) else error)}
    except MemoryError:
        answer = {"refused": _TOO_MUCH}
    sys.stdout.write(json.dumps(answer))


def _limit(memory: int) -> None:
    """Set what the kernel holds us to: memory, and no file written; Windows has no such limits."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        with contextlib.suppress(ValueError, OSError):  # macOS knows the limit and does not take it
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
