"""What can go wrong, said so that a person knows where, what and what to do.

SibkbError
├── CorpusError       a file of the corpus cannot be used; carries every problem found
├── GenerationError   an index is missing, damaged, or made by other parts than these
├── ModelError        the weights are missing or are not the ones asked for
├── SettingsError     the settings file cannot be used; tells every line that is wrong
├── RefusedFileError  a file of another format that cannot be taken in as it is
└── QueryError        a question or a filter that cannot be answered as it stands
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sibkb.model import Problem


class SibkbError(Exception):
    """Root of all errors that sibkb raises on purpose; its text is fit to show to a person."""


class CorpusError(SibkbError):
    """One or more files of the corpus cannot be used."""

    def __init__(self, message: str, problems: "Sequence[Problem]" = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class GenerationError(SibkbError):
    """An index is missing, damaged, or does not fit the encoder or the version in use."""


class ModelError(SibkbError):
    """The weights of the encoder are missing or are not the ones asked for."""


class SettingsError(SibkbError):
    """The settings file, or a setting of the environment, cannot be used; tells every line that is wrong."""


class RefusedFileError(SibkbError):
    """A file of another format that cannot be taken in as it is; says what to do with it."""


class QueryError(SibkbError):
    """A question, filter or identifier that cannot be answered as it stands."""
