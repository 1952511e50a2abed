"""`python -m benchmarks [names]`: prints Markdown tables; without names, all of them."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks import app, ranking, speed
from sibkb.settings import Settings

BENCHMARKS: Mapping[str, Callable[[Settings], Iterator[str]]] = {
    "query": speed.query,
    "cold": speed.cold,
    "build": speed.build,
    "app": app.start,
    "ranking": lambda _: ranking.public(Path(os.environ.get("SIBKB_COLLECTIONS", "collections"))),
}


def main(names: list[str]) -> None:
    """Run the named benchmarks."""
    for name in names or list(BENCHMARKS):
        if name not in BENCHMARKS:
            sys.exit(f"there is no benchmark `{name}` — use one of: {', '.join(BENCHMARKS)}")
        print(f"\n## {name}\n", flush=True)
        for line in BENCHMARKS[name](Settings.from_environment()):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
