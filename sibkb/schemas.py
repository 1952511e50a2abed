"""JSON Schemas for editors, draft 7, which most of them know: what several of our formats share.

Editors read `2012` as a number and `true` as a truth value, where we keep every scalar as the text it is written in.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

Schema = Mapping[str, Any]

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
PLAIN: Final[Schema] = MappingProxyType({"type": ["string", "number", "boolean"]})
"""What we read as text."""
TEXT: Final[Schema] = MappingProxyType({**PLAIN, "pattern": r"\S"})
"""Text that is not empty."""


def whole(title: str, schema: Schema) -> dict[str, Any]:
    """The schema of a file."""
    return {"$schema": DRAFT, "title": title, **schema}


def table(needed: Mapping[str, Schema], may: Mapping[str, Schema] = MappingProxyType({}), **more: Any) -> Schema:
    """A table with these keys, those that it may have besides, and no other."""
    keys = {name: dict(schema) for name, schema in {**needed, **may}.items()}
    return {"type": "object", "additionalProperties": False, "required": [*needed], "properties": keys, **more}


def some(item: Schema, **more: Any) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": dict(item), **more}
