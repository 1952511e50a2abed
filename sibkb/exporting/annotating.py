"""A problem as a workflow command of GitHub Actions, which shows it beside its line in a pull request.

The form is that of "Workflow commands for GitHub Actions" in GitHub's documentation; what is escaped, and how, is what
`@actions/core` escapes (`packages/core/src/command.ts`).
"""

from typing import Final

from sibkb.model import Problem

_DATA: Final[dict[str, str | int | None]] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final[dict[str, str | int | None]] = {**_DATA, ":": "%3A", ",": "%2C"}


def annotation(problem: Problem, path: str) -> str:
    """One line, without its end; `path` is the file's from the root of the repository, with forward slashes."""
    places = {"file": path, "line": problem.line, "col": problem.column, "title": problem.code}
    told = ",".join(f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in places.items() if value)
    return f"::{problem.severity} {told}::{_escaped(f'{problem.message} — {problem.fix}', _DATA)}"


def _escaped(text: str, signs: dict[str, str | int | None]) -> str:
    return text.translate(str.maketrans(signs))
