"""Where things are and who may see what."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and who may see what."""

    corpus: Path = _ROOT / "corpus"
    indexes: Path = _ROOT / "indexes"
    model: str | None = None
    """A local folder or a model's name; None for the one that is shipped."""
    ceiling: str = "public"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read SIBKB_CORPUS, SIBKB_INDEXES, SIBKB_MODEL and SIBKB_RELEASE."""
        return cls(
            corpus=Path(environment.get("SIBKB_CORPUS") or _ROOT / "corpus"),
            indexes=Path(environment.get("SIBKB_INDEXES") or _ROOT / "indexes"),
            model=environment.get("SIBKB_MODEL") or None,
            ceiling=environment.get("SIBKB_RELEASE") or "public",
        )
