"""Words that mean only themselves -> CommonMark that shows them as they are."""

import re
from typing import Final

_INSIDE: Final = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|<(?=[A-Za-z/!?])|\[(?=[^\]]*\]\()")
_START: Final = re.compile(r"(?m)^[ \t]*(?:([#>~+=|-])|([0-9]{1,9})([.)]))")


def escaped(text: str) -> str:
    """The text with a backslash before each character that Markdown would take for its own."""
    return _INSIDE.sub(r"\\\g<0>", text)


def escaped_starts(text: str) -> str:
    """The text with a backslash where a line would begin a heading, list, quote or rule; lines are not indented."""
    return _START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)
