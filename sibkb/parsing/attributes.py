"""Which attributes there are, what each may hold, and which kind of passage takes which."""

from collections.abc import Mapping
from typing import Final

from sibkb import vocabulary

LISTS: Final = frozenset({"theme", "audience", "touches"})
"""Those that hold one word or more."""
ATTRIBUTES: Final[Mapping[str, vocabulary.Vocabulary | None]] = {
    "theme": vocabulary.THEMES,
    "work_stage": vocabulary.WORK_STAGES,
    "audience": vocabulary.AUDIENCES,
    "basis": vocabulary.BASES,
    "speaker_role": vocabulary.ROLES,
    "about_role": vocabulary.ROLES,
    "status": vocabulary.STATUSES,
    "release": vocabulary.RELEASES,
    "touches": None,
}
"""Attribute -> its words; None where the file itself says what there is."""
ANY: Final = frozenset({"theme", "work_stage", "about_role", "release"})
"""What a passage of any kind takes."""
TAKES: Final[Mapping[str, frozenset[str]]] = {
    "lesson": ANY | {"audience", "basis"},
    "perspective": ANY | {"speaker_role"},
    "quote": ANY | {"speaker_role", "status"},
    "dispute": ANY | {"touches"},
}
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {"lesson": ("theme", "work_stage", "audience", "basis")}
KEYS: Final = frozenset({"quote", "lesson", "perspective"})
"""Kinds that take `.key`."""
