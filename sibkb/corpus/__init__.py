"""The folder of files <-> documents; the only code that reads or writes that folder.

`reading` reads it, `writing` changes it, `history` keeps what it was, `undoing` takes a change back, `rewording`
finds what a passage said before, and `withdrawing` takes something out for good.
"""

from sibkb.corpus.history import Change, Edit, Keeping, changes
from sibkb.corpus.reading import (
    DRAFTS,
    EVALUATION,
    FOLDERS,
    GLOSSARY,
    QUERIES,
    THEMES,
    UNREAD,
    WITHDRAWN,
    digest,
    fixes,
    leftovers,
    paths,
    problems,
    read,
    read_evaluation,
    read_file,
    read_glossary,
    read_lists,
    read_queries,
    read_themes,
    read_withdrawn,
    refuse_others,
    select,
    times,
    wants,
)
from sibkb.corpus.rewording import reworded
from sibkb.corpus.undoing import find, undo
from sibkb.corpus.withdrawing import Plan, plan, planned, standing, uses, withdraw
from sibkb.corpus.writing import accept, add, record_evaluation, rewrite

__all__ = [
    "DRAFTS",
    "EVALUATION",
    "FOLDERS",
    "GLOSSARY",
    "QUERIES",
    "THEMES",
    "UNREAD",
    "WITHDRAWN",
    "Change",
    "Edit",
    "Keeping",
    "Plan",
    "accept",
    "add",
    "changes",
    "digest",
    "find",
    "fixes",
    "leftovers",
    "paths",
    "plan",
    "planned",
    "problems",
    "read",
    "read_evaluation",
    "read_file",
    "read_glossary",
    "read_lists",
    "read_queries",
    "read_themes",
    "read_withdrawn",
    "record_evaluation",
    "refuse_others",
    "reworded",
    "rewrite",
    "select",
    "standing",
    "times",
    "undo",
    "uses",
    "wants",
    "withdraw",
]
