"""Documents and passages -> what stands in them, and what does not.

counting.py   how much, of what, from which sources, and where nothing is
fields.py     which fields of the front matter are not recorded
likeness.py   which passages say nearly the same
themes.py     how passages lie over the themes, and what stands behind what several say
files.py      what became of the files that an index was made of
"""

from sibkb.auditing.counting import Audit, Counts, Facts, Sources, audit
from sibkb.auditing.fields import FIELDS, Field
from sibkb.auditing.files import Files, files
from sibkb.auditing.likeness import ALIKE, Alike, Group, alike, having
from sibkb.auditing.themes import Crossing, Weight, cross, weigh

__all__ = [
    "ALIKE",
    "FIELDS",
    "Alike",
    "Audit",
    "Counts",
    "Crossing",
    "Facts",
    "Field",
    "Files",
    "Group",
    "Sources",
    "Weight",
    "alike",
    "audit",
    "cross",
    "files",
    "having",
    "weigh",
]
