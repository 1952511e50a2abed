"""Where things are and who may see what."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

_ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and who may see what."""

    corpus: Path = _ROOT / "corpus"
    indexes: Path = _ROOT / "indexes"
    model: str | None = None
    """A local folder or a model's name; None for the one that is shipped."""
    ceiling: str = "public"
    repository: str | None = None
    """Where the project is kept for all to see and change: an address on the web, without a slash at its end."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read SIBKB_CORPUS, SIBKB_INDEXES, SIBKB_MODEL, SIBKB_RELEASE and SIBKB_REPOSITORY."""
        return cls(
            corpus=Path(environment.get("SIBKB_CORPUS") or _ROOT / "corpus"),
            indexes=Path(environment.get("SIBKB_INDEXES") or _ROOT / "indexes"),
            model=environment.get("SIBKB_MODEL") or None,
            ceiling=environment.get("SIBKB_RELEASE") or "public",
            repository=_on_the_web(environment.get("SIBKB_REPOSITORY") or ""),
        )

    def edit_address(self, path: str) -> str | None:
        """Where a file of the corpus, named by its path in that folder, can be changed; None where nobody said."""
        return f"{self.repository}/edit/main/corpus/{quote(path)}" if self.repository else None

    def page_address(self, path: str) -> str | None:
        """Where a file of the project can be read; None where nobody said."""
        return f"{self.repository}/blob/main/{quote(path)}" if self.repository else None


def _on_the_web(address: str) -> str | None:
    """The address, if a browser may be sent there."""
    address = address.strip().rstrip("/")
    return address if address.startswith(("https://", "http://")) else None
