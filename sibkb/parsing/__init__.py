"""Text of one corpus file -> a document and its passages, or every problem in it.

`front_matter` holds the schema of the YAML part, `marks` reads citations and attribute blocks, `body` turns Markdown
into passages, `codes` lists what can be wrong, `missed` says what a reader would miss, `fixing` puts right what can be
without a doubt. Nothing here touches the disk.
"""

from sibkb.parsing.codes import CODES, WARNINGS
from sibkb.parsing.file import MAX_BYTES, Parsed, parse
from sibkb.parsing.fixing import Fixed, fix
from sibkb.parsing.front_matter import json_schema

__all__ = ["CODES", "MAX_BYTES", "WARNINGS", "Fixed", "Parsed", "fix", "json_schema", "parse"]
